// The catalogues of `npm run choose`: the pack's cards, those that the product makes of the hub's SD 1.5 adapters, or a list of cards: as the
// page exports them, or raw.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { remoteAdapters } from "../../src/app/adapters/hub-adapters.ts";
import { type AdapterCard, adapterCategories } from "../../src/retrieval/card.ts";
import { parseCards } from "../../src/retrieval/cards.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { parseManifest } from "../../src/storage/manifest.ts";
import { plainText } from "../../src/refine/plain-text.ts";
import { parseRefinedCards } from "../../src/refine/refined-card.ts";

const root = path.resolve(import.meta.dirname, "../..");
export const pocketFolder = path.join(root, "public/packs/pocket");

/** Of a card that does not say. */
const usualWeight = 0.8;

export interface Catalogue {
  readonly cards: readonly AdapterCard[];
  /** The id that its list gave a card; absent: the card's own. */
  readonly listedId?: (id: string) => string;
  /** Made with the pack's embedder; null: it has to be built. */
  readonly index: Blob | null;
  readonly baseModel: string;
}

/** The files of a folder, by name; of its subfolders by path. */
export function filesIn(folder: string): Map<string, Blob> {
  const files = new Map<string, Blob>();
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  for (const name of names) {
    const full = path.join(folder, name);
    if (statSync(full).isFile()) files.set(name.split(path.sep).join("/"), new Blob([readFileSync(full)]));
  }
  return files;
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new StylusError("bad-file", say`${file} cannot be read as JSON: ${(cause as Error).message}.`, {
      where: file,
      remedy: say`Give a file of JSON.`,
      cause,
    });
  }
}

function pack(): Catalogue {
  const cards = parseCards(readJson(path.join(pocketFolder, "adapters/cards.json")), "adapters/cards.json");
  const index = new Blob([readFileSync(path.join(pocketFolder, "index/adapters.safetensors"))]);
  return { cards: cards.filter(({ fewStep }) => !fewStep), index, baseModel: "Pocket" };
}

function hub(): Catalogue {
  const folder = path.join(root, "model-manifests");
  const manifests = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => parseManifest(readJson(path.join(folder, name)), name));
  const baseModel = "SD 1.5";
  const refined = new Map(
    manifests.flatMap(({ id }) => {
      const file = path.join(folder, "refined", `${id}.json`);
      return existsSync(file) ? [...parseRefinedCards(readJson(file), file)] : [];
    }),
  );
  const cards = remoteAdapters(manifests, { baseModel, domain: null, refined }).map(({ card }) => card);
  return { cards: cards.filter(({ fewStep }) => !fewStep), index: null, baseModel };
}

const texts = v.optional(v.array(v.string()), []);
const rawCards = v.array(
  v.object({
    id: v.string(),
    title: v.string(),
    category: v.optional(v.string(), ""),
    tags: texts,
    triggers: texts,
    description: v.optional(v.string(), ""),
    phrases: texts,
    notMeant: texts,
  }),
);

/** A card as an author leaves it, with what a refiner has added. */
export type RawCard = v.InferOutput<typeof rawCards>[number];

/** @throws StylusError bad-file, naming file and field */
export function readRawCards(file: string): readonly RawCard[] {
  const parsed = v.safeParse(rawCards, readJson(file), { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new StylusError("bad-file", say`${file}: ${v.getDotPath(issue) ?? "the file"}: ${issue.message}.`, {
      where: file,
      remedy: say`Give a list of cards with id, title, category, tags, triggers, description.`,
    });
  }
  return parsed.output;
}

export function rawCatalogue(authored: readonly RawCard[]): Catalogue {
  const baseModel = "SD 1.5";
  // Lists name their cards as they like; an index wants names that fit in a tag.
  const cardId = (i: number): string => `card-${i}`;
  const listedIds = new Map(authored.map(({ id }, i) => [cardId(i), id]));
  const cards = authored.map(({ title, category, tags, triggers, description, phrases, notMeant }, i) => {
    const text = plainText(description);
    const known = adapterCategories.find((each) => each === category.toLowerCase()) ?? "concept";
    return {
      id: cardId(i),
      title,
      tags,
      triggerWords: triggers,
      description: text,
      refined: { description: text, category: known, weight: usualWeight, phrases, notMeant },
      baseModel,
      file: { path: "", sizeBytes: 0, sha256: "" },
      license: "",
      author: "",
      samples: [],
    };
  });
  return { cards, listedId: (id) => listedIds.get(id) ?? id, index: null, baseModel };
}

/** Cards as the page exports them; all as if for one model, so that any may be chosen. */
function exportedCatalogue(cards: readonly AdapterCard[]): Catalogue {
  const baseModel = "SD 1.5";
  const choosable = cards.filter(({ fewStep }) => !fewStep);
  return { cards: choosable.map((card) => ({ ...card, baseModel })), index: null, baseModel };
}

const areExported = (json: unknown): boolean =>
  Array.isArray(json) && typeof json[0] === "object" && json[0] !== null && "refined" in json[0];

/** @param name pack, sd15, or a file. @throws StylusError bad-file, naming file and field */
export function openCatalogue(name: string): Catalogue {
  if (name === "pack") return pack();
  if (name === "sd15") return hub();
  const json = readJson(name);
  return areExported(json) ? exportedCatalogue(parseCards(json, name)) : rawCatalogue(readRawCards(name));
}
