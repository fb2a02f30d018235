// What the user keeps for prompts, as a signal over its store: wildcard files, styles.
import { createSignal, type Accessor } from "solid-js";
import { deletionError, keepingError, readingError, type PlainError } from "../../../shared/errors.ts";
import { say, type Saying } from "../../../shared/saying.ts";
import type { NamedRows } from "../../prompts/named-rows.ts";
import { explain } from "../../explain.ts";

export interface PromptRows<Row> {
  /** By name. */
  readonly rows: Accessor<readonly Row[]>;
  readonly persistent: Accessor<boolean>;
  /** Why something was not read, kept or removed; null when all was. */
  readonly error: Accessor<PlainError | null>;
  /** Resolves when what is stored has been read. */
  readonly ready: Promise<void>;
  /** Does `work`; whatever it throws becomes `error`. Answers whether it succeeded. */
  attempt(work: () => Promise<void>): Promise<boolean>;
  /** @throws StylusError quota */
  put(rows: readonly Row[]): Promise<void>;
  /** @throws StylusError quota */
  remove(name: string): Promise<void>;
}

/** @param what as errors name them: "Your styles" and "these styles" */
export function createPromptRows<Row extends { readonly name: string }>(
  opening: Promise<NamedRows<Row>>,
  what: { readonly yours: Saying; readonly these: Saying },
): PromptRows<Row> {
  const [rows, setRows] = createSignal<readonly Row[]>([]);
  const [persistent, setPersistent] = createSignal(true);
  const [error, setError] = createSignal<PlainError | null>(null);

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    setError(null);
    try {
      await work();
      return true;
    } catch (cause) {
      setError(explain(cause));
      return false;
    }
  }
  async function refresh(): Promise<void> {
    const store = await opening;
    setPersistent(store.persistent);
    const read = await store.all().catch((cause: unknown) => {
      throw readingError(what.yours, cause);
    });
    setRows(read);
  }

  return {
    rows,
    persistent,
    error,
    ready: attempt(refresh).then(() => {}),
    attempt,
    async put(added) {
      await (await opening).put(added).catch((cause: unknown) => {
        throw keepingError(what.these, cause, {
          full: say`Free disk space, or delete images or models you don’t need, then try again.`,
        });
      });
      await refresh();
    },
    async remove(name) {
      await (await opening).remove(name).catch((cause: unknown) => {
        throw deletionError(say`“${name}”`, cause);
      });
      await refresh();
    },
  };
}
