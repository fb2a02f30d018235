// Descriptions of hubs are HTML by strangers. Out comes text of one paragraph, bounded. Time is linear in its length.
import { unescapeEntities } from "../shared/html-entities.ts";
import { cutText, withoutHidden } from "../shared/untrusted-text.ts";

/** What stands inside is no text. */
const unseen: ReadonlySet<string> = new Set(["script", "style", "template", "noscript", "iframe"]);

/** Their ends part words. */
const blocks =
  /^(?:p|li|h[1-6]|div|br|hr|tr|td|th|ul|ol|table|pre|blockquote|section|article|header|footer)$/u;

/** Longer ones are no tags, but a quotation mark that nobody has closed. */
const longestTag = 1_000;

/** Where the tag that begins at `start` ends; quoted values may hold ">". Null: it is none. */
function endOfTag(html: string, start: number): number | null {
  let quote = "";
  const most = Math.min(html.length, start + longestTag);
  for (let at = start; at < most; at++) {
    const character = html[at]!;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === ">") return at + 1;
    else if (character === "<" && at > start) return null;
    else if ((character === '"' || character === "'") && html[at - 1] === "=") quote = character;
  }
  if (quote === "") return null;
  const end = html.slice(start, most).indexOf(">");
  return end < 0 ? null : start + end + 1;
}

/** The text between tags. "weight < 0.8 and steps > 20" has none: a tag begins with a letter, "/", "!" or "?". */
function withoutMarkUp(html: string): string {
  const lower = html.replace(/[A-Z]+/gu, (letters) => letters.toLowerCase());
  const parts: string[] = [];
  const opening = /<(?:([a-z][^\s/<>]{0,30})|\/([a-z][^\s/<>]{0,30})|!--|[!?])/gu;
  let last = 0;
  for (let match = opening.exec(lower); match; match = opening.exec(lower)) {
    const { index } = match;
    const name = match[1] ?? match[2] ?? "";
    let end: number | null;
    if (match[0] === "<!--") {
      const close = lower.indexOf("-->", index);
      end = close < 0 ? lower.length : close + 3;
    } else if (match[1] !== undefined && unseen.has(name)) {
      const close = lower.indexOf(`</${name}`, index);
      end = close < 0 ? lower.length : (endOfTag(lower, close) ?? lower.length);
    } else end = endOfTag(lower, index);
    if (end === null) continue;
    parts.push(html.slice(last, index), blocks.test(name) || unseen.has(name) ? " " : "");
    last = end;
    opening.lastIndex = end;
  }
  parts.push(html.slice(last));
  return parts.join("");
}

/** Blocks are parted by spaces, tags, scripts and styles go, character references are read, control and hidden characters go. */
export const plainText = (html: string): string =>
  withoutHidden(unescapeEntities(withoutMarkUp(html)))
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** At most `most` characters, ended after a sentence if one ends in the second half, else after a word, with an ellipsis. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = cutText(text, most - 1);
  const sentence = Math.max(...[". ", "! ", "? ", "。"].map((end) => head.lastIndexOf(end)));
  if (sentence >= most / 2) return head.slice(0, sentence + 1);
  const word = head.lastIndexOf(" ");
  return `${head.slice(0, word >= most / 2 ? word : head.length)}…`;
}
