// `npm run generate`: files on disk, exit codes, error messages.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { root } from "../../scripts/run/setup.ts";
import { readPngText } from "../../src/formats/png.ts";
import { expandBatch } from "../../src/stylus/wildcards/wildcards.ts";
import { generateCommand } from "./generate-command.ts";
import { writeModelFolder } from "./model-folder.ts";

const out = mkdtempSync(path.join(tmpdir(), "stylus-web-out-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

test("writes images and a report; the same command line gives the same images", () => {
  const profile = path.join(out, "profile");
  const options = "--seed 5 --count 2 --steps 2 --size 256x192 --adapters clay:0.7".split(" ");
  const command = (folder: string) =>
    generateCommand(
      "two dogs in the snow, clay render",
      ...options,
      ...`--profile ${profile} --out ${path.join(out, folder)}`.split(" "),
    );
  for (const folder of ["a", "b"]) {
    const { status, output } = command(folder);
    expect(status, output).toBe(0);
    expect(output).toContain("Clay Render, strength 0.7: listed by you");
    expect(output).toContain("Seeds: 5, 6");
    expect(output).toContain(`The full report is in ${path.join(out, folder, "report.json")}`);
  }
  const names = readdirSync(path.join(out, "a")).sort();
  expect(names).toEqual([
    "report.json",
    "two-dogs-in-the-snow-clay-render-5.png",
    "two-dogs-in-the-snow-clay-render-6.png",
  ]);
  for (const name of names.slice(1)) {
    expect(readFileSync(path.join(out, "a", name)).equals(readFileSync(path.join(out, "b", name)))).toBe(
      true,
    );
  }
  const report = JSON.parse(readFileSync(path.join(out, "a/report.json"), "utf8")) as Record<string, unknown>;
  expect(report).toMatchObject({ format: "stylus-web/run", version: 3 });
  expect(report["options"]).toMatchObject({ seed: 5, count: 2, steps: 2, width: 256, height: 192 });
});

test("its images contain the settings", async () => {
  const png = readFileSync(path.join(out, "a/two-dogs-in-the-snow-clay-render-6.png"));
  const text = (await readPngText(new Uint8Array(png))).get("parameters")!;
  expect(text).toContain("two dogs in the snow, clay render <lora:clay:0.7>");
  expect(text).toContain("Seed: 6");
  expect(text).toContain("Size: 256x192");
});

test("generates with a checkpoint from the disk", async () => {
  const folder = path.join(out, "model");
  await writeModelFolder(folder);
  const options =
    "--seed 5 --steps 2 --size 64x64 --few-step off --adapters none --guidance 0.2-0.8 --cache-interval 2".split(
      " ",
    );
  const { status, output } = generateCommand(
    "a castle",
    ...options,
    "--model",
    folder,
    "--out",
    path.join(out, "c"),
  );
  expect(status, output).toBe(0);
  const report = JSON.parse(readFileSync(path.join(out, "c/report.json"), "utf8")) as {
    pack: { title: string };
  };
  expect(report.pack.title).toBe("model");
  const png = readFileSync(path.join(out, "c/a-castle-5.png"));
  const text = (await readPngText(new Uint8Array(png))).get("parameters");
  expect(text).toContain("Model: model");
  expect(text).toContain("Guidance interval: 0.2 to 0.8, DeepCache interval: 2");
});

test.each([
  ["no-such-model", /There is no model “no-such-model”[\s\S]*Choose one of .*sd15/],
  [path.join(root, "package.json"), /None of these files is a model/],
])("--model %s ends with code 1 and a remedy", (model, message) => {
  const { status, output } = generateCommand("a fox", "--model", model);
  expect(status).toBe(1);
  expect(output).toMatch(message);
  expect(output).not.toContain("    at ");
});

test.each([
  [["a fox", "--model", "nowhere/x.safetensors"], /no file or folder nowhere/],
  [[], /The prompt is missing/],
  [["a", "fox"], /Put the prompt in quotes/],
  [["a fox", "--seed", "-1"], /seed/],
  [["a fox", "--size", "250x256"], /multiples of 8/],
  [["a fox", "--guidance", "0.8-0.2"], /--guidance must be FROM-TO, 0 to 1 each, not "0\.8-0\.2"/],
  [["a fox", "--cache-interval", "11"], /--cache-interval must be a whole number from 1 to 10/],
  [["a fox", "--method", "magic"], /--method must be one of/],
  [["a fox", "--region", "nowhere.png: a cat"], /--region: nowhere\.png cannot be read/],
  [["a fox", "--wildcards", "nowhere"], /--wildcards: there is no folder nowhere/],
  [["a fox", "--wildcards", "model-manifests"], /--wildcards: model-manifests has no \.txt files/],
  [["a fox", "--detail", "somewhere"], /--detail must be PLACE or PLACE: prompt/],
  [["a fox", "--detail-strength", "0.5"], /--detail-strength needs --detail/],
  [["a fox", "--nonsense"], /nonsense/],
])("%j ends with code 2, the message last", (args, message) => {
  const { status, output } = generateCommand(...args);
  expect(status).toBe(2);
  expect(output.trim().split("\n").at(-1)).toMatch(message);
  expect(output).toMatch(/^Usage:.*\n--help lists the options/);
});

test("a detail pass changes its area and nothing else, and its image says so", async () => {
  const options = "--seed 5 --steps 2 --size 128x128 --few-step off --adapters none".split(" ");
  const generated = (folder: string, ...more: string[]): Uint8Array<ArrayBuffer> => {
    const { status, output } = generateCommand("a fox", ...options, ...more, "--out", path.join(out, folder));
    expect(status, output).toBe(0);
    return Uint8Array.from(readFileSync(path.join(out, folder, "a-fox-5.png")));
  };
  const plain = decode(generated("plain"));
  const file = generated("details", "--detail", "25,25,50,50: a red fox", "--detail-strength", "0.8");
  const detailed = decode(file);
  const changed = { inside: 0, outside: 0 };
  for (let i = 0; i < 128 * 128; i++) {
    const [x, y] = [i % 128, Math.floor(i / 128)];
    const at = i * plain.channels;
    const differs = [0, 1, 2].some((c) => plain.data[at + c] !== detailed.data[at + c]);
    const isInside = x >= 32 && x < 96 && y >= 32 && y < 96;
    if (differs) changed[isInside ? "inside" : "outside"]++;
  }
  expect(changed.outside).toBe(0);
  expect(changed.inside).toBeGreaterThan(1000);
  const text = (await readPngText(file)).get("parameters")!;
  expect(text).toContain('"prompt\\":\\"a red fox');
  expect(text).toContain("Detail strength: 0.8, Detail padding: 32, Detail edge: 4");
});

test("reports a tag in the negative prompt", () => {
  const options = [
    "--steps",
    "1",
    "--size",
    "64x64",
    "--adapters",
    "none",
    "--negative",
    "blurry <lora:ink:1>",
  ];
  const folder = path.join(out, "n");
  const { status, output } = generateCommand("a fox", ...options, "--out", folder);
  expect(status, output).toBe(0);
  expect(output).toContain("<lora:ink:1> does nothing in the negative prompt");
});

test("draws from wildcard files, each image by its seed", async () => {
  const files = path.join(out, "wildcards");
  mkdirSync(path.join(files, "animals"), { recursive: true });
  writeFileSync(path.join(files, "Colours.txt"), "red\nblue\n# none\ngreen\n");
  writeFileSync(path.join(files, "animals", "cats.txt"), "lion\ntiger\n");
  const asked = "a __colours__ __animals/cats__, __hats__";
  const folder = path.join(out, "w");
  const options = "--steps 1 --size 64x64 --adapters none --seed 3 --count 4".split(" ");
  const { status, output } = generateCommand(asked, ...options, "--wildcards", files, "--out", folder);
  expect(status, output).toBe(0);
  const wildcards = new Map([
    ["colours", ["red", "blue", "green"]],
    ["animals/cats", ["lion", "tiger"]],
  ]);
  const prompt = { prompt: asked, negativePrompt: "", variation: null };
  const drawn = expandBatch({ ...prompt, regions: [], seed: 3, count: 4 }, wildcards).images;
  expect(new Set(drawn.map((image) => image.prompt)).size).toBeGreaterThan(1);
  for (const [index, image] of drawn.entries())
    expect(output).toContain(`Seed ${3 + index}: ${image.prompt}`);
  expect(output).toContain("__hats__");
  const report = JSON.parse(readFileSync(path.join(folder, "report.json"), "utf8")) as {
    images: { prompt: string }[];
  };
  expect(report.images.map((image) => image.prompt)).toEqual(drawn.map((image) => image.prompt));
  const [first] = readdirSync(folder).filter((name) => name.endsWith("-3.png"));
  const text = (await readPngText(new Uint8Array(readFileSync(path.join(folder, first!))))).get(
    "parameters",
  )!;
  expect(text.startsWith(drawn[0]!.prompt)).toBe(true);
  expect(text).toContain(`Template: "${asked}"`);

  writeFileSync(path.join(files, "empty.txt"), "# nothing\n");
  const refused = generateCommand(asked, "--wildcards", files);
  expect(refused.status).toBe(1);
  expect(refused.output).toMatch(/empty\.txt has no options[\s\S]*Write one option per line/);
});

test("an unknown adapter ends with code 1 and a remedy", () => {
  const { status, output } = generateCommand(
    "a fox",
    "--adapters",
    "nobody:1",
    "--profile",
    path.join(out, "profile"),
  );
  expect(status).toBe(1);
  expect(output).toContain("Pocket has no adapter “nobody”.");
  expect(output).not.toContain("    at ");
});
