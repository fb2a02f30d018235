// Descriptions of hubs are HTML by strangers. Out comes text of one paragraph, bounded.

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  "#39": "'",
};

/** Block ends become spaces, tags go, the common entities are read, control characters become spaces. */
export const plainText = (html: string): string =>
  html
    .replace(/<(script|style)\b[^>]*>.*?<\/\1\s*>/gisu, " ")
    .replace(/<\/(p|li|h\d|div)>|<br\s*\/?>/giu, " ")
    .replace(/<[^>]*>/gu, "")
    .replace(/&(#?\w+);/gu, (whole, name: string) => entities[name] ?? whole)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** At most `most` characters, ended after a sentence if one ends in the second half, else after a word, with an ellipsis. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most - 1);
  const sentence = Math.max(...[". ", "! ", "? ", "。"].map((end) => head.lastIndexOf(end)));
  if (sentence >= most / 2) return head.slice(0, sentence + 1);
  const word = head.lastIndexOf(" ");
  return `${head.slice(0, word >= most / 2 ? word : head.length)}…`;
}
