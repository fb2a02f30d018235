// The prompt: a text area over a copy of its text that highlights the parts found. Both share one grid cell, so they wrap
// alike and grow together; the copy carries only the highlights.
import { createEffect, createMemo, createSignal, For, Index, on, Show, type JSX } from "solid-js";
import { longPromptLength } from "../../stylus/options.ts";
import { hasOtherScript } from "../../stylus/vocabulary.ts";
import { cutPrompt, keepUnchanged, markWords, type PiecedSegment } from "../../app/state/prompt/spans.ts";
import { withNearest } from "../../stylus/things.ts";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./PromptBox.module.css";
import { PromptTools } from "./PromptTools.tsx";
import { SuggestionList } from "./SuggestionList.tsx";
import { chosenOption, createWriting, shownList } from "./writing.ts";
import { useStudio } from "../studio-context.ts";
import { taskColour } from "./task-colour.ts";
import { t } from "../../texts/texts.ts";

/** The first parts of a prompt that are marked: with hundreds of marks every key takes a browser long. */
const mostMarked = 64;

/**
 * The words of a segment; unknown ones are underlined, which the transparent text shows. Each text has an element of its own: texts beside each
 * other are all made again when one changes.
 */
function Pieces(props: { readonly of: PiecedSegment }): JSX.Element {
  return (
    <span>
      <Index each={props.of.pieces}>
        {(piece) => <span class={piece().isUnknown ? styles["unknownWord"] : undefined}>{piece().text}</span>}
      </Index>
    </span>
  );
}

export function PromptBox(props: {
  readonly regionsOpen: boolean;
  readonly onToggleRegions: () => void;
  readonly onNegative: (() => void) | null;
}): JSX.Element {
  const studio = useStudio();
  let field!: HTMLTextAreaElement;
  const text = (): string => studio.settings.prompt;
  const writing = createWriting(() => field, { studio, text, isNegative: false });
  const [historyAt, setHistoryAt] = createSignal(-1);
  let draft = "";

  const tasks = createMemo(() => studio.reading().composition.tasks.slice(0, mostMarked));
  const segments = createMemo<readonly PiecedSegment[]>(
    (before) =>
      keepUnchanged(
        before,
        markWords(cutPrompt(text(), tasks(), studio.reading().prompt), studio.unknownWords()),
      ),
    [],
  );
  /** Each unknown word once. */
  const unknown = createMemo(() => [
    ...new Map(studio.unknownWords().map((word) => [word.text, word])).values(),
  ]);
  const replaceUnknown = (text: string): void => {
    const words = studio.unknownWords().filter((word) => word.text === text);
    const value = withNearest(field.value, words);
    writing.put(value, { start: value.length, end: value.length });
  };
  const size = (): string => (text().length > 420 ? "small" : text().length > 150 ? "medium" : "large");

  // Unchanged parts keep their highlights while the user types; new parts animate in.
  const [sweep, setSweep] = createSignal(0);
  const parts = createMemo(() =>
    tasks()
      .map((task) => task.text)
      .join("\n"),
  );
  createEffect(on(parts, () => setSweep((value) => value + 1), { defer: true }));

  const browse = (step: 1 | -1): void => {
    const { history } = studio.settings;
    const next = historyAt() + step;
    if (next < -1 || next >= history.length) return;
    if (historyAt() === -1) draft = text();
    setHistoryAt(next);
    const value = next === -1 ? draft : history[next]!;
    writing.put(value, { start: value.length, end: value.length });
    setHistoryAt(next);
  };

  /** Puts words in the place of the selection. */
  const insertWords = (words: string): void =>
    writing.putWords({ start: field.selectionStart, end: field.selectionEnd, text: words });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (writing.onKeyDown(event)) return;
    const arrow = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : null;
    if (arrow === null || event.shiftKey || !event.altKey || event.ctrlKey) return;
    event.preventDefault();
    browse(arrow);
  };

  return (
    <div class={styles["box"]}>
      <label class="visually-hidden" for="prompt">
        {t.prompt.label}
      </label>
      <div class={styles["scroller"]}>
        <div class={styles["layers"]} data-size={size()}>
          <div class={styles["marks"]} aria-hidden="true">
            {/* By position, so that highlights stay while other words change. */}
            <Index each={segments()}>
              {(segment) => (
                <Show when={segment().task !== null} fallback={<Pieces of={segment()} />}>
                  <mark data-task={taskColour(segment().task!)} data-sweep={sweep() % 2}>
                    <span class={styles["number"]}>{segment().task! + 1}</span>
                    <Pieces of={segment()} />
                  </mark>
                </Show>
              )}
            </Index>
            {text() === "" ? t.prompt.placeholder : "\u200b"}
          </div>
          <textarea
            ref={(element) => (field = element)}
            id="prompt"
            class={styles["text"]}
            rows="1"
            spellcheck={false}
            autocapitalize="sentences"
            autocomplete="off"
            placeholder={t.prompt.placeholder}
            aria-describedby="prompt-note prompt-parts"
            aria-invalid={studio.inputError()?.where === "prompt"}
            value={text()}
            aria-autocomplete="list"
            aria-controls={shownList(writing)}
            aria-activedescendant={chosenOption(writing)}
            onInput={(event) => {
              setHistoryAt(-1);
              writing.onInput(event);
              studio.setSettings("prompt", event.currentTarget.value);
            }}
            onPaste={(event) =>
              studio.initImage.receiveText(event.clipboardData?.getData("text/plain") ?? "")
            }
            onCompositionEnd={() => writing.onCompositionEnd()}
            onPointerDown={() => writing.suggestions.close()}
            onBlur={() => {
              writing.suggestions.close();
              studio.noteCursor(field.selectionEnd);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
      </div>
      <SuggestionList of={writing} place="tools" />
      <PromptTools
        onInsert={insertWords}
        regionsOpen={props.regionsOpen}
        onToggleRegions={() => props.onToggleRegions()}
        onNegative={props.onNegative}
      />
      <p class="visually-hidden" id="prompt-parts">
        {tasks().length > 0 ? t.prompt.parts(tasks().map((task) => task.text)) : ""}
      </p>
      <div class={styles["unknown"]}>
        <p role="status">
          <Show when={unknown().length > 0}>
            {t.prompt.unknownWords(
              studio.pack()!.title,
              unknown().map((word) => word.text),
            )}
          </Show>
        </p>
        <Show when={unknown().some((word) => word.nearest !== null)}>
          <ul aria-label={t.prompt.nearestWords}>
            <For each={unknown().filter((word) => word.nearest !== null)}>
              {(word) => (
                <li>
                  <button
                    type="button"
                    aria-label={t.prompt.replaceWord(word.text, word.nearest!)}
                    onClick={() => replaceUnknown(word.text)}
                  >
                    <span>{word.text} →</span> {word.nearest}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
      <div id="prompt-note">
        <Show when={studio.inputError()}>{(error) => <ErrorNote error={error()} compact />}</Show>
        <Show when={!studio.inputError() && text().length > longPromptLength}>
          <p class={styles["note"]}>{t.prompt.long(text().length)}</p>
        </Show>
        <Show when={!studio.inputError() && hasOtherScript(text())}>
          <p class={styles["note"]}>{t.prompt.otherScript}</p>
        </Show>
      </div>
    </div>
  );
}
