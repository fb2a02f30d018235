// Language models that choose adapters: what each needs, how large its download is, and which one is used.
import { createEffect, For, on, Show, type JSX } from "solid-js";
import { describeLanguageModelFit, type LanguageModelEntry } from "../../app/packs/language-models.ts";
import type { LanguageModelDownload } from "../../app/state/language-models.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { LicenseLink } from "../controls/LicenseLink.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { OwnServerRow } from "./OwnServer.tsx";
import { DownloadProgress } from "./DownloadProgress.tsx";
import styles from "./ModelsDialog.module.css";

export function LanguageModels(): JSX.Element {
  const { models, languageModels } = useStudio();
  createEffect(on(models.open, (open) => void (open && languageModels.refresh())));
  return (
    <section class={styles["disk"]} aria-label={t.models.language.title}>
      <h3>{t.models.language.title}</h3>
      <p class={styles["hint"]}>{t.models.language.hint}</p>
      <Show when={languageModels.error()}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <ul class={styles["rows"]} aria-label={t.models.language.title}>
        <For each={languageModels.list()?.filter(({ runsOn }) => runsOn !== "server")}>
          {(entry) => <Row entry={entry} />}
        </For>
        <OwnServerRow />
      </ul>
    </section>
  );
}

function Row(props: { readonly entry: LanguageModelEntry }): JSX.Element {
  const { languageModels } = useStudio();
  const entry = (): LanguageModelEntry => props.entry;
  const used = (): boolean => languageModels.usedId() === entry().id;
  const impossible = (): boolean => entry().fit.kind === "impossible";
  const download = (): LanguageModelDownload | null => {
    const current = languageModels.download();
    return current?.id === entry().id ? current : null;
  };
  const running = (): boolean => download()?.status === "running";
  const label = (): string =>
    entry().state === "ready"
      ? t.models.row.use
      : entry().state === "partial" || download()
        ? t.models.row.resume
        : t.models.language.download(entry().sizeBytes);
  return (
    <li class={styles["row"]} data-current={used()} aria-label={entry().title}>
      <div class={styles["about"]}>
        <h3>
          {entry().title}
          <Show when={entry().role}>
            {(role) => <span class={styles["badge"]}>{t.models.language.roles[role()]}</span>}
          </Show>
          <Show when={used()}>
            <span class={styles["badge"]}>{t.models.row.inUse}</span>
          </Show>
        </h3>
        <p>{t.models.offered(entry().summary ?? "")}</p>
        <p class={styles["facts"]}>
          <span>{t.models.row.size(entry().sizeBytes, false)}</span>
          <span>{entry().state === "ready" ? t.models.row.stored : t.models.row.absent}</span>
          <Show when={entry().license}>{(license) => <LicenseLink license={license()} />}</Show>
        </p>
        <p class={styles["fit"]} data-kind={entry().fit.kind}>
          {describeLanguageModelFit(entry().fit)}
        </p>
      </div>
      <div class={styles["doing"]}>
        <Show
          when={!used() || entry().state !== "ready"}
          fallback={
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              aria-label={t.models.language.stopUsingName(entry().title)}
              onClick={() => languageModels.stopUsing()}
            >
              {t.models.language.stopUsing}
            </button>
          }
        >
          <Show when={!running()}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              disabled={impossible()}
              aria-label={t.models.language.action(label(), entry().title)}
              onClick={() => void languageModels.use(entry())}
            >
              {impossible() ? t.models.row.impossible : label()}
            </button>
          </Show>
        </Show>
        <Show when={entry().state !== "absent" && !running()}>
          <ConfirmButton
            label={t.models.language.delete}
            name={t.models.language.deleteName(entry().title)}
            confirm={t.models.language.confirmDelete}
            keep={t.models.language.keep}
            onConfirm={() => languageModels.remove(entry())}
          />
        </Show>
      </div>
      <Show when={download()}>{(current) => <Progress download={current()} title={entry().title} />}</Show>
    </li>
  );
}

function Progress(props: { readonly download: LanguageModelDownload; readonly title: string }): JSX.Element {
  const { languageModels } = useStudio();
  return (
    <div class={styles["download"]}>
      <Show when={props.download.status === "running"}>
        <DownloadProgress
          title={props.title}
          progress={props.download.progress}
          transfer={props.download.transfer}
          onPause={() => languageModels.cancel()}
        />
      </Show>
      <Show when={props.download.status === "stopped"}>
        <p class={styles["hint"]}>{t.models.download.paused}</p>
      </Show>
      <Show when={props.download.error}>{(error) => <ErrorNote error={error()} compact />}</Show>
    </div>
  );
}
