// Under the prompt: generate or stop, and the settings that users change most.
import { Show, type JSX } from "solid-js";
import { imageTypes } from "../../app/adapters/dropped-files.ts";
import styles from "./ControlBar.module.css";
import controls from "../controls/controls.module.css";
import { PickFiles } from "../controls/PickFiles.tsx";
import { NumberStepper } from "../controls/NumberStepper.tsx";
import { SwitchField } from "../controls/fields.tsx";
import { ChevronIcon, ImageIcon } from "../controls/icons.tsx";
import { SeedField } from "./SeedField.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

export function ControlBar(props: {
  readonly settingsOpen: boolean;
  readonly onToggleSettings: () => void;
}): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const defaults = () => studio.pack()?.defaults;
  const fastSteps = () => settings.fast.steps ?? defaults()?.fewStep?.steps ?? 6;

  return (
    <div class={styles["bar"]}>
      <div class={styles["go"]}>
        <Show
          when={studio.busy()}
          fallback={
            <button
              class={`${controls["button"]} ${controls["primary"]} ${styles["generate"]}`}
              type="button"
              aria-keyshortcuts="Control+Enter"
              onClick={() => void studio.generate()}
            >
              {t.prompt.bar.generate} <span class={styles["key"]}>{t.prompt.bar.generateKey}</span>
            </button>
          }
        >
          <button
            class={`${controls["button"]} ${controls["primary"]} ${styles["generate"]} ${styles["stop"]}`}
            type="button"
            aria-keyshortcuts="Escape"
            // The second click of a double click on Generate is not meant for it.
            onClick={(event) => event.detail < 2 && studio.stop()}
          >
            <span class={styles["square"]} /> {t.prompt.bar.stop}{" "}
            <span class={styles["key"]}>{t.prompt.bar.stopKey}</span>
          </button>
          <button
            class={`${controls["button"]} ${styles["queue"]}`}
            type="button"
            aria-keyshortcuts="Control+Enter"
            title={t.prompt.bar.queueTitle}
            onClick={() => void studio.generate()}
          >
            {t.prompt.bar.queue}
          </button>
        </Show>
      </div>
      <div class={styles["quick"]}>
        <NumberStepper
          label={t.prompt.bar.images}
          value={settings.count}
          min={limits.count.min}
          max={limits.count.max}
          onChange={(count) => setSettings("count", count)}
        />
        <div class={styles["seed"]}>
          <SeedField
            id="seed"
            texts={t.prompt.bar.seed}
            value={{ seed: settings.seed, locked: settings.seedLocked }}
            used={studio.run()?.options.seed ?? null}
            onChange={({ seed, locked }) => setSettings({ seed, seedLocked: locked })}
          />
        </div>
        {/* Fast needs a few-step adapter. */}
        <Show when={defaults()?.fewStep !== null}>
          <SwitchField
            label={
              <>
                {t.prompt.bar.fast}{" "}
                <span class={styles["detail"]}>{t.prompt.bar.fastSteps(fastSteps())}</span>
              </>
            }
            checked={studio.fewStep()}
            onChange={(fewStep) => setSettings("fewStep", fewStep)}
          />
        </Show>
      </div>
      <div class={styles["more"]}>
        <Show when={!settings.start}>
          <PickFiles label={t.prompt.bar.addInitImage} accept={imageTypes} icon={<ImageIcon />} quiet />
        </Show>
        <button
          class={`${controls["button"]} ${controls["quiet"]}`}
          type="button"
          aria-expanded={props.settingsOpen}
          aria-controls="settings"
          onClick={() => props.onToggleSettings()}
        >
          {t.prompt.bar.settings} <ChevronIcon />
        </button>
      </div>
    </div>
  );
}
