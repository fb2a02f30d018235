// The button that lets a language model write a card, where there is one that can; and the way back to the previous card.
import { createEffect, createSignal, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import type { AdapterReport } from "../../adapters/report.ts";
import { rawOf, withWritten, type CardDraft } from "../../app/adapters/user-card.ts";
import type { AuthorWords } from "../../retrieval/card.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import { t } from "../../texts/texts.ts";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import controls from "../controls/controls.module.css";
import { useStudio } from "../studio-context.ts";
import styles from "./WriteCard.module.css";

export interface WritingProps {
  /** What the file's author says. */
  readonly words?: AuthorWords | null | undefined;
  /** Counts the presses of a button for all files. */
  readonly pressed?: number;
}

export function WriteCard(
  props: WritingProps & {
    readonly draft: CardDraft;
    readonly report: AdapterReport;
    readonly onChange: (change: CardDraft) => void;
  },
): JSX.Element {
  const { languageModels, announce } = useStudio();
  const [work, setWork] = createSignal<AbortController | null>(null);
  const [before, setBefore] = createSignal<CardDraft | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);
  onMount(() => languageModels.lookForWriter());
  onCleanup(() => work()?.abort());

  async function write(): Promise<void> {
    const writer = languageModels.writer();
    if (!writer || work()) return;
    const started = new AbortController();
    setWork(started);
    setError(null);
    const { report, words = null } = props;
    try {
      const written = await writer.write(rawOf(props.draft, { report, words }), started.signal);
      if (started.signal.aborted) return;
      setBefore({ ...props.draft });
      props.onChange(withWritten(props.draft, written));
      announce(t.adapters.write.written(written.title));
    } catch (reason) {
      if (!started.signal.aborted) setError(toPlainError(reason));
    } finally {
      setWork(null);
    }
  }
  createEffect(
    on(
      () => props.pressed,
      () => void write(),
      { defer: true },
    ),
  );

  function undo(): void {
    const draft = before();
    if (draft) props.onChange(draft);
    setBefore(null);
  }

  const small = `${controls["button"]} ${controls["small"]}`;
  return (
    <Show when={languageModels.writer()}>
      {(writer) => (
        <div class={styles["write"]}>
          <Show
            when={work()}
            fallback={
              <button class={small} type="button" onClick={() => void write()}>
                {t.adapters.write.with(writer().title)}
              </button>
            }
          >
            {(running) => (
              <>
                <span class={styles["busy"]} role="status">
                  {t.adapters.write.writing(writer().title)}
                </span>
                <button class={small} type="button" onClick={() => running().abort()}>
                  {t.adapters.write.stop}
                </button>
              </>
            )}
          </Show>
          <Show when={before() !== null && work() === null}>
            <button class={`${small} ${controls["quiet"]}`} type="button" onClick={undo}>
              {t.adapters.write.undo}
            </button>
          </Show>
          <p class={controls["hint"]}>
            {writer().isServer ? t.adapters.write.toServer : t.adapters.write.onDevice}
          </p>
          <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
        </div>
      )}
    </Show>
  );
}
