// The pack in use when a run asks for another one.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import { StylusError, toPlainError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";
import { createPackState } from "./pack.ts";
import { createSettings } from "./settings.ts";

const packOf = (id: string): LoadedPack => ({ ...loadedPack(), id });
const missing = toPlainError(new StylusError("not-found", say`Its files are gone.`));

async function packState({ first = "a" }: { readonly first?: string | null } = {}) {
  const loads: string[] = [];
  const [settings, setSettings] = createSettings();
  setSettings("model", "a");
  const state = createRoot(() =>
    createPackState({
      services: {
        load: async (id) => {
          loads.push(id);
          return packOf(id);
        },
        deletePack: async () => {},
        checkStored: async () => [],
      },
      busy: () => false,
      settings: [settings, setSettings],
      announce: () => {},
    }),
  );
  if (first !== null) await state.load();
  loads.length = 0;
  const seen = () => [state.id(), state.status(), state.loaded()?.id ?? null];
  return { state, loads, seen, settle: () => new Promise((resolve) => setImmediate(resolve)) };
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
