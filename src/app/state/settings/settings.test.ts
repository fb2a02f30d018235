// What the page asks for with given settings, and back again.
import { afterEach, expect, it, vi } from "vitest";
import type { PackDefaults } from "../../../stylus/options.ts";
import { createSettings, settingsFrom } from "./stored.ts";
import { forOneRun } from "./one-run.ts";
import { fromOptions, toOptions } from "./options.ts";
import { languageOf, rulesOf, unlessChanged, type Settings } from "./settings.ts";

const defaults: PackDefaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
};
const context = { defaults, slowDevice: true };
const initial: Settings = createSettings()[0];
const start = { picture: { id: "p", width: 640, height: 480 }, name: "p.png", mask: "m" };

it("an image sets the size unless the user has; its masked area alone is generated at the model's", () => {
  const size = (change: Partial<Settings>): [number, number] => {
    const { width, height } = toOptions({ ...initial, ...change }, context);
    return [width, height];
  };
  const masked = { ...initial.startValues, region: "masked" } as const;
  expect(size({})).toEqual([256, 256]);
  expect(size({ start })).toEqual([296, 224]);
  expect(size({ start, startValues: masked })).toEqual([256, 256]);
  expect(size({ start, size: { width: 320, height: 240 } })).toEqual([320, 240]);
});

it("a second pass takes the first one's steps and gives way to an image", () => {
  const options = toOptions({ ...initial, hires: true }, context);
  expect(options.hires).toEqual({ scale: 2, upscaler: "pixel-lanczos", strength: 0.4, steps: 20 });
  expect(toOptions({ ...initial, hires: true, start }, context).hires).toBeNull();
});

it.each<[string, Partial<Settings>]>([
  ["text to image", {}],
  ["a variation", { variation: { seed: 9, strength: 0.25, locked: true } }],
  ["deep features used again", { full: { cacheInterval: 3 } }],
  ["guidance in an interval", { full: { guidanceInterval: { start: 0.2, end: 0.8 } } }],
  ["adapters in turns", { combine: "switch" }],
  ["an init image", { start: { ...start, mask: null } }],
  [
    "a masked init image",
    { start, startValues: { strength: 0.4, blur: 8, region: "masked", padding: 16, fill: "noise" } },
  ],
  [
    "a detail pass",
    {
      detailPass: true,
      details: [
        { x: 0.1, y: 0.2, width: 0.3, height: 0.4, prompt: "a face" },
        { x: 0, y: 0, width: 1, height: 0.5, mask: `${"A".repeat(170)}8`, prompt: "" },
      ],
      detailValues: { strength: 0.3, padding: 16, feather: 2 },
    },
  ],
  [
    "a second pass with a tiled VAE",
    {
      hires: true,
      hiresValues: { scale: 1.5, upscaler: "latent-bicubic", strength: 0.6, steps: 7 },
      lowMemory: true,
    },
  ],
])("%s: settings to options and back ask for the same", (_name, change) => {
  const options = toOptions({ ...initial, prompt: "a fox", ...change }, context);
  const again = { ...initial, ...forOneRun(fromOptions(options, defaults), initial, null) };
  expect(toOptions(again, context)).toEqual(options);
});

it("a chooser that was brought back holds for its own words only, and the user's own is kept", () => {
  const own = { ...initial, prompt: "a cat", adapters: { pocket: { pins: ["ink"], bans: [] } } };
  const asked = toOptions(
    { ...own, prompt: "a fox <lora:clay:0.8>", method: "sd", combine: "switch" },
    context,
  );
  const back = { ...own, ...forOneRun(fromOptions(asked, defaults), own, []) };
  expect([back.method, back.restored?.method, back.restored?.pins]).toEqual(["stylus", "sd", []]);
  expect([back.combine, back.restored?.combine]).toEqual(["merge", "switch"]);
  expect(toOptions(back, context)).toEqual(asked);
  expect(toOptions({ ...back, prompt: "a fox <lora:clay:0.5>" }, context).method).toBe("sd");
  expect(toOptions({ ...back, prompt: "a fox in the snow" }, context).method).toBe("stylus");
  const ownChoice = { method: "stylus", combine: "merge" } as const;
  expect(forOneRun(fromOptions({ ...asked, ...ownChoice }, defaults), own, ["ink"]).restored).toBe(null);
  expect(forOneRun(fromOptions({ ...asked, ...ownChoice }, defaults), own, null).restored).toBe(null);
});

afterEach(() => vi.unstubAllGlobals());

const readBack = (saved: unknown): Settings => {
  vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(saved), setItem: () => {} });
  return createSettings()[0];
};

it("pins and bans stored before they were kept by model belong to the model in use at the time", () => {
  const settings = readBack({ model: "sd15+vae-ft-mse", pins: ["clay"], bans: ["ink", 7] });
  expect(rulesOf(settings)).toEqual({ pins: ["clay"], bans: ["ink"] });
  expect(rulesOf({ ...settings, model: "pocket" })).toEqual({ pins: [], bans: [] });
});

it("a damaged chooser that was brought back is none", () => {
  const { method, composer, languageModel, temperature, preset, combine } = initial;
  const restored = {
    method,
    composer,
    languageModel,
    temperature,
    preset,
    combine,
    words: "a fox",
    pins: null,
  };
  expect(readBack({ restored }).restored).toEqual(restored);
  const { combine: _, ...earlier } = restored;
  expect(readBack({ combine: "switch", restored: earlier }).restored).toEqual({
    ...earlier,
    combine: "switch",
  });
  for (const change of [
    { method: "magic" },
    { combine: "magic" },
    { words: 1 },
    { pins: "clay" },
    { pins: [1] },
    { temperature: "1" },
  ])
    expect(readBack({ restored: { ...restored, ...change } }).restored).toBe(null);
});

