// Labelled form fields over the native controls.
import { createMemo, createUniqueId, For, Show, type JSX } from "solid-js";
import styles from "./controls.module.css";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

export function SelectField<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  readonly hint?: string | undefined;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class={styles["field"]}>
      <label class={styles["label"]} for={id}>
        {props.label}
      </label>
      <select
        id={id}
        class={`${styles["input"]} ${styles["select"]}`}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onChange(event.currentTarget.value as Value)}
      >
        <For each={props.choices}>
          {(choice) => (
            <option value={choice.value} selected={choice.value === props.value}>
              {choice.label}
            </option>
          )}
        </For>
      </select>
      <Hint id={id} text={props.hint} />
    </div>
  );
}

export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly rows?: number;
  readonly type?: "text" | "url" | "password";
  readonly placeholder?: string;
  /** Offered while one types. */
  readonly suggestions?: readonly string[];
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
}): JSX.Element {
  const id = createUniqueId();
  const hint = (): string | undefined => (props.hint ? `${id}-hint` : undefined);
  return (
    <div class={styles["field"]}>
      <label class={styles["label"]} for={id}>
        {props.label}
      </label>
      <Show
        when={props.rows}
        fallback={
          <>
            <input
              id={id}
              class={styles["input"]}
              type={props.type ?? "text"}
              autocomplete="off"
              dir="auto"
              placeholder={props.placeholder}
              list={props.suggestions ? `${id}-list` : undefined}
              value={props.value}
              aria-describedby={hint()}
              onInput={(event) => props.onChange(event.currentTarget.value)}
            />
            <Show when={props.suggestions}>
              {(suggestions) => (
                <datalist id={`${id}-list`}>
                  <For each={suggestions()}>{(value) => <option value={value} />}</For>
                </datalist>
              )}
            </Show>
          </>
        }
      >
        <textarea
          id={id}
          class={styles["input"]}
          rows={props.rows}
          dir="auto"
          placeholder={props.placeholder}
          value={props.value}
          aria-describedby={hint()}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      </Show>
      <Hint id={id} text={props.hint} />
    </div>
  );
}

export function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  readonly hint?: string | undefined;
  /** What is wrong with the value beside others. */
  readonly problem?: string | undefined;
}): JSX.Element {
  const id = createUniqueId();
  const described = (): string | undefined =>
    [props.hint && `${id}-hint`, props.problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;
  // Only another value replaces what is typed: where it is read from may change for other reasons.
  const shown = createMemo(() => props.value);
  const commit = (field: HTMLInputElement): void => {
    const value = field.valueAsNumber;
    if (!Number.isFinite(value)) {
      field.value = String(props.value);
      return;
    }
    const step = props.step ?? 1;
    const stepped = Number((Math.round(value / step) * step).toFixed(4));
    const clamped = Math.min(props.max, Math.max(props.min, stepped));
    field.value = String(clamped);
    props.onChange(clamped);
  };
  return (
    <div class={styles["field"]}>
      <label class={styles["label"]} for={id}>
        {props.label}
      </label>
      <input
        id={id}
        class={styles["input"]}
        type="number"
        inputmode="decimal"
        min={props.min}
        max={props.max}
        step={props.step ?? 1}
        value={shown()}
        aria-invalid={props.problem !== undefined}
        aria-describedby={described()}
        onChange={(event) => commit(event.currentTarget)}
      />
      <Hint id={id} text={props.hint} />
      <Show when={props.problem}>
        <span class={styles["problem"]} id={`${id}-problem`} role="status">
          {props.problem}
        </span>
      </Show>
    </div>
  );
}

function Hint(props: { readonly id: string; readonly text: string | undefined }): JSX.Element {
  return (
    <Show when={props.text}>
      <span class={styles["hint"]} id={`${props.id}-hint`}>
        {props.text}
      </span>
    </Show>
  );
}

export function SwitchField(props: {
  readonly label: JSX.Element;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label class={styles["switch"]}>
      <input
        type="checkbox"
        role="switch"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

export function SegmentField<Value extends string | number>(props: {
  readonly legend: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}): JSX.Element {
  const name = createUniqueId();
  return (
    <fieldset class={styles["segments"]}>
      <legend class="visually-hidden">{props.legend}</legend>
      <For each={props.choices}>
        {(choice) => (
          <label>
            <input
              type="radio"
              name={name}
              checked={choice.value === props.value}
              onChange={() => props.onChange(choice.value)}
            />
            {choice.label}
          </label>
        )}
      </For>
    </fieldset>
  );
}
