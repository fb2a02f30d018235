// Images that are exported and brought back, and archives that are not ours.
import { unzipSync, zipSync } from "fflate";
import { expect, it } from "vitest";
import { keptImage, keptRun } from "../../../tests/fixtures/kept-images.ts";
import { gradient } from "../../../tests/e2e/image-file.ts";
import { readPngText, withPngText } from "../../formats/png.ts";
import { StylusError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/sha256.ts";
import { defaultMask } from "../../stylus/image-options.ts";
import type { StoredImage, StoredRun } from "./gallery.ts";
import { packImages, unpackImages } from "./gallery-archive.ts";

const parameters = "a fox\nSteps: 6, Seed: 7, Size: 8x8";
const png = withPngText(Uint8Array.from(gradient(8, 8)), { parameters });
const run = keptRun("run", 2);
const image = (index: number, change: Partial<StoredImage> = {}): StoredImage =>
  keptImage({
    id: `run-${index}`,
    runId: "run",
    index,
    png: new Blob([png], { type: "image/png" }),
    ...change,
  });
const withoutFiles = (list: readonly StoredImage[]) => list.map((each) => ({ ...each, png: null }));
const images = [image(0, { favourite: true, note: "for the poster" }), image(1, { prompt: "a fox" })];
const fileOf = (content: Blob | Uint8Array, name = "images.zip"): File =>
  new File([content as BlobPart], name);

it("brings back images, their runs and what the user said of them; files have their settings and names of their own", async () => {
  const archive = await packImages(images, [run]);
  const entries = unzipSync(new Uint8Array(await archive.arrayBuffer()));
  expect(Object.keys(entries)).toEqual(["stylus-images.json", "a-fox-7.png", "a-fox-7-2.png"]);
  const text = await readPngText(new Uint8Array(entries["a-fox-7.png"]!));
  expect(text.get("parameters")).toBe(parameters);

  const { runs, withoutRun } = await unpackImages(fileOf(archive));
  const [found, ...others] = runs;
  expect([others, withoutRun]).toEqual([[], []]);
  expect(found!.run).toEqual(run);
  expect(withoutFiles(found!.images)).toEqual(withoutFiles(images));
  for (const each of found!.images) expect(new Uint8Array(await each.png.arrayBuffer())).toEqual(png);
});

it("brings back what runs started from, unless it is damaged", async () => {
  const [picture, mask] = [new Blob(["picture"]), new Blob(["mask"])];
  const ids = [await sha256(picture), await sha256(mask)] as const;
  const started: StoredRun = {
    ...run,
    options: {
      ...run.options,
      start: {
        picture: { id: ids[0], width: 8, height: 8 },
        strength: 0.5,
        mask: { ...defaultMask, id: ids[1] },
      },
    },
  };
  const files = new Map([
    [ids[0], picture],
    [ids[1], mask],
  ]);
  const archive = await packImages(images, [started], files);
  const { inputs } = await unpackImages(fileOf(archive));
  expect([...inputs.keys()]).toEqual(ids);
  expect(await Promise.all([...inputs.values()].map((file) => file.text()))).toEqual(["picture", "mask"]);
  expect((await unpackImages(fileOf(await packImages(images, [started])))).inputs.size).toBe(0);

  const entries = unzipSync(new Uint8Array(await archive.arrayBuffer()));
  const damaged = zipSync({ ...entries, [`inputs/${ids[1]}`]: new TextEncoder().encode("other") });
  await expect(unpackImages(fileOf(damaged))).rejects.toThrow(`inputs/${ids[1]} is damaged`);
});

it("brings back regions, unless something of them is missing", async () => {
  const area = { x: 0, y: 0, width: 0.5, height: 1, weight: 1, prompt: "a cat" };
  const regions = { baseWeight: 0.2, addPrompt: true, areas: [area] };
  const region = {
    adapters: [{ id: "clay", unetStrength: 0.8, textStrength: 0.8 }],
    masked: [],
    formulas: { clay: "0.8" },
  };
  const withRegions = { ...run, options: { ...run.options, regions } };
  const one = image(0, { regions: [region] });
  const unpacked = async (kept: StoredImage, of: StoredRun): ReturnType<typeof unpackImages> =>
    unpackImages(fileOf(await packImages([kept], [of])));

  const [found] = (await unpacked(one, withRegions)).runs;
  expect(found!.run.options.regions).toEqual(regions);
  expect(found!.images[0]!.regions).toEqual([region]);

  const { formulas: _, ...unexplained } = region;
  await expect(unpacked({ ...one, regions: [unexplained as typeof region] }, withRegions)).rejects.toThrow(
    "what it says of a-fox-7.png is incomplete",
  );
  const { addPrompt: __, ...unclear } = regions;
  const options = { ...run.options, regions: unclear as typeof regions };
  await expect(unpacked(one, { ...run, options })).rejects.toThrow("stylus-images.json is of another form");
});

it("refuses what it did not write, and says what is wrong with it", async () => {
  const entries = unzipSync(new Uint8Array(await (await packImages(images, [run])).arrayBuffer()));
  const table = JSON.parse(new TextDecoder().decode(entries["stylus-images.json"])) as Record<
    string,
    unknown
  >;
  const withTable = (change: object): Uint8Array =>
    zipSync({
      ...entries,
      "stylus-images.json": new TextEncoder().encode(JSON.stringify({ ...table, ...change })),
    });
  const tableAlone = { "stylus-images.json": entries["stylus-images.json"]! };
  const text = new TextEncoder().encode("no image");
  for (const [content, why] of [
    [new Uint8Array([1, 2, 3]), "it is damaged"],
    [zipSync({ "a.txt": text }), "it has no stylus-images.json"],
    [zipSync({ "stylus-images.json": text }), "its stylus-images.json is of another form"],
    [withTable({ version: 2 }), "its stylus-images.json is of another form"],
    [withTable({ runs: [{ id: "run" }] }), "its stylus-images.json is of another form"],
    [
      withTable({ images: [{ file: "a-fox-7.png", image: { id: "run-0", runId: "run" } }] }),
      "what it says of a-fox-7.png is incomplete",
    ],
    [zipSync(tableAlone), "a-fox-7.png is missing or not a PNG file"],
    [zipSync({ ...entries, "a-fox-7.png": text }), "a-fox-7.png is missing or not a PNG file"],
  ] as const) {
    const error = await unpackImages(fileOf(content)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StylusError);
    expect((error as Error).message).toBe(
      `images.zip is not an archive of images that Stylus exported: ${why}.`,
    );
  }
});

it("names the images whose run is not in the archive", async () => {
  const archive = await packImages([...images, image(2, { runId: "gone", seed: 8 })], [run]);
  const { runs, withoutRun } = await unpackImages(fileOf(archive));
  expect([runs.map((each) => each.images.length), withoutRun]).toEqual([[2], ["stylus-8.png"]]);
});

it.each([
  ["they are 10000, and 9999 is the most", Array.from({ length: 10_000 }, (_, index) => image(index))],
  ["the one with seed 7 is larger than 64 MB", [image(0, { png: { size: 64e6 + 1 } as Blob })]],
  [
    "together they have more than 1744 MB",
    Array.from({ length: 28 }, (_, index) => image(index, { png: { size: 63e6 } as Blob })),
  ],
])("exports nothing that could not be imported: %s", async (problem, many) => {
  await expect(packImages(many, [run])).rejects.toMatchObject({
    code: "bad-input",
    message: `These images don’t fit into one ZIP file: ${problem}.`,
  });
});