it("a detail pass without areas is none, and areas stay while it is off", () => {
  const area = { x: 0.1, y: 0.2, width: 0.3, height: 0.4, prompt: "" };
  expect(toOptions({ ...initial, detailPass: true }, context).details).toBeNull();
  expect(toOptions({ ...initial, details: [area] }, context).details).toBeNull();
  expect(settingsFrom({ details: [area, { x: "0" }], detailValues: { strength: 0.2 } })).toMatchObject({
    details: [area],
    detailValues: { strength: 0.2, padding: 32, feather: 4 },
  });
});

it("a damaged init image is none", () => {
  expect(readBack({ start })).toMatchObject({ start });
  for (const change of [{ picture: { ...start.picture, width: 0 } }, { picture: null }, { mask: 7 }])
    expect(readBack({ start: { ...start, ...change } }).start).toBeNull();
});

it("damaged pins and bans are none", () => {
  const { adapters } = readBack({
    adapters: { pocket: { pins: "clay" }, sd15: null, own: { pins: [1, "a"], bans: ["b"] } },
  });
  expect(adapters).toEqual({
    pocket: { pins: [], bans: [] },
    sd15: { pins: [], bans: [] },
    own: { pins: ["a"], bans: ["b"] },
  });
});

it("settings that are damaged or of another version are as in the beginning, and the others stay", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const odd = [null, 7, "magic", true, [], [7], {}, { steps: "x", width: 1 }, { seed: null, strength: "1" }];
  const fields = Object.keys(initial) as (keyof Settings)[];
  const sound = readBack({ adapters: {} });
  for (const field of fields)
    for (const value of odd) {
      const { [field]: own, ...others } = readBack({ prompt: "a fox", adapters: {}, [field]: value });
      const { [field]: usual, ...rest } = sound;
      expect(others).toEqual({ ...rest, ...(field === "prompt" ? {} : { prompt: "a fox" }) });
      const kept = JSON.stringify(own) === JSON.stringify(value);
      if (kept) expect([field, Array.isArray(own)]).toEqual([field, Array.isArray(usual)]);
      expect([field, own === null && usual !== null]).toEqual([field, false]);
    }
  for (const saved of [null, 5, "x", [1]]) expect({ ...readBack(saved), adapters: {} }).toEqual(sound);
  vi.restoreAllMocks();
});

it("keeps what was stored of every kind", () => {
  const stored: Partial<Settings> = {
    model: "sd15",
    prompt: "a fox",
    seedLocked: true,
    variation: { seed: 5, strength: 0.5, locked: true },
    size: { width: 512, height: 768 },
    fewStep: false,
    full: { steps: 9, sampler: "ddim" },
    fast: { cfgScale: 1.5, schedule: "lcm" },
    noise: "nv",
    startValues: { ...initial.startValues, strength: 0.3, region: "masked", fill: "noise" },
    hiresValues: { ...initial.hiresValues, upscaler: "latent-bicubic", steps: 7 },
    preset: "paper",
    combine: "switch",
    method: "retriever",
    composer: "rules",
    languageModel: "phi",
    temperature: 0.5,
    device: "wasm",
    styles: ["ink"],
    regionValues: { baseWeight: 0.1, addPrompt: false },
    suggestWords: false,
    appearance: "dark",
    language: "ko",
    history: ["a cat", "a fox"],
  };
  expect(readBack(stored)).toMatchObject(stored);
});

it("parts of settings that are damaged are as in the beginning, their other parts stay", () => {
  const { startValues, hiresValues, regionValues } = initial;
  expect(
    readBack({
      variation: { seed: 5, strength: null, locked: "yes", more: 1 },
      full: { steps: "9", sampler: "magic", cfgScale: 3, more: 1 },
      fast: [],
      startValues: { strength: 0.3, region: "magic", fill: 5, blur: null },
      hiresValues: { scale: 1.5, upscaler: "magic", steps: "7" },
      regionValues: { baseWeight: "1", addPrompt: false },
      history: ["a", 7, null],
      size: { width: 512 },
    }),
  ).toMatchObject({
    variation: { seed: 5, strength: 0, locked: false },
    full: { cfgScale: 3 },
    fast: {},
    startValues: { ...startValues, strength: 0.3 },
    hiresValues: { ...hiresValues, scale: 1.5 },
    regionValues: { ...regionValues, addPrompt: false },
    history: ["a"],
    size: null,
  });
});

it("a language is one that the page speaks", () => {
  expect(languageOf(initial)).toBe("en");
  expect(languageOf(readBack({ language: "ko" }))).toBe("ko");
  for (const language of ["xx", "constructor", 7])
    expect(readBack({ language })).toMatchObject({ language: null });
});

it("rules of a model that is called like a property of every object are its own", () => {
  expect(rulesOf({ ...initial, model: "constructor" })).toEqual({ pins: [], bans: [] });
});

it("leaves what was changed since as it is", () => {
  const then = settingsFrom({ prompt: "a fox", count: 2, full: { steps: 9 } });
  const now = { ...then, full: { steps: 12 } };
  expect(unlessChanged({ prompt: "a fox", count: 4, full: { steps: 9, cfgScale: 3 } }, then, now)).toEqual({
    prompt: "a fox",
    count: 4,
  });
});
