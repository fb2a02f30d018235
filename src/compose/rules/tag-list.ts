// Lists of tags, "1girl, solo, long hair, blue eyes, smile, outdoors": what describes a person is one task with the person, not one a tag.
import { attributes, persons } from "./lexicon.ts";
import type { Segment } from "./phrase-kinds.ts";
import { has } from "./verbs.ts";

/** A tag has no more words. */
const mostWords = 4;

/** "1girl", "2boys", "6+girls", "solo", "a young woman". */
const isPerson = ({ words }: Segment): boolean =>
  /^\d+(?:girl|boy|other|man|men|woman|women|person)s?$/.test(words.at(-1)!.text) ||
  has(persons, words.at(-1));

const isAttribute = ({ words, negated, led }: Segment): boolean =>
  !negated &&
  !led &&
  words.length <= mostWords &&
  (has(attributes, words.at(-1)) || has(attributes, words[0]));

/**
 * Joins a person with the tags of its looks behind it, and such tags that follow each other elsewhere.
 * @param plain the prompt's plain text, which was cut
 */
export function joinTags(prompt: string, plain: string, segments: readonly Segment[]): readonly Segment[] {
  const commas = (from: number, to: number): boolean => /^[\s,]*,[\s,]*$/.test(plain.slice(from, to));
  const groups: Segment[][] = [];
  let open = false; // the last one is a person or such a tag, up to its comma
  for (const [at, segment] of segments.entries()) {
    const behindComma = at === 0 || commas(segments[at - 1]!.end, segment.start);
    const next = segments[at + 1];
    const whole = behindComma && (!next || commas(segment.end, next.start));
    const tag = whole && isAttribute(segment);
    if (tag && open) groups.at(-1)!.push(segment);
    else groups.push([segment]);
    open = tag || (whole && !segment.negated && isPerson(segment));
  }
  return groups.map((tags) => {
    const [first] = tags;
    if (tags.length === 1) return first!;
    const { end } = tags.at(-1)!;
    return {
      ...first!,
      text: prompt.slice(first!.start, end),
      end,
      words: tags.flatMap(({ words }) => words),
      tags: tags.map(({ words }) => words),
    };
  });
}
