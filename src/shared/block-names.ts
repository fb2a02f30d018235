// Names of the blocks that a weight may stand for: BASE is the text encoder, IN00 … OUT11 are the UNet's, OTHER is the rest.

const block = /^(?:BASE|OTHER|M00|(?:IN|OUT)(?:0\d|1[01]))$/u;

export const isBlock = (name: string): boolean => block.test(name);
