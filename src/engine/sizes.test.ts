// Every size from 256 to 1,024 pixels in steps of 8: all graphs fit together, and a selection of odd sizes runs.

import { beforeAll, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../tests/fixtures/engine/miniature-pack.ts";
import { buildUnet } from "../graph/unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "../graph/vae.ts";

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

it("the networks' graphs have the shapes of each size", () => {
  const { checkpoint } = runs.pipeline.networks;
  for (let height = 32; height <= 128; height++) {
    const width = 160 - height;
    const unet = buildUnet(checkpoint.unet.config, { batch: 1, height, width, contextTokens: 77 });
    expect(unet.outputs.map(({ shape }) => shape)).toEqual([[1, 4, height, width]]);
    const size = { batch: 1, height, width };
    const decoder = buildVaeDecoder(checkpoint.vae.config, size);
    expect(decoder.outputs.map(({ shape }) => shape)).toEqual([[1, 3, 8 * height, 8 * width]]);
    const encoder = buildVaeEncoder(checkpoint.vae.config, size);
    expect(encoder.outputs.map(({ shape }) => shape)).toEqual([[1, 8, height, width]]);
  }
});

it.each([
  [264, 72],
  [72, 296],
  [1024, 64],
  [64, 1016],
])("%i × %i runs txt2img and img2img", async (width, height) => {
  const image = { width: 8, height: 8, rgba: new Uint8ClampedArray(256).fill(99) };
  for (const change of [{}, { imageToImage: { image, strength: 0.5 } }])
    expect(await runs.imageHash({ ...change, width, height, steps: 1 })).toContain(`${width}×${height}`);
});
