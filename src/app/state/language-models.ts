// The choice of a language model on the page: the list, a download, and which one chooses adapters.
import { createEffect, createSignal, on, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { PlainError } from "../../shared/errors.ts";
import type { LoadProgress } from "../../stylus/loaded-pack.ts";
import type { LanguageModelEntry } from "../packs/language-models.ts";
import type { PageServices } from "../services/ports.ts";
import { explain } from "./runs.ts";
import type { SettingsStore } from "./settings.ts";
import { createTransferClock, type Transfer } from "./transfer-rate.ts";

export interface LanguageModelDownload {
  readonly id: string;
  readonly status: "running" | "failed" | "stopped";
  readonly progress: LoadProgress | null;
  /** Null before the rate is known. */
  readonly transfer: Transfer | null;
  readonly error: PlainError | null;
}

export interface LanguageModels {
  /** Null until it is first asked for. */
  readonly list: Accessor<readonly LanguageModelEntry[] | null>;
  readonly error: Accessor<PlainError | null>;
  /** The one under way, or the last one that did not end well. */
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
  const [download, setDownload] = createSignal<LanguageModelDownload | null>(null);
  let abort: AbortController | null = null;

  async function refresh(): Promise<void> {
    try {
      setKnown("list", reconcile(await services.languageModels.list(), { key: "id" }));
      setError(null);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  /** @returns whether it is here now */
  async function fetchModel({ id, title }: LanguageModelEntry): Promise<boolean> {
    abort?.abort();
    const controller = new AbortController();
    abort = controller;
    const clock = createTransferClock();
    setDownload({ id, status: "running", progress: null, transfer: null, error: null });
    const change = (part: Partial<LanguageModelDownload>): void => {
      if (abort === controller) setDownload((current) => current && { ...current, ...part });
    };
    const onProgress = (progress: LoadProgress): void => {
      const { receivedBytes, totalBytes } = progress;
      change({ progress, transfer: clock.at(performance.now(), receivedBytes, totalBytes) });
    };
    try {
      await services.languageModels.download(id, { onProgress, signal: controller.signal });
    } catch (reason) {
      const plain = explain(reason);
      const stopped = plain.code === "cancelled";
      change({ status: stopped ? "stopped" : "failed", error: stopped ? null : plain });
      announce(stopped ? "Download paused." : plain.message);
      await refresh();
      return false;
    }
    if (abort !== controller) return false;
    setDownload(null);
    await refresh();
    announce(`${title} is downloaded and chooses adapters now.`);
    return true;
  }

  const usedId = (): string | null => (settings.composer === "llm" ? settings.languageModel : null);

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

  return {
    list: () => known.list,
    error,
    download,
    usedId,
    refresh,
    async use(entry) {
      setError(null);
      if (entry.state !== "ready" && !(await fetchModel(entry))) return;
      setSettings({ composer: "llm", languageModel: entry.id });
    },
    stopUsing: () => setSettings("composer", "reader"),
    cancel: () => abort?.abort(),
    async remove(entry) {
      if (usedId() === entry.id) setSettings("composer", "reader");
      try {
        await services.languageModels.remove(entry.id);
      } catch (reason) {
        setError(explain(reason));
        return;
      }
      await refresh();
    },
  };
}
