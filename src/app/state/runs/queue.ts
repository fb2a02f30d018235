// The queue: what is asked for while something runs waits for its turn. Every run passes through here, so that one which a reload
// interrupts is offered again.
import { batch, createSignal, type Accessor } from "solid-js";
import { t } from "../../../texts/texts.ts";
import type { WaitingRow, WaitingRuns } from "../../prompts/waiting-runs.ts";
import type { AskedRun } from "./asked-run.ts";
import { settingsFrom } from "../settings/stored.ts";
import { plotFrom } from "../../../stylus/plot/axes.ts";

export interface QueuedRun {
  /** Of its run, too. */
  readonly id: string;
  readonly asked: AskedRun;
  /** It may have begun, in an earlier visit or before it was stopped. */
  readonly wasLeft?: boolean;
}

/** Runs that start only when the user says so. */
export interface LeftRuns {
  readonly runs: readonly QueuedRun[];
  /** How many of them, the first ones, were in progress when their tab closed. */
  readonly interrupted: number;
}

export type RunOutcome = "done" | "stopped" | "failed";

export interface QueueState {
  /** Whether a run is in progress or about to take its turn: true from the first to the last, without a gap. */
  readonly running: Accessor<boolean>;
  /** In the order in which they start. */
  readonly waiting: Accessor<readonly QueuedRun[]>;
  /** Of an earlier visit, or after a failure; null: none. */
  readonly left: Accessor<LeftRuns | null>;
  /**
   * Starts a run, or has it wait when something runs; resolves when it has ended, or waits.
   * @param onAdded called at once with the run's id, but not for the second press of a double click
   */
  add(asked: AskedRun, onAdded?: (id: string) => void): Promise<void>;
  /** Starts what waits, if nothing runs. */
  proceed(): void;
  /** Stops what runs; a run that had only just taken its turn is left to the user, as the one before it was meant. */
  stop(): void;
  /** Puts a waiting run one place earlier (-1) or later (1). */
  move(id: string, step: -1 | 1): void;
  cancel(id: string): void;
  clear(): void;
  /** What waits starts only when the user says so. */
  hold(): void;
  /** Lets the runs that were left wait for their turn, before any others. */
  resume(): void;
  /** Forgets the runs that were left. */
  dismiss(): void;
}

/** The second press of a double click asks for nothing new. */
const doubleClickMilliseconds = 500;
/** Sooner than this after a run took its turn nobody has seen it yet: Stop was meant for the one before. */
const unseenMilliseconds = 500;

/** What was asked for, but for the seed that each press draws. */
const keyOf = ({ settings, ...rest }: AskedRun): string =>
  JSON.stringify({
    ...rest,
    ...settings,
    seed: settings.seedLocked ? settings.seed : null,
    variation: settings.variation.locked ? settings.variation : settings.variation.strength,
  });

const runOf = ({ id, settings, adjustments, prompts, plot }: WaitingRow): QueuedRun => ({
  id,
  wasLeft: true,
  asked: {
    settings: settingsFrom(settings),
    adjustments: { strengths: { ...adjustments.strengths }, removed: [...adjustments.removed] },
    prompts,
    plot: plot ? plotFrom(plot) : null,
  },
});

