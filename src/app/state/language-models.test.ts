// Choosing a language model: nothing is downloaded before the user says so, and the composer changes only when it is here.
import { createRoot } from "solid-js";
import { createStore } from "solid-js/store";
import { expect, it } from "vitest";
import { StylusError, stopped } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { LanguageModelEntry } from "../packs/language-models.ts";
import type { OwnServer } from "../packs/own-server.ts";
import type { LanguageModelServices } from "../services/ports.ts";
import { createLanguageModelState } from "./language-models.ts";
import { rawCard } from "../../refine/raw-card.ts";
import { settingsFrom } from "./settings/stored.ts";

function setup(download: LanguageModelServices["download"]) {
  const here = new Set<string>();
  const asked: string[] = [];
  const entry = (): LanguageModelEntry => ({
    id: "m",
    title: "Model",
    summary: "",
    license: null,
    runsOn: "gpu",
    role: null,
    sizeBytes: 100,
    state: here.has("m") ? "ready" : "absent",
    fit: { kind: "good", gpuBytes: 0 },
    writesCards: true,
  });
  let server: OwnServer | null = null;
  let hear = (): void => {};
  const services = {
    languageModels: {
      list: async () => [entry()],
      async download(id: string, options: Parameters<LanguageModelServices["download"]>[1]) {
        asked.push(id);
        await download(id, options);
        here.add(id);
      },
      close() {},
      remove: async (id: string) => void here.delete(id),
      ownServer: {
        read: () => server,
        keep: (next: OwnServer | null) => void (server = next),
        watch: (onChange: () => void) => void (hear = onChange),
        check: async () => ({ kind: "works", models: [] }) as const,
      },
      writeCard: (_: unknown, { id }: { readonly id: string }) =>
        Promise.reject(new StylusError("network", say`${id}`)),
    },
  };
  const [settings, setSettings] = createStore(settingsFrom({ composer: "reader" }));
  const state = createRoot(() =>
    createLanguageModelState({ services, settings: [settings, setSettings], announce: () => {} }),
  );
  const changeElsewhere = (next: OwnServer | null): void => {
    server = next;
    hear();
  };
  return { state, settings, setSettings, asked, entry, changeElsewhere };
}

it("downloads on request, then lets the model choose; deleting it gives the choice back", async () => {
  const { state, settings, asked, entry } = setup(async (_, { onProgress }) =>
    onProgress({ files: [], receivedBytes: 40, totalBytes: 100, preparing: null }),
  );
  await state.refresh();
  expect({ asked, used: state.usedId() }).toEqual({ asked: [], used: null });
  await state.use(entry());
  expect(settings).toMatchObject({ composer: "llm", languageModel: "m" });
  expect({ used: state.usedId(), download: state.download() }).toEqual({ used: "m", download: null });
  state.stopUsing();
  await state.use(entry());
  expect(asked).toEqual(["m"]); // it was here
  await state.remove(entry());
  expect(settings.composer).toBe("reader");
  expect(state.list()).toMatchObject([{ state: "absent" }]);
});

it("a download that fails or is stopped leaves the composer as it is", async () => {
  const network = new StylusError("network", say`No connection.`);
  const failing = setup(() => Promise.reject(network));
  await failing.state.use(failing.entry());
  expect(failing.state.download()).toMatchObject({ status: "failed", error: { message: "No connection." } });
  expect(failing.settings.composer).toBe("reader");

  const slow = setup(
    (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(stopped()))),
  );
  const using = slow.state.use(slow.entry());
  slow.state.cancel();
  await using;
  expect(slow.state.download()).toMatchObject({ status: "stopped", error: null });
  expect(slow.settings.composer).toBe("reader");
});

it("a model that was brought back with a run chooses for it, until another choice is made", () => {
  const { state, settings, setSettings } = setup(async () => {});
  const restored = { ...settings, words: "", pins: null, composer: "llm", languageModel: "m" } as const;
  setSettings("restored", restored);
  expect([state.usedId(), settings.composer]).toEqual(["m", "reader"]);
  state.stopUsing();
  expect([state.usedId(), settings.composer]).toEqual([null, "reader"]);
});

it("the user’s own server writes cards before the model that chooses; forgotten, it chooses no more", async () => {
  const { state, settings, entry } = setup(async () => {});
  const { signal } = new AbortController();
  const raw = rawCard({ name: ["a"], title: "a" });
  expect(state.writer()).toBeNull();
  await state.use(entry());
  await state.refresh();
  await expect(state.writer()!.write(raw, signal)).rejects.toThrow(/^m$/);
  state.setOwnServer({ url: "http://localhost:1/v1", model: "big", apiKey: "secret", format: "schema" });
  expect(state.writer()).toMatchObject({ title: "big", isServer: true });
  await expect(state.writer()!.write(raw, signal)).rejects.toThrow(/^own-server$/);
  await state.use({ ...entry(), id: "own-server", state: "ready" });
  expect(state.usedId()).toBe("own-server");
  expect(JSON.stringify(settings)).not.toMatch(/localhost|secret|big/);
  state.setOwnServer(null);
  expect([settings.composer, state.writer()]).toEqual(["reader", null]);
});

it("follows what another tab does with the user’s own server", async () => {
  const { state, settings, entry, changeElsewhere } = setup(async () => {});
  const server = { url: "http://localhost:1/v1", model: "big", apiKey: null, format: "schema" } as const;
  changeElsewhere(server);
  expect([state.ownServer(), state.writer()?.title]).toEqual([server, "big"]);
  await state.use({ ...entry(), id: "own-server", state: "ready" });
  changeElsewhere(null);
  expect([state.ownServer(), state.writer(), settings.composer]).toEqual([null, null, "reader"]);
});
