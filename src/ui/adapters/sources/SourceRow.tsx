// One adapter as its site lists it: what it is, whether it fits, and what became of its download.
import { createMemo, Match, onCleanup, Show, Switch, type JSX } from "solid-js";
import type { BaseFit } from "../../../app/adapters/sources/base-fit.ts";
import type { Listing } from "../../../app/adapters/sources/listing.ts";
import type { SourceItem } from "../../../app/state/intake/source-item.ts";
import { triggerSetsOf } from "../../../retrieval/card.ts";
import { t } from "../../../texts/texts.ts";
import { useAdapterDialog } from "../adapter-dialog-context.ts";
import { ErrorNote } from "../../controls/ErrorNote.tsx";
import { CheckIcon, WarningIcon } from "../../controls/icons.tsx";
import controls from "../../controls/controls.module.css";
import { useStudio } from "../../studio-context.ts";
import styles from "./Sources.module.css";

export function SourceRow(props: { readonly item: SourceItem }): JSX.Element {
  const { sources } = useStudio().intake;
  const listing = (): Listing => props.item.listing!;
  const title = (): string => listing().card.title;
  const canWant = (): boolean => ["found", "failed"].includes(props.item.status);
  const preview = createMemo(() => {
    if (!props.item.preview) return null;
    const url = URL.createObjectURL(props.item.preview);
    onCleanup(() => URL.revokeObjectURL(url));
    return url;
  });
  return (
    <li class={styles["row"]} aria-label={title()}>
      <input
        type="checkbox"
        aria-label={t.sources.want(title())}
        checked={props.item.wanted}
        disabled={!canWant() || sources.work() !== null}
        onChange={(event) => sources.want(props.item.key, event.currentTarget.checked)}
      />
      <span class={styles["preview"]}>
        <Show when={preview()}>{(url) => <img src={url()} alt={t.sources.previewAlt(title())} />}</Show>
      </span>
      <div class={styles["about"]}>
        <h3>{title()}</h3>
        <Facts listing={listing()} />
        <Fit fit={props.item.fit} />
        <Show when={props.item.newerThan}>{(older) => <p>{t.sources.newerThan(older())}</p>}</Show>
        <Show when={listing().sha256 === null}>
          <p>{t.sources.noHash}</p>
        </Show>
        <Status item={props.item} />
      </div>
    </li>
  );
}

function Facts(props: { readonly listing: Listing }): JSX.Element {
  const card = () => props.listing.card;
  return (
    <>
      <p class={styles["facts"]}>
        <Show when={props.listing.version}>{(version) => <span>{version()}</span>}</Show>
        <Show when={props.listing.baseModel}>{(base) => <span>{t.sources.base(base())}</span>}</Show>
        <Show when={props.listing.sizeBytes}>{(bytes) => <span>{t.format.bytes(bytes())}</span>}</Show>
        <Show when={card().author}>{(author) => <span>{t.sources.author(author())}</span>}</Show>
        <a href={props.listing.pageUrl} target="_blank" rel="noreferrer">
          {t.sources.page}
        </a>
      </p>
      <Show when={card().triggerWords.length > 0}>
        <p class={styles["facts"]}>
          <span>
            {t.sources.triggers}:{" "}
            {triggerSetsOf(card())
              .map((words) => words.join(", "))
              .join(" · ")}
          </span>
        </p>
      </Show>
      <Show when={props.listing.permissions ?? card().license}>
        <p class={styles["facts"]}>
          <span>
            {t.sources.licence(
              props.listing.permissions ? t.sources.permissions(props.listing.permissions) : card().license,
            )}
          </span>
        </p>
      </Show>
    </>
  );
}

function Fit(props: { readonly fit: BaseFit }): JSX.Element {
  const words = (): string | null => {
    const { fit } = props;
    switch (fit.kind) {
      case "fits":
        return null;
      case "kept":
        return t.sources.keptFor(fit.model);
      case "other":
        return t.sources.otherBase(fit.base);
      case "unknown":
        return t.sources.unknownBase;
    }
  };
  return (
    <Show when={words()}>
      {(text) => (
        <p class={styles["fit"]} data-kind={props.fit.kind}>
          <WarningIcon /> {text()}
        </p>
      )}
    </Show>
  );
}

function Status(props: { readonly item: SourceItem }): JSX.Element {
  const openAdapter = useAdapterDialog();
  const texts = (): typeof t.sources.status => t.sources.status;
  const size = (): number | null => props.item.listing!.sizeBytes;
  return (
    <Switch>
      <Match when={props.item.status === "waiting"}>
        <p class={styles["facts"]}>{texts().waiting}</p>
      </Match>
      <Match when={props.item.status === "downloading"}>
        <progress
          class={styles["bar"]}
          {...(size() === null ? {} : { max: size()!, value: props.item.receivedBytes })}
          aria-label={t.sources.downloading(props.item.listing!.card.title)}
        />
        <p class={styles["facts"]}>{t.sources.received(props.item.receivedBytes, size())}</p>
      </Match>
      <Match when={props.item.status === "adding"}>
        <p class={styles["facts"]}>{texts().adding}</p>
      </Match>
      <Match when={props.item.status === "added"}>
        <p class={styles["done"]}>
          <span>
            <CheckIcon />
            {props.item.keptFor === null
              ? texts().added(props.item.title)
              : texts().kept(props.item.title, props.item.keptFor)}
          </span>
          <Show when={props.item.id}>
            {(id) => (
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => openAdapter(id())}
              >
                {t.sources.open}
              </button>
            )}
          </Show>
        </p>
      </Match>
      <Match when={props.item.status === "known"}>
        <p class={styles["done"]}>
          <span>
            <CheckIcon /> {texts().known(props.item.title)}
          </span>
        </p>
      </Match>
      <Match when={props.item.status === "refused" && props.item.refusal}>
        {(refusal) => (
          <div class={styles["refusal"]}>
            <p>
              <WarningIcon /> {texts().refused(refusal().title)}
            </p>
            <p>{refusal().text}</p>
            <p>{refusal().remedy}</p>
          </div>
        )}
      </Match>
      <Match when={props.item.error}>{(error) => <ErrorNote error={error()} compact />}</Match>
    </Switch>
  );
}
