// A folder of adapter files: how far it is, and in the end what was kept and what was skipped, and why.
import { createMemo, For, onMount, Show, type JSX } from "solid-js";
import { countOf, type Skipped } from "../../app/state/intake/skipped.ts";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { SwitchField } from "../controls/fields.tsx";
import controls from "../controls/controls.module.css";
import styles from "./ManyFiles.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function ManyFiles(): JSX.Element {
  const { many } = useStudio().intake;
  const skipped = createMemo(() => countOf(many.progress()?.skipped ?? []));
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
          <Reasons list={state().skipped} />
          <Cards />
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

function Reasons(props: { readonly list: readonly Skipped[] }): JSX.Element {
  return (
    <For each={props.list}>
      {({ reason, fileNames }) => (
        <details>
          <summary>{t.adapters.many.reason(reason, fileNames.length)}</summary>
          <ul class={styles["names"]}>
            <For each={fileNames}>{(name) => <li>{name}</li>}</For>
          </ul>
        </details>
      )}
    </For>
  );
}

/** Cards of those that were kept, by a language model. */
function Cards(): JSX.Element {
  const { intake, languageModels } = useStudio();
  const { cards } = intake.many;
  const texts = (): typeof t.adapters.many.cards => t.adapters.many.cards;
  onMount(() => languageModels.lookForWriter());
  return (
    <Show when={languageModels.writer()}>
      {(writer) => (
        <Show when={cards.progress()}>
          {(state) => {
            const failed = (): number => countOf(state().failed);
            const done = (): number => state().written + failed();
            return (
              <>
                <Show when={state().isOn || done() < state().total}>
                  <SwitchField
                    label={texts().option(writer().title)}
                    checked={state().isOn}
                    onChange={(on) => (on ? cards.start() : cards.stop())}
                  />
                  <p class={styles["note"]}>
                    {texts().hint} {writer().isServer ? t.adapters.write.toServer : t.adapters.write.onDevice}
                  </p>
                </Show>
                <Show when={state().isOn && done() < state().total}>
                  <progress
                    class={styles["bar"]}
                    max={state().total}
                    value={done()}
                    aria-label={texts().progress}
                  />
                </Show>
                <Show when={state().isOn || done() > 0}>
                  <p class={styles["figures"]}>
                    {done() < state().total
                      ? texts().soFar(state().written, state().total)
                      : texts().report(state().written, failed())}
                  </p>
                </Show>
                <Reasons list={state().failed} />
                <Show when={state().error}>{(error) => <ErrorNote error={error()} compact />}</Show>
              </>
            );
          }}
        </Show>
      )}
    </Show>
  );
}
