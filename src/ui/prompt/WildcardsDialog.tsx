// The user's wildcard files: what each is called in a prompt, and how to add and remove them.
import { For, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { PickFiles } from "../controls/PickFiles.tsx";
import { RichText } from "../controls/RichText.tsx";
import styles from "./PromptTools.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function WildcardsDialog(props: {
  /** Puts words into the prompt. */
  readonly onInsert: (words: string) => void;
}): JSX.Element {
  const { wildcards } = useStudio();
  const references = (name: string): string => `__${name}__`;
  return (
    <Dialog open={wildcards.open()} title={t.prompt.wildcards.title} onClose={() => wildcards.close()}>
      <div class={styles["body"]}>
        <For each={t.prompt.wildcards.paragraphs}>
          {(text) => (
            <p>
              <RichText text={text} />
            </p>
          )}
        </For>
        <Show when={wildcards.error()}>{(error) => <ErrorNote error={error()} compact />}</Show>
        <Show when={wildcards.list().length > 0} fallback={<p>{t.prompt.wildcards.none}</p>}>
          <ul class={styles["rows"]} aria-label={t.prompt.wildcards.files}>
            <For each={wildcards.list()}>
              {({ name, count }) => (
                <li>
                  <code>{references(name)}</code>
                  <span>{t.prompt.wildcards.options(count)}</span>
                  <button
                    class={`${controls["button"]} ${controls["small"]}`}
                    type="button"
                    aria-label={t.prompt.wildcards.insertName(references(name))}
                    onClick={() => {
                      wildcards.close();
                      props.onInsert(references(name));
                    }}
                  >
                    {t.prompt.wildcards.insert}
                  </button>
                  <button
                    class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                    type="button"
                    aria-label={t.prompt.wildcards.removeName(name)}
                    onClick={() => void wildcards.remove(name)}
                  >
                    {t.prompt.wildcards.remove}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={!wildcards.persistent()}>
          <p class={styles["hint"]}>{t.prompt.wildcards.notKept}</p>
        </Show>
        <PickFiles label={t.prompt.wildcards.add} accept=".txt,text/plain" multiple />
      </div>
    </Dialog>
  );
}
