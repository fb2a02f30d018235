// A folder of adapter files: how far it is, and in the end what was kept and what was skipped, and why.
import { createMemo, For, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import styles from "./ManyFiles.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function ManyFiles(): JSX.Element {
  const { many } = useStudio().intake;
  const skipped = createMemo(
    () => many.progress()?.skipped.reduce((sum, { fileNames }) => sum + fileNames.length, 0) ?? 0,
  );
  const small = `${controls["button"]} ${controls["small"]}`;
  return (
    <Show when={many.progress()}>
      {(state) => (
        <section class={styles["many"]} aria-label={t.adapters.many.title}>
          <Show
            when={state().status !== "running"}
            fallback={
              <>
                <p>{t.adapters.many.checking(state().done, state().total)}</p>
                <progress
                  class={styles["bar"]}
                  max={state().total}
                  value={state().done}
                  aria-label={t.adapters.many.progress}
                />
              </>
            }
          >
            <Show when={state().status === "stopped"}>
              <p>{t.adapters.many.stopped(state().done, state().total)}</p>
            </Show>
          </Show>
          <p class={styles["figures"]}>{t.adapters.many.report(state().kept, skipped())}</p>
          <For each={state().skipped}>
            {({ reason, fileNames }) => (
              <details>
                <summary>{t.adapters.many.reason(reason, fileNames.length)}</summary>
                <ul class={styles["names"]}>
                  <For each={fileNames}>{(name) => <li>{name}</li>}</For>
                </ul>
              </details>
            )}
          </For>
          <Show
            when={state().status === "running"}
            fallback={
              <button class={small} type="button" onClick={() => many.dismiss()}>
                {t.adapters.many.dismiss}
              </button>
            }
          >
            <button class={small} type="button" onClick={() => many.stop()}>
              {t.adapters.many.stop}
            </button>
          </Show>
        </section>
      )}
    </Show>
  );
}
