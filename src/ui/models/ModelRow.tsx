// One model in the list: what it is, what it needs, what of it is here, and the one thing to do next.
import { createSignal, Match, Show, Switch, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import { explain } from "../../app/state/runs.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import type { PlainError } from "../../shared/errors.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { LicenseLink } from "../controls/LicenseLink.tsx";
import { ModelDownload } from "./ModelDownload.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";

export function ModelRow(props: { readonly entry: ModelEntry }): JSX.Element {
  const { models, packStatus } = useStudio();
  const entry = (): ModelEntry => props.entry;
  const inUse = (): boolean => models.currentId() === entry().id && packStatus() !== "failed";
  const download = () => (models.download()?.modelId === entry().id ? models.download() : null);
  const running = (): boolean => download()?.status === "running";
  const size = (): string => {
    const { sizeBytes, sizeExact, storedBytes, state } = entry();
    const about = sizeExact ? "" : "about ";
    const all = `${about}${formatBytes(sizeBytes)}`;
    return state === "partial" ? `${formatBytes(Math.min(storedBytes, sizeBytes))} of ${all} is here` : all;
  };
  const place = (): string => {
    switch (entry().state) {
      case "lost":
        return "Chosen on an earlier visit; this browser does not remember files";
      case "needs-permission":
        return "On your disk; the browser asks you before reading it again";
      case "ready":
        return entry().origin === "disk" ? "On your disk, not copied" : "In this browser";
      case "partial":
        return "";
      default:
        return "Not here yet";
    }
  };
  const impossible = (): boolean => entry().fit.kind === "impossible";
  /** Why it could not be removed from the list. */
  const [error, setError] = createSignal<PlainError | null>(null);
  async function remove(): Promise<void> {
    setError(null);
    await models.forgetOwn(entry()).catch((reason: unknown) => setError(explain(reason)));
    focusWhatIsLeft();
  }

  return (
    <li class={styles["row"]} data-current={inUse()} aria-label={entry().title}>
      <div class={styles["about"]}>
        <h3>
          {entry().title}
          <Show when={inUse()}>
            <span class={styles["badge"]}>In use</span>
          </Show>
        </h3>
        <p>{entry().summary}</p>
        <p class={styles["facts"]}>
          <span>
            {entry().width} × {entry().width} pixels
          </span>
          <span>{size()}</span>
          <Show when={place()}>{(text) => <span>{text()}</span>}</Show>
          <Show when={entry().license}>{(license) => <LicenseLink license={license()} />}</Show>
        </p>
        <p class={styles["fit"]} data-kind={entry().fit.kind}>
          {entry().fit.text}
        </p>
        <Show when={entry().own}>
          {(own) => (
            <label class={styles["check"]}>
              <input
                type="checkbox"
                checked={own().vPrediction}
                disabled={own().facts.predictionType === "v_prediction"} // the file itself says so
                onChange={(event) => void models.setVPrediction(entry().id, event.currentTarget.checked)}
              />
              It was trained to predict v (its page says “v-prediction”)
            </label>
          )}
        </Show>
      </div>
      <div class={styles["doing"]}>
        <Switch>
          <Match when={running() || (download() && entry().state !== "ready")}>{null}</Match>
          <Match when={impossible()}>
            <button class={`${controls["button"]} ${controls["small"]}`} type="button" disabled>
              Cannot run here
            </button>
            <Show when={entry().state === "absent" || entry().state === "partial"}>
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                aria-label={`Download ${entry().title} anyway`}
                title="For when WebGPU is switched on later in this browser"
                onClick={() => models.ask(entry())}
              >
                Download anyway…
              </button>
            </Show>
          </Match>
          <Match when={entry().state === "needs-permission"}>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["primary"]}`}
              type="button"
              onClick={() => void models.allow(entry().id)}
            >
              Allow access
            </button>
          </Match>
          <Match when={entry().state === "lost"}>{null}</Match>
          <Match when={entry().state !== "ready"}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              aria-label={`Download ${entry().title}`}
              onClick={() => void models.choose(entry())}
            >
              {entry().state === "partial" ? "Go on…" : "Download…"}
            </button>
          </Match>
          <Match when={!inUse()}>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["primary"]}`}
              type="button"
              aria-label={`Use ${entry().title}`}
              onClick={() => void models.choose(entry())}
            >
              Use
            </button>
          </Match>
        </Switch>
        <Show when={entry().state === "ready" && entry().vaes.length > 0 && !running() && !impossible()}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
            type="button"
            aria-label={`VAE of ${entry().title}`}
            onClick={() => models.ask(entry())}
          >
            VAE…
          </button>
        </Show>
        <Show when={entry().origin === "disk"}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
            type="button"
            aria-label={`Remove ${entry().title} from the list`}
            disabled={inUse()}
            title={inUse() ? "Use another model first" : "The file stays where it is"}
            onClick={() => void remove()}
          >
            Remove
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
