// The reranker on the page: whether it is here, and its download.
import { createEffect, createSignal, on, type Accessor } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import type { PageServices, RerankerState } from "../services/ports.ts";
import { createDownload, type Download } from "./download.ts";
import { explain } from "./runs/runs.ts";
import type { SettingsStore } from "./settings.ts";

export interface RerankerChoice {
  /** Null until the method is chosen. */
  readonly state: Accessor<RerankerState | null>;
  readonly error: Accessor<PlainError | null>;
  readonly download: Accessor<Download<object> | null>;
  /** Reads again whether it is here. */
  refresh(): Promise<void>;
  start(): Promise<void>;
  cancel(): void;
}

export function createRerankerState(context: {
  readonly services: Pick<PageServices, "reranker">;
  readonly settings: SettingsStore;
  readonly announce: (text: string) => void;
}): RerankerChoice {
  const { services, announce } = context;
  const [settings] = context.settings;
  const [state, setState] = createSignal<RerankerState | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);

  async function refresh(): Promise<void> {
    try {
      setState(await services.reranker.state());
      setError(null);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  const download = createDownload<object>({ refresh, announce });

  createEffect(
    on(
      () => settings.method,
      (method) => {
        if (method === "reranker") void refresh();
      },
    ),
  );

  return {
    state,
    error,
    download: download.current,
    refresh,
    async start() {
      await download.start({}, (options) => services.reranker.download(options));
    },
    cancel: () => download.cancel(),
  };
}
