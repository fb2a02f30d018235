// Settings in the browser's storage: read field by field, of an earlier version too, and kept as they change.
import { createEffect, createRoot } from "solid-js";
import { createStore, type SetStoreFunction } from "solid-js/store";
import * as v from "valibot";
import { modelOf } from "../../packs/packs.ts";
import { type SamplingSettings } from "../../../stylus/options.ts";
import { detailsFrom } from "../../../stylus/details/details.ts";
import { regionsFrom } from "../../../stylus/regions.ts";
import { fieldOf } from "../../../formats/json.ts";
import { plotFrom } from "../../../stylus/plot/axes.ts";
import { storedStartSchema } from "../../../storage/records/init-image.ts";
import { choices } from "../../../shared/limits.ts";
import { isLanguage } from "../../../texts/texts.ts";
import {
  appearances,
  type AdapterRules,
  type RestoredChooser,
  type Settings,
  initialSettings,
} from "./settings.ts";

/** Users have this in their browsers: a change of shape needs another name and a migration, as in `readRules`. */
const storageKey = "stylus-web/settings/1";

function read(): Settings {
  try {
    return settingsFrom(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Record<string, unknown>);
  } catch {
    return initialSettings(); // damaged, or storage refused: start afresh
  }
}

/** `saved` where it has values of the same types as `initial`, else that. */
function sameTypes<Values extends object>(saved: unknown, initial: Values): Values {
  const entries = Object.entries(initial).map(([key, value]: [string, unknown]) => {
    const own = fieldOf(saved, key);
    return [key, typeof own === typeof value && own !== null ? own : value] as const;
  });
  return Object.fromEntries(entries) as Values;
}

const oneOf = <Choice extends string>(list: readonly Choice[], saved: string, usual: Choice): Choice =>
  list.find((choice) => choice === saved) ?? usual;

const sizeSchema = v.object({ width: v.number(), height: v.number() });
const stringsFrom = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((entry) => typeof entry === "string") : [];

function samplingFrom(saved: unknown): Partial<SamplingSettings> {
  const entries = Object.entries(v.is(v.looseObject({}), saved) ? saved : {}).filter(([key, value]) =>
    v.is(samplingSchema, { [key]: value }),
  );
  return Object.fromEntries(entries);
}
const samplingSchema = v.partial(
  v.strictObject({
    steps: v.number(),
    cfgScale: v.number(),
    sampler: v.picklist(choices.sampler),
    schedule: v.picklist(choices.schedule),
    guidanceInterval: v.nullable(v.object({ start: v.number(), end: v.number() })),
    cacheInterval: v.number(),
  }),
);

/** Settings from what was stored, of an earlier version too. What is damaged or unknown is as in the beginning. */
export function settingsFrom(saved: Readonly<Record<string, unknown>>): Settings {
  const initial = initialSettings();
  const read = sameTypes(saved, initial);
  const startValues = sameTypes(saved["startValues"], initial.startValues);
  const hiresValues = sameTypes(saved["hiresValues"], initial.hiresValues);
  const hiresSteps = fieldOf(saved["hiresValues"], "steps");
  return {
    ...read,
    noise: oneOf(choices.noise, read.noise, initial.noise),
    device: oneOf(choices.device, read.device, initial.device),
    preset: oneOf(choices.preset, read.preset, initial.preset),
    combine: oneOf(choices.combine, read.combine, initial.combine),
    method: oneOf(choices.method, read.method, initial.method),
    composer: oneOf(choices.composer, read.composer, initial.composer),
    appearance: oneOf(appearances, read.appearance, initial.appearance),
    size: v.is(sizeSchema, read.size) ? read.size : null,
    fewStep: typeof saved["fewStep"] === "boolean" ? saved["fewStep"] : null,
    languageModel: typeof saved["languageModel"] === "string" ? saved["languageModel"] : null,
    full: samplingFrom(read.full),
    fast: samplingFrom(read.fast),
    start: v.is(storedStartSchema, read.start) ? read.start : null,
    styles: stringsFrom(read.styles),
    history: stringsFrom(read.history),
    language: isLanguage(saved["language"]) ? saved["language"] : null,
    regions: regionsFrom(read.regions),
    regionValues: sameTypes(saved["regionValues"], initial.regionValues),
    details: detailsFrom(read.details),
    detailValues: sameTypes(saved["detailValues"], initial.detailValues),
    plot: plotFrom(read.plot),
    variation: sameTypes(saved["variation"], initial.variation),
    startValues: {
      ...startValues,
      region: oneOf(choices.maskRegion, startValues.region, initial.startValues.region),
      fill: oneOf(choices.maskFill, startValues.fill, initial.startValues.fill),
    },
    hiresValues: {
      ...hiresValues,
      upscaler: oneOf(choices.upscaler, hiresValues.upscaler, initial.hiresValues.upscaler),
      steps: typeof hiresSteps === "number" ? hiresSteps : null,
    },
    restored: isRestored(read.restored)
      ? { ...read.restored, combine: read.restored.combine ?? read.combine } // those of before have none
      : null,
    adapters: readRules(saved, read.model),
  };
}

/** Before they were kept by model, pins and bans stood in the settings themselves: they were those of the model in use. */
function readRules({ adapters, ...old }: Record<string, unknown>, model: string): Settings["adapters"] {
  const rules = (value: unknown): AdapterRules => {
    const { pins, bans } = (value ?? {}) as Record<string, unknown>;
    return { pins: stringsFrom(pins), bans: stringsFrom(bans) };
  };
  const byModel = typeof adapters === "object" && adapters !== null ? adapters : { [modelOf(model)]: old };
  return Object.fromEntries(Object.entries(byModel).map(([id, value]) => [id, rules(value)]));
}

function isRestored(value: unknown): value is RestoredChooser {
  const { words, pins, method, composer, preset, combine, languageModel, temperature } = (value ??
    {}) as Partial<RestoredChooser>;
  const isOneOf = (list: readonly string[], entry: unknown): boolean => list.includes(entry as string);
  return (
    typeof words === "string" &&
    (pins === null || (Array.isArray(pins) && pins.every((id) => typeof id === "string"))) &&
    isOneOf(choices.method, method) &&
    isOneOf(choices.composer, composer) &&
    isOneOf(choices.preset, preset) &&
    (combine === undefined || isOneOf(choices.combine, combine)) &&
    (languageModel === null || typeof languageModel === "string") &&
    typeof temperature === "number"
  );
}

export type SettingsStore = readonly [Settings, SetStoreFunction<Settings>];

export function createSettings(): SettingsStore {
  return createRoot(() => {
    const [settings, setSettings] = createStore<Settings>(read());
    createEffect(() => {
      const text = JSON.stringify(settings);
      try {
        localStorage.setItem(storageKey, text);
      } catch {
        // Storage refused (private window): settings last as long as the page.
      }
    });
    return [settings, setSettings] as const;
  });
}
