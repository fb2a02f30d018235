// The pack in use when a run asks for another one.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import { StylusError, toPlainError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";
import { createPackState } from "./pack.ts";
import { createSettings } from "./settings/stored.ts";

const vae = { id: "soft", title: "Soft", packId: "a+soft", packTitle: "A", sizeBytes: 1, stored: false };
const packOf = (id: string): LoadedPack => ({ ...loadedPack(), id, vaes: [vae] });
const missing = toPlainError(new StylusError("not-found", say`Its files are gone.`));

async function packState({ first = "a" }: { readonly first?: string | null } = {}) {
  let [isBusy, inUse] = [false, ""];
  const loads: string[] = [];
  const [settings, setSettings] = createSettings();
  setSettings("model", "a");
  const state = createRoot(() =>
    createPackState({
      services: {
        load: async (id) => {
          loads.push(id);
          inUse = id;
          return packOf(id);
        },
        packInUse: () => inUse,
        vaes: async () => [{ ...vae, stored: true }],
        deletePack: async () => {},
        checkStored: async () => [],
      },
      busy: () => isBusy,
      settings: [settings, setSettings],
      announce: () => {},
    }),
  );
  if (first !== null) await state.load();
  loads.length = 0;
  const seen = () => [state.id(), state.status(), state.loaded()?.id ?? null];
  /** As a run does with a plot of VAEs. */
  const putInPlace = (id: string): void => {
    inUse = id;
    state.onPack(packOf(id));
  };
  const setBusy = (on: boolean): void => void (isBusy = on);
  return {
    state,
    loads,
    seen,
    putInPlace,
    setBusy,
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

it("stays with the pack of a run that could load it", async () => {
  const { state, loads, seen } = await packState();
  expect(await state.during("a", async () => {})).toBeNull();
  expect(seen()).toEqual(["a", "ready", "a"]);
  expect(await state.during("b", async () => state.onPack(packOf("b")))).toBeNull();
  expect([seen(), loads]).toEqual([["b", "ready", "b"], []]);
});

it("goes back to the one before when it cannot be loaded, and says why", async () => {
  const { state, loads, seen, settle } = await packState();
  expect(await state.during("b", async () => void state.onFailure(missing))).toEqual(missing);
  await settle();
  expect([seen(), loads, state.error()]).toEqual([["a", "ready", "a"], ["a"], null]);
});

it("does not load what was not in use before", async () => {
  const { state, loads, seen } = await packState({ first: null });
  expect(await state.during("b", async () => void state.onFailure(missing))).toBeNull();
  expect([seen(), loads, state.error()]).toEqual([["b", "failed", null], [], missing]);
});

it("loads it when the run was stopped before that", async () => {
  const { state, loads, seen, settle } = await packState();
  expect(await state.during("b", async () => {})).toBeNull();
  await settle();
  expect([seen(), loads]).toEqual([["b", "ready", "b"], ["b"]]);
});

it("refreshes the pack that a plot has put in its place while it is at work, then goes back to its own", async () => {
  const { state, loads, seen, putInPlace, setBusy, settle } = await packState();
  const run = async (): Promise<void> => {
    setBusy(true);
    putInPlace("a+soft");
    await state.refresh();
    expect([seen(), loads]).toEqual([["a", "ready", "a+soft"], ["a+soft"]]);
    setBusy(false);
  };
  expect(await state.during("a", run)).toBeNull();
  await settle();
  expect([seen(), loads]).toEqual([
    ["a", "ready", "a"],
    ["a+soft", "a"],
  ]);
});

it("learns which VAEs are stored by now, unless a run is in progress", async () => {
  const { state, loads, setBusy } = await packState();
  const stored = () => state.loaded()!.vaes.map((each) => each.stored);
  setBusy(true);
  await state.readVaes();
  expect(stored()).toEqual([false]);
  setBusy(false);
  await state.readVaes();
  expect([stored(), loads]).toEqual([[true], []]);
});
