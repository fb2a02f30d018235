// Korean particles after a value: which of two forms is right depends on whether its last sound is a consonant.

/** A place, what closes a quotation after it, and both forms of a particle. */
const fitted = /\{(\d+)\}([”"’'`)\]]*)(은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로)/gu;
/** A value may end with a quotation of its own. */
const lastSound = /([^”"’'`)\]\s])[”"’'`)\]\s]*$/u;

const [afterConsonant, afterVowel] = [
  { "은(는)": "은", "이(가)": "이", "을(를)": "을", "과(와)": "과", "(으)로": "으로" },
  { "은(는)": "는", "이(가)": "가", "을(를)": "를", "과(와)": "와", "(으)로": "로" },
] as const;

/** How digits end when they are read aloud: 영, 일, 이 … */
const digitEnds = ["ㅇ", "ㄹ", "", "ㅁ", "", "", "ㄱ", "ㄹ", "ㄹ", ""] as const;

/** The final consonant of a Hangul syllable or a digit, "" for none; null of letters that may be read in several ways. */
function finalOf(character: string): string | null {
  if (/\d/u.test(character)) return digitEnds[Number(character)]!;
  const syllable = character.codePointAt(0)! - 0xac00;
  if (syllable < 0 || syllable > 11_171) return null;
  const final = syllable % 28;
  return final === 8 ? "ㄹ" : final === 0 ? "" : "ㅇ";
}

/** “{0}”을(를) of 모델 → “{0}”을; of what ends with other scripts both forms stay. */
export const withParticles = (template: string, values: readonly string[]): string =>
  template.replace(fitted, (both, index: string, closing: string, particle: keyof typeof afterVowel) => {
    const last = lastSound.exec(values[Number(index)] ?? "")?.[1];
    const final = last === undefined ? null : finalOf(last);
    if (final === null) return both;
    // After ㄹ it is 로.
    const isVowel = final === "" || (final === "ㄹ" && particle === "(으)로");
    return `{${index}}${closing}${(isVowel ? afterVowel : afterConsonant)[particle]}`;
  });
