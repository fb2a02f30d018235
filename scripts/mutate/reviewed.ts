// What survives for a reason: read by a person, counted apart from the score.

/** Code that only a browser runs; browser tests cover it (vitest.browser.config.ts). */
export const browserOnly: Readonly<Record<string, string>> = {};

export interface Equivalent {
  readonly file: string;
  /** The whole line, trimmed. */
  readonly source: string;
  readonly original: string;
  readonly replacement: string;
  /** Why nothing that anyone can observe differs. */
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [];
