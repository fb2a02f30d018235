// Cards of a folder's adapters by a language model: each is kept with its draft first, so that nothing waits for the model, and gets its
// written card when that is there.
import { createSignal, type Accessor } from "solid-js";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { StylusError, type ErrorCode, type PlainError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { cardOf, rawOf, withWritten, type CardDraft } from "../../adapters/user-card.ts";
import { messageOf } from "../../../texts/sayings.ts";
import type { AdapterServices } from "../../services/ports.ts";
import type { CardWriter } from "../language-models.ts";
import { explain } from "../../explain.ts";
import { withSkipped, type Skipped } from "./skipped.ts";

export interface ManyCards {
  /** Adapters that were kept. */
  readonly total: number;
  readonly written: number;
  /** Those that keep their drafts, by reason. */
  readonly failed: readonly Skipped[];
  readonly isOn: boolean;
  /** Why it stopped by itself. */
  readonly error: PlainError | null;
}

export interface ManyWriting {
  /** Null: nothing was kept. */
  readonly progress: Accessor<ManyCards | null>;
  /** Cards of those that wait, and of those still to come. */
  start(): void;
  /** The one that is being written keeps its draft, as do those that wait. */
  stop(): void;
}

interface Waiting {
  readonly adapter: UserAdapter;
  readonly draft: CardDraft;
}

/** The model reads a second card while it writes the first, where it can. */
const lanes = 2;

/** Failures that the next card would meet too. */
const endsAll: ReadonlySet<ErrorCode> = new Set(["not-found", "network", "cancelled", "quota"]);

const none: ManyCards = { total: 0, written: 0, failed: [], isOn: false, error: null };

export function createManyCards(context: {
  readonly writer: Accessor<CardWriter | null>;
  readonly services: Pick<AdapterServices, "putAdapter">;
  /** Called after the last one, and when it is stopped. */
  readonly onEnd: (progress: ManyCards) => void;
}): ManyWriting & {
  add(waiting: Waiting): void;
  /** The user has written or removed it. */
  drop(id: string): void;
  isWriting(): boolean;
  /** Forgets the folder; the next one begins as this one was left, on or off. */
  clear(): void;
} {
  const { writer, services, onEnd } = context;
  const [progress, setProgress] = createSignal<ManyCards>(none);
  let waiting: Waiting[] = [];
  /** Ids of those that a lane has. */
  const underWay = new Set<string>();
  let stopping = new AbortController();
  let running = 0;

  const change = (next: (now: ManyCards) => Partial<ManyCards>): void =>
    void setProgress((now) => ({ ...now, ...next(now) }));

  /** @throws StylusError not-found | network: nobody writes; quota; cancelled */
  async function writeOne(one: Waiting, signal: AbortSignal): Promise<void> {
    const { adapter, draft } = one;
    const { id, report, card, words = null } = adapter;
    try {
      const by = writer(); // a server is forgotten while its cards are written
      if (!by)
        throw new StylusError("not-found", say`The language model is not available.`, {
          remedy: say`Choose one under Models.`,
        });
      const written = await by.write(rawOf(draft, { report, words }), signal);
      if (!underWay.has(id)) return; // dropped
      const next = cardOf(withWritten(draft, written), {
        id,
        baseModel: card.baseModel,
        report,
      });
      await services.putAdapter({ ...adapter, card: next });
      change((now) => ({ written: now.written + 1 }));
    } catch (error) {
      if (error instanceof StylusError && endsAll.has(error.code)) throw error;
      const reason = messageOf(explain(error));
      change(({ failed }) => ({ failed: withSkipped(failed, reason, report.fileName) }));
    }
  }

  async function lane(signal: AbortSignal): Promise<void> {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const { id } = one.adapter;
      underWay.add(id);
      try {
        await writeOne(one, signal);
      } catch (error) {
        if (underWay.has(id)) waiting.unshift(one); // neither dropped nor cleared
        if (signal.aborted) return;
        change(() => ({ error: explain(error) }));
        stop();
        return;
      } finally {
        underWay.delete(id);
      }
    }
  }

  function run(): void {
    if (!progress().isOn || writer() === null) return;
    const { signal } = stopping;
    while (running < lanes && running < underWay.size + waiting.length) {
      running++;
      void lane(signal).then(() => {
        running--;
        if (running === 0 && (progress().written > 0 || progress().failed.length > 0)) onEnd(progress());
        run(); // switched on again in between
      });
    }
  }

  function stop(): void {
    change(() => ({ isOn: false }));
    stopping.abort();
  }

  return {
    progress: () => (progress().total === 0 ? null : progress()),
    stop,
    start() {
      if (stopping.signal.aborted) stopping = new AbortController();
      change(() => ({ isOn: true, error: null }));
      run();
    },
    add(one) {
      waiting.push(one);
      change(({ total }) => ({ total: total + 1 }));
      run();
    },
    drop(id) {
      underWay.delete(id);
      waiting = waiting.filter(({ adapter }) => adapter.id !== id);
    },
    isWriting: () => progress().isOn && running > 0,
    clear() {
      const { isOn } = progress();
      stopping.abort();
      stopping = new AbortController();
      waiting = [];
      underWay.clear();
      setProgress({ ...none, isOn });
    },
  };
}
