// Widgets of one site take turns, so that only one of them has a model in memory: whoever has it keeps it until another
// wants a turn. Uses Web Locks; where the browser refuses them, as it does with storage, each widget is on its own.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

const lockName = "stylus-widget";

export interface Turns {
  /** False where the browser refuses locks: known after the first `take`. */
  readonly available: boolean;
  /** Waits for the turn; cheap when it still is this widget's. @throws StylusError cancelled */
  take(signal: AbortSignal): Promise<void>;
  /** The work is done; the turn ends when another widget waits for it. */
  rest(): Promise<void>;
  /** Ends the turn. */
  close(): void;
}

/** Between the widgets of a site: one more waits. */
export interface TurnChannel {
  ask(): void;
  onAsked(listener: () => void): void;
  close(): void;
}

/** Web Locks, as far as they are used. */
export interface TurnLocks {
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<void>;
  query(): Promise<{ readonly pending?: readonly { readonly name?: string }[] }>;
}

/** Null where it is refused: a turn then ends with each run, because nobody could ask for it later. */
export function openTurnChannel(): TurnChannel | null {
  try {
    const channel = new BroadcastChannel(lockName);
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- channels have no such argument
      ask: () => channel.postMessage("wanted"),
      onAsked: (listener) => channel.addEventListener("message", listener),
      close: () => channel.close(),
    };
  } catch {
    return null;
  }
}

export function createTurns({
  locks,
  channel,
  onYield,
}: {
  readonly locks: TurnLocks | undefined;
  readonly channel: TurnChannel | null;
  /** Gives the memory back, because another widget takes it. */
  readonly onYield: () => void;
}): Turns {
  let available = locks !== undefined;
  /** Ends the lock; null when it is not held. */
  let end: (() => void) | null = null;
  let isWorking = false;
  let isWanted = false;

  const yieldTurn = (): void => {
    if (end === null) return;
    onYield();
    end();
    end = null;
    isWanted = false;
  };
  const othersWait = async (): Promise<boolean> => {
    const { pending = [] } = (await locks?.query().catch(() => ({ pending: [] }))) ?? {};
    return pending.some(({ name }) => name === lockName);
  };
  channel?.onAsked(() => {
    if (isWorking) isWanted = true;
    else yieldTurn();
  });

  /** @returns false: refused */
  const lock = (manager: TurnLocks, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const held = (): Promise<void> =>
        new Promise<void>((done) => {
          end = done;
          resolve(true);
        });
      manager.request(lockName, { signal }, held).catch((cause: unknown) => {
        if (signal.aborted) reject(new StylusError("cancelled", say`Stopped.`, { cause }));
        else resolve(false);
      });
      channel?.ask();
    });

  return {
    get available() {
      return available;
    },
    async take(signal) {
      isWorking = true;
      if (end !== null || !available || locks === undefined) return;
      try {
        available = await lock(locks, signal);
      } catch (error) {
        isWorking = false;
        throw error;
      }
    },
    async rest() {
      isWorking = false;
      if (end !== null && (isWanted || channel === null || (await othersWait())) && !isWorking) yieldTurn();
    },
    close() {
      yieldTurn();
      channel?.close();
    },
  };
}
