// Guidance at some noise levels only.
import { Show, type JSX } from "solid-js";
import { limits } from "../../shared/limits.ts";
import type { GuidanceInterval as Interval } from "../../shared/request.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SwitchField } from "../controls/fields.tsx";
import { t } from "../../texts/texts.ts";
import styles from "./SettingsPanel.module.css";

/** Measured: see docs/performance.md. */
const usualInterval: Interval = { start: 0.2, end: 0.9 };

export function GuidanceInterval(props: {
  readonly interval: Interval | null;
  readonly onChange: (interval: Interval | null) => void;
}): JSX.Element {
  return (
    <div class={styles["group"]}>
      <SwitchField
        label={t.settings.guidance.label}
        checked={props.interval !== null}
        onChange={(on) => props.onChange(on ? usualInterval : null)}
      />
      <Show when={props.interval}>
        {(interval) => (
          <>
            <div class={styles["pair"]}>
              <NumberField
                label={t.settings.guidance.start}
                value={interval().start}
                min={limits.guidanceInterval.min}
                max={interval().end}
                step={0.05}
                onChange={(start) => props.onChange({ ...interval(), start })}
              />
              <NumberField
                label={t.settings.guidance.end}
                value={interval().end}
                min={interval().start}
                max={limits.guidanceInterval.max}
                step={0.05}
                onChange={(end) => props.onChange({ ...interval(), end })}
              />
            </div>
            <p class={controls["hint"]}>{t.settings.guidance.hint}</p>
          </>
        )}
      </Show>
    </div>
  );
}
