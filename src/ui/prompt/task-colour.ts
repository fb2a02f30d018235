// Which of the seven marker colours a part of the prompt has, the same everywhere on the page.
export const taskColour = (index: number): number => index % 7;

/** Regions begin where few prompts have a part left. */
export const regionColour = (index: number): number => taskColour(index + 3);
