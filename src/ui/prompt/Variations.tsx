// Variations of an image: the noise of its seed, turned towards that of another seed.
import { Show, type JSX } from "solid-js";
import { limits } from "../../shared/limits.ts";
import styles from "./SettingsPanel.module.css";
import { NumberField, SwitchField } from "../controls/fields.tsx";
import { SeedField } from "./SeedField.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** As much as shows a difference and keeps the image. */
const usualStrength = 0.1;

export function Variations(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const isOn = (): boolean => settings.variation.strength > 0;
  return (
    <div class={styles["group"]}>
      <SwitchField
        label={t.settings.variation.section}
        checked={isOn()}
        onChange={(on) =>
          // There is nothing to vary unless the seed stays.
          setSettings({
            variation: { ...settings.variation, strength: on ? usualStrength : 0 },
            ...(on ? { seedLocked: true } : {}),
          })
        }
      />
      <Show when={isOn()}>
        <SeedField
          id="variation-seed"
          texts={t.settings.variation.seed}
          value={settings.variation}
          used={studio.run()?.options.variation?.seed ?? null}
          onChange={(value) => setSettings("variation", value)}
          stacked
        />
        <div class={styles["pair"]}>
          <NumberField
            label={t.settings.variation.strength}
            value={settings.variation.strength}
            min={0.01}
            max={limits.variationStrength.max}
            step={0.01}
            onChange={(strength) => setSettings("variation", "strength", strength)}
          />
        </div>
      </Show>
    </div>
  );
}
