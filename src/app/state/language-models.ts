// The choice of a language model on the page: the list, a download, and which one chooses adapters.
import { batch, createEffect, createSignal, on, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { RawCard } from "../../refine/raw-card.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import type { PlainError } from "../../shared/errors.ts";
import { ownServerEntry, type LanguageModelEntry } from "../packs/language-models.ts";
import { ownServerId, type OwnServer } from "../packs/own-server.ts";
import type { PageServices } from "../services/ports.ts";
import { t } from "../../texts/texts.ts";
import { createDownload, type Download } from "./download.ts";
import { explain } from "../explain.ts";
import { restoredOf } from "./settings/one-run.ts";
import { type Settings } from "./settings/settings.ts";
import { type SettingsStore } from "./settings/stored.ts";

export type LanguageModelDownload = Download<Pick<LanguageModelEntry, "id">>;

export interface LanguageModels {
  /** Null until it is first asked for. */
  readonly list: Accessor<readonly LanguageModelEntry[] | null>;
  readonly error: Accessor<PlainError | null>;
  readonly download: Accessor<LanguageModelDownload | null>;
  /** Id of the one that chooses adapters; null when none does. */
  readonly usedId: Accessor<string | null>;
  refresh(): Promise<void>;
  /** Lets it choose from now on; one that is not here is downloaded first. */
  use(entry: LanguageModelEntry): Promise<void>;
  /** The reader chooses again. */
  stopUsing(): void;
  cancel(): void;
  remove(entry: LanguageModelEntry): Promise<void>;
  /** The user's own server; null: they have named none. */
  readonly ownServer: Accessor<OwnServer | null>;
  /** Null: it is forgotten; the reader chooses where it did. */
  setOwnServer(server: OwnServer | null): void;
  readonly checkOwnServer: PageServices["languageModels"]["ownServer"]["check"];
  /** Who can write cards: the user's own server, or else the model that chooses adapters, if it is large enough. */
  readonly writer: Accessor<CardWriter | null>;
  /** Finds out who can, where the list has not been read yet. */
  lookForWriter(): void;
}

export interface CardWriter {
  readonly title: string;
  /** Whether what it reads leaves the browser. */
  readonly isServer: boolean;
  /** @throws StylusError as `LanguageModelServices.writeCard` */
  write(raw: RawCard, signal: AbortSignal): Promise<RefinedCard>;
}

export function createLanguageModelState(context: {
  readonly services: Pick<PageServices, "languageModels">;
  readonly settings: SettingsStore;
  readonly announce: (text: string) => void;
}): LanguageModels {
  const { services, announce } = context;
  const [settings, setSettings] = context.settings;
  // A store, so that a row stays the same row when the list is read again.
  const [known, setKnown] = createStore<{ list: readonly LanguageModelEntry[] | null }>({ list: null });
  const [error, setError] = createSignal<PlainError | null>(null);

  async function refresh(): Promise<void> {
    try {
      setKnown("list", reconcile(await services.languageModels.list(), { key: "id" }));
      setError(null);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  const download = createDownload<Pick<LanguageModelEntry, "id">>({ refresh, announce });

  /** @returns whether it is here now */
  async function fetchModel({ id, title }: LanguageModelEntry): Promise<boolean> {
    const arrived = await download.start({ id }, (options) => services.languageModels.download(id, options));
    if (arrived) announce(t.models.announced.chooses(title));
    return arrived;
  }

  const usedId = (): string | null => {
    const { composer, languageModel } = restoredOf(settings) ?? settings;
    return composer === "llm" ? languageModel : null;
  };

  const [ownServer, setOwnServer] = createSignal(services.languageModels.ownServer.read());
  const writer = (): CardWriter | null => {
    const server = ownServer();
    const entry = server
      ? ownServerEntry(server)
      : known.list?.find(({ id, state }) => id === usedId() && state === "ready");
    if (!entry?.writesCards) return null;
    const { id, title, runsOn } = entry;
    const write: CardWriter["write"] = (raw, signal) =>
      services.languageModels.writeCard(raw, { id, signal });
    return { title, isServer: runsOn === "server", write };
  };

  /** From the next run on, of words that were brought back too. */
  const setComposer = (change: Partial<Pick<Settings, "composer" | "languageModel">>): void =>
    batch(() => {
      setSettings(change);
      if (settings.restored) setSettings("restored", { ...settings.restored, ...change });
    });

  // A model that chooses no more gives its memory back.
  createEffect(
    on(
      usedId,
      (id) => {
        if (id === null) services.languageModels.close();
      },
      { defer: true },
    ),
  );

  /** The reader chooses where `id` did. */
  function replace(id: string): void {
    const isWanted = [settings, settings.restored].some(
      (chooser) => chooser?.composer === "llm" && chooser.languageModel === id,
    );
    if (isWanted) setComposer({ composer: "reader" });
  }

  function useServer(server: OwnServer | null): void {
    setOwnServer(server);
    if (server === null) replace(ownServerId);
    void refresh();
  }
  services.languageModels.ownServer.watch(() => useServer(services.languageModels.ownServer.read()));

  return {
    list: () => known.list,
    error,
    download: download.current,
    usedId,
    refresh,
    async use(entry) {
      setError(null);
      if (entry.state !== "ready" && !(await fetchModel(entry))) return;
      setComposer({ composer: "llm", languageModel: entry.id });
    },
    stopUsing: () => setComposer({ composer: "reader" }),
    cancel: () => download.cancel(),
    async remove(entry) {
      replace(entry.id);
      try {
        await services.languageModels.remove(entry.id);
      } catch (reason) {
        setError(explain(reason));
        return;
      }
      await refresh();
    },
    ownServer,
    setOwnServer(server) {
      services.languageModels.ownServer.keep(server);
      useServer(server);
    },
    checkOwnServer: (server, signal) => services.languageModels.ownServer.check(server, signal),
    writer,
    lookForWriter() {
      if (ownServer() === null && usedId() !== null && known.list === null) void refresh();
    },
  };
}
