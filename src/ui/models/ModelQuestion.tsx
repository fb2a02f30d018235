// The question before a download: how much, whether there is room, under which licence, with which VAE.
import { createSignal, For, Show, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import controls from "../controls/controls.module.css";
import { LicenseLink } from "../controls/LicenseLink.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";

export function ModelQuestion(props: { readonly entry: ModelEntry }): JSX.Element {
  const { models } = useStudio();
  const [vaeId, setVaeId] = createSignal<string | null>(null);
  const vae = () => props.entry.vaes.find(({ id }) => id === vaeId());
  const missingBytes = (): number =>
    Math.max(0, props.entry.sizeBytes - (props.entry.state === "absent" ? 0 : props.entry.storedBytes)) +
    (vae()?.sizeBytes ?? 0);
  const freeBytes = (): number | null => models.list()?.freeBytes ?? null;
  /** Title of another model that is on its way: one at a time. */
  const other = (): string | null => {
    const download = models.download();
    return download?.status === "running" && download.modelId !== props.entry.id ? download.title : null;
  };
  const tooLarge = (): boolean => freeBytes() !== null && missingBytes() > freeBytes()!;
  return (
    <div class={styles["body"]}>
      <p>{props.entry.summary}</p>
      <dl class={styles["terms"]}>
        <dt>Download</dt>
        <dd>
          {missingBytes() === 0
            ? "Nothing: all of it is here."
            : `${props.entry.sizeExact ? "" : "About "}${formatBytes(missingBytes())}, once. It goes on where it stopped if the connection breaks.`}
        </dd>
        <dt>Room</dt>
        <dd>
          {freeBytes() === null
            ? "The browser does not say how much it grants."
            : tooLarge()
              ? `Not enough: the browser grants ${formatBytes(freeBytes()!)} more. Free disk space, or delete models you no longer use.`
              : `The browser grants ${formatBytes(freeBytes()!)} more.`}
        </dd>
        <dt>Runs here</dt>
        <dd>{props.entry.fit.text}</dd>
        <dt>Adapters</dt>
        <dd>Chosen from those of the hub that fit it; each is downloaded when a picture first needs it.</dd>
        <Show when={props.entry.license}>
          {(license) => (
            <>
              <dt>Terms</dt>
              <dd>
                <LicenseLink license={license()} />. By downloading you accept it.
              </dd>
            </>
          )}
        </Show>
      </dl>
      <Show when={props.entry.vaes.length > 0}>
        <label class={controls["field"]}>
          <span class={controls["label"]}>VAE: turns the result into pixels</span>
          <select
            class={`${controls["input"]} ${controls["select"]}`}
            onChange={(event) => setVaeId(event.currentTarget.value || null)}
          >
            <option value="">Its own</option>
            <For each={props.entry.vaes}>
              {(choice) => (
                <option value={choice.id}>
                  {choice.title} (+ {formatBytes(choice.sizeBytes)}): smoother faces and fine detail
                </option>
              )}
            </For>
          </select>
        </label>
      </Show>
      <Show when={other()}>
        {(title) => (
          <p class={styles["hint"]} role="status">
            {title()} is being downloaded: wait for it, or stop it first.
          </p>
        )}
      </Show>
      <div class={styles["actions"]}>
        <button
          class={`${controls["button"]} ${controls["primary"]}`}
          type="button"
          disabled={tooLarge() || other() !== null}
          onClick={() => void models.confirm(props.entry, vaeId())}
        >
          {missingBytes() === 0 ? "Use it" : `Download ${formatBytes(missingBytes())}`}
        </button>
        <button
          class={`${controls["button"]} ${controls["quiet"]}`}
          type="button"
          onClick={() => models.ask(null)}
        >
          Not now
        </button>
      </div>
    </div>
  );
}
