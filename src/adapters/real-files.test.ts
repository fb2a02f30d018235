// Real-world adapter files, stored outside the repository in the folder STYLUS_DATA.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { inspectAdapter, type AdapterFile } from "./adapter.ts";
import type { ParameterUpdate } from "./parameter-update.ts";
import type { Delta } from "./delta.ts";
import { mergeParameter } from "./merging/merge.ts";
import { stableDiffusion15Table } from "./names/stable-diffusion-15.ts";

const folder = process.env["STYLUS_DATA"];
const missing = folder === undefined || !existsSync(path.join(folder, "lora"));
if (missing) console.warn("STYLUS_DATA is not set to the data folder: skipping tests on real adapter files.");
const realTest = test.skipIf(missing);
const table = stableDiffusion15Table();

function open(name: string): Promise<AdapterFile> {
  return inspectAdapter(new Blob([readFileSync(path.join(folder!, name))]), {
    fileName: name,
    table,
    withHashes: true,
  });
}

const LORAS: readonly (readonly [
  file: string,
  family: string,
  unet: number,
  text: number,
  ranks: readonly number[],
  naming: string,
])[] = [
  ["lora/catundchat_axe_pytorch_lora_weights.safetensors", "LoRA", 128, 0, [4], "diffusers-old"],
  ["lora/catundchat_axe_pytorch_lora_weights.bin", "LoRA", 128, 0, [4], "diffusers-old"],
  [
    "lora/qwerty-aditya_rick_and_morty_LoRA_pytorch_lora_weights.safetensors",
    "LoRA",
    128,
    0,
    [4],
    "diffusers-old",
  ],
  ["lora/filip131311_dreambooth.safetensors", "LoRA", 128, 0, [4], "diffusers"],
  ["lora/timohavdk_2100-lora.safetensors", "LoRA", 128, 0, [4], "diffusers"],
  ["lora/cloneofsimo_analog_svd_rank4.safetensors", "LoRA", 144, 48, [4], "positional"],
  ["lora/cloneofsimo_lora_disney.safetensors", "LoRA", 144, 48, [1], "positional"],
  ["lora/cloneofsimo_analog_svd_distill.text_encoder.pt", "LoRA", 0, 48, [4], "positional"],
  ["lora/lycoris_smart_falcon_4_lokr.safetensors", "LoKr", 278, 72, [4], "kohya"],
  ["lora/lycoris_smart_falcon_8_lokr.safetensors", "LoKr", 278, 72, [8], "kohya"],
  ["lora_derived/analog_svd_rank4.kohya.safetensors", "LoRA", 144, 48, [4], "kohya"],
  ["lora_derived/axe.kohya.safetensors", "LoRA", 128, 0, [4], "kohya"],
  ["lora_derived/axe.peft.safetensors", "LoRA", 128, 0, [4], "peft"],
];

realTest.each(LORAS)("%s loads completely", async (file, family, unet, text, ranks, naming) => {
  const { report } = await open(file);
  expect(report.refusal).toBeNull();
  expect(report.unmatched).toEqual([]);
  expect(report.families.map((entry) => [entry.family, entry.modules])).toEqual([[family, unet + text]]);
  expect(report.matched.map(({ modules }) => modules)).toEqual([unet, text]);
  expect([report.ranks, report.namings]).toEqual([ranks, [naming]]);
});

realTest.each([
  "lora_wrong_base/JustinJiangNext_lora-2.0.safetensors",
  "lora_wrong_base/cloneofsimo_lora_illust.pt",
])("%s is rejected as SD 2.x", async (file) => {
  const { report } = await open(file);
  expect(report.refusal!.message).toContain("made for Stable Diffusion 2.x");
  expect(report.refusal!.message).toContain("width 1024");
});

realTest.each([
  ["EasyNegative.safetensors", "EasyNegative", 8],
  ["invokeai_test_embedding.safetensors", "invokeai_test_embedding", 5],
  ["ttekcor_learned_embeds.safetensors", "<detail-schemas>", 1],
  ["bad-hands-5.pt", "bad-hands-5", 2],
  ["bad_prompt_version2.pt", "bad_prompt_version2", 8],
  ["cloneofsimo_lora_kiriko2.ti.pt", "<krk>", 1],
])("textual inversion %s", async (file, name, vectors) => {
  const { report, embeddings } = await open(`textual_inversion/${file}`);
  expect(report.refusal).toBeNull();
  expect(embeddings.map((embedding) => [embedding.name, embedding.vectors, embedding.width])).toEqual([
    [name, vectors, 768],
  ]);
  expect(embeddings[0]!.values.every((value) => Math.abs(value) < 10)).toBe(true);
});

