// Detail pass: parts of the finished image, drawn by hand, that are generated once more, enlarged.
import { createSignal, Index, Show, type JSX } from "solid-js";
import { limits } from "../../shared/limits.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SwitchField } from "../controls/fields.tsx";
import { BrushIcon, CloseIcon, PlusIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { DetailDialog } from "./DetailDialog.tsx";
import { PromptField } from "./PromptField.tsx";
import styles from "./SettingsPanel.module.css";

export function DetailPass(): JSX.Element {
  const { settings, setSettings } = useStudio();
  const texts = (): typeof t.settings.details => t.settings.details;
  /** Which area is drawn; one behind the last is new. */
  const [drawn, setDrawn] = createSignal<number | null>(null);
  const isFull = (): boolean => settings.details.length >= limits.details;
  return (
    <div class={styles["group"]} role="group" aria-label={texts().label}>
      <SwitchField
        label={texts().label}
        checked={settings.detailPass}
        onChange={(detailPass) => setSettings("detailPass", detailPass)}
      />
      <Show when={settings.detailPass}>
        <p class={controls["hint"]}>{texts().hint}</p>
        <Index each={settings.details}>
          {(area, index) => (
            <div class={styles["detail"]} role="group" aria-label={texts().area(index + 1)}>
              <PromptField
                label={texts().prompt(index + 1)}
                rows={1}
                value={area().prompt}
                words={area().prompt}
                placeholder={texts().promptPlaceholder}
                onChange={(prompt) => setSettings("details", index, { prompt })}
              />
              <button
                class={controls["icon"]}
                type="button"
                aria-label={texts().draw(index + 1)}
                title={texts().draw(index + 1)}
                onClick={() => setDrawn(index)}
              >
                <BrushIcon />
              </button>
              <button
                class={controls["icon"]}
                type="button"
                aria-label={texts().remove(index + 1)}
                title={texts().remove(index + 1)}
                onClick={() => setSettings("details", (all) => all.filter((_, other) => other !== index))}
              >
                <CloseIcon />
              </button>
            </div>
          )}
        </Index>
        <div>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            disabled={isFull()}
            onClick={() => setDrawn(settings.details.length)}
          >
            <PlusIcon /> {texts().add}
          </button>
        </div>
        <Show when={isFull()}>
          <p class={controls["hint"]}>{texts().full(limits.details)}</p>
        </Show>
        <div class={styles["pair"]}>
          <NumberField
            label={texts().strength}
            value={settings.detailValues.strength}
            {...limits.denoisingStrength}
            step={0.05}
            onChange={(strength) => setSettings("detailValues", { strength })}
          />
          <NumberField
            label={texts().padding}
            value={settings.detailValues.padding}
            {...limits.maskPadding}
            step={4}
            hint={texts().paddingHint}
            onChange={(padding) => setSettings("detailValues", { padding })}
          />
          <NumberField
            label={texts().feather}
            value={settings.detailValues.feather}
            {...limits.detailFeather}
            hint={texts().featherHint}
            onChange={(feather) => setSettings("detailValues", { feather })}
          />
        </div>
      </Show>
      <DetailDialog index={drawn()} onClose={() => setDrawn(null)} />
    </div>
  );
}
