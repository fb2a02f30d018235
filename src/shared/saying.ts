// A text as data: an English template and what fills its places. It can be translated where it is shown, after it has
// crossed workers or lain in storage. The English template is the key of its translations (src/texts/ko/sayings.ts).

/** A list is shown as one text, with commas. */
export type SayingValue = string | number | Saying | readonly (string | number | Saying)[];

export interface Saying {
  /** "{0}" and so on stand for values; other braces are text. */
  readonly template: string;
  readonly values: readonly SayingValue[];
}

/** A template with its places filled. Values are not searched for places. */
const fill = (template: string, values: readonly string[]): string =>
  template.replace(/\{(\d+)\}/g, (place, index: string) => values[Number(index)] ?? place);

/** say`${file} is empty.` → { template: "{0} is empty.", values: [file] } */
export const say = (
  texts: TemplateStringsArray,
  ...values: readonly (SayingValue | bigint | null | undefined)[]
): Saying => ({
  template: texts.reduce((template, text, index) => `${template}{${index - 1}}${text}`),
  values: values.map((value) => (isValue(value) ? value : String(value))),
});

const isValue = (value: SayingValue | bigint | null | undefined): value is SayingValue =>
  value !== null && value !== undefined && typeof value !== "bigint";

/** Words of a server, a browser or a file, which have no translation. */
export const verbatim = (words: string): Saying => say`${words}`;

/**
 * Its words; a plain text is its own.
 * @param translated the words of a template, for values that are words already
 */
export function render(
  text: Saying | string | number,
  translated: (template: string, values: readonly string[]) => string,
): string {
  if (typeof text !== "object") return String(text);
  const values = text.values.map((value) =>
    isList(value) ? value.map((part) => render(part, translated)).join(", ") : render(value, translated),
  );
  return fill(translated(text.template, values), values);
}

/** Its words in English. */
export const english = (text: Saying | string | number): string => render(text, (template) => template);

/** Without those that say what another says: two objects never are the same to a Set. */
export const distinct = (sayings: readonly Saying[]): Saying[] => [
  ...new Map(sayings.map((saying) => [english(saying), saying])).values(),
];

/** Phrases one after the other, as one: "it reads text features of width 1024; its metadata says SD 2". */
export const together = (phrases: readonly Saying[]): Saying =>
  phrases.length === 0 ? say`` : phrases.reduce((before, next) => say`${before}; ${next}`);

/** Array.isArray does not narrow read-only lists. */
const isList = (value: SayingValue): value is readonly (string | number | Saying)[] => Array.isArray(value);
