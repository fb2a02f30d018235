// Textual inversions in their own files: words in the prompt and the negative prompt, by file name or by the token in the
// file, in any container; and files that are replaced, removed or do not fit.

import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import { writeSafetensors } from "../../formats/safetensors.ts";

const WIDTH = 32;

/** Two vectors of `value`, as a safetensors file with the given key. */
function inversion(key: string, value: number, width = WIDTH): Blob {
  const values = Float32Array.from({ length: 2 * width }, (_, i) => value * Math.sin(i));
  const bytes = new Uint8Array(values.buffer);
  return new Blob([writeSafetensors([{ name: key, dtype: "F32", shape: [2, width], bytes }])]);
}

const PT = new Blob([readFileSync(new URL("../../../tests/fixtures/engine/inversion.pt", import.meta.url))]);

let runs: EngineRuns;
let without: string;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
  without = await runs.imageHash({ prompt: "a qq fox" });
});
beforeEach(() => {
  for (const id of ["one", "two"]) runs.pipeline.adapters.remove(id);
});

it("works by name in the prompt and the negative prompt, without an adapter", async () => {
  const { pipeline, imageHash } = runs;
  const report = await pipeline.addAdapter("one", inversion("emb_params", 2), { fileName: "qq.safetensors" });
  expect(report.embeddings).toEqual([{ name: "qq", vectors: 2, width: WIDTH }]);
  const [positive, negative] = [
    await imageHash({ prompt: "a qq fox" }),
    await imageHash({ prompt: "a fox", negativePrompt: "qq" }),
  ];
  expect(positive).not.toBe(without);
  expect(negative).not.toBe(await imageHash({ prompt: "a fox" }));
  expect(await imageHash({ prompt: "a QQ fox" })).toBe(positive);
  pipeline.adapters.remove("one");
  expect(await imageHash({ prompt: "a qq fox" })).toBe(without);
});

it("reads a .pt file and uses the file name", async () => {
  await runs.pipeline.addAdapter("one", PT, { fileName: "folder/qq.pt" });
  const named = await runs.imageHash({ prompt: "a qq fox" });
  expect(named).not.toBe(without);
  // The same vectors in the other container give the same bits.
  runs.pipeline.adapters.remove("one");
  const values = Float32Array.from({ length: 64 }, (_, i) => (i - 31) / 16);
  const same = writeSafetensors([
    { name: "emb_params", dtype: "F32", shape: [2, WIDTH], bytes: new Uint8Array(values.buffer) },
  ]);
  await runs.pipeline.addAdapter("two", new Blob([same]), { fileName: "qq.safetensors" });
  expect(await runs.imageHash({ prompt: "a qq fox" })).toBe(named);
});

it("a file with a token works by the token and by the file name", async () => {
  const plain = await runs.imageHash({ prompt: "a <q> fox" });
  await runs.pipeline.addAdapter("one", inversion("<q>", 2), { fileName: "qq.safetensors" });
  const byToken = await runs.imageHash({ prompt: "a <q> fox" });
  expect(byToken).not.toBe(plain);
  expect(await runs.imageHash({ prompt: "a qq fox" })).toBe(byToken);
});

it("a replaced file takes effect with an unchanged prompt", async () => {
  await runs.pipeline.addAdapter("one", inversion("emb_params", 2), { fileName: "qq.safetensors" });
  const first = await runs.imageHash({ prompt: "a qq fox" });
  await runs.pipeline.addAdapter("one", inversion("emb_params", -2), { fileName: "qq.safetensors" });
  expect(await runs.imageHash({ prompt: "a qq fox" })).not.toBe(first);
});

it("rejects one for another text encoder", async () => {
  await expect(
    runs.pipeline.addAdapter("one", inversion("emb_params", 2, 24), { fileName: "qq.safetensors" }),
  ).rejects.toMatchObject({ code: "unsupported", where: "qq.safetensors" });
  expect(await runs.imageHash({ prompt: "a qq fox" })).toBe(without);
});

it("a pack has its own in embeddings/", async () => {
  const packed = await engineRuns(
    miniaturePack().set("embeddings/qq.safetensors", inversion("emb_params", 2)),
  );
  await runs.pipeline.addAdapter("one", inversion("emb_params", 2), { fileName: "qq.safetensors" });
  expect(await packed.imageHash({ prompt: "a qq fox" })).toBe(await runs.imageHash({ prompt: "a qq fox" }));
});
