// The texts of the page in the user's language. To add a language, write an object of type `Texts`, which the compiler keeps
// complete, and name it in `languages`. Texts may carry `code`, **bold**, _title_ and {name}: see controls/RichText.tsx.
import { en } from "./en/en.ts";

export type Texts = typeof en;

export const languages = { en } satisfies Record<string, Texts>;
export type Language = keyof typeof languages;

/** The first of the wanted languages (BCP 47 tags, best first) that the page speaks; English when it speaks none. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0]!;
    if (Object.hasOwn(languages, language)) return language as Language;
  }
  return "en";
}

export const language: Language = pickLanguage(globalThis.navigator?.languages ?? []);

export const t: Texts = languages[language];
