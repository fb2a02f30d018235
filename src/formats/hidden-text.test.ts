// Texts in the lowest bits of pixels, hidden as NovelAI's and the extension's sources do it.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngOf, pngText, type Pixels } from "../../tests/fixtures/image-files.ts";
import { parseParameters } from "./generation-parameters.ts";
import { readHiddenText } from "./hidden-text.ts";
import { readImageText } from "./image-text.ts";

interface Hiding {
  readonly signature: string;
  readonly data: Uint8Array;
  /** In bits; else that of the data. */
  readonly length?: number;
  readonly width?: number;
  readonly height?: number;
  readonly channels?: 3 | 4;
}

const bitsOf = (data: Uint8Array): string =>
  [...data].map((byte) => byte.toString(2).padStart(8, "0")).join("");

function hidden({ signature, data, length, width = 40, height = 50, channels = 4 }: Hiding): Pixels {
  const values = new Uint8Array(width * height * channels).fill(254);
  const bits = [
    bitsOf(Buffer.from(signature)),
    (length ?? data.length * 8).toString(2).padStart(32, "0"),
    bitsOf(data),
  ].join("");
  const places = signature.includes("rgb") ? [0, 1, 2] : [3];
  for (let i = 0; i < bits.length; i++) {
    const pixel = Math.floor(i / places.length);
    const [x, y] = [Math.floor(pixel / height), pixel % height];
    values[(y * width + x) * channels + places[i % places.length]!]! |= Number(bits[i]);
  }
  return { width, height, channels, values };
}

const text = "a fox, 猫\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Seed: 7";

describe("a text in the pixels", () => {
  it.each([
    ["stealth_pnginfo", 4, false],
    ["stealth_pngcomp", 4, true],
    ["stealth_rgbinfo", 3, false],
    ["stealth_rgbcomp", 3, true],
    ["stealth_rgbcomp", 4, true],
  ] as const)("%s, in %i channels", async (signature, channels, isCompressed) => {
    const plain = Buffer.from(text);
    const pixels = hidden({ signature, channels, data: isCompressed ? gzipSync(plain) : plain });
    expect(await readHiddenText(pngOf(pixels))).toBe(text);
    expect(await readImageText(pngOf(pixels))).toBe(text);
  });

  it("of an image that it fills to the last bit", async () => {
    const data = Buffer.from("abcdef");
    const pixels = hidden({ signature: "stealth_pnginfo", data, width: 8, height: 25 });
    expect(await readHiddenText(pngOf(pixels))).toBe("abcdef");
  });

  it("NovelAI's entries, its comment as text or not", async () => {
    const comment = { prompt: "{fox}", uc: "lowres", steps: 28, seed: 9, sampler: "k_euler", scale: 5 };
    for (const Comment of [JSON.stringify(comment), comment]) {
      const entries = { Description: "{fox}", Software: "NovelAI", Source: "NovelAI Diffusion V3", Comment };
      const data = gzipSync(JSON.stringify(entries));
      const read = await readImageText(pngOf(hidden({ signature: "stealth_pngcomp", data })));
      const { prompt, negativePrompt, fields } = parseParameters(read!);
      expect({ prompt, negativePrompt, ...Object.fromEntries(fields) }).toEqual({
        prompt: "(fox:1.05)",
        negativePrompt: "lowres",
        Steps: "28",
        Sampler: "k_euler",
        "CFG scale": "5",
        Seed: "9",
        Model: "NovelAI Diffusion V3",
        RNG: "CPU",
        Version: "NovelAI",
      });
    }
  });

  it("counts only where nothing else says anything", async () => {
    const pixels = hidden({ signature: "stealth_pnginfo", data: Buffer.from("hidden") });
    expect(await readImageText(pngOf(pixels, pngText("parameters", text)))).toBe(text);
    expect(await readImageText(pngOf(pixels, pngText("Title", "a fox")))).toBe("hidden");
  });

  it("that is none, or broken, or too long, is none", async () => {
    const data = Buffer.from("hidden");
    const broken: readonly Hiding[] = [
      { signature: "stealth_pnginfi", data },
      { signature: "stealth_pngcomp", data },
      { signature: "stealth_pngcomp", data: gzipSync(Buffer.alloc(17 << 20)), width: 400, height: 400 },
      { signature: "stealth_pnginfo", data, length: 2 ** 32 - 1 },
      { signature: "stealth_pnginfo", data: new Uint8Array(), width: 3, height: 50, length: 8 },
      { signature: "", data: new Uint8Array(), width: 1, height: 1, length: 0 },
    ];
    for (const hiding of broken) {
      const file = pngOf(hidden(hiding));
      expect([await readHiddenText(file), await readImageText(file)]).toEqual([null, null]);
    }
    expect(await readHiddenText(Uint8Array.of(0xff, 0xd8, 0xff))).toBeNull();
  });

  it("of NovelAI with other things in it says nothing", async () => {
    for (const entries of ['{"Comment": 5}', "{}", '{"Comment": "{"}', '{"Comment": {"a": 1}}']) {
      const file = pngOf(hidden({ signature: "stealth_pnginfo", data: Buffer.from(entries) }));
      expect(await readImageText(file)).toBeNull();
    }
  });
});
