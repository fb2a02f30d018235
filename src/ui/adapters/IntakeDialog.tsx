// Dropped or picked adapter files: what each is, whether it fits, and the card to add it with.
import { createEffect, createSignal, For, Match, on, Show, Switch, type JSX } from "solid-js";
import { adapterExtensions } from "../../app/adapters/dropped-files.ts";
import { usedTensors, type IntakeItem } from "../../app/state/intake/intake.ts";
import type { PlainError } from "../../shared/errors.ts";
import { useAdapterDialog } from "./adapter-dialog-context.ts";
import { CardForm } from "./CardForm.tsx";
import controls from "../controls/controls.module.css";
import { Diagnosis } from "./Diagnosis.tsx";
import { Dialog } from "../controls/Dialog.tsx";
import { ManyFiles } from "./ManyFiles.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { CheckIcon, WarningIcon } from "../controls/icons.tsx";
import styles from "./IntakeDialog.module.css";
import { PickFiles } from "../controls/PickFiles.tsx";
import { Sources } from "./sources/Sources.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const othersError = (names: readonly string[]): PlainError => ({
  code: "unsupported",
  message: t.adapters.intake.unknownFile(names),
  remedy: t.adapters.intake.unknownRemedy,
});

export function IntakeDialog(): JSX.Element {
  const studio = useStudio();
  /** How often cards were wanted for all files. */
  const [pressed, setPressed] = createSignal(0);
  const writer = () => studio.languageModels.writer();
  const ready = (): number => studio.intake.items.filter(({ status }) => status === "ready").length;
  return (
    <Dialog
      open={studio.intake.open()}
      title={t.adapters.intake.title}
      wide
      onClose={() => studio.intake.close()}
    >
      <ManyFiles />
      <Others />
      <Show when={ready() > 1 && writer()}>
        {(model) => (
          <button
            class={`${controls["button"]} ${controls["small"]} ${styles["all"]}`}
            type="button"
            onClick={() => setPressed((count) => count + 1)}
          >
            {t.adapters.write.all(ready(), model().title)}
          </button>
        )}
      </Show>
      <ul class={styles["items"]}>
        <For each={studio.intake.items}>{(item) => <Item item={item} pressed={pressed()} />}</For>
      </ul>
      <Sources open={studio.intake.items.length === 0 && studio.intake.many.progress() === null} />
      <div class={styles["more"]}>
        <PickFiles label={t.adapters.intake.more} accept={adapterExtensions} multiple />
        <p>{t.adapters.intake.privacy}</p>
      </div>
    </Dialog>
  );
}

function Others(): JSX.Element {
  const studio = useStudio();
  let note: HTMLDivElement | undefined;
  createEffect(
    // The user may be further down in the list.
    on(studio.intake.others, () => queueMicrotask(() => note?.scrollIntoView({ block: "nearest" }))),
  );
  return (
    <Show when={studio.intake.others().length > 0}>
      <div class={styles["others"]} ref={(element) => (note = element)}>
        <ErrorNote error={othersError(studio.intake.others())} compact />
      </div>
    </Show>
  );
}

