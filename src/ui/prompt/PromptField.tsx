// A smaller field for words that the model reads: it offers words as the prompt does, and counts tokens.
import { createUniqueId, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import { useStudio } from "../studio-context.ts";
import { SuggestionList } from "./SuggestionList.tsx";
import { TokenCount } from "./TokenCount.tsx";
import { chosenOption, createWriting, shownList } from "./writing.ts";

export function PromptField(props: {
  readonly label: string;
  readonly value: string;
  /** What of it is counted: with styles and without templates. */
  readonly words: string;
  readonly rows: number;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly hint?: string | undefined;
  /** Tags do nothing in it: one that its words need is handed over, and none are offered. Read once. */
  readonly onTag?: (tag: string) => void;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const studio = useStudio();
  const id = createUniqueId();
  let field!: HTMLTextAreaElement;
  const { onTag } = props;
  const writing = createWriting(() => field, {
    studio,
    text: () => props.value,
    isNegative: onTag !== undefined,
    ...(onTag && { onTag }),
  });
  const tokens = studio.countTokens(() => props.words);
  return (
    <div class={controls["field"]}>
      <div class={controls["label"]}>
        <label for={id}>{props.label}</label>
        <TokenCount of={tokens()} />
      </div>
      <textarea
        ref={(element) => (field = element)}
        id={id}
        class={controls["input"]}
        rows={props.rows}
        spellcheck={false}
        autocomplete="off"
        placeholder={props.placeholder}
        disabled={props.disabled}
        value={props.value}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        aria-autocomplete="list"
        aria-controls={shownList(writing)}
        aria-activedescendant={chosenOption(writing)}
        onInput={(event) => {
          writing.onInput(event);
          props.onChange(event.currentTarget.value);
        }}
        onCompositionEnd={() => writing.onCompositionEnd()}
        onPointerDown={() => writing.suggestions.close()}
        onBlur={() => writing.suggestions.close()}
        onKeyDown={(event) => writing.onKeyDown(event)}
      />
      <SuggestionList of={writing} place="below" />
      <Show when={props.hint}>
        <span class={controls["hint"]} id={`${id}-hint`}>
          {props.hint}
        </span>
      </Show>
    </div>
  );
}
