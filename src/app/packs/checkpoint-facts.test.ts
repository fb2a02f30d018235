// Checkpoints from the disk by their header, and telling them from adapters in a drop.
import { expect, it } from "vitest";
import { checkpointFile } from "../../../tests/fixtures/miniature-hub.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import { writeSafetensors } from "../../formats/safetensors.ts";
import { isCheckpoint, readCheckpointFacts, sortPick } from "./checkpoint-facts.ts";

const file = (name: string, bytes: Uint8Array): File => new File([new Uint8Array(bytes)], name);
const keys = (name: string, ...names: string[]): File =>
  file(
    name,
    writeSafetensors(
      names.map((key) => ({ name: key, dtype: "F16", shape: [1], bytes: new Uint8Array(2) }) as const),
    ),
  );

it("reads a single file", async () => {
  const facts = await readCheckpointFacts([
    { path: "a.safetensors", blob: file("a.safetensors", checkpointFile()) },
  ]);
  expect(facts).toEqual({
    layout: "single-file",
    isForInpainting: false,
    predictionType: "epsilon",
    parameters: 1_785_092,
    dtypes: ["F32"],
    hasTokenizer: false,
  });
});

it.each([4, 9])("reads a diffusers folder with its tokenizer, %i channels", async (inChannels) => {
  const files = [...miniaturePack({ inChannels })].map(([path, blob]) => ({
    path: `my-model/${path}`,
    blob: blob as File,
  }));
  expect(await readCheckpointFacts(files)).toMatchObject({
    layout: "diffusers",
    isForInpainting: inChannels === 9,
    hasTokenizer: true,
  });
});

it.each([
  ["SDXL", keys("x.safetensors", "conditioner.embedders.0.weight"), "Stable Diffusion XL"],
  ["Flux", keys("x.safetensors", "double_blocks.0.img_attn.qkv.weight"), "Flux"],
  ["a pickle", file("x.ckpt", new Uint8Array([80, 75, 3, 4, 0, 0, 0, 0, 0, 0])), ""],
])("refuses %s with the reason", async (_, blob, words) => {
  await expect(readCheckpointFacts([{ path: blob.name, blob }])).rejects.toMatchObject({
    code: expect.stringMatching(/unsupported|bad-file/),
    message: expect.stringContaining(words),
    remedy: expect.stringMatching(/./),
  });
});

it("tells checkpoints from adapters, whatever their base", async () => {
  expect(await isCheckpoint(file("a.safetensors", checkpointFile()))).toBe(true);
  expect(await isCheckpoint(keys("xl.safetensors", "conditioner.embedders.0.weight"))).toBe(true);
  expect(
    await isCheckpoint(keys("vae.safetensors", "encoder.conv_in.weight", "decoder.conv_in.weight")),
  ).toBe(true);
  expect(await isCheckpoint(keys("l.safetensors", "lora_unet_x.lora_down.weight"))).toBe(false);
  expect(await isCheckpoint(keys("f.safetensors", "model.diffusion_model.out.2.diff"))).toBe(false);
  expect(await isCheckpoint(keys("e.safetensors", "emb_params"))).toBe(false);
  expect(await isCheckpoint(file("cut.safetensors", checkpointFile().subarray(0, 4)))).toBe(false);
  expect(await isCheckpoint(file("image.png", new Uint8Array(9)))).toBe(false);
});

it("sorts a drop into a model and everything else", async () => {
  const checkpoint = file("a.safetensors", checkpointFile());
  const adapter = keys("l.safetensors", "lora_unet_x.lora_down.weight");
  const image = file("p.png", new Uint8Array(9));
  const files = [checkpoint, adapter, image].map((blob) => ({ path: blob.name, blob }));
  const { model, others } = await sortPick({ handles: null, files });
  expect(model.files.map(({ path }) => path)).toEqual(["a.safetensors"]);
  expect(others.map(({ blob }) => blob)).toEqual([adapter, image]);
  const folder = [{ path: "my-model/unet/config.json", blob: image }];
  expect((await sortPick({ handles: null, files: folder })).model.files).toEqual(folder);
  const inFolder = (blob: File) => ({ path: `folder/${blob.name}`, blob });
  const alone = [checkpoint, image].map(inFolder);
  expect((await sortPick({ handles: null, files: alone })).model.files).toEqual(alone);
  const adapters = [checkpoint, adapter, image].map(inFolder);
  expect((await sortPick({ handles: null, files: adapters })).others).toEqual(adapters);
});
