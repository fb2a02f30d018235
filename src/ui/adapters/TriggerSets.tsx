// An adapter's trigger words, set by set: each word and each set as a button that adds it to the prompt where the cursor was.
import { For, Show, type JSX } from "solid-js";
import { triggerSetsOf, type AdapterCard } from "../../retrieval/card.ts";
import { hasWords } from "../../shared/prompt-syntax.ts";
import { t } from "../../texts/texts.ts";
import { useStudio } from "../studio-context.ts";
import styles from "./TriggerSets.module.css";

export function TriggerSets(props: {
  readonly card: Pick<AdapterCard, "triggerWords" | "triggerSets">;
}): JSX.Element {
  const studio = useStudio();
  const inPrompt = (word: string): boolean => hasWords(studio.settings.prompt, word);
  return (
    <ul class={styles["sets"]} aria-label={t.adapters.triggers.label}>
      <For each={triggerSetsOf(props.card)}>
        {(set) => {
          const lacking = (): string[] => set.filter((word) => !inPrompt(word));
          return (
            <li>
              <For each={set}>
                {(word) => (
                  <Show when={!inPrompt(word)} fallback={<bdi class={styles["present"]}>{word}</bdi>}>
                    <button
                      type="button"
                      title={t.adapters.triggers.addTitle}
                      onClick={() => studio.insertWords(word)}
                    >
                      {t.adapters.triggers.add(word)}
                    </button>
                  </Show>
                )}
              </For>
              <Show when={lacking().length > 1}>
                <button
                  type="button"
                  title={t.adapters.triggers.addSetTitle}
                  aria-label={t.adapters.triggers.addSetLabel(lacking())}
                  onClick={() => studio.insertWords(lacking().join(", "))}
                >
                  {t.adapters.triggers.addSet(lacking().length)}
                </button>
              </Show>
            </li>
          );
        }}
      </For>
    </ul>
  );
}
