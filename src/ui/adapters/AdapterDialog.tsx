// Details of one adapter: samples, the refined description beside the author's notes, tags, file.
import { createMemo, For, Show, type JSX } from "solid-js";
import type { AdapterCard } from "../../retrieval/card.ts";
import { effectKind } from "../../retrieval/effect.ts";
import { formatLoraTag } from "../../stylus/lora-tags.ts";
import styles from "./AdapterDialog.module.css";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { BanIcon, PinIcon } from "../controls/icons.tsx";
import { UserAdapterSection } from "./UserAdapterSection.tsx";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const promptTag = ({ id, refined: { weight } }: AdapterCard): string =>
  formatLoraTag({ id, unetStrength: weight, textStrength: weight });

export function AdapterDialog(props: {
  readonly id: string | null;
  readonly onClose: () => void;
}): JSX.Element {
  const studio = useStudio();
  const card = createMemo(() => (props.id === null ? undefined : studio.card(props.id)));
  const userAdapter = createMemo(() =>
    props.id === null ? undefined : studio.pack()?.userAdapters.get(props.id),
  );
  const remote = createMemo(() => (props.id === null ? undefined : studio.pack()?.remote.get(props.id)));
  const pinned = (): boolean => studio.pins().includes(props.id ?? "");
  const banned = (): boolean => studio.bans().includes(props.id ?? "");
  return (
    <Dialog open={card() !== undefined} title={card()?.title ?? ""} onClose={() => props.onClose()}>
      <Show when={card()}>
        {(known) => (
          <div class={styles["body"]}>
            <Show when={userAdapter()?.preview}>
              <div class={`${styles["sample"]} ${styles["preview"]}`}>
                <SampleImage card={known()} alt={t.adapters.details.previewAlt} />
              </div>
            </Show>
            <Show when={known().samples.length > 0}>
              <ul class={styles["samples"]}>
                <For each={known().samples}>
                  {(sample, index) => (
                    <li>
                      <div class={styles["sample"]}>
                        <SampleImage
                          card={known()}
                          index={index()}
                          alt={t.adapters.details.sampleAlt(sample.prompt)}
                        />
                      </div>
                      <p>{sample.prompt}</p>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
            <div class={styles["columns"]} data-single={userAdapter() !== undefined}>
              <section>
                <h3>{t.adapters.details.description}</h3>
                <p>{known().refined.description || t.adapters.details.noDescription}</p>
                <p class={styles["source"]}>
                  {t.adapters.details.facts(
                    t.names.categories[known().refined.category],
                    known().refined.weight,
                  )}{" "}
                  {userAdapter()
                    ? t.adapters.details.byYou
                    : remote()
                      ? t.adapters.details.byList
                      : t.adapters.details.bySamples}
                </p>
              </section>
              <Show when={!userAdapter()}>
                <section>
                  <h3>{t.adapters.details.author}</h3>
                  <p class={styles["author"]}>
                    {known().description.trim() || t.adapters.details.noAuthorText}
                  </p>
                  <p class={styles["source"]}>{t.adapters.details.credit(known().author, known().license)}</p>
                </section>
              </Show>
            </div>
            <dl class={styles["facts"]}>
              <Show when={known().effect}>
                {(effect) => (
                  <>
                    <dt>{t.adapters.details.effect}</dt>
                    <dd>
                      {t.adapters.details.effectFacts(effect().prompts)}{" "}
                      {t.adapters.details.effectKinds[effectKind(effect())]}
                    </dd>
                  </>
                )}
              </Show>
              <dt>{t.adapters.details.tags}</dt>
              <dd>{known().tags.join(", ") || t.adapters.details.none}</dd>
              <dt>{t.adapters.details.triggerWords}</dt>
              <dd>{known().triggerWords.join(", ") || t.adapters.details.none}</dd>
              <dt>{t.adapters.details.tag}</dt>
              <dd>
                <code>{promptTag(known())}</code>
              </dd>
              <dt>{t.adapters.details.file}</dt>
              <dd>
                {t.adapters.details.fileFacts(known().file.sizeBytes, known().baseModel)}
                <Show when={remote()}>
                  {(file) => (
                    <>
                      {`, ${file().stored ? t.adapters.details.stored : t.adapters.details.notStored}`}
                      <Show when={file().pageUrl}>
                        {(url) => (
                          <>
                            {". "}
                            <a href={url()} target="_blank" rel="noopener noreferrer">
                              {t.adapters.details.page}
                            </a>
                          </>
                        )}
                      </Show>
                    </>
                  )}
                </Show>
              </dd>
            </dl>
            <Show when={userAdapter()}>
              {(adapter) => <UserAdapterSection userAdapter={adapter()} onRemoved={props.onClose} />}
            </Show>
            <div class={styles["actions"]}>
              <Show when={!known().fewStep} fallback={<p>{t.adapters.details.fewStep}</p>}>
                <button
                  class={controls["button"]}
                  type="button"
                  aria-pressed={pinned()}
                  onClick={() => studio.togglePin(known().id)}
                >
                  <PinIcon /> {pinned() ? t.adapters.details.unpin : t.adapters.details.pin}
                </button>
                <button
                  class={controls["button"]}
                  type="button"
                  aria-pressed={banned()}
                  onClick={() => studio.toggleBan(known().id)}
                >
                  <BanIcon /> {banned() ? t.adapters.details.unban : t.adapters.details.ban}
                </button>
              </Show>
            </div>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
