// Init images, masks and hires fix through window.stylus and `npm run generate`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRgb } from "../../scripts/quality/rgb.ts";
import { runInPage, type Site } from "../../scripts/run/site.ts";
import { readPngText } from "../../src/formats/png.ts";
import { generateCommand } from "./generate-command.ts";
import { gradient, rectangleMask } from "./image-file.ts";
import { visit } from "./visit.ts";

let site: Site;
const work = mkdtempSync(path.join(tmpdir(), "stylus-web-init-images-"));
beforeAll(async () => void (site = await visit()));
afterAll(async () => {
  await site?.close();
  rmSync(work, { recursive: true, force: true });
});

const base = {
  prompt: "a fox",
  seed: 3,
  steps: 2,
  fewStep: false,
  sampler: "euler",
  adapters: "none",
} as const;
const source = gradient(64, 64).toString("base64");
const size = { width: 64, height: 64 };

test("the same init image, mask and seed give the same pixels; the report has their hashes", async () => {
  const file = rectangleMask(size, { left: 16, top: 16, right: 48, bottom: 48 }).toString("base64");
  const options = { ...base, start: { file: source, strength: 0.6, mask: { file, blur: 2 } } };
  const [first, second] = [await runInPage(site.page, options), await runInPage(site.page, options)];
  expect(first.images[0]!.png.equals(second.images[0]!.png)).toBe(true);
  expect(first.report.options.start).toMatchObject({
    picture: { ...size, id: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    strength: 0.6,
    mask: { blur: 2, region: "whole", padding: 32, fill: "original" },
  });
  expect(first.report.options).toMatchObject(size);
  expect(JSON.stringify(first.report).length).toBeLessThan(20_000);
  const parts = first.report.images[0]!.parts;
  expect(Object.keys(parts)).toContain("VAE encoder");
});

test.each([
  [
    "an empty mask",
    { mask: { file: rectangleMask(size, { left: 0, top: 0, right: 0, bottom: 0 }) } },
    /mask is empty/,
  ],
  [
    "a mask with another shape",
    { mask: { file: gradient(64, 32) } },
    /The mask is 64 × 32 px, but the init image is 64 × 64 px/,
  ],
  ["a mask that is not an image", { mask: { file: Buffer.from("no") } }, /The mask cannot be decoded/],
  ["a strength of 2", { strength: 2 }, /strength must be 0–1, not 2/],
])(
  "rejects %s",
  async (_name, { mask, ...values }: { strength?: number; mask?: { file: Buffer } }, message) => {
    const start = {
      file: source,
      ...values,
      ...(mask ? { mask: { file: mask.file.toString("base64") } } : {}),
    };
    const error = await runInPage(site.page, { ...base, start }).then(
      () => null,
      (reason: unknown) => reason as { code: string; message: string; remedy: string },
    );
    expect(error?.message).toMatch(message);
    expect(["bad-input", "bad-file"]).toContain(error?.code);
    expect(error?.remedy).toBeTruthy();
  },
);

test("rejects an init image that is not an image, and a hires size beyond the model's limit", async () => {
  const failure = (options: Parameters<typeof runInPage>[1]) =>
    runInPage(site.page, options).catch((error: unknown) => error as Error);
  expect(await failure({ ...base, start: { file: btoa("no image") } })).toMatchObject({ code: "bad-file" });
  expect(await failure({ ...base, start: { file: "%%%" } })).toMatchObject({ code: "bad-file" });
  const large = await failure({ ...base, hires: { scale: 4 } });
  expect(large).toMatchObject({ code: "bad-input" });
  expect((large as Error).message).toContain("1024 × 1024; this model goes up to 768");
});

test("npm run generate: --init with --mask, then --hires", async () => {
  const [init, mask] = [path.join(work, "init.png"), path.join(work, "mask.png")];
  writeFileSync(init, gradient(96, 64));
  writeFileSync(mask, rectangleMask({ width: 96, height: 64 }, { left: 0, top: 0, right: 48, bottom: 64 }));
  const common =
    `--steps 2 --few-step off --seed 1 --adapters none --profile ${path.join(work, "profile")}`.split(" ");
  const masked = generateCommand(
    "a fox",
    ...common,
    ...`--init ${init} --strength 0.8 --mask ${mask} --mask-blur 1 --mask-fill noise --clip-skip 2 --noise nv`.split(
      " ",
    ),
    ...`--size 96x64 --out ${path.join(work, "a")}`.split(" "),
  );
  expect(masked.status, masked.output).toBe(0);
  const report = JSON.parse(readFileSync(path.join(work, "a/report.json"), "utf8")) as { options: unknown };
  expect(report.options).toMatchObject({
    clipSkip: 2,
    noise: "nv",
    start: { strength: 0.8, mask: { blur: 1, fill: "noise" } },
  });
  const png = readFileSync(path.join(work, "a/a-fox-1.png"));
  const text = (await readPngText(new Uint8Array(png))).get("parameters")!;
  expect(text).toContain("Denoising strength: 0.8, Mask blur: 1, Masked content: latent noise,");
  expect(text).toContain("Clip skip: 2, RNG: NV");
  const [before, after] = [readRgb(gradient(96, 64)).rgb, readRgb(png).rgb];
  const right = (rgb: Uint8Array): number[] => [...rgb].filter((_, i) => Math.floor(i / 3) % 96 >= 52);
  expect(right(after)).toEqual(right(before));

  const hires = generateCommand(
    "a fox",
    ...common,
    ...`--size 64x64 --hires 1.5 --hires-upscaler pixel-lanczos --hires-strength 0.5 --vae-tile 64`.split(
      " ",
    ),
    ...`--out ${path.join(work, "b")}`.split(" "),
  );
  expect(hires.status, hires.output).toBe(0);
  const large = readRgb(readFileSync(path.join(work, "b/a-fox-1.png")));
  expect([large.width, large.height]).toEqual([96, 96]);
});

test.each([
  [["--strength", "0.5"], /--strength needs --init/],
  [["--mask", "m.png"], /--mask needs --init/],
  [["--hires-steps", "5"], /--hires-steps needs --hires/],
  [["--init", "nowhere.png"], /nowhere\.png cannot be read/],
  [["--hires", "9"], /--hires must be a number from 1 to 4/],
  [["--clip-skip", "0"], /--clip-skip/],
  [["--noise", "gpu"], /--noise must be one of cpu, nv/],
])("%j ends with code 2 and the usage", (args, message) => {
  const { status, output } = generateCommand("a fox", ...args);
  expect(status).toBe(2);
  expect(output).toMatch(message);
  expect(output).toContain("Usage:");
});
