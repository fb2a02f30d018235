// Inpainting: unmasked pixels stay bit for bit, masked ones change; whole image and only masked; with ordinary and with
// inpainting U-Nets.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns, type ImageEvent } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { DiffusionRequest, InpaintMask, RgbaImage, SamplerId } from "../../shared/request.ts";
import { imageTensor } from "./init-image.ts";
import { createGenerator } from "../noise/noise.ts";
import { SAMPLERS } from "../sampling/samplers.ts";

const [WIDTH, HEIGHT] = [64, 64];

function gradientImage(width = WIDTH, height = HEIGHT): RgbaImage {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : (i * 13) % 256,
  );
  return { width, height, rgba };
}

/** A mask whose box is regenerated. */
function boxMask(
  change: Partial<InpaintMask> = {},
  { width = WIDTH, height = HEIGHT, box = [16, 16, 48, 40] } = {},
): InpaintMask {
  const [top, left, bottom, right] = box as [number, number, number, number];
  const values = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? 255 : 0;
  });
  return { values, blur: 0, region: "whole", padding: 0, fill: "original", ...change };
}

const inpaint = (
  mask: InpaintMask | undefined,
  { image = gradientImage(), ...change }: Partial<DiffusionRequest> & { image?: RgbaImage } = {},
): Partial<DiffusionRequest> => ({
  imageToImage: { image, strength: 0.8, ...(mask && { mask }) },
  steps: 3,
  ...change,
});

/** Counts of masked and unmasked pixels that differ from the init image. */
function changed(
  image: Pick<ImageEvent, "rgba">,
  { original, mask }: { original: RgbaImage; mask: InpaintMask },
) {
  const counts = { masked: 0, kept: 0 };
  for (const [i, value] of mask.values.entries()) {
    const differs = [0, 1, 2].some((c) => image.rgba[4 * i + c] !== original.rgba[4 * i + c]);
    if (differs) counts[value === 0 ? "kept" : "masked"]++;
  }
  return counts;
}

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

/** Every input of the U-Net. */
async function samples(engine: EngineRuns, change: Partial<DiffusionRequest>): Promise<Float32Array[]> {
  const { networks } = engine.pipeline;
  const seen: Float32Array[] = [];
  const predict = networks.predict.bind(networks);
  networks.predict = (sample, options) => {
    seen.push(sample.slice());
    return predict(sample, options);
  };
  await engine.imageHash(change);
  networks.predict = predict;
  return seen;
}

describe("with any U-Net", () => {
  it("keeps unmasked pixels bit for bit and regenerates masked ones", async () => {
    const mask = boxMask();
    const [image] = await runs.images(inpaint(mask));
    const { masked, kept } = changed(image!, { original: gradientImage(), mask });
    expect(kept).toBe(0);
    expect(masked).toBeGreaterThan(0.9 * 32 * 24);
  });

  it("the latent outside the mask is the init image's, with every sampler", async () => {
    const { networks } = runs.pipeline;
    const size = { width: 8, height: 8 };
    const latent = await networks.encode(imageTensor(gradientImage()), { size });
    const decode = networks.decode.bind(networks);
    for (const sampler of Object.keys(SAMPLERS) as SamplerId[]) {
      let final = new Float32Array();
      networks.decode = (values, options) => {
        final = Float32Array.from(values);
        return decode(values, options);
      };
      await runs.imageHash(inpaint(boxMask(), { sampler }));
      networks.decode = decode;
      for (const [i, value] of final.entries()) {
        const [x, y] = [i % 8, Math.floor((i % 64) / 8)];
        const masked = x >= 2 && x < 5 && y >= 2 && y < 6;
        expect(value === latent[i], `${sampler} at ${x}, ${y}`).toBe(!masked);
      }
    }
  });

  it("a soft mask blends from the init image to the result", async () => {
    const hard = await runs.images(inpaint(boxMask()));
    const soft = await runs.images(inpaint(boxMask({ blur: 4 })));
    const original = gradientImage();
    const counts = changed(soft[0]!, { original, mask: boxMask() });
    expect(counts.kept).toBeGreaterThan(0);
    // The Gaussian of 4 pixels ends ten pixels outside the box.
    const far = boxMask({}, { box: [5, 5, 59, 51] });
    expect(changed(soft[0]!, { original, mask: far }).kept).toBe(0);
    expect(soft[0]!.rgba).not.toEqual(hard[0]!.rgba);
  });

  it("fills the masked area with the original, noise or nothing", async () => {
    const first = async (fill: InpaintMask["fill"]) => (await samples(runs, inpaint(boxMask({ fill }))))[0]!;
    const [original, noise, nothing] = [
      await first("original"),
      await first("noise"),
      await first("nothing"),
    ];
    const unit = createGenerator("cpu", 1).randn(256);
    const inside = 3 * 8 + 3; // a latent inside the mask; 0 is outside
    expect(noise[0]).toBe(original[0]);
    expect(nothing[0]).toBe(original[0]);
    // "nothing" leaves only the noise; "noise" adds the same noise again.
    const sigma = (noise[inside]! - nothing[inside]!) ** -1 * unit[inside]!;
    const scaled = Math.sqrt(sigma * sigma - 1);
    expect(nothing[inside]! / unit[inside]!).toBeCloseTo(scaled / sigma, 3);
    expect(original[inside]).not.toBe(nothing[inside]);
  });

  it("rejects empty masks, masks of a different size and invalid numbers", async () => {
    const empty = boxMask({}, { box: [0, 0, 0, 0] });
    const small = { ...boxMask(), values: new Uint8Array(5) };
    for (const [mask, where] of [
      [empty, "imageToImage.mask"],
      [small, "imageToImage.mask"],
      [boxMask({ blur: -1 }), "imageToImage.mask.blur"],
      [boxMask({ padding: 0.5 }), "imageToImage.mask.padding"],
    ] as const)
      await expect(runs.imageHash(inpaint(mask))).rejects.toMatchObject({ code: "bad-input", where });
  });
});

