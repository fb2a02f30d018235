// A chooser that was brought back with an image: for one run, after which the user's own holds again.
import { withoutTags } from "../../../shared/prompt-syntax.ts";
import { type Chooser, type RestoredChooser, type Settings, rulesOf } from "./settings.ts";

/** What was brought back, while the prompt has the words of then. */
export const restoredOf = ({ restored, prompt }: Settings): RestoredChooser | null =>
  restored?.words === wordsOf(prompt) ? restored : null;

const wordsOf = (prompt: string): string => withoutTags(prompt).trim();

const chooserKeys = ["method", "composer", "languageModel", "temperature", "preset", "combine"] as const;

export const withoutChooser = (asked: Partial<Settings>): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(asked).filter(([key]) => !(chooserKeys as readonly string[]).includes(key)),
  );

/**
 * The settings that `fromOptions` answers, with their chooser for one run only; the user's own is kept.
 * @param pins of that run; null: the user's own hold
 */
export function forOneRun(
  asked: Partial<Settings>,
  own: Settings,
  pins: readonly string[] | null,
): Partial<Settings> {
  const { method, composer, languageModel, temperature, preset, combine } = { ...own, ...asked };
  const chooser: Chooser = { method, composer, languageModel, temperature, preset, combine };
  const isOwn =
    chooserKeys.every((key) => chooser[key] === own[key]) &&
    (pins === null || JSON.stringify(pins) === JSON.stringify(rulesOf(own).pins));
  const rest = withoutChooser(asked);
  const words = wordsOf(asked.prompt ?? own.prompt);
  return { ...rest, restored: isOwn ? null : { ...chooser, words, pins } };
}
