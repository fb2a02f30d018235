// Textual inversions in PNG files, as AUTOMATIC1111 writes them (modules/textual_inversion/image_embedding.py): JSON in a text entry, and,
// for sites that remove those, in the pixels as well, in two blocks beside the image.
import { fieldOf, isJsonObject, parseJsonObject } from "../../formats/json.ts";
import { concatenated } from "../../formats/inflate.ts";
import { isPng, readPngText } from "../../formats/png.ts";
import { openPngPixels } from "../../formats/png-pixels.ts";
import { writeSafetensors } from "../../formats/safetensors.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { withoutHidden } from "../../shared/untrusted-text.ts";

const KEYWORD = "sd-ti-embedding";
/** More than 200 vectors; a prompt holds 75. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;
/** Larger images were not made to hold an embedding. */
const MAX_FILE_BYTES = 64_000_000;
const MAX_PIXELS = 4_000_000;

/**
 * The textual inversion that an image holds, as a safetensors file with the name that stands for it.
 * @returns null for other files
 * @throws StylusError bad-file if its text is damaged
 */
export async function embeddingOfImage(file: File): Promise<File | null> {
  if (file.size > MAX_FILE_BYTES || !(await mayHoldOne(file))) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const texts = await readPngText(bytes, { cut: true });
  const written = texts.get(KEYWORD);
  const inPixels = texts.size === 0; // a site has removed them, if there were any
  const json = written !== undefined ? textOfBase64(written) : inPixels ? await jsonInPixels(bytes) : null;
  const embedding = parseJsonObject(json ?? "");
  const vectors = vectorsOf(embedding);
  if (vectors === null) {
    if (written === undefined) return null;
    throw new StylusError("bad-file", say`The textual inversion in this image is damaged.`, {
      where: file.name,
      remedy: say`Use the original file, or its .pt or .safetensors version.`,
    });
  }
  const name = nameIn(embedding) || file.name.replace(/\.[^.]+$/, "");
  const tensor = writeSafetensors([{ name: "emb_params", dtype: "F32", ...vectors }]);
  return new File([tensor], `${name}.safetensors`);
}

/** By the first bytes alone, so that a folder of other images is soon looked through. */
async function mayHoldOne(file: Blob): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  if (!isPng(start) || start.length < 33) return false;
  const text = Array.from(start, (byte) => String.fromCharCode(byte)).join("");
  if (text.includes(KEYWORD)) return true;
  const view = new DataView(start.buffer);
  const pixels = view.getUint32(16) * view.getUint32(20);
  return start[25] === 2 && pixels <= MAX_PIXELS && !/[tiz][ET]Xt/.test(text);
}

/** The word that stands for it, as far as a file can be named so. */
const nameIn = (embedding: unknown): string => {
  const name = fieldOf(embedding, "name");
  return typeof name === "string" ? withoutHidden(name).replace(/[/\\]/g, "_").trim().slice(0, 100) : "";
};

/** Of `{ string_to_param: { "*": { TORCHTENSOR: [[…], …] } } }`. */
function vectorsOf(
  embedding: unknown,
): { readonly shape: readonly number[]; readonly bytes: Uint8Array<ArrayBuffer> } | null {
  const params = fieldOf(embedding, "string_to_param");
  const [first, ...others] = isJsonObject(params) ? Object.values(params) : [];
  const rows = fieldOf(first, "TORCHTENSOR");
  if (others.length > 0 || !Array.isArray(rows) || !Array.isArray(rows[0])) return null;
  const width = rows[0].length;
  const isRow = (row: unknown): row is readonly number[] =>
    Array.isArray(row) && row.length === width && row.every((value) => typeof value === "number");
  if (width === 0 || !rows.every(isRow)) return null;
  const values = Float32Array.from(rows.flat());
  return { shape: [rows.length, width], bytes: new Uint8Array(values.buffer) };
}

function textOfBase64(text: string): string | null {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text.trim()), (one) => one.charCodeAt(0)));
  } catch {
    return null;
  }
}

/**
 * The lowest four bits of each sample left of the image and right of it, below an XOR with a generator's; columns whose lowest bits are 0
 * separate the three.
 */
async function jsonInPixels(png: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const pixels = await openPngPixels(png);
  if (pixels?.channels !== 3) return null;
  const { width, height } = pixels;
  const samples = pixels.first(width);
  const at = (row: number, column: number): number => (row * width + column) * 3;
  const { top, bottom, left, right } = withoutBlackEdges(samples, { width, height });
  const isSeparator = (column: number): boolean => {
    for (let row = top; row < bottom; row++)
      for (let i = at(row, column); i < at(row, column) + 3; i++) if ((samples[i]! & 15) !== 0) return false;
    return true;
  };
  let first = left;
  while (first < right && !isSeparator(first)) first++;
  let last = right - 1;
  while (last > first && !isSeparator(last)) last--;
  const columns = first - left;
  if (columns === 0 || last <= first || right - 1 - last !== columns) return null;
  const data = new Uint8Array((bottom - top) * columns * 3);
  let [i, state] = [0, 0];
  for (let row = top; row < bottom; row++)
    for (let k = 0; k < columns * 3; k++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const lower = samples[at(row, left) + k]! & 15;
      const upper = samples[at(row, last + 1) + k]! & 15;
      const mask = (state % 255) & 15;
      data[i++] = ((upper ^ mask) << 4) | (lower ^ mask);
    }
  return inflatedText(data);
}

interface Edges {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Around all pixels without a sample that is 0. */
function withoutBlackEdges(
  samples: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Edges {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let i = 0; i < width * height; i++) {
    if (samples[3 * i] === 0 || samples[3 * i + 1] === 0 || samples[3 * i + 2] === 0) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
  }
  return { top, bottom, left, right };
}

/** zlib with anything behind its end; null for other data. In small pieces, so that little becomes too much before it is noticed. */
async function inflatedText(data: Uint8Array): Promise<string | null> {
  if (data[0] !== 0x78) return null;
  const { Inflate } = await import("fflate");
  const parts: Uint8Array[] = [];
  const sizeOf = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  const inflate = new Inflate((part) => void parts.push(part));
  try {
    for (let start = 2; start < data.length && sizeOf() <= MAX_JSON_BYTES; start += 4_096)
      inflate.push(data.subarray(start, start + 4_096));
  } catch {
    return null;
  }
  return sizeOf() > MAX_JSON_BYTES ? null : new TextDecoder().decode(concatenated(parts));
}
