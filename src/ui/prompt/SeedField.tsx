// The seed in the bar: a number that every run uses, or nothing, and every run draws its own.
import type { JSX } from "solid-js";
import { randomSeed } from "../../stylus/options.ts";
import styles from "./ControlBar.module.css";
import controls from "../controls/controls.module.css";
import { DiceIcon, LockIcon, ReuseIcon, UnlockIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

/** AUTOMATIC1111's number for a random seed. */
const random = "-1";

export function SeedField(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const shown = (): string => (settings.seedLocked ? String(settings.seed) : "");
  /** Of the run on show. */
  const used = (): number | null => studio.run()?.options.seed ?? null;
  const dice = (): string => (settings.seedLocked ? t.prompt.bar.newSeed : t.prompt.bar.reuseSeed(used()));

  let isReused = false;
  function draw(isFirstClick: boolean): void {
    if (isFirstClick) isReused = false;
    if (isReused) return; // the rest of a double click is not meant for the dice
    if (settings.seedLocked) return setSettings("seed", randomSeed());
    isReused = true;
    setSettings({ seed: used()!, seedLocked: true });
  }

  function read(text: string): void {
    const seed = Number(text);
    if (text === "" || text === random) setSettings("seedLocked", false);
    else if (Number.isInteger(seed) && seed >= limits.seed.min && seed <= limits.seed.max)
      setSettings({ seed, seedLocked: true });
  }

  return (
    <div class={styles["seed"]}>
      <label class={styles["caption"]} for="seed">
        {t.prompt.bar.seed}
      </label>
      <input
        id="seed"
        class={styles["seedInput"]}
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
        aria-label={t.prompt.bar.lockSeed}
        title={settings.seedLocked ? t.prompt.bar.locked : t.prompt.bar.unlocked}
        aria-pressed={settings.seedLocked}
        onClick={() => setSettings("seedLocked", (locked) => !locked)}
      >
        {settings.seedLocked ? <LockIcon /> : <UnlockIcon />}
      </button>
      {/* One button, so that the focus stays. */}
      <button
        class={controls["icon"]}
        type="button"
        aria-label={dice()}
        title={dice()}
        disabled={!settings.seedLocked && used() === null}
        onClick={(event) => draw(event.detail < 2)}
      >
        {settings.seedLocked ? <DiceIcon /> : <ReuseIcon />}
      </button>
    </div>
  );
}
