// Stand-in diagnoses of adapter files by file name: "full" fits full-size models, "broken" is damaged.
import type { AdapterReport } from "../../src/adapters/report.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";

export function fakeReport(file: File): AdapterReport {
  if (file.name.includes("broken")) {
    throw new StylusError("bad-file", say`${file.name} is not a safetensors file: its header is truncated.`, {
      where: file.name,
      remedy: say`Download it again.`,
    });
  }
  const full = file.name.includes("full");
  return {
    fileName: file.name,
    sizeBytes: 184_320,
    container: "safetensors",
    tensors: 288,
    dtypes: ["F16"],
    namings: ["kohya"],
    families: full ? [] : [{ family: "LoRA", modules: 96, dora: 0 }],
    ranks: full ? [] : [4],
    alphas: full ? [] : [4],
    matched: full
      ? []
      : [
          { network: "unet", modules: 72, of: 120 },
          { network: "text_encoder", modules: 24, of: 26 },
        ],
    unmatched: full
      ? []
      : [{ cause: say`the model has no module with that name`, keys: ["lora_unet_extra.alpha"] }],
    base: {
      name: full ? "Stable Diffusion 1.x" : null,
      evidence: full ? [say`its cross attention reads text features of width ${768}`] : [],
      contextWidth: full ? 768 : 192,
      textWidth: full ? 768 : 192,
      foreignKeys: 0,
    },
    embeddings: [],
    metadata: [
      { label: "output name", value: "paper_collage_v2" },
      { label: "trained on", value: "pocket" },
      { label: "steps", value: "1600" },
    ],
    triggers: [
      { tag: "pprcllg", count: 40, share: 1 },
      { tag: "paper collage", count: 38, share: 0.95 },
      { tag: "torn edges", count: 21, share: 0.52 },
    ],
    hashes: { sha256: file.name.padEnd(64, "0"), autoV2: "8f31c07b2e", autoV3: "41d0a9e6b7c2" },
    warnings: full ? [] : [say`1 of ${288} tensors is not used; the effect may differ from the author's.`],
    refusal: full
      ? { code: "unsupported", message: "This adapter was made for Stable Diffusion 1.x." }
      : null,
  };
}
