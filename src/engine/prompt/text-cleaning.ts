// The cleaning that CLIP's tokenizer does before it splits a text: the changes of ftfy's `fix_text` and `html.unescape` to
// typed or pasted text (curly quotes, ligatures, full-width letters, control characters, entities), then NFC, single
// spaces and lower case. Omits ftfy's repair of mis-decoded text ("schÃ¶n"), which guesses, and all but the common named
// entities.

import { unescapeEntities } from "../../shared/html-entities.ts";

/** Unicode white space as in Python; JavaScript's \s has U+FEFF and lacks U+001C–U+001F and U+0085. */
export const WHITESPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const RUNS_OF_SPACE = new RegExp(`[${WHITESPACE}]+`, "gu");

const LIGATURES: ReadonlyMap<string, string> = new Map([
  ["Ĳ", "IJ"],
  ["ĳ", "ij"],
  ["ŉ", "ʼn"],
  ["Ǳ", "DZ"],
  ["ǲ", "Dz"],
  ["ǳ", "dz"],
  ["Ǆ", "DŽ"],
  ["ǅ", "Dž"],
  ["ǆ", "dž"],
  ["Ǉ", "LJ"],
  ["ǈ", "Lj"],
  ["ǉ", "lj"],
  ["Ǌ", "NJ"],
  ["ǋ", "Nj"],
  ["ǌ", "nj"],
  ["ﬀ", "ff"],
  ["ﬁ", "fi"],
  ["ﬂ", "fl"],
  ["ﬃ", "ffi"],
  ["ﬄ", "ffl"],
  ["ﬅ", "ſt"],
  ["ﬆ", "st"],
]);

// oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
const CONTROL_CHARACTERS = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/gu;
// oxlint-disable-next-line no-control-regex -- terminal colours
const TERMINAL_ESCAPES = /\x1b\[[\d;]*[a-zA-Z]/gu;

// U+0080–U+009F stand for bytes of Windows-1252. (Node's decoder does not convert them.)
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** @returns the text in the form that CLIP's tokenizer splits */
export function cleanText(text: string): string {
  let cleaned = text.includes("<") ? text : unescapeEntities(text); // keeps markup at first, like ftfy
  cleaned = cleaned
    .replace(TERMINAL_ESCAPES, "")
    .replace(/[\x80-\x9f]/gu, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!)
    .replace(
      /[Ĳĳŉ\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/gu,
      (character) => LIGATURES.get(character) ?? character,
    )
    .replace(/[\u3000\uff01-\uffef]/gu, (character) => character.normalize("NFKC"))
    .replace(/[\u201c-\u201f]/gu, '"')
    .replace(/[\u02bc\u2018-\u201b]/gu, "'")
    .replace(/\r\n|[\r\u2028\u2029]/gu, "\n")
    .replace(CONTROL_CHARACTERS, "")
    .normalize("NFC");
  return unescapeEntities(unescapeEntities(cleaned)).replace(RUNS_OF_SPACE, " ").trim().toLowerCase();
}
