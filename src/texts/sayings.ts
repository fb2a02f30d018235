// What errors and reports say as data (src/shared/saying.ts), in the user's language.
import { english, render, type Saying } from "../shared/saying.ts";
import type { ErrorSayings } from "../shared/errors.ts";
import { sayings as ko } from "./ko/sayings.ts";
import { withParticles } from "./ko/particles.ts";
import { currentLanguage, type Language } from "./texts.ts";

interface Translation {
  /** By English template. */
  readonly templates: Readonly<Record<string, string>>;
  /** Fits what stands around a template's places to the values. */
  readonly fit: (template: string, values: readonly string[]) => string;
}

/** English needs none. */
const translations: Partial<Readonly<Record<Language, Translation>>> = {
  ko: { templates: ko, fit: withParticles },
};

/** In the page's language; in English where no translation is known, as for the words of a later version. */
export function spoken(saying: Saying): string {
  const translation = translations[currentLanguage()];
  if (!translation) return english(saying);
  const { templates, fit } = translation;
  return render(saying, (template, values) =>
    fit(Object.hasOwn(templates, template) ? templates[template]! : template, values),
  );
}

/** A StylusError or its plain data; that of a bug, or stored by an earlier version, has its English words only. */
interface Said {
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly said?: ErrorSayings | undefined;
}

export const messageOf = ({ said, message }: Said): string => (said ? spoken(said.message) : message);
export const remedyOf = ({ said, remedy }: Said): string | undefined =>
  said?.remedy ? spoken(said.remedy) : remedy;