function Verdict(props: { readonly item: IntakeItem }): JSX.Element {
  const studio = useStudio();
  const model = (): string => studio.pack()?.title ?? t.adapters.intake.theModel;
  const inPart = () => {
    const part = props.item.report && usedTensors(props.item.report);
    return part && part.used < part.of ? part : null;
  };
  const title = (): string => (props.item.id ? (studio.card(props.item.id)?.title ?? props.item.id) : "");
  return (
    <Switch>
      <Match when={props.item.status === "waiting"}>
        <p class={styles["verdict"]}>{t.adapters.intake.waiting}</p>
      </Match>
      <Match when={props.item.status === "reading"}>
        <p class={styles["verdict"]}>
          {studio.busy() ? t.adapters.intake.afterRun : t.adapters.intake.checking}
        </p>
      </Match>
      <Match when={props.item.status === "refused"}>
        <p class={styles["verdict"]} data-verdict="refused">
          <WarningIcon /> {props.item.refusal?.title}
        </p>
      </Match>
      <Match when={props.item.status === "added" && props.item.keptFor}>
        {(keptFor) => (
          <p class={styles["verdict"]} data-verdict="fits">
            <CheckIcon /> {t.adapters.intake.kept(props.item.draft?.title ?? title(), keptFor())}
          </p>
        )}
      </Match>
      <Match when={props.item.keptFor !== null}>
        <p class={styles["verdict"]} data-verdict="part">
          <WarningIcon /> {props.item.refusal?.title}
        </p>
      </Match>
      <Match when={props.item.status === "added"}>
        <p class={styles["verdict"]} data-verdict="fits">
          <CheckIcon />{" "}
          {props.item.known ? t.adapters.intake.known(title()) : t.adapters.intake.added(title())}
        </p>
      </Match>
      <Match when={inPart()}>
        {(part) => (
          <p class={styles["verdict"]} data-verdict="part">
            <WarningIcon /> {t.adapters.intake.fitsInPart(model(), part().used, part().of)}
          </p>
        )}
      </Match>
      <Match when={true}>
        <p class={styles["verdict"]} data-verdict="fits">
          <CheckIcon /> {t.adapters.intake.fits(model())}
        </p>
      </Match>
    </Switch>
  );
}

function Item(props: { readonly item: IntakeItem; readonly pressed: number }): JSX.Element {
  const studio = useStudio();
  const openAdapter = useAdapterDialog();
  const item = (): IntakeItem => props.item;
  return (
    <li class={styles["item"]} aria-label={item().fileName}>
      <header>
        <div>
          <h3>{item().fileName}</h3>
          <Verdict item={item()} />
        </div>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          aria-label={t.adapters.intake.dismissFile(item().fileName)}
          onClick={() => studio.intake.dismiss(item().key)}
        >
          {t.adapters.intake.dismiss}
        </button>
      </header>
      <Show when={item().status === "waiting" || item().status === "reading"}>
        <progress class={styles["bar"]} aria-label={t.adapters.intake.checkingFile(item().fileName)} />
        <p class={styles["size"]}>{t.format.bytes(item().sizeBytes)}</p>
      </Show>
      <Show when={item().status !== "added" && item().refusal}>
        {(refusal) => (
          <div class={styles["refusal"]}>
            <p>{refusal().text}</p>
            <p>{refusal().remedy}</p>
            <Show when={item().keptFor}>{(keptFor) => <p>{t.adapters.intake.keepHint(keptFor())}</p>}</Show>
            <Show when={refusal().detail}>
              <details>
                <summary>{t.adapters.intake.details}</summary>
                <code>{refusal().detail}</code>
              </details>
            </Show>
          </div>
        )}
      </Show>
      <Show when={item().status !== "added" && item().draft}>
        {(draft) => (
          <CardForm
            draft={draft()}
            report={item().report!}
            words={studio.intake.words(item().key)}
            pressed={props.pressed}
            onChange={(change) => studio.intake.edit(item().key, change)}
          />
        )}
      </Show>
      <Show when={item().error}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show
        when={(item().draft && item().status !== "added") || (item().status === "added" && !item().keptFor)}
      >
        <div class={styles["actions"]}>
          <Show
            when={item().status !== "added"}
            fallback={
              <button
                class={controls["button"]}
                type="button"
                onClick={() => {
                  const id = item().id!;
                  studio.intake.dismiss(item().key);
                  openAdapter(id);
                }}
              >
                {t.adapters.intake.open}
              </button>
            }
          >
            <button
              class={`${controls["button"]} ${controls["primary"]}`}
              type="button"
              disabled={item().status === "adding"}
              onClick={() => void studio.intake.accept(item().key)}
            >
              {item().status === "adding"
                ? t.adapters.intake.adding
                : item().keptFor
                  ? t.adapters.intake.keep(item().keptFor!)
                  : t.adapters.intake.add}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={item().report}>
        {(report) => (
          <details class={styles["report"]} open={item().status !== "added" && item().refusal === null}>
            <summary>{t.adapters.intake.report}</summary>
            <Diagnosis report={report()} />
          </details>
        )}
      </Show>
    </li>
  );
}
