// Textual inversions in PNG files, made as AUTOMATIC1111's source makes them: in a text entry and in the pixels.
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngOf, pngText, type Pixels } from "../../../tests/fixtures/image-files.ts";
import { sd15 } from "../../../tests/fixtures/adapters/small-files.ts";
import { english } from "../../shared/saying.ts";
import { parseAdapter } from "../adapter.ts";
import { embeddingOfImage } from "./image-embedding.ts";

const values = (vectors: number, width = 768): number[][] =>
  Array.from({ length: vectors }, (_, v) =>
    Array.from({ length: width }, (__, i) => ((v * 31 + i * 7) % 100) / 64 - 0.5),
  );

const embedding = (rows: unknown, name: unknown = "my-cat") => ({
  string_to_token: { "*": 265 },
  string_to_param: { "*": { TORCHTENSOR: rows } },
  name,
  step: 500,
  sd_checkpoint: null,
});

const image = (width = 20, height = 30): Pixels => ({
  width,
  height,
  channels: 3,
  values: Uint8Array.from({ length: width * height * 3 }, (_, i) => 17 + ((i * 13) % 200)),
});

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const inText = (text: string): File =>
  new File([pngOf(image(), pngText("sd-ti-embedding", text))], "some.png");

/** `insert_image_data_embed`, with a shade in the high bits as it has. */
function inPixels(data: Uint8Array, { width, height, values: inner }: Pixels = image()): Pixels {
  let size = data.length + (height - (data.length % height));
  size += height * 3 - (size % (height * 3));
  const columns = size / height / 3;
  let state = 0;
  const noise = Array.from({ length: size }, () => {
    state = Number((1_664_525n * BigInt(state) + 1_013_904_223n) % 2n ** 32n);
    return (state % 255) & 15;
  });
  const nibbles = (shift: number): number[] =>
    noise.map((one, i) => ((data[i % data.length]! >> shift) & 15) ^ one ^ 0xa0);
  const black = [0, 0, 0];
  const [low, high] = [nibbles(0), nibbles(4)];
  const whole = new Uint8Array((2 * columns + width + 2) * height * 3);
  for (let y = 0; y < height; y++) {
    const row = [
      ...low.slice(y * columns * 3, (y + 1) * columns * 3),
      ...black,
      ...inner.slice(y * width * 3, (y + 1) * width * 3),
      ...black,
      ...high.slice(y * columns * 3, (y + 1) * columns * 3),
    ];
    whole.set(row, y * row.length);
  }
  return { width: 2 * columns + width + 2, height, channels: 3, values: whole };
}
const compressed = (value: unknown): Uint8Array => deflateSync(JSON.stringify(value), { level: 9 });

async function read(file: File) {
  const found = (await embeddingOfImage(file))!;
  const { embeddings, report } = await parseAdapter(found, { fileName: found.name, table: sd15 });
  expect(report.warnings.map(english)).toEqual([]);
  return embeddings.map(({ name, values: numbers, ...rest }) => ({ ...rest, name, values: [...numbers] }));
}

describe("a textual inversion", () => {
  it("in a text, with its name", async () => {
    expect(await read(inText(base64(embedding(values(2)))))).toEqual([
      { name: "my-cat", vectors: 2, width: 768, values: values(2).flat() },
    ]);
  });

  it("in the pixels, where no text is left", async () => {
    const file = new File([pngOf(inPixels(compressed(embedding(values(3)))))], "some.png");
    expect(await read(file)).toEqual([{ name: "my-cat", vectors: 3, width: 768, values: values(3).flat() }]);
  });

  it("in the pixels with a black edge around them", async () => {
    const { width, height, values: inner } = inPixels(compressed(embedding(values(1))));
    const around = new Uint8Array((width + 4) * (height + 3) * 3);
    for (let y = 0; y < height; y++)
      around.set(inner.subarray(y * width * 3, (y + 1) * width * 3), ((y + 1) * (width + 4) + 2) * 3);
    const pixels: Pixels = { width: width + 4, height: height + 3, channels: 3, values: around };
    expect(await read(new File([pngOf(pixels)], "some.png"))).toMatchObject([{ name: "my-cat", vectors: 1 }]);
  });

  it.each<[unknown, string]>([
    [undefined, "some"],
    [5, "some"],
    [" ", "some"],
    ["a/b\\c\u202e", "a_b_c"],
    ["x".repeat(200), "x".repeat(100)],
  ])("named %j has the name %j", async (name, expected) => {
    const found = await embeddingOfImage(inText(base64({ ...embedding(values(1)), name })));
    expect(found!.name).toBe(`${expected}.safetensors`);
  });
});

