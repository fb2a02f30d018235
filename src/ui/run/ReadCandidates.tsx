// What the reader has read, by the words of the prompt: how likely each adapter is, its nearest text, and why it was taken or not. Those that
// are out of the question are counted only.
import { createMemo, For, Show, type JSX } from "solid-js";
import type { Composition, ReadCandidate } from "../../compose/composition.ts";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import { ChevronIcon } from "../controls/icons.tsx";
import { taskColour } from "../prompt/task-colour.ts";
import { useStudio } from "../studio-context.ts";
import folds from "./Candidates.module.css";
import styles from "./ReadCandidates.module.css";
import { describeReason } from "../../texts/reason.ts";
import { t } from "../../texts/texts.ts";

/** Probability below which an adapter is out of the question. */
const leastWanted = 0.02;

interface Group {
  /** Index of the task; null: words of none. */
  readonly task: number | null;
  readonly candidates: readonly ReadCandidate[];
}

/** In the order of the prompt; in each the likeliest first. */
function byTask(read: readonly ReadCandidate[]): readonly Group[] {
  const tasks = [...new Set(read.map(({ task }) => task))];
  return tasks
    .sort((a, b) => (a ?? Infinity) - (b ?? Infinity))
    .map((task) => ({ task, candidates: read.filter((candidate) => candidate.task === task) }));
}

export function ReadCandidates(props: {
  readonly composition: Composition;
  readonly read: readonly ReadCandidate[];
}): JSX.Element {
  const shown = createMemo(() => props.read.filter(({ chosen, wanted }) => chosen || wanted >= leastWanted));
  const groups = createMemo(() => byTask(shown()));
  const others = (): number => props.read.length - shown().length;
  return (
    <details class={folds["fold"]}>
      <summary>
        <ChevronIcon /> {t.run.candidates.read} <span>{shown().length}</span>
      </summary>
      <ul class={styles["groups"]}>
        <For each={groups()}>
          {({ task, candidates }) => (
            <li data-task={task === null ? undefined : taskColour(task)}>
              <h3 class={styles["words"]}>
                <Show when={task !== null} fallback={t.run.candidates.noPart}>
                  <span>{task! + 1}</span> {props.composition.tasks[task!]?.text}
                </Show>
              </h3>
              <ul class={styles["candidates"]}>
                <For each={candidates}>{(candidate) => <Read candidate={candidate} />}</For>
              </ul>
            </li>
          )}
        </For>
        <Show when={others() > 0}>
          <li class={styles["others"]}>{t.run.candidates.others(others())}</li>
        </Show>
      </ul>
    </details>
  );
}

function Read(props: { readonly candidate: ReadCandidate }): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const facts = (): string => {
    const { nearest, words } = props.candidate;
    return [
      nearest && t.run.candidates.nearest[nearest.source](nearest.text),
      words !== "" && t.run.candidates.serves(words),
    ]
      .filter(Boolean)
      .join(" · ");
  };
  return (
    <li data-picked={props.candidate.chosen}>
      <p class={styles["line"]}>
        <button type="button" onClick={() => openDialog(props.candidate.id)}>
          {studio.card(props.candidate.id)?.title ?? props.candidate.id}
        </button>
        <span title={t.run.candidates.wanted}>
          <span class="visually-hidden">{t.run.candidates.wanted}: </span>
          {t.format.fraction(props.candidate.wanted)}
        </span>
      </p>
      <p>{describeReason(props.candidate.reason)}</p>
      <Show when={facts() !== ""}>
        <p class={styles["facts"]}>{facts()}</p>
      </Show>
    </li>
  );
}
