// The user's prompt styles: apply, save, change, remove; import and export as AUTOMATIC1111's styles.csv.
import { createSignal, For, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { SwitchField, TextField } from "../controls/fields.tsx";
import { PickFiles } from "../controls/PickFiles.tsx";
import { RichText } from "../controls/RichText.tsx";
import { saveFile } from "../controls/save-file.ts";
import styles from "./PromptTools.module.css";
import { useStudio } from "../studio-context.ts";
import type { PromptStyle } from "../../stylus/styles.ts";
import { t } from "../../texts/texts.ts";

export function StylesDialog(): JSX.Element {
  const studio = useStudio();
  const state = studio.styles;
  return (
    <Dialog open={state.open()} title={t.prompt.styles.title} onClose={() => state.close()}>
      <Content />
    </Dialog>
  );
}

/** Made whenever the dialog opens, so that the form has the prompt of that moment. */
function Content(): JSX.Element {
  const studio = useStudio();
  const state = studio.styles;
  const { prompt, negativePrompt } = studio.settings;
  const [draft, setDraft] = createSignal<PromptStyle>({ name: "", prompt, negativePrompt });
  const change = (part: Partial<PromptStyle>): void => void setDraft({ ...draft(), ...part });
  const isKnown = (): boolean => state.list().some(({ name }) => name === draft().name.trim());
  const isWhole = (): boolean =>
    draft().name.trim() !== "" && (draft().prompt + draft().negativePrompt).trim() !== "";
  const save = async (): Promise<void> => {
    if (await state.save({ ...draft(), name: draft().name.trim() })) change({ name: "" });
  };
  const button = `${controls["button"]} ${controls["small"]}`;
  return (
    <div class={styles["body"]}>
      <p>
        <RichText text={t.prompt.styles.text} />
      </p>
      <Show when={state.error()}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show when={state.list().length > 0} fallback={<p>{t.prompt.styles.none}</p>}>
        <ul class={styles["rows"]} aria-label={t.prompt.styles.list}>
          <For each={state.list()}>
            {(style) => (
              <li>
                <SwitchField
                  label={style.name}
                  checked={state.applied().includes(style)}
                  onChange={() => state.toggle(style.name)}
                />
                <span>{[style.prompt, style.negativePrompt].filter((text) => text !== "").join(" − ")}</span>
                <button
                  class={button}
                  type="button"
                  aria-label={t.prompt.styles.editName(style.name)}
                  onClick={() => setDraft(style)}
                >
                  {t.prompt.styles.edit}
                </button>
                <button
                  class={`${button} ${controls["quiet"]}`}
                  type="button"
                  aria-label={t.prompt.styles.removeName(style.name)}
                  onClick={() => void state.remove(style.name)}
                >
                  {t.prompt.styles.remove}
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={state.applied().length > 0}>
        <button class={button} type="button" onClick={() => state.writeOut()}>
          {t.prompt.styles.writeOut}
        </button>
      </Show>
      <form
        class={styles["form"]}
        aria-label={t.prompt.styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole()) void save();
        }}
      >
        <TextField label={t.prompt.styles.name} value={draft().name} onChange={(name) => change({ name })} />
        <TextField
          label={t.prompt.styles.prompt}
          rows={2}
          value={draft().prompt}
          hint={t.prompt.styles.promptHint}
          onChange={(words) => change({ prompt: words })}
        />
        <TextField
          label={t.prompt.styles.negative}
          rows={2}
          value={draft().negativePrompt}
          onChange={(words) => change({ negativePrompt: words })}
        />
        <button class={controls["button"]} type="submit" disabled={!isWhole()}>
          {isKnown() ? t.prompt.styles.replace : t.prompt.styles.save}
        </button>
      </form>
      <Show when={!state.persistent()}>
        <p class={styles["hint"]}>{t.prompt.styles.notKept}</p>
      </Show>
      <div class={styles["files"]}>
        <PickFiles label={t.prompt.styles.import} accept=".csv,text/csv" multiple />
        <button
          class={controls["button"]}
          type="button"
          disabled={state.list().length === 0}
          onClick={() => saveFile(state.file(), "styles.csv")}
        >
          {t.prompt.styles.export}
        </button>
      </div>
    </div>
  );
}