describe("none", () => {
  it("in images without, and other files", async () => {
    const { values: noisy, ...size } = inPixels(Buffer.from("no zlib data"));
    const files = [
      pngOf(image()),
      pngOf(image(), pngText("parameters", "a fox\nSteps: 5")),
      pngOf({ ...size, values: noisy }),
      pngOf(inPixels(Uint8Array.of(0x78, 1, 2, 3, 4, 5))),
      pngOf(inPixels(compressed({ a: 1 }))),
      pngOf(inPixels(deflateSync("no JSON"))),
      pngOf({ width: 3, height: 2, channels: 3, values: new Uint8Array(18) }),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
      new Uint8Array(Buffer.from("sd-ti-embedding".padEnd(99))),
      ...[8, 32, 33].map((bytes) => pngOf(image()).slice(0, bytes)),
      new Uint8Array(),
    ];
    const found = await Promise.all(files.map((bytes) => embeddingOfImage(new File([bytes], "x.png"))));
    expect(found).toEqual(files.map(() => null));
  });

  it("in images too large for one, which are not read at all", async () => {
    const { width, height, channels } = { width: 2_001, height: 2_000, channels: 3 as const };
    const file = new File([pngOf({ width, height: 0, channels, values: new Uint8Array() })], "x.png");
    const large = new Uint8Array(await file.arrayBuffer());
    new DataView(large.buffer).setUint32(20, height);
    let read = 0;
    const counted = new File([large], "x.png");
    counted.arrayBuffer = async () => (read++, large.buffer);
    expect(await embeddingOfImage(counted)).toBeNull();
    expect(read).toBe(0);
    new DataView(large.buffer).setUint32(16, 2_000);
    const fitting = new File([large], "x.png");
    fitting.arrayBuffer = async () => (read++, large.buffer);
    expect(await embeddingOfImage(fitting)).toBeNull();
    expect(read).toBe(1);
  });

  it("in pixels that other texts came with: where they are, the embedding's would be", async () => {
    const pixels = inPixels(compressed(embedding(values(1))));
    expect(await embeddingOfImage(new File([pngOf(pixels, pngText("Title", "a"))], "x.png"))).toBeNull();
  });

  it("of more than a prompt could hold", async () => {
    const bomb = compressed({ ...embedding(values(1)), filling: " ".repeat(5 << 20) });
    expect(await embeddingOfImage(new File([pngOf(inPixels(bomb))], "x.png"))).toBeNull();
  });
});

it("a damaged text is named", async () => {
  const rows = values(1);
  const broken = [
    "no base64 %",
    base64("no object"),
    base64({}),
    base64(embedding([])),
    base64(embedding([[]])),
    base64(embedding([1, 2])),
    base64(embedding([...rows, [1]])),
    base64(embedding([[...rows[0]!.slice(1), "1"]])),
    base64(embedding([[...rows[0]!.slice(1), null]])),
    base64({ ...embedding(rows), string_to_param: { a: { TORCHTENSOR: rows }, b: { TORCHTENSOR: rows } } }),
    base64(embedding(rows)).slice(0, 500),
  ];
  for (const text of broken)
    await expect(embeddingOfImage(inText(text))).rejects.toMatchObject({
      code: "bad-file",
      message: "The textual inversion in this image is damaged.",
      where: "some.png",
    });
});
