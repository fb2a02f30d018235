// The texts of the page in the user's language. To add a language, write an object of the type of `en`, which the compiler keeps
// complete, and name it in `languages`. Texts may carry `code`, **bold**, _title_ and {name}: see controls/RichText.tsx.
import { en } from "./en/en.ts";
import { ko } from "./ko/ko.ts";

export type Texts = typeof en;

export const languages = { en, ko } satisfies Record<string, Texts>;
export type Language = keyof typeof languages;

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", ko: "한국어" };

export const isLanguage = (value: unknown): value is Language =>
  typeof value === "string" && Object.hasOwn(languages, value);

/** The first of the wanted languages (BCP 47 tags, best first) that the page speaks; English when it speaks none. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0]!;
    if (isLanguage(language)) return language;
  }
  return "en";
}

/** Node speaks English, whatever its system does. */
export const browserLanguage: Language = pickLanguage("document" in globalThis ? navigator.languages : []);

let current = (): Language => browserLanguage;

/** Lets `t` speak what `language` says at each access: with a signal behind it, everything shown follows. */
export function speak(language: () => Language): void {
  current = language;
}

export const currentLanguage = (): Language => current();

/** Read it where a text is needed: a text kept in a constant stays in its language. */
export const t: Texts = new Proxy(en, {
  get: (_, section) => Reflect.get(languages[current()], section) as unknown,
});
