// Pixels of PNG files to the bit (PNG specification, third edition, §9 and §11.2.1), which a canvas does not give: it multiplies colours
// with alpha. For files with 8 bits a sample and no interlacing, in colours with or without alpha: what tools for images write.
import { concatenated, inflate } from "./inflate.ts";
import { chunksOf, isPng } from "./png.ts";

/** Larger images are not read. */
const MAX_BYTES = 128 * 1024 * 1024;

export interface PngPixels {
  readonly width: number;
  readonly height: number;
  /** 4 with alpha, else 3. */
  readonly channels: number;
  /** The first columns: [H, columns, channels]. */
  first(columns: number): Uint8Array;
}

const CHANNELS: ReadonlyMap<number, number> = new Map([
  [2, 3],
  [6, 4],
]);

/** @returns null for other files, damaged ones, and other kinds of PNG */
export async function openPngPixels(bytes: Uint8Array<ArrayBuffer>): Promise<PngPixels | null> {
  if (!isPng(bytes)) return null;
  const chunks = [...chunksOf(bytes, { cut: true })];
  const header = chunks[0];
  if (header?.type !== "IHDR" || header.data.length !== 13) return null;
  const view = new DataView(header.data.buffer, header.data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits, colour, , , interlace] = header.data.subarray(8);
  const channels = CHANNELS.get(colour!);
  if (bits !== 8 || channels === undefined || interlace !== 0) return null;
  const size = height * (1 + width * channels); // each row has its filter before it
  if (width === 0 || height === 0 || size > MAX_BYTES) return null;
  const compressed = concatenated(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  const filtered = await inflate(compressed, { most: size });
  if (filtered?.length !== size) return null;
  return {
    width,
    height,
    channels,
    first: (columns) => unfiltered(filtered, { width, height, channels, columns }),
  };
}

/** A filter looks at the pixel before and at those above, so the first columns need no others. */
function unfiltered(
  filtered: Uint8Array,
  {
    width,
    height,
    channels,
    columns,
  }: { readonly width: number; readonly height: number; readonly channels: number; readonly columns: number },
): Uint8Array {
  const length = Math.min(columns, width) * channels;
  const out = new Uint8Array(height * length);
  for (let row = 0; row < height; row++) {
    const from = row * (1 + width * channels);
    const filter = filtered[from]!;
    const start = row * length;
    for (let i = 0; i < length; i++) {
      const before = i < channels ? 0 : out[start + i - channels]!;
      const above = row === 0 ? 0 : out[start + i - length]!;
      const corner = i < channels || row === 0 ? 0 : out[start + i - length - channels]!;
      out[start + i] = filtered[from + 1 + i]! + predicted(filter, before, above, corner);
    }
  }
  return out;
}

function predicted(filter: number, before: number, above: number, corner: number): number {
  if (filter === 1) return before;
  if (filter === 2) return above;
  if (filter === 3) return (before + above) >> 1;
  return filter === 4 ? paeth(before, above, corner) : 0;
}

/** Of the three the one nearest to before + above − corner. */
function paeth(before: number, above: number, corner: number): number {
  const estimate = before + above - corner;
  const a = Math.abs(estimate - before);
  const b = Math.abs(estimate - above);
  const c = Math.abs(estimate - corner);
  if (a <= b && a <= c) return before;
  return b <= c ? above : corner;
}
