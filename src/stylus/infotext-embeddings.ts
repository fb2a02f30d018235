// The textual inversions that an image used, in a `parameters` text as AUTOMATIC1111 names them there (modules/sd_hijack_clip.py). Pure.
import { embeddingWords, holdsOnlyEmbeddings } from "../adapters/embedding-words.ts";
import { commercialUse } from "../retrieval/commercial-use.ts";
import { withoutTags } from "../shared/prompt-syntax.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { GenerateOptions } from "./options.ts";

type UserAdapters = LoadedPack["userAdapters"];

/** AUTOMATIC1111's shorthash: digits of the file's SHA-256. */
const hashDigits = 12;

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Letters beside letters are one word. */
const asWord = (name: string): RegExp =>
  new RegExp(
    `${/^\p{L}/u.test(name) ? "(?<!\\p{L})" : ""}${literally(name)}${/\p{L}$/u.test(name) ? "(?!\\p{L})" : ""}`,
    "giu",
  );

/** Of `names` those that a text has; where one is a part of another, the longer one counts, as for the text encoder. */
function namesIn(text: string, names: readonly string[]): ReadonlySet<string> {
  let rest = withoutTags(text);
  const found = new Set<string>();
  for (const name of names.toSorted((a, b) => b.length - a.length)) {
    const others = rest.replace(asWord(name), " ");
    if (others !== rest) found.add(name);
    rest = others;
  }
  return found;
}

/** Files whose words work in every prompt, with those words. */
const inversionsOf = (
  userAdapters: UserAdapters,
  { commercialOnly }: Pick<GenerateOptions, "commercialOnly">,
): { readonly words: readonly string[]; readonly sha256: string }[] =>
  [...userAdapters.values()]
    .filter(({ report }) => holdsOnlyEmbeddings(report))
    .filter(({ card }) => !commercialOnly || commercialUse(card) === true)
    .map(({ card, report }) => ({
      words: embeddingWords(report).filter((word) => word.trim() !== ""),
      sha256: card.file.sha256,
    }));

/**
 * Label and value pairs; the value is empty where no text has the word of a textual inversion.
 * @param texts of the image: prompts, negative prompt, regions, detail pass
 */
export function embeddingFields(
  texts: readonly string[],
  userAdapters: UserAdapters,
  options: Pick<GenerateOptions, "commercialOnly">,
): [string, string][] {
  const inversions = inversionsOf(userAdapters, options).filter(({ sha256 }) => sha256 !== "");
  const words = inversions.flatMap((inversion) => inversion.words);
  const used = new Set(texts.flatMap((text) => [...namesIn(text, words)]));
  const hashes = inversions.flatMap((inversion) => {
    const name = inversion.words.find((word) => used.has(word));
    // A name's own colons and commas would end it.
    return name === undefined
      ? []
      : [`${name.replace(/[:,]/g, "")}: ${inversion.sha256.slice(0, hashDigits)}`];
  });
  return [["TI hashes", hashes.join(", ")]];
}
