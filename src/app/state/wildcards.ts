// The user's wildcard files as the page has them: what `__name__` in a prompt draws from.
import { createSignal, type Accessor } from "solid-js";
import {
  deletionError,
  keepingError,
  readingError,
  StylusError,
  type PlainError,
} from "../../shared/errors.ts";
import { parseWildcards, wildcardName, type Wildcards } from "../../stylus/wildcards.ts";
import { t } from "../../texts/texts.ts";
import type { NamedRows, WildcardFile } from "../prompts/named-rows.ts";
import { explain } from "./runs.ts";

/** Collections that people share have files of some hundred kilobytes. */
const maxFileBytes = 2e6;

export interface WildcardsState {
  /** By name, with how many options each has. */
  readonly list: Accessor<readonly { readonly name: string; readonly count: number }[]>;
  readonly files: Accessor<Wildcards>;
  readonly open: Accessor<boolean>;
  readonly persistent: Accessor<boolean>;
  /** Why files were not read, kept or removed; null when all were. */
  readonly error: Accessor<PlainError | null>;
  /** Resolves when what is stored has been read. */
  readonly ready: Promise<void>;
  show(): void;
  close(): void;
  /** Adds text files, in the place of those of the same names, and shows them. */
  take(files: readonly File[]): Promise<void>;
  remove(name: string): Promise<void>;
}

async function readFile(file: File): Promise<WildcardFile> {
  const where = file.name;
  if (file.size > maxFileBytes)
    throw new StylusError("bad-file", `${where} has more than ${maxFileBytes / 1e6} MB.`, {
      where,
      remedy: "Split it into smaller files.",
    });
  const text = await file.text();
  if (parseWildcards(text).length === 0)
    throw new StylusError("bad-file", `${where} has no options.`, {
      where,
      remedy: "Write one option per line. Lines that start with # are comments.",
    });
  return { name: wildcardName(file.name), text };
}

export function createWildcards(context: {
  readonly opening: Promise<NamedRows<WildcardFile>>;
  readonly announce: (text: string) => void;
}): WildcardsState {
  const { opening, announce } = context;
  const [files, setFiles] = createSignal<Wildcards>(new Map());
  const [open, setOpen] = createSignal(false);
  const [persistent, setPersistent] = createSignal(true);
  const [error, setError] = createSignal<PlainError | null>(null);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setError(null);
    try {
      await work();
    } catch (cause) {
      setError(explain(cause));
    }
  }
  async function refresh(): Promise<void> {
    const store = await opening;
    setPersistent(store.persistent);
    const rows = await store.all().catch((cause: unknown) => {
      throw readingError("Your wildcard files", cause);
    });
    setFiles(new Map(rows.map(({ name, text }) => [name, parseWildcards(text)])));
  }
  const ready = attempt(refresh);

  return {
    files,
    list: () => [...files()].map(([name, options]) => ({ name, count: options.length })),
    open,
    persistent,
    error,
    ready,
    show: () => setOpen(true),
    close: () => setOpen(false),
    async take(taken) {
      setOpen(true);
      await attempt(async () => {
        const read = await Promise.allSettled(taken.map(readFile));
        const added = read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
        await (await opening).put(added).catch((cause: unknown) => {
          throw keepingError("these wildcard files", cause, {
            full: "Free disk space, or delete images or models you don’t need, then add them again.",
          });
        });
        await refresh();
        if (added.length > 0) announce(t.prompt.wildcards.added(added.map(({ name }) => name)));
        for (const result of read) if (result.status === "rejected") throw result.reason;
      });
    },
    remove: (name) =>
      attempt(async () => {
        await (await opening).remove(name).catch((cause: unknown) => {
          throw deletionError(`The wildcard file “${name}”`, cause);
        });
        await refresh();
        announce(t.prompt.wildcards.removed(name));
      }),
  };
}
