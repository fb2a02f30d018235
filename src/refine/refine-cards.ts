// Many cards, as many at once as the servers take, none of them twice. Memory holds what is under way, whatever the length of the list.
import type { Tokens } from "./chat-server.ts";
import { instructionsVersion } from "./messages.ts";
import { contentOf, type RawCard } from "./raw-card.ts";
import { refineCard } from "./refine-card.ts";
import type { RefinedCard } from "./refined-card.ts";
import type { ServerPool } from "./server-pool.ts";
import { sha256 } from "../shared/sha256.ts";
import { StylusError } from "../shared/errors.ts";
import { english, say } from "../shared/saying.ts";

export interface RefinedBy {
  readonly card: RefinedCard;
  readonly model: string;
}

/** Where answers are kept; a card's key is the hash of all that decides its answer. */
export interface Results {
  /** True when this card is done. */
  has(key: string, id: string): boolean;
  /** The answer that a card of the same content has got; null when there is none. */
  find(key: string): Promise<RefinedBy | null>;
  keep(key: string, raw: RawCard, refined: RefinedBy): Promise<void>;
  fail(key: string, raw: RawCard, reason: string): Promise<void>;
}

export interface Step {
  readonly raw: RawCard;
  readonly result: "refined" | "copied" | "already done" | "failed";
  readonly tokens: Tokens;
}

/** 32 hex digits of the SHA-256 of instructions and content. */
export const cardKey = async (raw: RawCard): Promise<string> =>
  (await sha256(`${instructionsVersion}\n${contentOf(raw)}`)).slice(0, 32);

const nothing: Tokens = { input: 0, output: 0 };

/**
 * Yields a step for every card, in the order in which they are done.
 * @param options.imageUrls addresses of the images to send with a card
 * @throws StylusError network | cancelled; what was done by then is kept
 */
export async function* refineCards(
  cards: AsyncIterable<RawCard>,
  options: {
    readonly pool: ServerPool;
    readonly results: Results;
    readonly signal: AbortSignal;
    readonly imageUrls?: (raw: RawCard) => Promise<readonly string[]>;
  },
): AsyncGenerator<Step> {
  const { pool, results, imageUrls = async () => [] } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  /** Keys under way: a card of the same content waits for the answer. */
  const underWay = new Map<string, Promise<unknown>>();

  async function step(key: string, raw: RawCard): Promise<Step> {
    const found = await results.find(key);
    if (found) {
      await results.keep(key, raw, found);
      return { raw, result: "copied", tokens: nothing };
    }
    const { outcome, tokens } = await refineCard(raw, { pool, signal, imageUrls: await imageUrls(raw) });
    if ("failure" in outcome) {
      await results.fail(key, raw, english(outcome.failure));
      return { raw, result: "failed", tokens };
    }
    await results.keep(key, raw, outcome);
    return { raw, result: "refined", tokens };
  }

  const running = new Set<Promise<Step>>();
  const finished: Step[] = [];
  let failure: { readonly error: unknown } | null = null;
  let wake = (): void => {};

  function start(work: Promise<Step>): void {
    const end = (): void => {
      running.delete(work);
      wake();
    };
    running.add(work);
    work.then(
      (done) => {
        finished.push(done);
        end();
      },
      (error: unknown) => {
        failure ??= { error };
        end();
      },
    );
  }

  async function next(): Promise<Step> {
    for (;;) {
      if (failure) throw failure.error;
      const done = finished.shift();
      if (done) return done;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  try {
    for await (const raw of cards) {
      if (signal.aborted) throw new StylusError("cancelled", say`Refining was stopped.`);
      const key = await cardKey(raw);
      if (results.has(key, raw.card.id)) {
        yield { raw, result: "already done", tokens: nothing };
        continue;
      }
      const before = underWay.get(key);
      const work = before ? before.then(() => step(key, raw)) : step(key, raw);
      underWay.set(key, work);
      const clear = (): void => void (underWay.get(key) === work && underWay.delete(key));
      work.then(clear, clear);
      start(work);
      while (running.size >= pool.slots || finished.length > 0) yield await next();
    }
    while (running.size > 0 || finished.length > 0) yield await next();
  } finally {
    // Also when the caller stops reading: no request is left behind.
    stop.abort();
    await Promise.allSettled(running);
  }
}
