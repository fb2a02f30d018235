// Which images are blurred (docs/nsfw.md): what the check found, against what the user or the embedding page wants.
import type { Nsfw } from "../../stylus/run-types.ts";

/**
 * The authors of open_nsfw call images below 0.2 safe and those above 0.8 not; between them it is unsure. The middle, as the Python package
 * has it: an image blurred for nothing costs a click, one that should have been costs more.
 */
export const defaultNsfwThreshold = 0.5;

/** Why an image is blurred. */
export type BlurReason = "nsfw" | "unchecked" | "pending";

/**
 * Null: it is not blurred.
 * @param nsfw undefined: the check was off when it was generated
 */
export function blurReason(
  nsfw: Nsfw | undefined,
  { nsfwCheck, nsfwThreshold }: { readonly nsfwCheck: boolean; readonly nsfwThreshold: number },
): BlurReason | null {
  if (!nsfwCheck || nsfw === undefined) return null;
  if (nsfw === null) return "unchecked";
  return nsfw >= nsfwThreshold ? "nsfw" : null;
}

/** Null, which never shows an image by accident, where `check` fails. */
export async function checkedOrNull(
  check: () => Promise<number>,
  onProblem: (reason: unknown) => void,
): Promise<Nsfw> {
  try {
    return await check();
  } catch (reason) {
    onProblem(reason);
    return null;
  }
}
