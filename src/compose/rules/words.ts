// Words of a prompt with their positions, and a light stemmer: two words with the same stem count as the same. Stemming
// undoes only plurals and British spelling; the embedder handles meaning.

export interface Word {
  /** Lower case. */
  readonly text: string;
  readonly stem: string;
  /** Span in the prompt, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Joined to the word before it by a hyphen. */
  readonly hyphenated: boolean;
}

const irregular: ReadonlyMap<string, string> = new Map([
  ["mice", "mouse"],
  ["geese", "goose"],
  ["men", "man"],
  ["women", "woman"],
  ["children", "child"],
  ["feet", "foot"],
  ["teeth", "tooth"],
  ["people", "person"],
  ["wolves", "wolf"],
  ["leaves", "leaf"],
  ["knives", "knife"],
  ["shelves", "shelf"],
  ["loaves", "loaf"],
  ["halves", "half"],
  ["scarves", "scarf"],
  ["elves", "elf"],
  ["dwarves", "dwarf"],
  ["hooves", "hoof"],
  ["grey", "gray"],
  ["glasses", "glasses"],
  ["gases", "gas"],
  ["buses", "bus"],
  ["cacti", "cactus"],
  ["octopi", "octopus"],
]);

function stem(word: string): string {
  const known = irregular.get(word);
  if (known) return known;
  const american = word
    .replace(/(col|flav|harb|arm|vap|parl|glam|hon|fav|neighb)our/, "$1or")
    .replace(/ll(ing|ed)$/, "l$1");
  if (american.length < 4 || /(ss|us|is|ous)$/.test(american)) return american;
  if (/[^aeiou]ies$/.test(american) && american.length > 4) return `${american.slice(0, -3)}y`;
  if (/(sh|ch|x|zz|ss)es$/.test(american)) return american.slice(0, -2);
  if (/[^aeiou]oes$/.test(american)) return american.slice(0, -2);
  return american.endsWith("s") ? american.slice(0, -1) : american;
}

export function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/[\p{L}\p{N}]+(?:['’](?!s\b)\p{L}+)?/gu)].map((found) => {
    const lower = found[0].toLowerCase();
    return {
      text: lower,
      stem: stem(lower),
      start: found.index,
      end: found.index + found[0].length,
      hyphenated: text[found.index - 1] === "-",
    };
  });
}

const functionWords = new Set(
  `a an the of in on at by to for from with without and or but as is are be this that these those its it his her their my
  your our some any no very so too into onto over under up down out off than then there here not lora model style styles
  v1 v2 v3 v4 sd 15 1 2 3 5 one two three four five six seven eight nine ten`.split(/\s+/),
);

/** Content words: without articles, prepositions, counts, and words that every card has. */
export function contentWords(text: string): readonly Word[] {
  return wordsOf(text).filter((word) => !functionWords.has(word.text));
}

export const contentStems = (text: string): readonly string[] => contentWords(text).map((word) => word.stem);

/** Like contentStems, but keeps the word "style", without which a name such as "comic book style" may be an object. */
export function nameStems(text: string): readonly string[] {
  return wordsOf(text)
    .filter((word) => !functionWords.has(word.text) || word.stem === "style")
    .map((word) => word.stem);
}

/** Stems of the main nouns: the last word, and the word before an "of". */
export function headStems(words: readonly Word[]): readonly string[] {
  return words
    .filter((_, i) => i === words.length - 1 || words[i + 1]!.text === "of")
    .map((word) => word.stem);
}
