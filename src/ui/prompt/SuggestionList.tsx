// What a prompt offers, in one line under it. The box stays a text box of several lines, which cannot be a combobox: it names the chosen option by
// aria-activedescendant, and a live region says that there are some.
import { createEffect, For, on, Show, type JSX } from "solid-js";
import styles from "./SuggestionList.module.css";
import { t } from "../../texts/texts.ts";
import { optionId, type Writing } from "./writing.ts";

export function SuggestionList(props: {
  readonly of: Writing;
  /** "tools": over the row of tools under the prompt; "below": over what follows the field. */
  readonly place: "tools" | "below";
}): JSX.Element {
  const suggestions = (): Writing["suggestions"] => props.of.suggestions;
  const id = (index: number): string => optionId(props.of.listId, index);
  createEffect(
    on(
      () => suggestions().active(),
      (index) => {
        document.getElementById(id(index))?.scrollIntoView({ block: "nearest", inline: "nearest" });
      },
    ),
  );
  return (
    <div class={styles["place"]} data-place={props.place}>
      <p class="visually-hidden" role="status">
        {suggestions().items().length > 0 ? t.prompt.suggestions.some(suggestions().items().length) : ""}
      </p>
      <Show when={suggestions().items().length > 0}>
        <ul
          class={styles["list"]}
          id={props.of.listId}
          role="listbox"
          aria-label={t.prompt.suggestions.label}
        >
          <For each={suggestions().items()}>
            {(item, index) => (
              <li
                id={id(index())}
                role="option"
                aria-selected={suggestions().active() === index()}
                // The prompt keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => props.of.putWords(suggestions().take(index()))}
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
