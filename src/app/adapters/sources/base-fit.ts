// Whether an adapter fits the loaded model, by what its site says of its base model; its file has the last word. Pure.
import { baseNamed } from "../../../adapters/names/base-model.ts";

export type BaseFit =
  | { readonly kind: "fits" }
  /** Not the loaded model, but another one of those here: "SD 1.5". */
  | { readonly kind: "kept"; readonly model: string }
  | { readonly kind: "other"; readonly base: string }
  | { readonly kind: "unknown" };

/** As cards name the base model of all SD 1.x adapters here. */
const fullSize = "SD 1.5";

/**
 * @param base as its site names it: "SD 1.5", "Pony", "runwayml/stable-diffusion-v1-5"; empty: it says nothing
 * @param baseModels of the loaded model
 */
export function baseFit(base: string, baseModels: readonly string[]): BaseFit {
  if (base === "" || base === "Other") return { kind: "unknown" };
  if (baseModels.includes(base)) return { kind: "fits" };
  const name = baseNamed(base);
  if (name === "Stable Diffusion 1.x")
    return baseModels.includes(fullSize) ? { kind: "fits" } : { kind: "kept", model: fullSize };
  // Fine-tuned models of the hub have names of their own: "Lykon/dreamshaper-8".
  return name === null && base.includes("/") ? { kind: "unknown" } : { kind: "other", base };
}
