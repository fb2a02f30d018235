// What of a prompt a reader is shown: the plain text without denied parts ("no …", "without …"), before anything is retrieved or read.
import { blanked, plainText } from "../rules/plain-text.ts";
import { segment } from "../rules/segment.ts";

export interface ReadablePrompt {
  /** As long as the prompt, so that places in it are places in the prompt. */
  readonly text: string;
  /** The same with the denied parts: what rules cut into tasks. */
  readonly withDenied: string;
}

export function readablePrompt(prompt: string): ReadablePrompt {
  const withDenied = plainText(prompt);
  const denied = segment(withDenied).filter(({ negated }) => negated);
  return { text: blanked(withDenied, denied), withDenied };
}
