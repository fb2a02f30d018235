// The settings that the page keeps between visits: everything of GenerateOptions but the prompt's own choices.
// Sampling values are kept per mode, so that switching few-step on and off loses nothing.
import { createEffect, createRoot } from "solid-js";
import { createStore, type SetStoreFunction } from "solid-js/store";
import type { DevicePreference } from "../shared/request.ts";
import {
  randomSeed,
  type GenerateOptions,
  type MethodId,
  type PackDefaults,
  type PresetId,
  type SamplingDefaults,
} from "./options.ts";

export type Appearance = "system" | "light" | "dark";

export interface Settings {
  prompt: string;
  negativePrompt: string;
  seed: number;
  /** When false every run draws a new seed. */
  seedLocked: boolean;
  count: number;
  /** Null: the pack's own size. */
  size: { width: number; height: number } | null;
  fewStep: boolean | null; // null: on where the device is slow
  full: Partial<SamplingDefaults>;
  fast: Partial<SamplingDefaults>;
  clipSkip: number;
  noise: "cpu" | "nv";
  preset: PresetId;
  method: MethodId;
  device: DevicePreference;
  pins: string[];
  bans: string[];
  appearance: Appearance;
  history: string[];
}

const initialSettings = (): Settings => ({
  prompt: "",
  negativePrompt: "",
  seed: randomSeed(),
  seedLocked: false,
  count: 1,
  size: null,
  fewStep: null,
  full: {},
  fast: {},
  clipSkip: 1,
  noise: "cpu",
  preset: "balanced",
  method: "stylus",
  device: "auto",
  pins: [],
  bans: [],
  appearance: "system",
  history: [],
});

/** Users have this in their browsers: a change of shape needs a new key and a migration. */
const storageKey = "stylus-web/settings/1";
const historyLength = 50;

function read(): Settings {
  const initial = initialSettings();
  try {
    const saved = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Record<string, unknown>;
    const known = Object.entries(saved).filter(([key, value]) => {
      const expected = initial[key as keyof Settings];
      return key in initial && (expected === null || value === null || typeof value === typeof expected);
    });
    return { ...initial, ...Object.fromEntries(known) };
  } catch {
    return initial; // damaged, or storage refused: start afresh
  }
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

/** Newest first, each prompt once. */
export const withPrompt = (history: readonly string[], prompt: string): string[] =>
  [prompt, ...history.filter((entry) => entry !== prompt)].slice(0, historyLength);

/** Few-step is on by default where a full run would take minutes. */
export const usesFewStep = (settings: Settings, slowDevice: boolean): boolean =>
  settings.fewStep ?? slowDevice;

/** What the page asks for with these settings. */
export function toOptions(
  settings: Settings,
  context: { readonly defaults: PackDefaults; readonly slowDevice: boolean },
): GenerateOptions {
  const { defaults } = context;
  const fewStep = usesFewStep(settings, context.slowDevice) && defaults.fewStep !== null;
  const mode = fewStep ? { ...defaults.fewStep!, ...settings.fast } : { ...defaults.full, ...settings.full };
  return {
    prompt: settings.prompt,
    negativePrompt: settings.negativePrompt,
    seed: settings.seed,
    count: settings.count,
    width: settings.size?.width ?? defaults.width,
    height: settings.size?.height ?? defaults.height,
    ...mode,
    clipSkip: settings.clipSkip,
    noise: settings.noise,
    preset: settings.preset,
    method: settings.method,
    adapters: "auto",
    device: settings.device,
    fewStep,
    pins: [...settings.pins],
    bans: [...settings.bans],
    removed: [],
    strengths: {},
  };
}

/** The settings that would ask for `options` again, seed locked. */
export function fromOptions(options: GenerateOptions, defaults: PackDefaults): Partial<Settings> {
  const { steps, cfgScale, sampler, schedule } = options;
  const sampling = { steps, cfgScale, sampler, schedule };
  const ownSize = options.width === defaults.width && options.height === defaults.height;
  return {
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    seedLocked: true,
    count: options.count,
    size: ownSize ? null : { width: options.width, height: options.height },
    fewStep: options.fewStep,
    ...(options.fewStep ? { fast: sampling } : { full: sampling }),
    clipSkip: options.clipSkip,
    noise: options.noise,
    preset: options.preset,
    method: options.adapters === "none" ? "sd" : options.method,
    pins: [...options.pins],
  };
}
