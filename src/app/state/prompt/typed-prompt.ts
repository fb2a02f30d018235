// A prompt that was typed and never run, after settings from elsewhere (an image of the gallery, a link, a file) have taken its place: the
// user may have it back, until the next run. What was in the field is in the prompt's history in any case.
import { batch, createSignal, type Accessor } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Adjustments, ChoiceState } from "../choice.ts";
import { withPrompt, type Settings } from "../settings/settings.ts";
import type { SettingsStore } from "../settings/stored.ts";

/** All that is typed for an image. */
type Words = Pick<Settings, "prompt" | "negativePrompt" | "regions">;

export interface TypedPrompt {
  /** The prompt that the user may have back; null: none. */
  readonly replaced: Accessor<string | null>;
  /** To be called before `next` takes the place of the prompt. */
  replace(next: string): void;
  /** Puts it back, with the other words and the changes to the choice that were made for it. */
  bringBack(): void;
  /** The user does without it. */
  forget(): void;
  /** The prompt in the field is run. */
  ran(): void;
}

export function createTypedPrompt(context: {
  readonly settings: SettingsStore;
  readonly choice: Pick<ChoiceState, "adopt" | "snapshot">;
}): TypedPrompt {
  const { choice } = context;
  const [settings, setSettings] = context.settings;
  const [typed, setTyped] = createSignal<{
    readonly words: Words;
    readonly adjustments: Adjustments;
  } | null>(null);
  /** Prompts that are in the history only because they were replaced. */
  const neverRun = new Set<string>();

  return {
    replaced: () => typed()?.words.prompt ?? null,
    replace(next) {
      const { prompt, negativePrompt, regions, history, putPrompt } = structuredClone(unwrap(settings));
      const isTyped = prompt.trim() !== "" && prompt !== next && prompt !== putPrompt;
      setSettings({ putPrompt: next });
      if (prompt.trim() === "" || prompt === next) return;
      batch(() => {
        if (isTyped && (!history.includes(prompt) || neverRun.has(prompt))) {
          neverRun.add(prompt);
          setTyped({ words: { prompt, negativePrompt, regions }, adjustments: choice.snapshot() });
        }
        setSettings("history", withPrompt(history, prompt));
      });
    },
    bringBack() {
      const back = typed();
      if (!back) return;
      batch(() => {
        setSettings(back.words);
        choice.adopt(back.adjustments);
        setTyped(null);
      });
    },
    forget: () => void setTyped(null),
    ran() {
      neverRun.delete(settings.prompt);
      setTyped(null);
    },
  };
}
