// Which of the seven marker colours a part of the prompt has, the same everywhere on the page.
export const taskColour = (index: number): number => index % 7;
