// What the user changes of the choice: adapters pinned and banned, kept for each model; sliders moved and adapters taken
// out, for one prompt.
import { batch, createMemo, type Accessor } from "solid-js";
import { createStore, produce, unwrap } from "solid-js/store";
import type { Reading } from "../../stylus/choose.ts";
import type { GenerateOptions } from "../../stylus/options.ts";
import { restoredOf } from "./settings/one-run.ts";
import { ruleKey, rulesOf, type AdapterRules, type Settings } from "./settings/settings.ts";
import { type SettingsStore } from "./settings/stored.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";

/** Changes to the choice that are made for one prompt. */
export interface Adjustments {
  strengths: Record<string, number>;
  removed: string[];
}

export type ChoiceOptions = Pick<GenerateOptions, "pins" | "bans" | "removed" | "strengths">;

export interface ChoiceState {
  readonly adjustments: Adjustments;
  /** Of the model in use; adapters that it does not know (any more) are left out. */
  readonly pins: Accessor<readonly string[]>;
  readonly bans: Accessor<readonly string[]>;
  /** A copy of the adjustments. */
  snapshot(): Adjustments;
  setStrength(id: string, strength: number | null): void;
  remove(id: string): void;
  restore(id: string): void;
  togglePin(id: string): void;
  toggleBan(id: string): void;
  /** Bans several at once, or takes the bans away. */
  setBanned(ids: readonly string[], banned: boolean): void;
  /** Takes over the sliders and removals of a run; its pins hold for one run (`forOneRun`). */
  adopt(asked: Pick<ChoiceOptions, "strengths" | "removed">): void;
  /**
   * Forgets sliders and removals of adapters that the prompt no longer brings up.
   * @param prompt with its styles: a reading of another one says nothing, nor does one of words that were drawn from it
   */
  prune(reading: Reading, prompt: string): void;
}

/** Without a prototype: an id may be “constructor”. */
const byId = (strengths: Readonly<Record<string, number>>): Record<string, number> =>
  Object.assign(Object.create(null) as Record<string, number>, strengths);

const without = (list: readonly string[], id: string): string[] => list.filter((entry) => entry !== id);

const toggle = (list: readonly string[], id: string): string[] =>
  list.includes(id) ? without(list, id) : [...list, id];

/** A pin of an adapter that is not there would stop every run. */
function knownRules(settings: Settings, loaded: LoadedPack | null): AdapterRules {
  const { pins: own, bans } = rulesOf(settings);
  const pins = restoredOf(settings)?.pins ?? own;
  if (loaded === null) return { pins: [...pins], bans: [...bans] };
  const known = new Set(loaded.cards.map(({ id }) => id));
  return { pins: pins.filter((id) => known.has(id)), bans: bans.filter((id) => known.has(id)) };
}

/** What a run with these settings asks for of a pack. */
export const choiceOf = (
  settings: Settings,
  { removed, strengths }: Adjustments,
  loaded: LoadedPack | null,
): ChoiceOptions => ({ ...knownRules(settings, loaded), removed, strengths });

export function createChoiceState(context: {
  readonly settings: SettingsStore;
  readonly pack: Accessor<LoadedPack | null>;
}): ChoiceState {
  const { pack } = context;
  const [settings, setSettings] = context.settings;
  const [adjustments, setAdjustments] = createStore<Adjustments>({ strengths: byId({}), removed: [] });
  const rules = createMemo(() => knownRules(settings, pack()));

  const setRules = (change: (rules: AdapterRules) => Partial<AdapterRules>): void => {
    const { pins, bans } = rulesOf(settings);
    setSettings("adapters", ruleKey(settings), { pins, bans, ...change({ pins, bans }) });
  };
  const restore = (id: string): void => setAdjustments("removed", (removed) => without(removed, id));

  return {
    adjustments,
    pins: () => rules().pins,
    bans: () => rules().bans,
    snapshot: () => structuredClone(unwrap(adjustments)),
    setStrength: (id, strength) =>
      setAdjustments(
        "strengths",
        produce((strengths) => {
          if (strength === null) delete strengths[id];
          else strengths[id] = strength;
        }),
      ),
    remove: (id) => setAdjustments("removed", (removed) => [...without(removed, id), id]),
    restore,
    togglePin: (id) =>
      batch(() => {
        setRules(({ pins, bans }) => ({ pins: toggle(pins, id), bans: without(bans, id) }));
        const { restored } = settings;
        if (restored?.pins) setSettings("restored", { ...restored, pins: toggle(restored.pins, id) });
        restore(id);
      }),
    toggleBan: (id) => setRules(({ pins, bans }) => ({ pins: without(pins, id), bans: toggle(bans, id) })),
    setBanned: (ids, banned) =>
      setRules(({ pins, bans }) => {
        const changed = new Set(ids);
        const others = bans.filter((id) => !changed.has(id));
        return banned
          ? { pins: pins.filter((id) => !changed.has(id)), bans: [...others, ...changed] }
          : { bans: others };
      }),
    adopt: ({ strengths, removed }) => setAdjustments({ strengths: byId(strengths), removed: [...removed] }),
    prune(reading, prompt) {
      if (reading.prompt !== prompt) return;
      const present = new Set([
        ...[reading.composition, ...reading.regions].flatMap(({ tasks }) =>
          tasks.flatMap(({ picks }) => picks.map(({ id }) => id)),
        ),
        ...rules().pins,
      ]);
      setAdjustments(
        produce((all) => {
          all.removed = all.removed.filter((id) => present.has(id));
          for (const id of Object.keys(all.strengths)) if (!present.has(id)) delete all.strengths[id];
        }),
      );
    },
  };
}
