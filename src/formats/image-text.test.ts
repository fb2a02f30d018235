// AUTOMATIC1111's text in every kind of image file that has it.
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ascii,
  bytes,
  exif,
  exifComment,
  jpeg,
  jpegSegment,
  png,
  pngChunk,
  pngText,
  webp,
} from "../../tests/fixtures/image-files.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { readImageText } from "./image-text.ts";

const parameters =
  "a fox 漢字\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 64x64";

describe("AUTOMATIC1111's text", () => {
  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ["tEXt in UTF-8", png(pngText("parameters", parameters))],
    [
      "zTXt in UTF-8",
      png(pngChunk("zTXt", bytes(ascii("parameters\0\0"), deflateSync(Buffer.from(parameters))))),
    ],
    ["iTXt", png(pngChunk("iTXt", bytes(ascii("parameters\0\0\0\0\0"), Buffer.from(parameters))))],
    ["EXIF in PNG", png(pngChunk("eXIf", exif([exifComment(parameters)])))],
    ["WebP, UTF-16, high byte first", webp(exif([exifComment(parameters)]))],
    ["WebP, low byte first, though the file says otherwise", webp(exif([exifComment(parameters, "le")]))],
    ["WebP, low byte first", webp(exif([exifComment(parameters, "le")], { little: true }))],
    ["WebP with the header of JPEG", webp(bytes(ascii("Exif\0\0"), exif([exifComment(parameters)])))],
    ["JPEG", jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([exifComment(parameters)]))))],
    ["JPEG, a comment of the file", jpeg(jpegSegment(0xfe, Buffer.from(parameters)))],
    [
      "JPEG, a description",
      jpeg(
        jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([[0x010e, bytes(Buffer.from(`${parameters}\0`))]]))),
      ),
    ],
    ["WebP, a comment of Windows", webp(exif([[0x9c9c, bytes(Buffer.from(`${parameters}\0`, "utf16le"))]]))],
    [
      "JPEG, no character code",
      jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([exifComment(parameters, "none")])))),
    ],
    [
      "JPEG, “ASCII” that is UTF-8",
      jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([exifComment(parameters, "ascii")])))),
    ],
    ["a PNG file that breaks off behind it", png(pngText("parameters", parameters)).slice(0, -40)],
  ])("%s", async (_, file) => {
    expect(await readImageText(file)).toBe(parameters);
  });

  it("keeps Latin-1 where the bytes are no UTF-8", async () => {
    expect(await readImageText(png(pngText("parameters", ascii("café"))))).toBe("café");
  });

  it("a comment that is no settings replaces none that is", async () => {
    const graph = JSON.stringify({ "1": { class_type: "KSampler", inputs: { steps: 7 } } });
    for (const comment of ["", " ", "my fox"]) {
      const xp = [0x9c9c, bytes(Buffer.from(`${parameters}\0`, "utf16le"))] as const;
      expect(await readImageText(webp(exif([xp, exifComment(comment)])))).toBe(parameters);
      const app1 = jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([exifComment(comment)])));
      expect(await readImageText(jpeg(app1, jpegSegment(0xfe, Buffer.from(parameters))))).toBe(parameters);
      const camera = [0x0110, ascii(`prompt:${graph}`)] as const;
      expect(await readImageText(webp(exif([camera, exifComment(comment)])))).toContain("Steps: 7");
    }
    expect(await readImageText(webp(exif([exifComment("my fox")])))).toBe("my fox");
  });

  it("goes before a graph, and is taken without the space around it", async () => {
    const graph = JSON.stringify({ "1": { class_type: "KSampler", inputs: { steps: 7 } } });
    const file = (text: string) => png(pngText("parameters", text), pngText("prompt", graph));
    expect(await readImageText(file(`\n ${parameters}\n`))).toBe(parameters);
    expect(await readImageText(file("my fox"))).toContain("Steps: 7");
    expect(await readImageText(file(" \n"))).toContain("Steps: 7");
  });

  it("may have 500,000 characters", async () => {
    const long = (length: number) => `a${parameters}`.padStart(length, "a");
    for (const [length, expected] of [
      [500_000, long(500_000)],
      [500_001, null],
    ] as const)
      expect((await readImageText(png(pngText("parameters", long(length))))) === expected).toBe(true);
  });

  it("is read of files with the whole mark of their kind", async () => {
    const photo = jpeg(jpegSegment(0xfe, Buffer.from(parameters)));
    const web = webp(exif([exifComment(parameters)]));
    for (const [file, at] of [
      [photo, 0],
      [photo, 1],
      [web, 0],
      [web, 8],
    ] as const)
      expect(await readImageText(file.with(at, 0x41) as typeof file)).toBeNull();
  });

  it("takes a JPEG file's comment for settings only if it is", async () => {
    const commented = (text: string) => readImageText(jpeg(jpegSegment(0xfe, Buffer.from(text))));
    expect(await commented(parameters)).toBe(parameters);
    expect(await commented("made with a camera")).toBeNull();
    expect(await commented(' {"a": 1}')).toBeNull();
    expect(await commented(' {"uc": "blurry", "steps": 7, "prompt": "a fox"}')).toBe(
      "a fox\nNegative prompt: blurry\nSteps: 7, RNG: CPU, Version: NovelAI",
    );
  });

  it("is null without settings and in other or damaged files, never an error", async () => {
    const files = [
      png(),
      webp(new Uint8Array(3)),
      jpeg(),
      jpeg(jpegSegment(0xe1, ascii("Exif\0\0MM"))),
      bytes(),
      png(pngText("parameters", '{"a": 1}')),
      png(pngText("parameters", `${"a".repeat(500_001)}\nSteps: 5, Seed: 7, Size: 64x64`)),
    ];
    for (const file of files) expect(await readImageText(file)).toBeNull();
    const all = [
      png(pngText("parameters", parameters)),
      webp(exif([exifComment(parameters)])),
      jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([exifComment(parameters)])))),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
        fc.nat(600),
        async (file, changes, end) => {
          const damaged = file.slice(0, Math.max(12, end));
          for (const [at, value] of changes) if (at > 11 && at < damaged.length) damaged[at] = value;
          const found = await readImageText(damaged);
          expect(found === null || typeof found === "string").toBe(true);
        },
      ),
      propertyRuns(300),
    );
  });
});
