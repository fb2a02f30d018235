// Made-up adapters, as many as one likes: kinds, base models, licences and sizes in turn.
import { adapterCategories, type AdapterCard } from "../../src/retrieval/card.ts";
import type { RemoteFile } from "../../src/stylus/loaded-pack.ts";

const looks = ["Velvet", "Copper", "Frosted", "Paper", "Neon", "Mossy", "Faded", "Glass"] as const;
const things = ["Harbour", "Owls", "Teapots", "Alleys", "Robots", "Orchards", "Masks"] as const;
const licences = ["Apache-2.0", "cc-by-nc-4.0", ""] as const;

const good = { direction: 2, low: 1, high: 3, strength: 0.4, prompts: 8 };
const weak = { direction: 0, low: -1, high: 1, strength: 0.01, prompts: 8 };

export function madeCard(number: number): AdapterCard {
  const title = `${looks[number % looks.length]} ${things[number % things.length]} ${number}`;
  const description = `Made-up adapter number ${number}.`;
  return {
    id: `made-${number}`,
    title,
    tags: [looks[number % looks.length]!.toLowerCase()],
    triggerWords: [`mdup${number}`],
    description,
    refined: { description, category: adapterCategories[number % adapterCategories.length]!, weight: 0.8 },
    baseModel: "Pocket",
    file: {
      path: `adapters/made-${number}.safetensors`,
      sizeBytes: 1_000_000 * (1 + (number % 144)),
      sha256: number.toString(16).padStart(64, "0"),
    },
    license: licences[number % licences.length]!,
    author: `author ${number % 90}`,
    samples: [],
    ...(number % 5 === 0 ? { effect: number % 10 === 0 ? good : weak } : {}),
  };
}

export const madeCards = (count: number): readonly AdapterCard[] =>
  Array.from({ length: count }, (_, index) => madeCard(index + 1));

/** They are on a hub; every fourth is stored. */
export const madeFiles = (
  cards: readonly AdapterCard[],
  isStored: (id: string) => boolean,
): ReadonlyMap<string, RemoteFile> =>
  new Map(
    cards.map(({ id, file }) => [id, { sizeBytes: file.sizeBytes, stored: isStored(id), pageUrl: null }]),
  );
