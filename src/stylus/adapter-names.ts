// Adapters by the names that people give them: id, file name or title, in any letter case; and the one that was probably
// meant when there is none of a name. Pure.
import type { AdapterCard } from "../retrieval/card.ts";
import { say, type Saying } from "../shared/saying.ts";
import type { NamedEmbedding } from "../formats/named-embeddings.ts";
import { adapterEnding } from "../adapters/files/file-ending.ts";

type Named = Pick<AdapterCard, "id" | "title" | "file">;

const folded = (name: string): string =>
  name
    .replace(adapterEnding, "")
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "-");

/** "loras/My_Cool LoRA.safetensors" → "my-cool-lora" */
const plain = (name: string): string =>
  folded(name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1));

/** "loras\My_Cool LoRA.safetensors" → "/loras/my-cool-lora", so that a path ends with another one. */
const plainPath = (name: string): string => `/${folded(name.replaceAll("\\", "/"))}`;

interface NameIndex<Card> {
  readonly exact: ReadonlyMap<string, Card>;
  readonly ids: ReadonlyMap<string, readonly Card[]>;
  readonly files: ReadonlyMap<string, readonly Card[]>;
  readonly titles: ReadonlyMap<string, readonly Card[]>;
}

/** A list is indexed once, not for every tag of every prompt that is typed. */
const indexes = new WeakMap<readonly Named[], NameIndex<Named>>();

function indexOf<Card extends Named>(cards: readonly Card[]): NameIndex<Card> {
  const known = indexes.get(cards);
  if (known) return known as NameIndex<Card>;
  const by = (nameOf: (card: Card) => string): ReadonlyMap<string, readonly Card[]> => {
    const groups = new Map<string, Card[]>();
    for (const card of cards) {
      const name = plain(nameOf(card));
      const group = groups.get(name);
      if (group) group.push(card);
      else groups.set(name, [card]);
    }
    return groups;
  };
  const index: NameIndex<Card> = {
    exact: new Map(cards.map((card) => [card.id, card])),
    ids: by(({ id }) => id),
    files: by(({ file }) => file.path),
    titles: by(({ title }) => title),
  };
  indexes.set(cards, index);
  return index;
}

/**
 * All that a name may mean: one when it is clear, none when nothing has that name. Ids go before files, files before titles. A name with
 * a folder means the file in that folder; where no folder is known to be that one, all of its name may be meant.
 */
export function adaptersNamed<Card extends Named>(name: string, cards: readonly Card[]): readonly Card[] {
  const { exact, ids, files, titles } = indexOf(cards);
  const same = exact.get(name);
  if (same) return [same];
  const wanted = plain(name);
  if (wanted === "") return [];
  const [byId = [], byFile = [], byTitle = []] = [ids.get(wanted), files.get(wanted), titles.get(wanted)];
  if (/[/\\]/.test(name)) {
    const path = plainPath(name);
    const there = byFile.filter(({ file }) => plainPath(file.path).endsWith(path));
    if (there.length > 0) return there;
    const named = [...new Set([...byId, ...byFile])];
    if (named.length > 0) return named;
  }
  return [byId, byFile, byTitle].find(({ length }) => length > 0) ?? [];
}

/** The id of the adapter that a tag means by `name`; the name itself where nothing has it. */
export const idNamed = (name: string, cards: readonly Named[]): string =>
  adaptersNamed(name, cards)[0]?.id ?? name;

/** Names beyond this are no typing errors of shorter ones. */
const longestName = 100;

/** The adapter whose id or title is nearest to `name`, if one is near enough to be a typing error of it. */
export function nearestAdapter<Card extends Named>(name: string, cards: readonly Card[]): Card | null {
  if (name.length > longestName) return null;
  const wanted = plain(name);
  let nearest: Card | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const card of cards) {
    for (const known of [plain(card.id), plain(card.title)]) {
      // A part of a name is as near as a typing error gets.
      const isPart =
        Math.min(wanted.length, known.length) >= 3 && (known.includes(wanted) || wanted.includes(known));
      if (!isPart && Math.abs(wanted.length - known.length) >= least) continue;
      const distance = isPart ? 1 : editDistance(wanted, known);
      if (distance < least) [nearest, least] = [card, distance];
    }
  }
  return nearest;
}

/** What to do about a name that no adapter has. */
export function adviseOnName(name: string, cards: readonly Named[]): Saying {
  const near = nearestAdapter(name, cards);
  return near ? say`Did you mean “${near.id}”?` : say`The list of adapters shows every name.`;
}

/** Letters added, left out, changed or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Infinity;
      row.push(Math.min(changed, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** Of `ids` those that are in no list of adapters, each once. */
export const missingAdapters = (
  ids: readonly string[],
  cards: ReadonlyMap<string, unknown>,
): readonly string[] => [...new Set(ids)].filter((id) => !cards.has(id));

/** Shorter hashes say nothing. */
const leastDigits = 8;

/** The names of textual inversions that no card has, neither by name nor by hash, each once. */
export function missingEmbeddings(named: readonly NamedEmbedding[], cards: readonly Named[]): string[] {
  const isHere = ({ name, hash }: NamedEmbedding): boolean =>
    adaptersNamed(name, cards).length > 0 ||
    (hash.length >= leastDigits && cards.some(({ file }) => file.sha256.toLowerCase().startsWith(hash)));
  return [...new Set(named.filter((each) => !isHere(each)).map(({ name }) => name))];
}
