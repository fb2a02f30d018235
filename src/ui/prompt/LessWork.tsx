// What makes sampling less work: guidance at some noise levels only, and deep features of the U-Net that are used again.
import { Show, type JSX } from "solid-js";
import type { SamplingSettings } from "../../stylus/options.ts";
import { limits } from "../../shared/limits.ts";
import type { GuidanceInterval } from "../../shared/request.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SwitchField } from "../controls/fields.tsx";
import { t } from "../../texts/texts.ts";
import styles from "./SettingsPanel.module.css";

/** What a switch begins with: docs/performance.md has what it costs. */
const usual: { readonly guidanceInterval: GuidanceInterval; readonly cacheInterval: number } = {
  guidanceInterval: { start: 0.2, end: 0.9 },
  cacheInterval: 2,
};

export function LessWork(props: {
  readonly sampling: Pick<SamplingSettings, "guidanceInterval" | "cacheInterval">;
  readonly onChange: (change: Partial<SamplingSettings>) => void;
}): JSX.Element {
  return (
    <>
      <div class={styles["group"]}>
        <SwitchField
          label={t.settings.guidance.label}
          checked={props.sampling.guidanceInterval !== null}
          onChange={(on) => props.onChange({ guidanceInterval: on ? usual.guidanceInterval : null })}
        />
        <Show when={props.sampling.guidanceInterval}>
          {(interval) => (
            <GuidanceEnds
              interval={interval()}
              onChange={(guidanceInterval) => props.onChange({ guidanceInterval })}
            />
          )}
        </Show>
      </div>
      <div class={styles["group"]}>
        <SwitchField
          label={t.settings.cache.label}
          checked={props.sampling.cacheInterval > 1}
          onChange={(on) => props.onChange({ cacheInterval: on ? usual.cacheInterval : 1 })}
        />
        <Show when={props.sampling.cacheInterval > 1}>
          <NumberField
            label={t.settings.cache.interval}
            value={props.sampling.cacheInterval}
            min={2}
            max={limits.cacheInterval.max}
            hint={t.settings.cache.hint}
            onChange={(cacheInterval) => props.onChange({ cacheInterval })}
          />
        </Show>
      </div>
    </>
  );
}

function GuidanceEnds(props: {
  readonly interval: GuidanceInterval;
  readonly onChange: (interval: GuidanceInterval) => void;
}): JSX.Element {
  return (
    <>
      <div class={styles["pair"]}>
        <NumberField
          label={t.settings.guidance.start}
          value={props.interval.start}
          min={limits.guidanceInterval.min}
          max={props.interval.end}
          step={0.05}
          onChange={(start) => props.onChange({ ...props.interval, start })}
        />
        <NumberField
          label={t.settings.guidance.end}
          value={props.interval.end}
          min={props.interval.start}
          max={limits.guidanceInterval.max}
          step={0.05}
          onChange={(end) => props.onChange({ ...props.interval, end })}
        />
      </div>
      <p class={controls["hint"]}>{t.settings.guidance.hint}</p>
    </>
  );
}
