// Seeded PEFT configurations: real fields with real or odd values, and things that are no configuration.
import { ODD_NUMBERS, pick, type Random } from "./mutations.ts";

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  lora_alpha: [4, 0, -1, 1e308, ...ODD_NUMBERS],
  alpha: [2, ...ODD_NUMBERS],
  alpha_pattern: [{ to_q: 8, "^.*\\.to_k$": 2, "(a+)+$": 1, __proto__x: 3 }, ...ODD_NUMBERS],
  use_rslora: [true, false, ...ODD_NUMBERS],
  use_cayley_neumann: [true, false, ...ODD_NUMBERS],
  num_cayley_neumann_terms: [5, 32, ...ODD_NUMBERS],
  coft: [true, false, ...ODD_NUMBERS],
  eps: [6e-5, ...ODD_NUMBERS],
  peft_version: ["0.18.0", "0.17.1.dev0", "x", ...ODD_NUMBERS],
  exclude_modules: [["a"], ...ODD_NUMBERS],
  feedforward_modules: [["ff.net.2", 7, null], "(a+)+$", ...ODD_NUMBERS],
  base_model_name_or_path: ["runwayml/stable-diffusion-v1-5", "x".repeat(10_000), "sdxl", ...ODD_NUMBERS],
};

/** What an `adapter_config.json` may parse to. */
export function anyConfig(random: Random): unknown {
  if (random() < 0.1) return pick(ODD_NUMBERS, random);
  const fields = Object.entries(VALUES).filter(() => random() < 0.4);
  return Object.fromEntries(fields.map(([field, values]) => [field, pick(values, random)]));
}
