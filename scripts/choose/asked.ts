// How a language model answered the prompts of a catalogue.
import { table } from "../run/markdown-table.ts";

/** One prompt. */
export interface Asked {
  /** What it wrote: a second answer where the first had to be repaired. */
  readonly answers: readonly string[];
  /** Why it has no choice; null: it chose. */
  readonly failure: string | null;
  readonly seconds: number;
}

export function askedTable(rows: readonly Asked[]): string {
  const share = (counts: (row: Asked) => boolean): string =>
    (rows.filter(counts).length / rows.length).toFixed(3);
  const seconds = rows.map((row) => row.seconds).sort((a, b) => a - b);
  return table(
    ["prompts", "asked to repair", "no answer to use", "seconds a prompt: median", "longest"],
    [
      [
        String(rows.length),
        share(({ answers }) => answers.length > 1),
        share(({ failure }) => failure !== null),
        seconds[Math.floor(seconds.length / 2)]!.toFixed(1),
        seconds.at(-1)!.toFixed(1),
      ],
    ],
  );
}
