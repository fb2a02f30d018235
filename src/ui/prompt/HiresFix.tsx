// The second pass over a finished picture at a larger size, "hires fix" in other tools.
import { Show, type JSX } from "solid-js";
import { hiresSize, pictureLimits } from "../../stylus/image-options.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SelectField, SwitchField } from "../controls/fields.tsx";
import { upscalerNames } from "../names.ts";
import styles from "./SettingsPanel.module.css";
import { useStudio } from "../studio-context.ts";

export function SecondPass(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const values = () => settings.hiresValues;
  const size = (): string => {
    const { width, height } = hiresSize(studio.options(), values().scale);
    return `${width} × ${height}`;
  };
  const isWeakLatent = (): boolean => values().upscaler.startsWith("latent") && values().strength < 0.5;
  const upscalers = (Object.keys(upscalerNames) as (keyof typeof upscalerNames)[]).map((value) => ({
    value,
    label: upscalerNames[value],
  }));
  return (
    <div class={styles["group"]} role="group" aria-label="Second pass">
      <SwitchField
        label="Second pass, larger (hires fix)"
        checked={settings.hires && !settings.start}
        disabled={settings.start !== null}
        onChange={(hires) => setSettings("hires", hires)}
      />
      <Show when={settings.start !== null}>
        <p class={controls["hint"]}>Not when starting from a picture: set a larger size for it instead.</p>
      </Show>
      <Show when={settings.hires && !settings.start}>
        <div class={styles["pair"]}>
          <NumberField
            label="Upscale by"
            value={values().scale}
            {...pictureLimits.hiresScale}
            step={0.05}
            hint={`to ${size()}`}
            onChange={(scale) => setSettings("hiresValues", { scale: scale })}
          />
          <NumberField
            label="Strength"
            value={values().strength}
            {...pictureLimits.hiresStrength}
            step={0.05}
            hint={isWeakLatent() ? "Blurred: Latent needs 0.5 or more" : undefined}
            onChange={(strength) => setSettings("hiresValues", { strength: strength })}
          />
          <NumberField
            label="Steps"
            value={values().steps ?? studio.options().steps}
            {...pictureLimits.hiresSteps}
            onChange={(steps) =>
              setSettings("hiresValues", "steps", steps === studio.options().steps ? null : steps)
            }
          />
          <SelectField
            label="Upscaler"
            value={values().upscaler}
            choices={upscalers}
            onChange={(upscaler) => setSettings("hiresValues", { upscaler: upscaler })}
          />
        </div>
      </Show>
    </div>
  );
}