describe("inpaint area: only masked", () => {
  it("generates the region at the request's size and pastes it into the init image at its own size", async () => {
    const size = { width: 150, height: 90 };
    const original = gradientImage(size.width, size.height);
    const mask = boxMask({ region: "masked", padding: 8 }, { ...size, box: [30, 40, 60, 70] });
    const [image] = await runs.images(inpaint(mask, { image: original }));
    expect(image).toMatchObject(size);
    const { masked, kept } = changed(image!, { original, mask });
    expect(kept).toBe(0);
    expect(masked).toBeGreaterThan(0.9 * 30 * 30);
  });

  it("the network reads the region with its padding", async () => {
    const size = { width: 128, height: 128 };
    const original = gradientImage(size.width, size.height);
    const mask = boxMask({ region: "masked", padding: 16 }, { ...size, box: [32, 32, 64, 64] });
    const { networks } = runs.pipeline;
    const encode = networks.encode.bind(networks);
    let seen = new Float32Array();
    networks.encode = (image, options) => {
      seen = image.slice();
      return encode(image, options);
    };
    await runs.imageHash(inpaint(mask, { image: original }));
    networks.encode = encode;
    // The region is 64 pixels from 16 on, so nothing is resampled.
    const whole = imageTensor(original);
    for (let c = 0; c < 3; c++)
      for (const [y, x] of [
        [0, 0],
        [5, 60],
        [63, 63],
      ] as const)
        expect(seen[(c * 64 + y) * 64 + x]).toBe(whole[(c * 128 + y + 16) * 128 + x + 16]);
  });
});

describe("with an inpainting U-Net", () => {
  let nine: EngineRuns;
  beforeAll(async () => {
    nine = await engineRuns(miniaturePack({ inChannels: 9 }));
  });

  it("reads latent, mask, and the latent of the init image with the masked area grey", async () => {
    const mask = boxMask();
    const [first] = await samples(nine, inpaint(mask));
    expect(first!.length).toBe(9 * 64);
    const maskChannel = first!.slice(4 * 64, 5 * 64);
    for (const [i, value] of maskChannel.entries()) {
      const [x, y] = [i % 8, Math.floor(i / 8)];
      expect(value).toBe(x >= 2 && x < 5 && y >= 2 && y < 6 ? 1 : 0);
    }
    const grey = imageTensor(gradientImage());
    for (const [i, value] of mask.values.entries())
      if (value === 255) for (let c = 0; c < 3; c++) grey[c * WIDTH * HEIGHT + i] = 0;
    const seen = await nine.pipeline.networks.encode(grey, { size: { width: 8, height: 8 } });
    expect(first!.slice(5 * 64)).toEqual(seen);
  });

  it("keeps unmasked pixels too", async () => {
    const mask = boxMask();
    const [image] = await nine.images(inpaint(mask));
    expect(changed(image!, { original: gradientImage(), mask }).kept).toBe(0);
    const other = boxMask({}, { box: [16, 16, 48, 48] });
    const [first] = await samples(nine, inpaint(mask));
    expect((await samples(nine, inpaint(other)))[0]).not.toEqual(first);
  });

  it("runs txt2img and img2img with a full mask and a grey image", async () => {
    const grey = await nine.pipeline.networks.encode(new Float32Array(3 * WIDTH * HEIGHT), {
      size: { width: 8, height: 8 },
    });
    for (const change of [{}, inpaint(undefined)]) {
      const [first] = await samples(nine, change);
      expect(first!.slice(4 * 64, 5 * 64).every((value) => value === 1)).toBe(true);
      expect(first!.slice(5 * 64)).toEqual(grey);
    }
  });

  it("rejects any other number of channels", async () => {
    await expect(engineRuns(miniaturePack({ inChannels: 8 }))).rejects.toMatchObject({ code: "unsupported" });
  });
});
