// Settings that rarely change: negative prompt, size, device, sampling, adapter selection.
import { SAMPLER_LABELS } from "../../formats/generation-parameters.ts";
import { onMount, Show, type JSX } from "solid-js";
import { sizeLimits, type SamplingDefaults } from "../../stylus/options.ts";
import { NumberField, SelectField, SwitchField } from "../controls/fields.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { DownloadProgress } from "../models/DownloadProgress.tsx";
import { HiresFix } from "./HiresFix.tsx";
import styles from "./SettingsPanel.module.css";
import { Variations } from "./Variations.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

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
            {t.settings.negativePrompt}
          </label>
          <textarea
            id="negative"
            class={controls["input"]}
            rows="2"
            placeholder={t.settings.negativePlaceholder}
            value={settings.negativePrompt}
            disabled={options().cfgScale <= 1}
            aria-describedby="negative-hint"
            onInput={(event) => setSettings("negativePrompt", event.currentTarget.value)}
          />
          <span class={controls["hint"]} id="negative-hint">
            {options().cfgScale <= 1 ? t.settings.negativeUnused : ""}
          </span>
        </div>
        <SwitchField
          label={t.settings.suggestWords}
          checked={settings.suggestWords}
          onChange={(suggestWords) => setSettings("suggestWords", suggestWords)}
        />
      </section>

      <section>
        <h2>{t.settings.image}</h2>
        <div class={styles["pair"]}>
          <NumberField
            label={t.settings.width}
            value={options().width}
            {...sizes()}
            onChange={(width) => setSize({ width })}
          />
          <NumberField
            label={t.settings.height}
            value={options().height}
            {...sizes()}
            onChange={(height) => setSize({ height })}
          />
        </div>
        <SelectField
          label={t.settings.device}
          value={settings.device}
          choices={choices(t.names.devices)}
          onChange={(device) => {
            setSettings("device", device);
            void studio.loadPack();
          }}
        />
        <SelectField
          label={t.settings.noise}
          value={settings.noise}
          choices={choices(t.settings.noises)}
          onChange={(noise) => setSettings("noise", noise)}
        />
        <Variations />
        <HiresFix />
        <SwitchField
          label={t.settings.tiledVae}
          checked={settings.lowMemory}
          onChange={(lowMemory) => setSettings("lowMemory", lowMemory)}
        />
      </section>

      <section>
        <h2>
          {t.settings.sampling}{" "}
          <span>{studio.fewStep() ? t.settings.whileFast : t.settings.whileNotFast}</span>
        </h2>
        <div class={styles["pair"]}>
          <NumberField
            label={t.settings.steps}
            value={options().steps}
            {...limits.steps}
            onChange={(steps) => setSampling({ steps })}
          />
          <NumberField
            label={t.settings.cfgScale}
            value={options().cfgScale}
            {...limits.cfgScale}
            step={0.5}
            onChange={(cfgScale) => setSampling({ cfgScale })}
          />
        </div>
        <SelectField
          label={t.settings.sampler}
          value={options().sampler}
          choices={choices(SAMPLER_LABELS)}
          onChange={(sampler) => setSampling({ sampler })}
        />
        <div class={styles["pair"]}>
          <SelectField
            label={t.settings.schedule}
            value={options().schedule}
            choices={choices(t.names.schedules)}
            onChange={(schedule) => setSampling({ schedule })}
          />
          <NumberField
            label={t.settings.clipSkip}
            value={settings.clipSkip}
            {...limits.clipSkip}
            onChange={(clipSkip) => setSettings("clipSkip", clipSkip)}
          />
        </div>
      </section>

      <section>
        <h2>{t.settings.selection}</h2>
        <SelectField
          label={t.settings.method}
          value={settings.method}
          choices={choices(t.names.methods)}
          hint={t.names.methodHints[settings.method]}
          onChange={(method) => setSettings({ method, restored: null })}
        />
        <Show when={settings.method === "reranker"}>
          <RerankerDownload />
        </Show>
        <SelectField
          label={t.settings.preset}
          value={settings.preset}
          choices={choices(t.names.presets)}
          hint={t.names.presetHints[settings.preset]}
          onChange={(preset) => setSettings({ preset, restored: null })}
        />
        <SelectField
          label={t.settings.combine}
          value={settings.combine}
          choices={choices(t.names.combines)}
          hint={t.names.combineHints[settings.combine]}
          onChange={(combine) => setSettings("combine", combine)}
        />
        <SelectField
          label={t.settings.composer}
          value={settings.composer}
          choices={choices(t.names.composers)}
          hint={t.names.composerHints[settings.composer]}
          onChange={(composer) => setSettings({ composer, restored: null })}
        />
        <Show when={settings.composer === "llm"}>
          <LanguageModelChoice />
        </Show>
      </section>
    </div>
  );
}

/** The method "reranker" needs a model that is not part of the site. */
function RerankerDownload(): JSX.Element {
  const { reranker } = useStudio();
  return (
    <div class={controls["field"]}>
      <span class={controls["label"]}>{t.settings.reranker.label}</span>
      <Show when={reranker.state()}>
        {(found) => (
          <>
            <span class={controls["hint"]}>
              {found().state === "ready" ? t.settings.reranker.stored : t.settings.reranker.absent}
            </span>
            <Show
              when={reranker.download()?.status === "running"}
              fallback={
                <Show when={found().state !== "ready"}>
                  <button
                    class={`${controls["button"]} ${controls["small"]}`}
                    type="button"
                    onClick={() => void reranker.start()}
                  >
                    {found().state === "partial" || reranker.download()
                      ? t.settings.reranker.resume
                      : t.settings.reranker.download(found().sizeBytes)}
                  </button>
                </Show>
              }
            >
              <DownloadProgress
                title={found().title}
                progress={reranker.download()?.progress ?? null}
                transfer={reranker.download()?.transfer ?? null}
                onPause={() => reranker.cancel()}
              />
            </Show>
          </>
        )}
      </Show>
      <Show when={reranker.download()?.error ?? reranker.error()}>
        {(error) => <ErrorNote error={error()} compact />}
      </Show>
    </div>
  );
}

/** Which language model chooses, and how freely. */
function LanguageModelChoice(): JSX.Element {
  const { settings, setSettings, models, languageModels } = useStudio();
  onMount(() => {
    if (settings.languageModel !== null) void languageModels.refresh();
  });
  const title = (): string | null => {
    const id = settings.languageModel;
    return id && (languageModels.list()?.find((entry) => entry.id === id)?.title ?? id);
  };
  return (
    <>
      <div class={controls["field"]}>
        <span class={controls["label"]}>{t.settings.languageModel}</span>
        <span class={controls["hint"]}>{title() ?? t.settings.noLanguageModel}</span>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => models.show()}
        >
          {t.settings.chooseLanguageModel}
        </button>
      </div>
      <NumberField
        label={t.settings.temperature}
        value={settings.temperature}
        {...limits.temperature}
        step={0.1}
        hint={t.settings.temperatureHint}
        onChange={(temperature) => setSettings({ temperature, restored: null })}
      />
    </>
  );
}
