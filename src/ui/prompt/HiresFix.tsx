// Hires fix: upscales the finished image and denoises it again at the larger size.
import { Show, type JSX } from "solid-js";
import { hiresSize } from "../../stylus/image-options.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SelectField, SwitchField } from "../controls/fields.tsx";
import { problemsOf } from "./problems.ts";
import styles from "./SettingsPanel.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

export function HiresFix(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const problemAt = problemsOf(studio);
  const values = () => settings.hiresValues;
  const size = (): string => {
    const { width, height } = hiresSize(studio.options(), values().scale);
    return t.settings.hires.to(width, height);
  };
  const isWeakLatent = (): boolean => values().upscaler.startsWith("latent") && values().strength < 0.5;
  const upscalers = () =>
    (Object.keys(t.names.upscalers) as (keyof typeof t.names.upscalers)[]).map((value) => ({
      value,
      label: t.names.upscalers[value],
    }));
  return (
    <div class={styles["group"]} role="group" aria-label={t.settings.hires.section}>
      <SwitchField
        label={t.settings.hires.label}
        checked={settings.hires && !settings.start}
        disabled={settings.start !== null}
        onChange={(hires) => setSettings("hires", hires)}
      />
      <Show when={settings.start !== null}>
        <p class={controls["hint"]}>{t.settings.hires.notWithInitImage}</p>
      </Show>
      <Show when={settings.hires && !settings.start}>
        <div class={styles["pair"]}>
          <NumberField
            label={t.settings.hires.scale}
            value={values().scale}
            {...limits.hiresScale}
            step={0.05}
            hint={size()}
            problem={problemAt("hires.scale")}
            onChange={(scale) => setSettings("hiresValues", { scale })}
          />
          <NumberField
            label={t.settings.hires.strength}
            value={values().strength}
            {...limits.hiresStrength}
            step={0.05}
            hint={isWeakLatent() ? t.settings.hires.weakLatent : undefined}
            onChange={(strength) => setSettings("hiresValues", { strength })}
          />
          <NumberField
            label={t.settings.hires.steps}
            value={values().steps ?? studio.options().steps}
            {...limits.steps}
            problem={problemAt("hires.steps")}
            onChange={(steps) =>
              setSettings("hiresValues", "steps", steps === studio.options().steps ? null : steps)
            }
          />
          <SelectField
            label={t.settings.hires.upscaler}
            value={values().upscaler}
            choices={upscalers()}
            onChange={(upscaler) => setSettings("hiresValues", { upscaler })}
          />
        </div>
      </Show>
    </div>
  );
}
