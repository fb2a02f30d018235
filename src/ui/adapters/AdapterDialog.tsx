// Details of one adapter: samples, the refined description beside the author's notes, licence, tags, file.
import { createMemo, For, Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import { effectKind } from "../../retrieval/effect.ts";
import { formatLoraTag } from "../../stylus/lora-tags.ts";
import { AdapterActions } from "./AdapterActions.tsx";
import styles from "./AdapterDialog.module.css";
import { AdapterTags } from "./AdapterTags.tsx";
import { Dialog } from "../controls/Dialog.tsx";
import { StoredFile } from "./StoredFile.tsx";
import { TriggerSets } from "./TriggerSets.tsx";
import { UserAdapterSection } from "./UserAdapterSection.tsx";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const promptTag = ({ id, refined: { weight } }: AdapterCard): string =>
  formatLoraTag({ id, unetStrength: weight, textStrength: weight });

export function AdapterDialog(props: {
  /** As the library has it. */
  readonly id: string | null;
  readonly onClose: () => void;
}): JSX.Element {
  const { library } = useStudio();
  const adapter = createMemo(() => (props.id === null ? undefined : library.adapter(props.id)));
  return (
    <Dialog
      open={adapter() !== undefined}
      title={adapter()?.card.title ?? ""}
      onClose={() => props.onClose()}
    >
      <Show when={adapter()}>
        {(known) => (
          <div class={styles["body"]}>
            <Samples adapter={known()} />
            <Descriptions adapter={known()} />
            <Facts adapter={known()} />
            <AdapterTags adapter={known()} />
            <UserAdapter adapter={known()} onRemoved={props.onClose} />
            <AdapterActions adapter={known()} />
          </div>
        )}
      </Show>
    </Dialog>
  );
}

function Samples(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const card = (): AdapterCard => props.adapter.card;
  return (
    <>
      <Show when={props.adapter.own?.preview}>
        <div class={`${styles["sample"]} ${styles["preview"]}`}>
          <SampleImage card={card()} alt={t.adapters.details.previewAlt} />
        </div>
      </Show>
      <Show when={card().samples.length > 0}>
        <ul class={styles["samples"]}>
          <For each={card().samples}>
            {(sample, index) => (
              <li>
                <div class={styles["sample"]}>
                  <SampleImage
                    card={card()}
                    index={index()}
                    alt={t.adapters.details.sampleAlt(sample.prompt)}
                  />
                </div>
                <p dir="auto">{sample.prompt}</p>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </>
  );
}

function Descriptions(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const { pack } = useStudio();
  const card = (): AdapterCard => props.adapter.card;
  const isOwn = (): boolean => props.adapter.own !== null;
  const source = (): string => {
    if (isOwn()) return t.adapters.details.byYou;
    return pack()?.remote.has(card().id) ? t.adapters.details.byList : t.adapters.details.bySamples;
  };
  return (
    <div class={styles["columns"]} data-single={isOwn()}>
      <section>
        <h3>{t.adapters.details.description}</h3>
        <p dir="auto">{card().refined.description || t.adapters.details.noDescription}</p>
        <p class={styles["source"]}>
          {t.adapters.details.facts(t.names.categories[card().refined.category], card().refined.weight)}{" "}
          {source()}
        </p>
        <Show when={isOwn() && card().author !== ""}>
          <p class={styles["source"]}>{t.adapters.details.credit(card().author)}</p>
        </Show>
      </section>
      <Show when={!isOwn()}>
        <section>
          <h3>{t.adapters.details.author}</h3>
          <p class={styles["author"]} dir="auto">
            {card().description.trim() || t.adapters.details.noAuthorText}
          </p>
          <p class={styles["source"]}>{t.adapters.details.credit(card().author)}</p>
        </section>
      </Show>
    </div>
  );
}

function Facts(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const card = (): AdapterCard => props.adapter.card;
  return (
    <dl class={styles["facts"]}>
      <Show when={card().effect}>
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
      <dd>
        <For each={card().tags} fallback={t.adapters.details.none}>
          {(tag, index) => (
            <>
              {index() > 0 ? ", " : ""}
              <bdi>{tag}</bdi>
            </>
          )}
        </For>
      </dd>
      <dt>{t.adapters.details.triggerWords}</dt>
      <dd>
        <Show when={card().triggerWords.length > 0} fallback={t.adapters.details.none}>
          <TriggerSets card={card()} />
        </Show>
      </dd>
      <dt>{t.adapters.details.tag}</dt>
      <dd>
        <code>{promptTag(card())}</code>
      </dd>
      <dt>{t.adapters.details.licence}</dt>
      <dd>
        {card().license || t.adapters.details.noLicence}
        <span class={styles["verdict"]}>{t.adapters.licence[props.adapter.commercial]}</span>
      </dd>
      <dt>{t.adapters.details.use}</dt>
      <dd>{t.adapters.library.uses(props.adapter.uses)}</dd>
      <dt>{t.adapters.details.file}</dt>
      <dd>
        <StoredFile adapter={props.adapter} />
      </dd>
    </dl>
  );
}

function UserAdapter(props: {
  readonly adapter: LibraryAdapter;
  readonly onRemoved: () => void;
}): JSX.Element {
  return (
    <Show when={props.adapter.own}>
      {(own) => (
        <>
          <Show when={props.adapter.isOther}>
            <p>{t.adapters.library.otherModelsHint}</p>
          </Show>
          <UserAdapterSection userAdapter={own()} onRemoved={props.onRemoved} />
        </>
      )}
    </Show>
  );
}