export function createQueue(context: {
  readonly opening: Promise<WaitingRuns>;
  readonly busy: Accessor<boolean>;
  /** Runs it; never rejects. */
  readonly start: (run: QueuedRun) => Promise<RunOutcome>;
  /** Stops what runs. */
  readonly stop: () => void;
  readonly announce: (text: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}): QueueState {
  const { opening, busy, start, stop, announce, now = () => performance.now() } = context;
  const [waiting, setWaiting] = createSignal<readonly QueuedRun[]>([]);
  const [left, setLeft] = createSignal<LeftRuns | null>(null);
  const [isStarted, setStarted] = createSignal(false);
  /** When the run in progress took its turn, if it waited. */
  let turnAt = Number.NEGATIVE_INFINITY;
  let stoppedUnseen = false;
  let last = { key: "", at: Number.NEGATIVE_INFINITY };
  const position = new Map<QueuedRun, number>();
  let nextPosition = 1;

  /** One after the other, so that what was asked last stays; storage that refuses costs only what a reload would bring back. */
  let storing = Promise.resolve();
  const store = (work: (rows: WaitingRuns) => Promise<void>): void => {
    storing = storing.then(async () => work(await opening)).catch(() => {});
  };
  const rowOf = (run: QueuedRun, started: boolean): Omit<WaitingRow, "owner"> => ({
    id: run.id,
    position: position.get(run) ?? 0,
    started,
    settings: { ...run.asked.settings },
    adjustments: run.asked.adjustments,
    prompts: run.asked.prompts,
    plot: run.asked.plot,
  });
  const save = (runs: readonly QueuedRun[], started = false): void => {
    const rows = runs.map((run) => rowOf(run, started));
    store((kept) => kept.put(rows));
  };
  const forget = (runs: readonly QueuedRun[]): void => {
    for (const run of runs) position.delete(run);
    const ids = runs.map(({ id }) => id);
    if (ids.length > 0) store((kept) => kept.remove(ids));
  };
  /** Gives runs their places, after all others or as they stand in `waiting`. */
  const place = (runs: readonly QueuedRun[]): void => {
    for (const run of runs) position.set(run, nextPosition++);
  };
  const leave = (runs: readonly QueuedRun[], interrupted = 0): void => {
    if (runs.length === 0) return;
    const before = left() ?? { runs: [], interrupted: 0 };
    setLeft({
      runs: [...runs.slice(0, interrupted), ...before.runs, ...runs.slice(interrupted)],
      interrupted: before.interrupted + interrupted,
    });
  };

  void opening.then((rows) =>
    rows.onLeft((found) => {
      const first = found.filter(({ started }) => started);
      const inOrder = [...first, ...found.filter(({ started }) => !started)];
      leave(inOrder.map(runOf), first.length);
    }),
  );

  function hold(): void {
    batch(() => {
      leave(waiting());
      setWaiting([]);
    });
  }

  async function run(next: QueuedRun): Promise<void> {
    setStarted(true);
    stoppedUnseen = false;
    save([next], true);
    const outcome = await start(next);
    setStarted(false);
    turnAt = Number.NEGATIVE_INFINITY;
    if (outcome === "stopped" && stoppedUnseen) {
      const begun = { ...next, wasLeft: true }; // some of its images may be in the gallery
      position.set(begun, position.get(next) ?? 0);
      position.delete(next);
      save([begun]);
      leave([begun]);
    } else forget([next]);
    // What stopped this one would stop the others.
    if (outcome === "failed") hold();
    proceed();
  }

  function proceed(): void {
    if (busy() || isStarted()) return;
    const [next, ...rest] = waiting();
    if (!next) return;
    setStarted(true); // first, so that the page sees no end between two runs
    setWaiting(rest);
    turnAt = now();
    void run(next);
  }

  return {
    running: () => isStarted() || waiting().length > 0,
    waiting,
    left,
    proceed,
    stop() {
      if (now() - turnAt < unseenMilliseconds) stoppedUnseen = true;
      stop();
    },
    hold,
    async add(asked, onAdded) {
      const key = keyOf(asked);
      const added = { id: crypto.randomUUID(), asked };
      if (!busy() && !isStarted()) {
        last = { key, at: now() };
        onAdded?.(added.id);
        return run(added);
      }
      if (key === last.key && now() - last.at < doubleClickMilliseconds) return;
      onAdded?.(added.id);
      place([added]);
      setWaiting((before) => [...before, added]);
      save([added]);
      announce(t.run.queue.announced.added(waiting().length));
    },
    move(id, step) {
      const runs = [...waiting()];
      const at = runs.findIndex((run) => run.id === id);
      const other = runs[at + step];
      if (at < 0 || !other) return;
      const moved = runs[at]!;
      runs[at] = other;
      runs[at + step] = moved;
      const [a, b] = [position.get(moved)!, position.get(other)!];
      position.set(moved, b);
      position.set(other, a);
      setWaiting(runs);
      save([moved, other]);
      announce(t.run.queue.announced.moved(at + step + 1, runs.length));
    },
    cancel(id) {
      const gone = waiting().filter((run) => run.id === id);
      setWaiting((runs) => runs.filter((run) => run.id !== id));
      forget(gone);
      announce(t.run.queue.announced.removed(waiting().length));
    },
    clear() {
      forget(waiting());
      setWaiting([]);
      announce(t.run.queue.announced.removed(0));
    },
    resume() {
      const runs = left()?.runs ?? [];
      batch(() => {
        setLeft(null);
        setWaiting((others) => [...runs, ...others]);
      });
      place(waiting());
      save(waiting());
      proceed();
    },
    dismiss() {
      forget(left()?.runs ?? []);
      setLeft(null);
      announce(t.run.queue.announced.removed(waiting().length));
    },
  };
}
