// A model that is downloaded where it is chosen (the reranker, the NSFW check): whether it is here, and its download.
import { createEffect, createSignal, on, type Accessor } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import type { OptionalModelServices, OptionalModelState } from "../services/ports.ts";
import { createDownload, type Download } from "./download.ts";
import { explain } from "../explain.ts";

export interface OptionalModel {
  /** Null until it is wanted. */
  readonly state: Accessor<OptionalModelState | null>;
  readonly error: Accessor<PlainError | null>;
  readonly download: Accessor<Download<object> | null>;
  /** Reads again whether it is here, if it is wanted. */
  refresh(): Promise<void>;
  start(): Promise<void>;
  cancel(): void;
}

export function createOptionalModel(context: {
  readonly service: OptionalModelServices;
  readonly wanted: () => boolean;
  readonly announce: (text: string) => void;
}): OptionalModel {
  const { service, wanted, announce } = context;
  const [state, setState] = createSignal<OptionalModelState | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);

  async function refresh(): Promise<void> {
    if (!wanted()) return;
    try {
      setState(await service.state());
      setError(null);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  const download = createDownload<object>({ refresh, announce });
  createEffect(on(wanted, () => void refresh()));

  return {
    state,
    error,
    download: download.current,
    refresh,
    async start() {
      await download.start({}, (options) => service.download(options));
    },
    cancel: () => download.cancel(),
  };
}
