// Shares requests out over servers: each has so many slots and so many starts a minute, and rests after a failure, twice as long after each
// further one. The server with the most free slots is next.
import { StylusError } from "../shared/errors.ts";
import { ask, serverName, type ChatAnswer, type ChatServer } from "./chat-server.ts";
import type { ChatMessage } from "./messages.ts";
import { say } from "../shared/saying.ts";

export interface PoolOptions {
  /** Requests at once to each server. */
  readonly concurrency: number;
  /** Starts a minute for each server; null: as many as the slots allow. */
  readonly ratePerMinute: number | null;
  /** Rest after the first failure, and the longest, in milliseconds. */
  readonly restMs: { readonly first: number; readonly most: number };
  /** A server that has failed so often in a row, with rests between, is given up. */
  readonly givenUpAfter: number;
}

/** Where questions get their answers: servers, or one model. */
export interface AnswerPool {
  /**
   * Waits for a turn.
   * @throws StylusError cancelled; network: there is nobody left to ask
   */
  acquire(signal: AbortSignal): Promise<Lease>;
}

export interface Lease {
  /** Name of the model that answers. */
  readonly model: string;
  /** @throws as `ask` of chat-server.ts */
  ask(messages: readonly ChatMessage[], options: Parameters<typeof ask>[2]): Promise<ChatAnswer>;
  /** Gives the slot back; the server answered. */
  done(): void;
  /** Gives the slot back; the server rests. @param afterMs what the server asked for */
  failed(afterMs: number | null): void;
}

interface State {
  readonly server: ChatServer;
  busy: number;
  /** Milliseconds since 1970 before which it gets no request. */
  readyAt: number;
  restingSince: number;
  failures: number;
}

export class ServerPool implements AnswerPool {
  readonly slots: number;
  readonly #states: State[];
  readonly #options: PoolOptions;
  /** Woken whenever a slot comes free. */
  readonly #waiting = new Set<() => void>();
  /** Signals that wake those who wait: one listener each, whoever waits. */
  readonly #heard = new WeakSet<AbortSignal>();

  constructor(servers: readonly ChatServer[], options: PoolOptions) {
    this.#options = options;
    this.slots = servers.length * options.concurrency;
    this.#states = servers.map((server) => ({ server, busy: 0, readyAt: 0, restingSince: 0, failures: 0 }));
  }

  /** @throws StylusError cancelled; network: every server was given up */
  async acquire(signal: AbortSignal): Promise<Lease> {
    for (;;) {
      if (signal.aborted) throw new StylusError("cancelled", say`Refining was stopped.`);
      const usable = this.#states.filter(({ failures }) => failures < this.#options.givenUpAfter);
      if (usable.length === 0) throw this.#givenUp();
      const now = Date.now();
      const free = usable.filter(({ busy }) => busy < this.#options.concurrency);
      const ready = free.filter(({ readyAt }) => readyAt <= now).sort((a, b) => a.busy - b.busy)[0];
      if (ready) return this.#lease(ready, now);
      const next = Math.min(...free.map(({ readyAt }) => readyAt));
      await this.#change(Number.isFinite(next) ? next - now : null, signal);
    }
  }

  #lease(state: State, startedAt: number): Lease {
    const { concurrency, ratePerMinute, restMs } = this.#options;
    state.busy += 1;
    if (ratePerMinute !== null) state.readyAt = startedAt + 60_000 / ratePerMinute;
    else if (state.failures > 0) state.readyAt = startedAt + restMs.first; // one request tries it out
    const give = (): void => {
      state.busy = Math.min(concurrency, state.busy) - 1;
      this.#wakeAll();
    };
    return {
      model: state.server.model,
      ask: (messages, options) => ask(state.server, messages, options),
      done: () => {
        if (state.failures > 0) state.readyAt = Math.min(state.readyAt, Date.now());
        state.failures = 0;
        give();
      },
      failed: (afterMs) => {
        const now = Date.now();
        // Requests that were under way together fail together: one failure.
        if (startedAt >= state.restingSince) {
          const { first, most } = restMs;
          const rest = Math.min(most, first * 2 ** state.failures) * (0.5 + Math.random() / 2);
          state.failures += 1;
          state.restingSince = now;
          state.readyAt = now + (afterMs === null ? rest : Math.min(Math.max(afterMs, rest), 10 * most));
        }
        give();
      },
    };
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }

  #change(afterMs: number | null, signal: AbortSignal): Promise<void> {
    if (!this.#heard.has(signal)) {
      this.#heard.add(signal);
      signal.addEventListener("abort", () => this.#wakeAll(), { once: true });
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = afterMs === null ? undefined : setTimeout(wake, Math.max(1, afterMs));
      this.#waiting.add(wake);
    });
  }

  #givenUp(): StylusError {
    const names = this.#states.map(({ server }) => serverName(server));
    return new StylusError("network", say`No answer from ${names}.`, {
      remedy: this.#states[0]!.server.remedies.silent,
    });
  }
}
