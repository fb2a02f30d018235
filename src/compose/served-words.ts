// The words of a prompt that its picks were chosen for.
import type { AdapterPick, Composition, Task } from "./composition.ts";
import { contentWords } from "./rules/words.ts";

/** The reader says which words each serves, the rules which it matches; of other picks it is the part. */
function wordsOf(pick: AdapterPick, task: Task, read: Composition["read"]): string {
  const reading = read?.find(({ id, chosen }) => chosen && id === pick.id);
  if (reading) return reading.words;
  const { reason } = pick;
  return typeof reason === "object" && "words" in reason ? reason.words : task.text;
}

/** Content words, in lower case. */
export const servedWords = ({ tasks, read }: Pick<Composition, "tasks" | "read">): ReadonlySet<string> =>
  new Set(
    tasks.flatMap((task) =>
      task.picks.flatMap((pick) => contentWords(wordsOf(pick, task, read)).map(({ text }) => text)),
    ),
  );
