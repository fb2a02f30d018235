// Folded below the choice: what the reader has read, or near misses with the reason against them, and every candidate with its similarity.
import { createMemo, For, Show, type JSX } from "solid-js";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import styles from "./Candidates.module.css";
import { ChevronIcon } from "../controls/icons.tsx";
import { ReadCandidates } from "./ReadCandidates.tsx";
import { useStudio } from "../studio-context.ts";
import { taskColour } from "../prompt/task-colour.ts";
import { describeReason } from "../../texts/reason.ts";
import { t } from "../../texts/texts.ts";

export function Candidates(): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const title = (id: string): string => studio.card(id)?.title ?? id;
  const taskOf = createMemo(
    () =>
      new Map(
        studio
          .reading()
          .composition.tasks.flatMap((task, index) =>
            task.picks.map(({ id }) => [id, task.text === "" ? null : index] as const),
          ),
      ),
  );
  const candidates = (): ReturnType<typeof studio.reading>["candidates"] => studio.reading().candidates;
  const rejected = () => studio.reading().composition.rejected;
  const read = () => studio.reading().composition.read ?? [];
  const top = createMemo(() => Math.max(0.001, ...candidates().map(({ similarity }) => similarity)));

  return (
    <div class={styles["folds"]}>
      <Show when={read().length > 0}>
        <ReadCandidates composition={studio.reading().composition} read={read()} />
      </Show>
      <Show when={read().length === 0 && rejected().length > 0}>
        <details class={styles["fold"]}>
          <summary>
            <ChevronIcon /> {t.run.candidates.rejected} <span>{rejected().length}</span>
          </summary>
          <ul class={styles["rejected"]}>
            <For each={rejected()}>
              {({ id, reason }) => (
                <li>
                  <button type="button" onClick={() => openDialog(id)}>
                    {title(id)}
                  </button>
                  <span>{describeReason(reason)}</span>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
      <Show when={candidates().length > 0}>
        <details class={styles["fold"]}>
          <summary>
            <ChevronIcon /> {t.run.candidates.all} <span>{candidates().length}</span>
          </summary>
          <ol class={styles["candidates"]}>
            <For each={candidates()}>
              {({ id, similarity }) => {
                const task = (): number | null | undefined => taskOf().get(id);
                return (
                  <li
                    data-task={typeof task() === "number" ? taskColour(task()!) : undefined}
                    data-picked={task() !== undefined}
                    style={{ "--share": `${Math.max(0, (similarity / top()) * 100)}%` }}
                  >
                    <button type="button" onClick={() => openDialog(id)}>
                      {title(id)}
                    </button>
                    <span class={styles["bar"]} />
                    <span class={styles["number"]}>{t.format.fraction(similarity)}</span>
                  </li>
                );
              }}
            </For>
          </ol>
        </details>
      </Show>
    </div>
  );
}
