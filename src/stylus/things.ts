// The things that a small model draws, and the one nearest to a word that it has never read: by hand, by spelling, or by meaning.
import { readHeader, readTensor } from "../formats/safetensors.ts";
import { unitScale, type Vector } from "../retrieval/embedding/vectors.ts";

export const thingsFormat = "stylus-web/things/1";
export const thingsPath = "index/things.safetensors";

export interface Things {
  /** How many it draws without an adapter. */
  readonly drawn: number;
  readonly names: readonly string[];
  /** Everyday words with the thing that stands for them. */
  readonly near: ReadonlyMap<string, string>;
  /** [names, dims], by row a unit vector times some scale */
  readonly values: Int8Array;
  /** Of each row, that makes it unit length. */
  readonly scales: Float32Array;
}

/** Below this another thing is meant, or none: words that are spelt alike have about 0.5. */
const minSimilarity = 0.62;
const minSpelling = 4;
/** From this length on a slip is read as what was meant, unasked: "hello" is no cello. */
const sureSpelling = 8;
/** From this length on two letters in the wrong order or one doubled or not are, too: "mermiad", "racoon". */
const sureTyping = 6;

/** @returns null for a pack without such a file, or with one that cannot be read: nothing else depends on it */
export async function readThings(files: ReadonlyMap<string, Blob>): Promise<Things | null> {
  const file = files.get(thingsPath);
  if (!file) return null;
  try {
    const { tensors, metadata } = await readHeader(file, { fileName: thingsPath });
    if (metadata.get("format") !== thingsFormat) return null;
    const names = JSON.parse(metadata.get("names")!) as string[];
    const near = JSON.parse(metadata.get("near")!) as Record<string, string>;
    const bytes = await readTensor(tensors.get("vectors")!);
    const drawn = Number(metadata.get("drawn"));
    const values = new Int8Array(bytes.buffer);
    const dims = values.length / names.length;
    const scales = Float32Array.from(names, (_, row) =>
      unitScale(values.subarray(row * dims, (row + 1) * dims)),
    );
    return { drawn, names, near: new Map(Object.entries(near)), values, scales };
  } catch {
    return null;
  }
}

/** The thing that the word was meant for, without its vector; null when only its meaning can tell. */
export function nearestByName(word: string, { names, near }: Things): string | null {
  const listed = near.get(word);
  if (listed !== undefined) return listed;
  if (word.length < minSpelling) return null;
  return names.find((name) => slipBetween(word, name) !== null) ?? null;
}

/** The same where the word stands for it beyond doubt. */
export function surelyMeant(word: string, { names, near }: Things): string | null {
  const listed = near.get(word);
  if (listed !== undefined) return listed;
  if (word.length < sureTyping) return null;
  const meantBy = (slip: Slip): string | undefined => names.find((name) => slipBetween(word, name) === slip);
  return meantBy("typing") ?? (word.length < sureSpelling ? null : (meantBy("spelling") ?? null));
}

/** @param vector of the word, unit length */
export function nearestByMeaning(vector: Vector, { names, values, scales }: Things): string | null {
  const dims = values.length / names.length;
  if (dims !== vector.length) return null; // of another embedder
  let best = minSimilarity;
  let found: string | null = null;
  for (const [row, name] of names.entries()) {
    const start = row * dims;
    let sum = 0;
    for (let d = 0; d < dims; d++) sum += values[start + d]! * vector[d]!;
    const similarity = sum * scales[row]!;
    if (similarity <= best) continue;
    best = similarity;
    found = name;
  }
  return found;
}

type Slip = "typing" | "spelling";

/** One letter too many, too few or wrong, or two in the wrong order; null: more than that. */
function slipBetween(word: string, name: string): Slip | null {
  if (Math.abs(word.length - name.length) > 1) return null;
  let start = 0;
  while (start < word.length && word[start] === name[start]) start += 1;
  let [end, nameEnd] = [word.length, name.length];
  while (end > start && nameEnd > start && word[end - 1] === name[nameEnd - 1]) {
    end -= 1;
    nameEnd -= 1;
  }
  const [left, right] = [word.slice(start, end), name.slice(start, nameEnd)];
  if (left.length === 2 && left === [...right].reverse().join("")) return "typing";
  if (Math.max(left.length, right.length) > 1) return null;
  const letter = left + right; // of two a wrong one; else the one too many or too few, doubled if it follows itself
  return letter === word[start - 1] ? "typing" : "spelling";
}

/** "alpacas", "llama" → "llamas". */
export function inNumberOf(
  { text, stem }: { readonly text: string; readonly stem: string },
  thing: string,
): string {
  if (text === stem || thing.endsWith("s")) return thing;
  if (/(?:x|ch|sh|z)$/u.test(thing)) return `${thing}es`;
  return /[^aeiou]y$/u.test(thing) ? `${thing.slice(0, -1)}ies` : `${thing}s`;
}

/** The prompt with the thing in the place of each such word, and the article that it takes. */
export function withNearest(
  prompt: string,
  words: readonly { readonly start: number; readonly end: number; readonly nearest: string | null }[],
): string {
  let text = prompt;
  for (const { start, end, nearest } of [...words].reverse()) {
    if (nearest === null) continue;
    const article = /^[aeiou]/u.test(nearest) ? "an" : "a";
    const before = text
      .slice(0, start)
      .replace(
        /(^|[^\p{L}\p{N}])(a)n?(\s+)$/iu,
        (_all, free: string, a: string, space: string) => `${free}${a}${article.slice(1)}${space}`,
      );
    text = before + nearest + text.slice(end);
  }
  return text;
}
