// What the prompt box offers, in one line under it. The box stays a text box of several lines, which cannot be a combobox: it names the chosen option by
// aria-activedescendant, and a live region says that there are some.
import { createEffect, For, on, Show, type JSX } from "solid-js";
import type { Suggestions } from "../../app/state/prompt/suggestions.ts";
import styles from "./SuggestionList.module.css";
import { t } from "../../texts/texts.ts";

export const suggestionListId = "prompt-suggestions";
export const suggestionId = (index: number): string => `${suggestionListId}-${index}`;

export function SuggestionList(props: {
  readonly of: Suggestions;
  readonly onTake: (index: number) => void;
}): JSX.Element {
  createEffect(
    on(props.of.active, (index) => {
      document.getElementById(suggestionId(index))?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }),
  );
  return (
    <div class={styles["place"]}>
      <p class="visually-hidden" role="status">
        {props.of.items().length > 0 ? t.prompt.suggestions.some(props.of.items().length) : ""}
      </p>
      <Show when={props.of.items().length > 0}>
        <ul
          class={styles["list"]}
          id={suggestionListId}
          role="listbox"
          aria-label={t.prompt.suggestions.label}
        >
          <For each={props.of.items()}>
            {(item, index) => (
              <li
                id={suggestionId(index())}
                role="option"
                aria-selected={props.of.active() === index()}
                // The prompt keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => props.onTake(index())}
              >
                <span class={styles["label"]}>{item.label}</span>
                <span class={styles["about"]}>
                  {[
                    t.prompt.suggestions.kinds[item.kind],
                    item.of,
                    item.count === null ? null : t.format.number(item.count),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}
