// The form for the card of a user adapter. Retrieval reads title, description and tags.
import { For, Show, type JSX } from "solid-js";
import type { AdapterReport } from "../../adapters/report.ts";
import { commercialUseOf } from "../../app/adapters/library/library-adapter.ts";
import { licenceOf, splitList, type CardDraft } from "../../app/adapters/user-card.ts";
import { rareTags } from "../../refine/draft.ts";
import type { AdapterCategory } from "../../retrieval/card.ts";
import { limits } from "../../shared/limits.ts";
import styles from "./CardForm.module.css";
import { NumberField, SelectField, TextField } from "../controls/fields.tsx";
import { t } from "../../texts/texts.ts";
import { WriteCard, type WritingProps } from "./WriteCard.tsx";

const categories = () =>
  (Object.keys(t.names.categories) as AdapterCategory[]).map((value) => ({
    value,
    label: t.names.categories[value],
  }));

const useValues = { byName: "byName", allowed: true, refused: false, unknown: null } as const;
type UseName = keyof typeof useValues;

const useNameOf = (value: CardDraft["commercialUse"]): UseName =>
  (Object.keys(useValues) as UseName[]).find((name) => useValues[name] === value)!;

const commercialUses = () =>
  (Object.keys(useValues) as UseName[]).map((value) => ({
    value,
    label: t.adapters.form.commercialUses[value],
  }));

export function CardForm(
  props: WritingProps & {
    readonly draft: CardDraft;
    readonly report: AdapterReport;
    readonly onChange: (change: Partial<CardDraft>) => void;
  },
): JSX.Element {
  const suggestions = (): readonly string[] => {
    const present = new Set(splitList(props.draft.triggerWords));
    return rareTags(props.report.triggers, props.draft.title)
      .map(({ tag }) => tag)
      .filter((tag) => !present.has(tag))
      .slice(0, 6);
  };
  return (
    <div class={styles["form"]}>
      <WriteCard {...props} />
      <TextField
        label={t.adapters.form.title}
        value={props.draft.title}
        onChange={(title) => props.onChange({ title })}
      />
      <div class={styles["pair"]}>
        <SelectField
          label={t.adapters.form.category}
          value={props.draft.category}
          choices={categories()}
          onChange={(category) => props.onChange({ category })}
        />
        <NumberField
          label={t.adapters.form.strength}
          value={props.draft.weight}
          {...limits.adapterStrength}
          step={0.05}
          onChange={(weight) => props.onChange({ weight })}
        />
      </div>
      <div class={styles["wide"]}>
        <TextField
          label={t.adapters.form.description}
          rows={2}
          value={props.draft.description}
          hint={t.adapters.form.descriptionHint}
          onChange={(description) => props.onChange({ description })}
        />
      </div>
      <TextField
        label={t.adapters.form.tags}
        value={props.draft.tags}
        onChange={(tags) => props.onChange({ tags })}
      />
      <div>
        <TextField
          label={t.adapters.form.triggerWords}
          rows={2}
          value={props.draft.triggerWords}
          hint={t.adapters.form.triggerWordsHint}
          onChange={(triggerWords) => props.onChange({ triggerWords })}
        />
        <Show when={suggestions().length > 0}>
          <p class={styles["suggestions"]}>
            <span>{t.adapters.form.suggestions}</span>
            <For each={suggestions()}>
              {(tag) => (
                <button
                  type="button"
                  title={t.adapters.form.addTrigger}
                  onClick={() =>
                    props.onChange({
                      triggerWords: [props.draft.triggerWords.trimEnd(), tag]
                        .filter((words) => words !== "")
                        .join(", "),
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
      <TextField
        label={t.adapters.form.phrases}
        rows={2}
        value={props.draft.phrases}
        hint={t.adapters.form.phrasesHint}
        onChange={(phrases) => props.onChange({ phrases })}
      />
      <TextField
        label={t.adapters.form.notMeant}
        rows={2}
        value={props.draft.notMeant}
        hint={t.adapters.form.notMeantHint}
        onChange={(notMeant) => props.onChange({ notMeant })}
      />
      <TextField
        label={t.adapters.form.author}
        value={props.draft.author}
        onChange={(author) => props.onChange({ author })}
      />
      <div class={styles["pair"]}>
        <TextField
          label={t.adapters.form.licence}
          value={props.draft.license}
          onChange={(license) => props.onChange({ license })}
        />
        <SelectField
          label={t.adapters.form.commercialUse}
          value={useNameOf(props.draft.commercialUse)}
          choices={commercialUses()}
          hint={t.adapters.licence[commercialUseOf(licenceOf(props.draft))]}
          onChange={(name) => props.onChange({ commercialUse: useValues[name] })}
        />
      </div>
    </div>
  );
}