realTest("hashes equal those of the model sites", async () => {
  expect((await open("textual_inversion/EasyNegative.safetensors")).report.hashes!.autoV2).toBe("c74b4e810b");
  // kohya wrote the hash of the tensors' bytes into these files' own metadata (sshs_model_hash).
  expect((await open("lora/lycoris_smart_falcon_4_lokr.safetensors")).report.hashes!.autoV3).toBe(
    "150ef207aad0",
  );
  expect((await open("lora/lycoris_smart_falcon_8_lokr.safetensors")).report.hashes!.autoV3).toBe(
    "1383de391583",
  );
});

realTest("trigger candidates come from the training tags", async () => {
  const { report } = await open("lora/lycoris_smart_falcon_4_lokr.safetensors");
  expect(report.triggers[0]).toEqual({ tag: String.raw`smart falcon \(umamusume\)`, count: 130, share: 1 });
});

function bits(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

type LowRank = Delta & { kind: "low-rank" };

/** Both files must change the same parameters by the same matrices, bit for bit; also merges one module. */
function expectTwins(
  a: AdapterFile,
  b: AdapterFile,
  round: (values: Float32Array) => Float32Array = (values) => values,
): void {
  const named = (file: AdapterFile) =>
    new Map(file.updates.map((update) => [`${update.network}/${update.name}`, update] as const));
  const [left, right] = [named(a), named(b)];
  expect([...left.keys()].sort()).toEqual([...right.keys()].sort());
  const product = (update: ParameterUpdate): LowRank => update.delta() as LowRank;
  for (const [key, update] of left) {
    const [one, other] = [product(update), product(right.get(key)!)];
    expect(one.scale, key).toBe(other.scale);
    expect(bits(round(one.up.values)).equals(bits(other.up.values)), key).toBe(true);
    expect(bits(round(one.down.values)).equals(bits(other.down.values)), key).toBe(true);
  }
  const [key, update] = [...left].find(([name]) => name.includes("attn2.to_k"))!;
  const pristine = Float32Array.from({ length: update.shape[0]! * update.shape[1]! }, (_, i) => Math.sin(i));
  const merge = (source: ParameterUpdate) =>
    mergeParameter(pristine, update.shape, [{ update: source, strength: 0.8 }]);
  if (round(product(update).up.values) === product(update).up.values)
    expect(bits(merge(update)).equals(bits(merge(right.get(key)!)))).toBe(true);
  expect(bits(merge(update)).equals(bits(pristine))).toBe(false);
}

realTest("re-keyed twins merge to identical results", async () => {
  const axe = await open("lora/catundchat_axe_pytorch_lora_weights.safetensors");
  expectTwins(axe, await open("lora_derived/axe.peft.safetensors"));
  expectTwins(
    await open("lora/cloneofsimo_analog_svd_rank4.safetensors"),
    await open("lora_derived/analog_svd_rank4.kohya.safetensors"),
  );
});

realTest("the f16 twin has the original's values rounded to f16", async () => {
  const { float32ToF16, toFloat32 } = await import("../shared/dtype.ts");
  const round = (values: Float32Array) => {
    const halves = float32ToF16(values);
    return toFloat32(new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength), "F16");
  };
  expectTwins(
    await open("lora/catundchat_axe_pytorch_lora_weights.safetensors"),
    await open("lora_derived/axe.kohya.safetensors"),
    round,
  );
});

realTest("cloneofsimo's positions follow the recorded module order", async () => {
  const order = JSON.parse(
    readFileSync(path.join(folder!, "lora_derived/cloneofsimo_index_to_module.json"), "utf8"),
  ) as Record<string, string[]>;
  const file = path.join(folder!, "lora/cloneofsimo_lora_disney.safetensors");
  const { assignKeys } = await import("./names/assign.ts");
  const { openTensorFile } = await import("./files/read.ts");
  const { entries, metadata } = await openTensorFile(new Blob([readFileSync(file)]), { fileName: file });
  const { modules } = assignKeys(entries, { table, metadata, fileName: file });
  const found = new Map([...modules].map(([entry, slots]) => [slots.get("up"), entry.path]));
  order["unet_attn_geglu_144"]!.forEach((module, i) => expect(found.get(`unet:${i}:up`)).toBe(module));
  order["text_encoder_48"]!.forEach((module, i) => expect(found.get(`text_encoder:${i}:up`)).toBe(module));
});
