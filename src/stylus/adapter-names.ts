// Adapters by the names that people give them: id, file name or title, in any letter case; and the one that was probably
// meant when there is none of a name. Pure.
import type { AdapterCard } from "../retrieval/card.ts";
import { adapterEnding } from "../adapters/files/file-ending.ts";

type Named = Pick<AdapterCard, "id" | "title" | "file">;

/** "loras/My_Cool LoRA.safetensors" → "my-cool-lora" */
const plain = (name: string): string =>
  name
    .replace(/^.*[/\\]/, "")
    .replace(adapterEnding, "")
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "-");

/** All that a name may mean: one when it is clear, none when nothing has that name. Ids go before files, files before titles. */
export function adaptersNamed<Card extends Named>(name: string, cards: readonly Card[]): readonly Card[] {
  const exact = cards.filter(({ id }) => id === name);
  if (exact.length > 0) return exact;
  const wanted = plain(name);
  const kinds: readonly ((card: Card) => string)[] = [
    ({ id }) => id,
    ({ file }) => file.path,
    ({ title }) => title,
  ];
  for (const nameOf of kinds) {
    const found = cards.filter((card) => plain(nameOf(card)) === wanted);
    if (found.length > 0) return found;
  }
  return [];
}

/** The adapter whose id or title is nearest to `name`, if one is near enough to be a typing error of it. */
export function nearestAdapter<Card extends Named>(name: string, cards: readonly Card[]): Card | null {
  const wanted = plain(name);
  let nearest: Card | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const card of cards) {
    for (const known of [plain(card.id), plain(card.title)]) {
      // A part of a name is as near as a typing error gets.
      const isPart =
        Math.min(wanted.length, known.length) >= 3 && (known.includes(wanted) || wanted.includes(known));
      const distance = isPart ? 1 : editDistance(wanted, known);
      if (distance < least) [nearest, least] = [card, distance];
    }
  }
  return nearest;
}

/** What to do about a name that no adapter has. */
export function adviseOnName(name: string, cards: readonly Named[]): string {
  const near = nearestAdapter(name, cards);
  return near ? `Did you mean “${near.id}”?` : "The list of adapters shows every name.";
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

/** Ids of `uses` that are in no list of adapters, each once. */
export function missingAdapters(
  uses: readonly { readonly id: string }[],
  cards: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set(uses.map(({ id }) => id).filter((id) => !cards.has(id)))];
}
