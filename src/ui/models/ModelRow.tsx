// One model in the list: what it is, what it needs, how much is stored, and what to do next.
import { createSignal, Match, Show, Switch, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { LicenseLink } from "../controls/LicenseLink.tsx";
import { ModelDownload } from "./ModelDownload.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { describeFit, summaryOf } from "./describe-model.ts";
import { t } from "../../texts/texts.ts";

export function ModelRow(props: { readonly entry: ModelEntry }): JSX.Element {
  const { models, packStatus } = useStudio();
  const entry = (): ModelEntry => props.entry;
  const inUse = (): boolean => models.currentId() === entry().id && packStatus() !== "failed";
  const download = () => (models.download()?.modelId === entry().id ? models.download() : null);
  const running = (): boolean => download()?.status === "running";
  const size = (): string => {
    const { sizeBytes, sizeExact, storedBytes, state } = entry();
    const all = t.models.row.size(sizeBytes, sizeExact);
    return state === "partial" ? t.models.row.partly(Math.min(storedBytes, sizeBytes), all) : all;
  };
  const place = (): string => {
    switch (entry().state) {
      case "lost":
        return t.models.row.lost;
      case "needs-permission":
        return t.models.row.needsPermission;
      case "ready":
        return entry().origin === "disk" ? t.models.row.onDisk : t.models.row.stored;
      case "partial":
        return "";
      default:
        return t.models.row.absent;
    }
  };
  const impossible = (): boolean => entry().fit.kind === "impossible";
  /** Why removing it from the list failed. */
  const [error, setError] = createSignal<PlainError | null>(null);
  async function remove(): Promise<void> {
    setError(null);
    await models.forgetUserModel(entry()).catch((reason: unknown) => setError(explain(reason)));
    focusWhatIsLeft();
  }

  return (
    <li class={styles["row"]} data-current={inUse()} aria-label={entry().title}>
      <div class={styles["about"]}>
        <h3>
          {entry().title}
          <Show when={inUse()}>
            <span class={styles["badge"]}>{t.models.row.inUse}</span>
          </Show>
        </h3>
        <p>{summaryOf(entry())}</p>
        <p class={styles["facts"]}>
          <span>{t.models.row.resolution(entry().width)}</span>
          <span>{size()}</span>
          <Show when={place()}>{(text) => <span>{text()}</span>}</Show>
          <Show when={entry().license}>{(license) => <LicenseLink license={license()} />}</Show>
        </p>
        <p class={styles["fit"]} data-kind={entry().fit.kind}>
          {describeFit(entry().fit)}
        </p>
        <Show when={entry().userModel}>
          {(userModel) => (
            <label class={styles["check"]}>
              <input
                type="checkbox"
                checked={userModel().vPrediction}
                disabled={userModel().facts.predictionType === "v_prediction"} // the file itself says so
                onChange={(event) => void models.setVPrediction(entry().id, event.currentTarget.checked)}
              />
              {t.models.row.vPrediction}
            </label>
          )}
        </Show>
      </div>
      <div class={styles["doing"]}>
        <Switch>
          <Match when={running() || (download() && entry().state !== "ready")}>{null}</Match>
          <Match when={impossible()}>
            <button class={`${controls["button"]} ${controls["small"]}`} type="button" disabled>
              {t.models.row.impossible}
            </button>
            <Show when={entry().state === "absent" || entry().state === "partial"}>
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                aria-label={t.models.row.downloadAnywayName(entry().title)}
                title={t.models.row.downloadAnywayTitle}
                onClick={() => models.ask(entry())}
              >
                {t.models.row.downloadAnyway}
              </button>
            </Show>
          </Match>
          <Match when={entry().state === "needs-permission"}>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["primary"]}`}
              type="button"
              onClick={() => void models.allow(entry().id)}
            >
              {t.models.row.allow}
            </button>
          </Match>
          <Match when={entry().state === "lost"}>{null}</Match>
          <Match when={entry().state !== "ready"}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              aria-label={t.models.row.downloadName(entry().title)}
              onClick={() => void models.choose(entry())}
            >
              {entry().state === "partial" ? t.models.row.resume : t.models.row.download}
            </button>
          </Match>
          <Match when={!inUse()}>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["primary"]}`}
              type="button"
              aria-label={t.models.row.useName(entry().title)}
              onClick={() => void models.choose(entry())}
            >
              {t.models.row.use}
            </button>
          </Match>
        </Switch>
        <Show when={entry().state === "ready" && entry().vaes.length > 0 && !running() && !impossible()}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
            type="button"
            aria-label={t.models.row.vaeName(entry().title)}
            onClick={() => models.ask(entry())}
          >
            {t.models.row.vae}
          </button>
        </Show>
        <Show when={entry().origin === "disk"}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
            type="button"
            aria-label={t.models.row.removeName(entry().title)}
            disabled={inUse()}
            title={inUse() ? t.models.row.removeInUse : t.models.row.removeTitle}
            onClick={() => void remove()}
          >
            {t.models.row.remove}
          </button>
        </Show>
      </div>
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      <Show when={download()}>
        {(current) => <ModelDownload download={current()} isPinned={entry().isPinned} />}
      </Show>
    </li>
  );
}
