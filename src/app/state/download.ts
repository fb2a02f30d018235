// A download as the page shows it: one at a time, of a model or a language model.
import { createSignal } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import type { LoadProgress } from "../../stylus/loaded-pack.ts";
import { messageOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import { explain } from "../explain.ts";
import { createTransferClock, type Transfer } from "./transfer-rate.ts";

/** `Wanted` says what is downloaded. */
export type Download<Wanted> = Wanted & {
  readonly status: "running" | "failed" | "stopped";
  readonly progress: LoadProgress | null;
  /** Null before the rate is known. */
  readonly transfer: Transfer | null;
  readonly error: PlainError | null;
};

interface DownloadOptions {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** @param context.refresh reads again what is here: a download that does not end well leaves parts */
export function createDownload<Wanted extends object>(context: {
  readonly refresh: () => Promise<void>;
  readonly announce: (text: string) => void;
}) {
  const { refresh, announce } = context;
  const [current, setCurrent] = createSignal<Download<Wanted> | null>(null);
  const change = (part: Partial<Download<object>>): void =>
    void setCurrent((download) => download && { ...download, ...part });
  let abort: AbortController | null = null;
  return {
    /** The one under way, or the last one that did not end well. */
    current,
    /** Stops the one under way. @returns whether all of it arrived, and no other download has taken its place */
    async start(wanted: Wanted, work: (options: DownloadOptions) => Promise<void>): Promise<boolean> {
      abort?.abort();
      const controller = new AbortController();
      abort = controller;
      const isCurrent = (): boolean => abort === controller;
      const clock = createTransferClock();
      setCurrent(() => ({ ...wanted, status: "running", progress: null, transfer: null, error: null }));
      const onProgress = (progress: LoadProgress): void => {
        const { receivedBytes, totalBytes } = progress;
        const transfer = clock.at(performance.now(), receivedBytes, totalBytes);
        if (isCurrent()) change({ progress, transfer });
      };
      try {
        await work({ onProgress, signal: controller.signal });
      } catch (error) {
        const plain = explain(error);
        const stopped = plain.code === "cancelled";
        if (isCurrent()) change({ status: stopped ? "stopped" : "failed", error: stopped ? null : plain });
        announce(stopped ? t.models.announced.paused : messageOf(plain));
        await refresh();
        return false;
      }
      if (!isCurrent()) return false;
      setCurrent(null);
      await refresh();
      return true;
    },
    /** Says of the one that did not end well what else went wrong. */
    fail: (error: PlainError): void => change({ error }),
    cancel: (): void => abort?.abort(),
  };
}
