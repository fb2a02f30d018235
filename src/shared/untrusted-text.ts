// Texts by strangers (cards, metadata, names of files) as they are kept and shown: without characters that reorder or hide what stands
// around them, and bounded.

/** Embeddings, overrides and isolates of the bidirectional algorithm: an open one turns round the rest of the line. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069\u206a-\u206f]/gu;

/** Characters without width, and the tags of U+E0000: they hide text, or split a word that is searched for. */
const HIDDEN = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Joiners belong into emoji and some scripts, never behind ASCII. */
const JOINERS = /(?<![^\p{ASCII}\u200c\u200d])[\u200c\u200d]+/gu;

/** Nearly every tag is nothing else, and some files have hundreds of thousands. */
const PLAIN = /^\p{ASCII}*$/u;

export const withoutHidden = (text: string): string =>
  PLAIN.test(text) ? text : text.replace(DIRECTIONS, "").replace(HIDDEN, "").replace(JOINERS, "");

/** At most `most` UTF-16 units; a character of two is not cut in half. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}

/** The same, with an ellipsis where something is left out. */
export const elided = (text: string, most: number): string =>
  text.length <= most ? text : `${cutText(text, most - 1).trimEnd()}…`;
