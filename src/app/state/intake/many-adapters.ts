// A folder of adapters at once: those that fit are kept without a question for each, with progress, and with a report at the end.
import { createSignal, type Accessor } from "solid-js";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { messageOf } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import type { AdapterFiles } from "../../adapters/dropped-files.ts";
import type { AdapterServices } from "../../services/ports.ts";
import type { CardWriter } from "../language-models.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { createManyCards, type ManyWriting } from "./many-cards.ts";
import { countOf, withSkipped, type Skipped } from "./skipped.ts";
import { explain } from "../../explain.ts";

/** More files than one looks through one by one. */
export const manyFrom = 9;

export interface ManyAdapters {
  readonly total: number;
  readonly done: number;
  readonly kept: number;
  /** By reason, in the order in which they came up. */
  readonly skipped: readonly Skipped[];
  readonly status: "running" | "stopped" | "done";
}

export interface ManyIntake {
  /** Null: there was none, or it was dismissed. */
  readonly progress: Accessor<ManyAdapters | null>;
  /** Cards of those that were kept, by a language model. */
  readonly cards: ManyWriting;
  /** @param others files that came along and are no adapters */
  take(adapters: readonly AdapterFiles[], others: readonly File[]): void;
  /** Leaves out the files that are not examined yet. */
  stop(): void;
  dismiss(): void;
  /** No card is written for this one any more: the user has written one, or removed it. */
  drop(id: string): void;
  /** Whether cards are being written. */
  isWriting(): boolean;
}

export function createManyIntake(context: {
  readonly services: AdapterServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly refresh: () => Promise<LoadedPack>;
  readonly writer: Accessor<CardWriter | null>;
  readonly announce: (text: string) => void;
  /** Called when there is a report to show. */
  readonly onEnd: () => void;
}): ManyIntake {
  const { services, pack, refresh, writer, announce, onEnd } = context;
  const [progress, setProgress] = createSignal<ManyAdapters | null>(null);
  const pending: AdapterFiles[] = [];
  let running = false;
  const cards = createManyCards({
    writer,
    services,
    onEnd({ written, failed }) {
      if (running) return; // the report of the folder follows
      void refresh().catch(() => {}); // the page says why a model cannot be loaded
      onEnd();
      announce(t.adapters.many.cards.report(written, countOf(failed)));
    },
  });
  /** What `progress` counts; the file that is examined when it is stopped may still be of an earlier one. */
  let batch = 0;

  const change = (next: (now: ManyAdapters) => Partial<ManyAdapters>, of = batch): void => {
    if (of === batch) setProgress((now) => now && { ...now, ...next(now) });
  };
  const skip = (fileName: string, reason: string, of = batch): void =>
    change(({ skipped }) => ({ skipped: withSkipped(skipped, reason, fileName) }), of);

  async function takeOne(files: AdapterFiles, { keeper, of }: { keeper: Keeper; of: number }): Promise<void> {
    const { name } = files.file;
    const keeping = await keeper.keep(files);
    switch (keeping.kind) {
      case "refused":
        return skip(name, keeping.refusal.title, of);
      case "known":
        return skip(name, t.adapters.many.known, of);
      case "kept":
        change(({ kept }) => ({ kept: kept + 1 }), of);
        if (of === batch) cards.add(keeping);
    }
  }

  async function run(): Promise<void> {
    running = true;
    const keeper = createKeeper({ services, loaded: async () => pack() ?? (await refresh()) });
    for (let files = pending.shift(); files !== undefined; files = pending.shift()) {
      const of = batch;
      try {
        await takeOne(files, { keeper, of });
      } catch (error) {
        // No room for one: there is none for the next ones either.
        skip(files.file.name, messageOf(explain(error)), of);
        stop();
      }
      change(({ done }) => ({ done: done + 1 }), of);
    }
    await refresh().catch(() => {}); // the page says why a model cannot be loaded
    running = false;
    if (pending.length > 0) return run(); // they came while the pack was loaded
    change(({ status }) => ({ status: status === "stopped" ? status : "done" }));
    const report = progress();
    if (!report) return; // dismissed
    const { kept, skipped } = report;
    onEnd();
    announce(t.adapters.many.report(kept, countOf(skipped)));
  }

  function stop(): void {
    if (!running) return;
    for (const { file } of pending.splice(0)) skip(file.name, t.adapters.many.leftOut);
    change(() => ({ status: "stopped" }));
  }

  return {
    progress,
    cards,
    stop,
    drop: cards.drop,
    isWriting: cards.isWriting,
    take(adapters, others) {
      const fresh = { total: 0, done: 0, kept: 0, skipped: [], status: "running" } as const;
      setProgress((now) => {
        const joins = now?.status === "running";
        if (!joins) {
          batch++;
          cards.clear();
        }
        const before = joins ? now : fresh;
        return { ...before, total: before.total + adapters.length, status: "running" };
      });
      for (const { name } of others) skip(name, t.adapters.many.notAdapter);
      pending.push(...adapters);
      if (!running) void run();
    },
    dismiss() {
      stop();
      cards.clear();
      setProgress(null);
    },
  };
}
