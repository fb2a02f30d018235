// Lists of tags, "1girl, solo, long hair, blue eyes, smile, outdoors": what describes a person is one task with the person, not one a tag.
import { attributes, persons } from "./lexicon.ts";
import type { Segment } from "./segment.ts";
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
  const joined: Segment[] = [];
  let open = false; // the last one is a person or such a tag, up to its comma
  for (const [at, segment] of segments.entries()) {
    const last = joined.at(-1);
    const behindComma = at === 0 || commas(segments[at - 1]!.end, segment.start);
    const next = segments[at + 1];
    const whole = behindComma && (!next || commas(segment.end, next.start));
    const tag = whole && isAttribute(segment);
    if (tag && open && last)
      joined[joined.length - 1] = {
        ...last,
        text: prompt.slice(last.start, segment.end),
        end: segment.end,
        words: [...last.words, ...segment.words],
      };
    else joined.push(segment);
    open = tag || (whole && !segment.negated && isPerson(segment));
  }
  return joined;
}
