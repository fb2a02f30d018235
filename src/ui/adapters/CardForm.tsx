// The card of a user's own adapter, to be written by its user: retrieval reads title, description and tags.
import { For, Show, type JSX } from "solid-js";
import type { AdapterReport } from "../../adapters/report.ts";
import { maxCardWeight, splitList, type CardDraft } from "../../app/adapters/user-card.ts";
import type { AdapterCategory } from "../../retrieval/card.ts";
import styles from "./CardForm.module.css";
import { NumberField, SelectField, TextField } from "../controls/fields.tsx";
import { categoryNames } from "../names.ts";

const categories = (Object.keys(categoryNames) as AdapterCategory[]).map((value) => ({
  value,
  label: categoryNames[value],
}));

export function CardForm(props: {
  readonly draft: CardDraft;
  readonly report: AdapterReport;
  readonly onChange: (change: Partial<CardDraft>) => void;
}): JSX.Element {
  const suggestions = (): readonly string[] => {
    const present = new Set(splitList(props.draft.triggerWords));
    return props.report.triggers
      .map(({ tag }) => tag)
      .filter((tag) => !present.has(tag))
      .slice(0, 6);
  };
  return (
    <div class={styles["form"]}>
      <TextField label="Title" value={props.draft.title} onChange={(title) => props.onChange({ title })} />
      <div class={styles["pair"]}>
        <SelectField
          label="Kind"
          value={props.draft.category}
          choices={categories}
          onChange={(category) => props.onChange({ category })}
        />
        <NumberField
          label="Strength"
          value={props.draft.weight}
          min={-maxCardWeight}
          max={maxCardWeight}
          step={0.05}
          onChange={(weight) => props.onChange({ weight })}
        />
      </div>
      <div class={styles["wide"]}>
        <TextField
          label="What it does"
          rows={2}
          value={props.draft.description}
          hint="In plain words: by this it is found. “Turns the picture into a paper collage with torn edges.”"
          onChange={(description) => props.onChange({ description })}
        />
      </div>
      <TextField label="Tags" value={props.draft.tags} onChange={(tags) => props.onChange({ tags })} />
      <div>
        <TextField
          label="Trigger words"
          value={props.draft.triggerWords}
          onChange={(triggerWords) => props.onChange({ triggerWords })}
        />
        <Show when={suggestions().length > 0}>
          <p class={styles["suggestions"]}>
            <span>From its training:</span>
            <For each={suggestions()}>
              {(tag) => (
                <button
                  type="button"
                  title="Add to the trigger words"
                  onClick={() =>
                    props.onChange({
                      triggerWords: [...splitList(props.draft.triggerWords), tag].join(", "),
                    })
                  }
                >
                  {tag}
                </button>
              )}
            </For>
          </p>
        </Show>
      </div>
    </div>
  );
}
