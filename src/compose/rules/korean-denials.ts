// How Korean denies what stands before: "안개 없는 성" (a castle without fog), "모자를 쓰지 않은" (wearing no hat), "수채화 말고 유화" (not watercolour but
// oils), "산타 빼고" (leave out Santa).
import type { Word } from "./words.ts";

export interface KoreanDenial {
  /** Indices of its words, with those that deny; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly nouns: readonly KoreanNoun[];
}

export interface KoreanNoun {
  readonly words: readonly Word[];
  /** As it stands, and without its particle: "고양이" is a cat, "용이" a dragon with a particle. */
  readonly readings: readonly (readonly Word[])[];
}

/** Behind a noun: without, but not, except, instead of, no. */
const behindNoun =
  /^(?:없이|없는|없고|없게|없음|없어요|없습니다|말고|빼고|빼줘|빼주세요|뺀|제외|제외하고|제외하여|제외해서|제외한|제외해줘|제외해주세요|아닌|아니고|아니라|대신|대신에|금지)$/;

/** Behind a verb in "-지": does not, do not. */
const behindVerb =
  /^(?:말고|마|마요|마세요|말아|말아줘|말아요|말아주세요|말|않은|않는|않고|않게|않아요|않습니다)$/;

/** What is itself a denial before these: "빼지 말고" (do not leave out), "빼놓을 수 없는" (not to be left out), "뿐만 아니라" (not only). */
const cancelling = /^(?:빼지|빼놓지|빠뜨리지|제외하지|잊지|수|다름)$|뿐만?$/;

/** A noun that is one of several denied: "안개와 비 없이". */
const listed = /(?<=.)(?:이나|나|와|과|랑|이랑|하고|도)$/;

const particle = /(?<=.)(?:이나|나|와|과|랑|이랑|하고|이|가|은|는|을|를|도|만)$/;

/** Words that belong to another noun or to a verb. */
const elsewhere =
  /(?:에|에서|에게|으로|로|의|을|를|은|는|이|가|한|인|된|하는|있는|있고|고|며|서|면|요)$|^(?:위|아래|옆|앞|뒤|안|속|밖|그리고|또는|하지만)$/;

/** A noun has no more words: "스테인드 글라스". */
const mostWords = 3;

function readingsOf(words: readonly Word[]): KoreanNoun["readings"] {
  const last = words.at(-1)!;
  const bare = last.text.replace(particle, "");
  if (bare === last.text) return [words];
  return [words, [...words.slice(0, -1), { ...last, text: bare, stem: bare, end: last.start + bare.length }]];
}

/** The words of a noun that ends before an index. */
function nounBefore(words: readonly Word[], end: number, first: number): readonly Word[] {
  let from = end - 1;
  while (
    from > first &&
    end - from < mostWords &&
    !elsewhere.test(words[from - 1]!.text) &&
    !listed.test(words[from - 1]!.text)
  )
    from -= 1;
  return words.slice(from, end);
}

/** The nouns before an index: several where they are listed. */
function nounsBefore(words: readonly Word[], end: number, first: number): readonly KoreanNoun[] {
  const nouns: KoreanNoun[] = [];
  let at = end;
  do {
    const noun = nounBefore(words, at, first);
    nouns.unshift({ words: noun, readings: readingsOf(noun) });
    at -= noun.length;
  } while (at > first && listed.test(words[at - 1]!.text));
  return nouns;
}

/** @param words of one clause */
export function koreanDenials(words: readonly Word[]): readonly KoreanDenial[] {
  const denials: KoreanDenial[] = [];
  let first = 0;
  for (let at = 1; at < words.length; at++) {
    const { text } = words[at]!;
    const before = words[at - 1]!.text;
    const verb = before.endsWith("지") && behindVerb.test(text);
    if (!verb && !behindNoun.test(text)) continue;
    const end = verb ? at - 1 : at;
    if (end > first && !cancelling.test(before)) {
      const nouns = nounsBefore(words, end, first);
      const length = nouns.reduce((sum, noun) => sum + noun.words.length, 0);
      denials.push({ from: end - length, to: at + 1, nouns });
    }
    first = at + 1;
  }
  return denials;
}
