// A seed: a number that every run uses, or nothing, and every run draws its own.
import type { JSX } from "solid-js";
import { randomSeed } from "../../stylus/options.ts";
import styles from "./SeedField.module.css";
import controls from "../controls/controls.module.css";
import { DiceIcon, LockIcon, ReuseIcon, UnlockIcon } from "../controls/icons.tsx";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

/** AUTOMATIC1111's number for a random seed. */
const random = "-1";

interface Seed {
  readonly seed: number;
  /** When not, every run draws another one. */
  readonly locked: boolean;
}

export function SeedField(props: {
  readonly id: string;
  readonly texts: typeof t.prompt.bar.seed;
  readonly value: Seed;
  /** Of the run on show; null: it has none, or none is. */
  readonly used: number | null;
  readonly onChange: (value: Seed) => void;
  /** The label stands above, as in a form. */
  readonly stacked?: boolean;
}): JSX.Element {
  const shown = (): string => (props.value.locked ? String(props.value.seed) : "");
  const dice = (): string => (props.value.locked ? props.texts.fresh : props.texts.reuse(props.used));
  const lock = (seed: number): void => props.onChange({ seed, locked: true });
  const setLocked = (locked: boolean): void => props.onChange({ seed: props.value.seed, locked });

  let isReused = false;
  function draw(isFirstClick: boolean): void {
    if (isFirstClick) isReused = false;
    if (isReused) return; // the rest of a double click is not meant for the dice
    if (props.value.locked) return lock(randomSeed());
    isReused = true;
    lock(props.used!);
  }

  function read(text: string): void {
    const seed = Number(text);
    if (text === "" || text === random) setLocked(false);
    else if (Number.isInteger(seed) && seed >= limits.seed.min && seed <= limits.seed.max) lock(seed);
  }

  return (
    <div class={styles["seed"]} classList={{ [styles["stacked"]!]: props.stacked === true }}>
      <label class={styles["label"]} for={props.id}>
        {props.texts.label}
      </label>
      <input
        id={props.id}
        class={styles["input"]}
        inputmode="numeric"
        autocomplete="off"
        spellcheck={false}
        placeholder={t.prompt.bar.randomSeed}
        value={shown()}
        onChange={(event) => {
          read(event.currentTarget.value.trim());
          event.currentTarget.value = shown();
        }}
      />
      <button
        class={controls["icon"]}
        type="button"
        aria-label={props.texts.lock}
        title={props.value.locked ? props.texts.locked : props.texts.unlocked}
        aria-pressed={props.value.locked}
        onClick={() => setLocked(!props.value.locked)}
      >
        {props.value.locked ? <LockIcon /> : <UnlockIcon />}
      </button>
      {/* One button, so that the focus stays. */}
      <button
        class={controls["icon"]}
        type="button"
        aria-label={dice()}
        title={dice()}
        disabled={!props.value.locked && props.used === null}
        onClick={(event) => draw(event.detail < 2)}
      >
        {props.value.locked ? <DiceIcon /> : <ReuseIcon />}
      </button>
    </div>
  );
}
