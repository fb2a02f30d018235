// Everything that rarely changes, folded away: negative prompt, size, sampling, how adapters are chosen, device.
import { SAMPLER_LABELS } from "../../formats/generation-parameters.ts";
import type { JSX } from "solid-js";
import { limits, sizeLimits, type SamplingDefaults } from "../../stylus/options.ts";
import { NumberField, SelectField, SwitchField } from "../controls/fields.tsx";
import controls from "../controls/controls.module.css";
import { deviceNames, methodHints, methodNames, presetHints, presetNames, scheduleNames } from "../names.ts";
import { SecondPass } from "./HiresFix.tsx";
import styles from "./SettingsPanel.module.css";
import { useStudio } from "../studio-context.ts";

const choices = <Value extends string>(names: Readonly<Record<Value, string>>) =>
  (Object.entries(names) as [Value, string][]).map(([value, label]) => ({ value, label }));

export function SettingsPanel(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const options = studio.options;
  const setSampling = (change: Partial<SamplingDefaults>): void =>
    studio.fewStep() ? setSettings("fast", change) : setSettings("full", change);
  const setSize = (change: { width?: number; height?: number }): void =>
    setSettings("size", { width: options().width, height: options().height, ...change });

  const sizes = () => sizeLimits(studio.pack()?.defaults);

  return (
    <div class={styles["panel"]} id="settings">
      <section class={styles["wide"]}>
        <div class={controls["field"]}>
          <label class={controls["label"]} for="negative">
            Negative prompt
          </label>
          <textarea
            id="negative"
            class={controls["input"]}
            rows="2"
            placeholder="What should not be in the picture"
            value={settings.negativePrompt}
            disabled={options().cfgScale <= 1}
            aria-describedby="negative-hint"
            onInput={(event) => setSettings("negativePrompt", event.currentTarget.value)}
          />
          <span class={controls["hint"]} id="negative-hint">
            {options().cfgScale <= 1
              ? "Has no effect at a CFG scale of 1: raise the scale or switch Fast off."
              : ""}
          </span>
        </div>
      </section>

      <section>
        <h2>Picture</h2>
        <div class={styles["pair"]}>
          <NumberField
            label="Width"
            value={options().width}
            {...sizes()}
            onChange={(width) => setSize({ width })}
          />
          <NumberField
            label="Height"
            value={options().height}
            {...sizes()}
            onChange={(height) => setSize({ height })}
          />
        </div>
        <SelectField
          label="Device"
          value={settings.device}
          choices={choices(deviceNames)}
          onChange={(device) => {
            setSettings("device", device);
            void studio.loadPack();
          }}
        />
        <SelectField
          label="Noise"
          value={settings.noise}
          choices={[
            { value: "cpu", label: "CPU, as in most tools" },
            { value: "nv", label: "NVIDIA, as in A1111’s “NV”" },
          ]}
          onChange={(noise) => setSettings("noise", noise)}
        />
        <SecondPass />
        <SwitchField
          label="Save memory: decode in squares"
          checked={settings.lowMemory}
          onChange={(lowMemory) => setSettings("lowMemory", lowMemory)}
        />
      </section>

      <section>
        <h2>
          Sampling <span>{studio.fewStep() ? "while Fast is on" : "while Fast is off"}</span>
        </h2>
        <div class={styles["pair"]}>
          <NumberField
            label="Steps"
            value={options().steps}
            {...limits.steps}
            onChange={(steps) => setSampling({ steps })}
          />
          <NumberField
            label="CFG scale"
            value={options().cfgScale}
            {...limits.cfgScale}
            step={0.5}
            onChange={(cfgScale) => setSampling({ cfgScale })}
          />
        </div>
        <SelectField
          label="Sampler"
          value={options().sampler}
          choices={choices(SAMPLER_LABELS)}
          onChange={(sampler) => setSampling({ sampler })}
        />
        <div class={styles["pair"]}>
          <SelectField
            label="Schedule"
            value={options().schedule}
            choices={choices(scheduleNames)}
            onChange={(schedule) => setSampling({ schedule })}
          />
          <NumberField
            label="Clip skip"
            value={settings.clipSkip}
            {...limits.clipSkip}
            onChange={(clipSkip) => setSettings("clipSkip", clipSkip)}
          />
        </div>
      </section>

      <section>
        <h2>Choosing adapters</h2>
        <SelectField
          label="Who chooses"
          value={settings.method}
          choices={choices(methodNames)}
          hint={methodHints[settings.method]}
          onChange={(method) => setSettings("method", method)}
        />
        <SelectField
          label="Rules"
          value={settings.preset}
          choices={choices(presetNames)}
          hint={presetHints[settings.preset]}
          onChange={(preset) => setSettings("preset", preset)}
        />
        <p class={controls["hint"]}>
          The parts of the prompt are found by rules. A language model for this does not ship yet.
        </p>
      </section>
    </div>
  );
}
