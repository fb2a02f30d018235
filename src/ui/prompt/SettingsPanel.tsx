// Settings that rarely change: negative prompt, size, device, sampling, adapter selection.
import { SAMPLER_LABELS } from "../../formats/generation-parameters.ts";
import { onMount, Show, type JSX } from "solid-js";
import { countLeftOut } from "../../stylus/licensed-pack.ts";
import { promptTags } from "../../shared/prompt-syntax.ts";
import { sizeLimits, type SamplingSettings } from "../../stylus/options.ts";
import { NumberField, SelectField, SwitchField } from "../controls/fields.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { DownloadProgress } from "../models/DownloadProgress.tsx";
import { problemsOf } from "./problems.ts";
import { DetailPass } from "./DetailPass.tsx";
import { HiresFix } from "./HiresFix.tsx";
import { LessWork } from "./LessWork.tsx";
import { PromptField } from "./PromptField.tsx";
import styles from "./SettingsPanel.module.css";
import { Variations } from "./Variations.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";
import type { OptionalModel } from "../../app/state/optional-model.ts";

const choices = <Value extends string>(names: Readonly<Record<Value, string>>) =>
  (Object.entries(names) as [Value, string][]).map(([value, label]) => ({ value, label }));

export function SettingsPanel(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const options = studio.options;
  const setSampling = (change: Partial<SamplingSettings>): void =>
    studio.fewStep() ? setSettings("fast", change) : setSettings("full", change);
  const setSize = (change: { width?: number; height?: number }): void =>
    setSettings("size", { width: options().width, height: options().height, ...change });

  /** The tag of an embedding that was taken: its file has to be in use. */
  const addTag = (tag: string): void => {
    const [{ name } = { name: "" }] = promptTags(tag);
    if (studio.pins().includes(name) || studio.tags().adapters.some(({ id }) => id === name)) return;
    studio.insertWords(tag);
    studio.announce(t.prompt.suggestions.tagAdded(tag));
  };

  const problemAt = problemsOf(studio);
  const sizes = () => sizeLimits(studio.pack()?.defaults);

  return (
    <div class={styles["panel"]} id="settings">
      <section class={styles["wide"]}>
        <PromptField
          label={t.settings.negativePrompt}
          rows={2}
          placeholder={t.settings.negativePlaceholder}
          value={settings.negativePrompt}
          words={studio.words().negativePrompt}
          disabled={options().cfgScale <= 1}
          hint={options().cfgScale <= 1 ? t.settings.negativeUnused : undefined}
          onTag={addTag}
          onChange={(negativePrompt) => setSettings("negativePrompt", negativePrompt)}
        />
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
            problem={problemAt("width")}
            onChange={(width) => setSize({ width })}
          />
          <NumberField
            label={t.settings.height}
            value={options().height}
            {...sizes()}
            problem={problemAt("height")}
            onChange={(height) => setSize({ height })}
          />
        </div>
        <SelectField
          label={t.settings.device}
          value={settings.device}
          choices={choices(t.names.devices)}
          hint={settings.device === "low-vram" ? t.settings.lowVramHint : undefined}
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
        <DetailPass />
        <SwitchField
          label={t.settings.tiledVae}
          checked={settings.lowMemory}
          onChange={(lowMemory) => setSettings("lowMemory", lowMemory)}
        />
        <NsfwCheck />
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
            problem={problemAt("steps")}
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
            problem={problemAt("clipSkip")}
            onChange={(clipSkip) => setSettings("clipSkip", clipSkip)}
          />
        </div>
        <LessWork sampling={options()} onChange={setSampling} />
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
          <OptionalModelField model={studio.reranker} texts={t.settings.reranker} />
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
        <CommercialOnly />
      </section>
    </div>
  );
}

interface OptionalModelTexts {
  readonly label: string;
  readonly stored: string;
  readonly absent: string;
  readonly download: (bytes: number) => string;
  readonly resume: string;
}

/** A model that is no part of the site, downloaded where it is wanted. */
function OptionalModelField(props: {
  readonly model: OptionalModel;
  readonly texts: OptionalModelTexts;
}): JSX.Element {
  return (
    <div class={controls["field"]}>
      <span class={controls["label"]}>{props.texts.label}</span>
      <Show when={props.model.state()}>
        {(found) => (
          <>
            <span class={controls["hint"]}>
              {found().state === "ready" ? props.texts.stored : props.texts.absent}
            </span>
            <Show
              when={props.model.download()?.status === "running"}
              fallback={
                <Show when={found().state !== "ready"}>
                  <button
                    class={`${controls["button"]} ${controls["small"]}`}
                    type="button"
                    onClick={() => void props.model.start()}
                  >
                    {found().state === "partial" || props.model.download()
                      ? props.texts.resume
                      : props.texts.download(found().sizeBytes)}
                  </button>
                </Show>
              }
            >
              <DownloadProgress
                title={found().title}
                progress={props.model.download()?.progress ?? null}
                transfer={props.model.download()?.transfer ?? null}
                onPause={() => props.model.cancel()}
              />
            </Show>
          </>
        )}
      </Show>
      <Show when={props.model.download()?.error ?? props.model.error()}>
        {(error) => <ErrorNote error={error()} compact />}
      </Show>
    </div>
  );
}

/** The check of finished images, its model and its threshold. */
function NsfwCheck(): JSX.Element {
  const { settings, setSettings, nsfw } = useStudio();
  return (
    <div class={styles["group"]}>
      <SwitchField
        label={t.nsfw.label}
        checked={settings.nsfwCheck}
        onChange={(nsfwCheck) => setSettings("nsfwCheck", nsfwCheck)}
      />
      <p class={controls["hint"]}>{t.nsfw.hint}</p>
      <Show when={settings.nsfwCheck}>
        <OptionalModelField model={nsfw.model} texts={{ ...t.nsfw, label: t.nsfw.model }} />
        <NumberField
          label={t.nsfw.threshold}
          value={settings.nsfwThreshold}
          {...limits.nsfwThreshold}
          step={0.05}
          hint={t.nsfw.thresholdHint}
          onChange={(nsfwThreshold) => setSettings("nsfwThreshold", nsfwThreshold)}
        />
      </Show>
    </div>
  );
}

/** Whether licences decide which adapters there are, and what that leaves out. */
function CommercialOnly(): JSX.Element {
  const { settings, setSettings, pack } = useStudio();
  const leftOut = (): string => {
    const loaded = pack();
    if (!loaded) return "";
    return loaded.leftOut.length === 0
      ? t.adapters.licence.allAllow
      : t.adapters.licence.leftOut(countLeftOut(loaded));
  };
  return (
    <div class={styles["group"]}>
      <SwitchField
        label={t.adapters.licence.only}
        checked={settings.commercialOnly}
        onChange={(commercialOnly) => setSettings("commercialOnly", commercialOnly)}
      />
      <p class={controls["hint"]} role="status">
        {t.adapters.licence.onlyHint} {settings.commercialOnly ? leftOut() : ""}
      </p>
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
