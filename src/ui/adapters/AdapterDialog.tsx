// All that is known of one adapter: pictures, the author's words, the refined description beside them.
import { createMemo, For, Show, type JSX } from "solid-js";
import { formatBytes } from "../../app/state/time-left.ts";
import styles from "./AdapterDialog.module.css";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { BanIcon, PinIcon } from "../controls/icons.tsx";
import { OwnSection } from "./UserAdapterSection.tsx";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";

export function AdapterDialog(props: {
  readonly id: string | null;
  readonly onClose: () => void;
}): JSX.Element {
  const studio = useStudio();
  const card = createMemo(() => (props.id === null ? undefined : studio.card(props.id)));
  const own = createMemo(() => (props.id === null ? undefined : studio.pack()?.own.get(props.id)));
  const remote = createMemo(() => (props.id === null ? undefined : studio.pack()?.remote.get(props.id)));
  const pinned = (): boolean => studio.pins().includes(props.id ?? "");
  const banned = (): boolean => studio.bans().includes(props.id ?? "");
  return (
    <Dialog open={card() !== undefined} title={card()?.title ?? ""} onClose={() => props.onClose()}>
      <Show when={card()}>
        {(known) => (
          <div class={styles["body"]}>
            <Show when={known().samples.length > 0}>
              <ul class={styles["samples"]}>
                <For each={known().samples}>
                  {(sample, index) => (
                    <li>
                      <div class={styles["picture"]}>
                        <SampleImage card={known()} index={index()} alt={`Made with it: ${sample.prompt}`} />
                      </div>
                      <p>{sample.prompt}</p>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
            <div class={styles["columns"]} data-single={own() !== undefined}>
              <section>
                <h3>What it does</h3>
                <p>
                  {known().refined.description || "Nothing said yet: a sentence here helps it to be found."}
                </p>
                <p class={styles["source"]}>
                  Kind: {known().refined.category}. Strength: {known().refined.weight}.
                  {own()
                    ? " In your words."
                    : remote()
                      ? " From a list of adapters."
                      : " Written from its pictures."}
                </p>
              </section>
              <Show when={!own()}>
                <section>
                  <h3>What its author says</h3>
                  <p class={styles["author"]}>{known().description.trim() || "Nothing."}</p>
                  <p class={styles["source"]}>
                    by {known().author}, licence {known().license}
                  </p>
                </section>
              </Show>
            </div>
            <dl class={styles["facts"]}>
              <dt>Tags</dt>
              <dd>{known().tags.join(", ") || "none"}</dd>
              <dt>Trigger words</dt>
              <dd>{known().triggerWords.join(", ") || "none"}</dd>
              <dt>In a prompt</dt>
              <dd>
                <code>{`<lora:${known().id}:${known().refined.weight}>`}</code>
              </dd>
              <dt>File</dt>
              <dd>
                {formatBytes(known().file.sizeBytes)}, made for {known().baseModel}
                <Show when={remote()}>
                  {(file) => (
                    <>
                      {file().stored ? ", in this browser" : ", downloaded when a picture first needs it"}
                      <Show when={file().pageUrl}>
                        {(url) => (
                          <>
                            {". "}
                            <a href={url()} target="_blank" rel="noopener noreferrer">
                              Its page
                            </a>
                          </>
                        )}
                      </Show>
                    </>
                  )}
                </Show>
              </dd>
            </dl>
            <Show when={own()}>{(adapter) => <OwnSection own={adapter()} onRemoved={props.onClose} />}</Show>
            <div class={styles["actions"]}>
              <Show
                when={!known().fewStep}
                fallback={
                  <p>
                    This is the few-step adapter: the Fast switch uses it. It is never chosen for a prompt.
                  </p>
                }
              >
                <button
                  class={controls["button"]}
                  type="button"
                  aria-pressed={pinned()}
                  onClick={() => studio.togglePin(known().id)}
                >
                  <PinIcon /> {pinned() ? "Unpin" : "Pin: use in every picture"}
                </button>
                <button
                  class={controls["button"]}
                  type="button"
                  aria-pressed={banned()}
                  onClick={() => studio.toggleBan(known().id)}
                >
                  <BanIcon /> {banned() ? "Allow again" : "Ban: never choose it"}
                </button>
              </Show>
            </div>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
