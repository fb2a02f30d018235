// The user's wildcard files as the page has them: what `__name__` in a prompt draws from.
import { createSignal, type Accessor } from "solid-js";
import { textOfFile } from "../../text-file.ts";
import { say } from "../../../shared/saying.ts";
import { readWildcardFile, type WildcardFile } from "../../../stylus/wildcards/files.ts";
import { parseWildcards, type Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import { t } from "../../../texts/texts.ts";
import type { NamedRows } from "../../prompts/named-rows.ts";
import { createPromptRows, type PromptRows } from "./prompt-rows.ts";

export interface WildcardsState extends Pick<PromptRows<WildcardFile>, "persistent" | "error" | "ready"> {
  /** By name, with how many options each has. */
  readonly list: Accessor<readonly { readonly name: string; readonly count: number }[]>;
  readonly files: Accessor<Wildcards>;
  readonly open: Accessor<boolean>;
  show(): void;
  close(): void;
  /** Adds text files, in the place of those of the same names, and shows them. */
  take(files: readonly File[]): Promise<void>;
  remove(name: string): Promise<void>;
}

const readFile = async (file: File): Promise<WildcardFile> =>
  readWildcardFile({ name: file.name, sizeBytes: file.size, read: () => textOfFile(file) });

/** Each file's options, parsed once. */
function parsed(rows: readonly WildcardFile[]): Wildcards {
  const known = parsedRows.get(rows);
  if (known) return known;
  const files: Wildcards = new Map(rows.map(({ name, text }) => [name, parseWildcards(text)]));
  parsedRows.set(rows, files);
  return files;
}
const parsedRows = new WeakMap<readonly WildcardFile[], Wildcards>();

export function createWildcards(context: {
  readonly opening: Promise<NamedRows<WildcardFile>>;
  readonly announce: (text: string) => void;
}): WildcardsState {
  const { opening, announce } = context;
  const [open, setOpen] = createSignal(false);
  const kept = createPromptRows(opening, {
    yours: say`Your wildcard files`,
    these: say`these wildcard files`,
  });
  const files = (): Wildcards => parsed(kept.rows());

  return {
    files,
    list: () => [...files()].map(([name, options]) => ({ name, count: options.length })),
    open,
    persistent: kept.persistent,
    error: kept.error,
    ready: kept.ready,
    show: () => setOpen(true),
    close: () => setOpen(false),
    async take(taken) {
      setOpen(true);
      await kept.attempt(async () => {
        const read = await Promise.allSettled(taken.map(readFile));
        const added = read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
        if (added.length > 0) {
          await kept.put(added);
          announce(t.prompt.wildcards.added(added.map(({ name }) => name)));
        }
        for (const result of read) if (result.status === "rejected") throw result.reason;
      });
    },
    async remove(name) {
      if (await kept.attempt(() => kept.remove(name))) announce(t.prompt.wildcards.removed(name));
    },
  };
}
