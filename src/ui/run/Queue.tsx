// The runs that wait for their turn, under the prompt; and those of an earlier visit, which the user continues or dismisses.
import { createMemo, For, Show, type JSX } from "solid-js";
import { differencesOf } from "../../app/state/runs/differences.ts";
import { imageCount } from "../../stylus/plot/cells.ts";
import type { LeftRuns, QueuedRun } from "../../app/state/runs/queue.ts";
import controls from "../controls/controls.module.css";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { CloseIcon, DownIcon, UpIcon } from "../controls/icons.tsx";
import styles from "./Queue.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function Queue(): JSX.Element {
  const studio = useStudio();
  const { queue } = studio;
  return (
    <>
      <Show when={queue.left()}>{(left) => <Left left={left()} />}</Show>
      <Show when={queue.waiting().length > 0}>
        <section class={styles["queue"]} aria-label={t.run.queue.list}>
          <header>
            <h2>{t.run.queue.title(queue.waiting().length)}</h2>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
              type="button"
              onClick={() => {
                queue.clear();
                focusWhatIsLeft();
              }}
            >
              {t.run.queue.clear}
            </button>
          </header>
          <ol>
            <For each={queue.waiting()}>{(run, index) => <Waiting run={run} index={index()} />}</For>
          </ol>
        </section>
      </Show>
    </>
  );
}

function Left(props: { readonly left: LeftRuns }): JSX.Element {
  const studio = useStudio();
  const { queue } = studio;
  /** Of the images of interrupted runs: how many the gallery has. */
  const finished = createMemo((): { readonly there: number; readonly of: number } => {
    const begun = props.left.runs.slice(0, props.left.interrupted);
    const ids = new Set(begun.map(({ id }) => id));
    const there = studio.gallery.images().filter(({ runId, sheet }) => ids.has(runId) && !sheet).length;
    const of = begun.reduce((sum, { asked }) => sum + imageCount(studio.optionsOfRun(asked)), 0);
    return { there: Math.min(there, of), of };
  });
  const text = (): string => {
    const { runs, interrupted } = props.left;
    if (interrupted === 0) return t.run.queue.left(runs.length);
    const { there, of } = finished();
    return [
      t.run.queue.interrupted(interrupted, runs.length - interrupted),
      ...(there === 0 ? [] : [t.run.queue.partly(there, of)]),
    ].join(" ");
  };
  const prompts = (): string => props.left.runs.map(({ asked }) => asked.prompts.prompt).join(" · ");
  const end = (work: () => void): void => {
    work();
    focusWhatIsLeft();
  };
  return (
    <section class={styles["left"]} aria-label={t.run.queue.leftLabel}>
      <p>
        {text()} <span class={styles["prompts"]}>{prompts()}</span>
      </p>
      <div class={styles["answers"]}>
        <button
          class={`${controls["button"]} ${controls["small"]} ${styles["continue"]}`}
          type="button"
          onClick={() => end(queue.resume)}
        >
          {t.run.queue.continue}
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          onClick={() => end(queue.dismiss)}
        >
          {t.run.queue.dismiss}
        </button>
      </div>
    </section>
  );
}

function Waiting(props: { readonly run: QueuedRun; readonly index: number }): JSX.Element {
  const studio = useStudio();
  const { queue } = studio;
  let item!: HTMLLIElement;
  const last = (): boolean => props.index === queue.waiting().length - 1;
  const prompt = (): string => props.run.asked.prompts.prompt;
  const differences = (): string => {
    const { asked } = props.run;
    const base = studio.busy() ? (studio.run()?.options ?? studio.options()) : studio.options();
    const { model, seedLocked, seed } = asked.settings;
    return [
      ...(model === studio.settings.model ? [] : [studio.titleOf(model)]),
      ...differencesOf(studio.optionsOfRun(asked), base),
      ...(seedLocked ? [t.run.queue.seed(seed)] : []),
    ].join(" · ");
  };
  /** The buttons move with their run, and the focus with them. */
  function move(step: -1 | 1): void {
    const had = document.activeElement;
    queue.move(props.run.id, step);
    if (had instanceof HTMLButtonElement && item.contains(had)) {
      const stays = had.disabled ? item.querySelector<HTMLElement>("button:not(:disabled)") : had;
      stays?.focus();
    }
  }
  /** The focus goes to the run that takes its place. */
  function cancel(): void {
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    queue.cancel(props.run.id);
    neighbour?.querySelector<HTMLElement>("button:last-child")?.focus();
    focusWhatIsLeft();
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : null;
    if (event.altKey && step !== null) move(step);
    else if (event.key === "Delete") cancel();
    else return;
    event.preventDefault();
  };
  return (
    <li ref={(element) => (item = element)} onKeyDown={onKeyDown}>
      <span class={styles["words"]}>
        <span class={styles["prompt"]} title={prompt()}>
          {prompt()}
        </span>
        <span class={styles["differences"]}>{differences()}</span>
      </span>
      <span class={styles["buttons"]}>
        <button
          class={controls["icon"]}
          type="button"
          aria-label={t.run.queue.up(prompt())}
          title={t.run.queue.upTitle}
          disabled={props.index === 0}
          onClick={() => move(-1)}
        >
          <UpIcon />
        </button>
        <button
          class={controls["icon"]}
          type="button"
          aria-label={t.run.queue.down(prompt())}
          title={t.run.queue.downTitle}
          disabled={last()}
          onClick={() => move(1)}
        >
          <DownIcon />
        </button>
        <button
          class={controls["icon"]}
          type="button"
          aria-label={t.run.queue.cancel(prompt())}
          title={t.run.queue.cancelTitle}
          onClick={cancel}
        >
          <CloseIcon />
        </button>
      </span>
    </li>
  );
}
