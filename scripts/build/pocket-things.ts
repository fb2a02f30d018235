// The things that Pocket draws, from the data it was trained on.
import drawingTable from "../../training/pocket/drawings.json" with { type: "json" };
import nearTable from "../../training/pocket/near_words.json" with { type: "json" };
import objectTable from "../../training/pocket/objects.json" with { type: "json" };
import partTable from "../../training/pocket/parts.json" with { type: "json" };
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { toInt8, type Vector } from "../../src/retrieval/embedding/vectors.ts";
import { thingsFormat } from "../../src/stylus/things.ts";

interface PocketObject {
  readonly name: string;
  readonly category: string;
  /** The adapter that brings it; null for what the base draws. */
  readonly concept: string | null;
}
const objects: readonly PocketObject[] = [...objectTable, ...drawingTable, ...partTable];

/** Places that training/pocket/captions.py names. */
const places = `
  meadow hill snow beach sea desert mountains forest road street city room table space underwater park cliff lake jungle farm
  volcano playground bedroom kitchen library classroom bathroom office museum cafe shop garden swamp harbor river rooftop
  pool canyon spaceship valley village balcony
`
  .trim()
  .split(/\s+/);

/** Nobody means one of these by another word. */
const oddCategories = new Set(["face", "body", "shape", "sign"]);
const maxWords = 2;

/** How many things the base draws. */
export const drawnCount = (): number =>
  new Set(objects.filter(({ concept }) => concept === null).map(({ name }) => name)).size;

/** Names that may take the place of an unknown word, adapters' things too. */
export const thingNames = (): string[] => [
  ...new Set([
    ...objects
      .filter(({ name, category }) => !oddCategories.has(category) && name.split(" ").length <= maxWords)
      .map(({ name }) => name),
    ...Object.values(nearTable).filter((name) => objects.some((object) => object.name === name)),
    ...places,
  ]),
];

/** Everyday words by hand, where the embedder finds less; those that are drawn themselves and those whose thing is gone are left out. */
export const nearWords = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(nearTable).filter(([word, name]) => names.includes(name) && !names.includes(word)),
  );

/** @param vectors of `names`, unit length */
export function thingsFile(
  names: readonly string[],
  vectors: readonly Vector[],
  about: { readonly drawn: number; readonly near: Record<string, string>; readonly model: string },
): Uint8Array<ArrayBuffer> {
  const dims = vectors[0]!.length;
  const bytes = new Int8Array(names.length * dims);
  for (const [row, vector] of vectors.entries()) bytes.set(toInt8(vector), row * dims);
  return writeSafetensors(
    [{ name: "vectors", dtype: "I8", shape: [names.length, dims], bytes: new Uint8Array(bytes.buffer) }],
    {
      format: thingsFormat,
      drawn: String(about.drawn),
      names: JSON.stringify(names),
      near: JSON.stringify(about.near),
      embedder: about.model,
    },
  );
}
