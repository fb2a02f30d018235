// Strengths of an adapter in words. Pure.
import type { AdapterReport } from "../../adapters/report.ts";
import type { AdapterUse } from "../../shared/request.ts";
import { t } from "../../texts/texts.ts";

/**
 * For an adapter that changes one network only: which strength counts, or that none does.
 * @returns null when there is nothing to say
 */
export function describeParts(
  { unetStrength, textStrength }: AdapterUse,
  { matched, embeddings }: Pick<AdapterReport, "matched" | "embeddings">,
): string | null {
  const changes = (part: string): boolean =>
    matched.some(({ network, modules }) => network === part && modules > 0);
  const [unet, text] = [changes("unet"), changes("text_encoder")];
  const texts = t.adapters.strength;
  if (!unet && !text) return embeddings.length > 0 ? texts.embeddingsOnly : null;
  if (unet && text) return null;
  const strength = unet ? unetStrength : textStrength;
  if (strength !== 0 && unetStrength === textStrength) return null;
  return texts.onlyPart(unet ? "unet" : "text_encoder", strength);
}

/** "0.80", "U-Net 0.80, text encoder 0.30, weights by block, steps 5 to 14" */
export function describeStrength({ unetStrength, textStrength, blockWeights, steps }: AdapterUse): string {
  const texts = t.adapters.strength;
  const parts = [
    unetStrength === textStrength ? texts.both(unetStrength) : texts.split(unetStrength, textStrength),
  ];
  if (blockWeights) parts.push(texts.blocks);
  if (steps?.end === undefined) {
    if (steps) parts.push(texts.fromStep(steps.start));
  } else if (steps.end === steps.start + 1) parts.push(texts.oneStep(steps.start));
  else parts.push(texts.steps(steps.start, steps.end - 1));
  return parts.join(", ");
}
