// A small whole number with − and +.
import { createUniqueId, type JSX } from "solid-js";
import styles from "./NumberStepper.module.css";
import { t } from "../../texts/texts.ts";

export function NumberStepper(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class={styles["stepper"]} role="group" aria-labelledby={id}>
      <span id={id} class={styles["caption"]}>
        {props.label}
      </span>
      <button
        type="button"
        aria-label={t.page.decrease(props.label)}
        disabled={props.value <= props.min}
        onClick={() => props.onChange(props.value - 1)}
      >
        −
      </button>
      <output aria-live="polite">{props.value}</output>
      <button
        type="button"
        aria-label={t.page.increase(props.label)}
        disabled={props.value >= props.max}
        onClick={() => props.onChange(props.value + 1)}
      >
        +
      </button>
    </div>
  );
}
