// What went wrong, as the page shows it.
import { toPlainError, type PlainError } from "../shared/errors.ts";

/** Bugs go to the console too: the page only says that there was one. */
export function explain(error: unknown): PlainError {
  const plain = toPlainError(error);
  if (plain.code === "internal") console.error(error);
  return plain;
}
