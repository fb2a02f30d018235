// A light stemmer: two words with the same stem count as the same. It undoes only plurals and British spelling; the
// embedder handles meaning.

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

/** @param word lower case */
export function stem(word: string): string {
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
