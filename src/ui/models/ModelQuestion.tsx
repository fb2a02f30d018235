// Asks before a download: size, disk space, licence and VAE.
import { createSignal, For, Show, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import controls from "../controls/controls.module.css";
import { LicenseLink } from "../controls/LicenseLink.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { describeFit, summaryOf } from "./describe-model.ts";
import { t } from "../../texts/texts.ts";

export function ModelQuestion(props: { readonly entry: ModelEntry }): JSX.Element {
  const { models } = useStudio();
  const [vaeId, setVaeId] = createSignal<string | null>(null);
  const vae = () => props.entry.vaes.find(({ id }) => id === vaeId());
  const missingBytes = (): number =>
    Math.max(0, props.entry.sizeBytes - (props.entry.state === "absent" ? 0 : props.entry.storedBytes)) +
    (vae()?.sizeBytes ?? 0);
  const freeBytes = (): number | null => models.list()?.freeBytes ?? null;
  /** Title of another model that is downloading: one at a time. */
  const other = (): string | null => {
    const download = models.download();
    return download?.status === "running" && download.modelId !== props.entry.id ? download.title : null;
  };
  const tooLarge = (): boolean => freeBytes() !== null && missingBytes() > freeBytes()!;
  return (
    <div class={styles["body"]}>
      <p>{summaryOf(props.entry)}</p>
      <dl class={styles["terms"]}>
        <dt>{t.models.question.download}</dt>
        <dd>
          {missingBytes() === 0
            ? t.models.question.nothing
            : t.models.question.size(missingBytes(), props.entry.sizeExact)}
        </dd>
        <dt>{t.models.question.space}</dt>
        <dd>
          {freeBytes() === null
            ? t.models.question.unknownSpace
            : tooLarge()
              ? t.models.question.noSpace(freeBytes()!)
              : t.models.question.enoughSpace(freeBytes()!)}
        </dd>
        <dt>{t.models.question.runsHere}</dt>
        <dd>{describeFit(props.entry.fit)}</dd>
        <dt>{t.models.question.adapters}</dt>
        <dd>{t.models.question.adaptersText}</dd>
        <Show when={props.entry.license}>
          {(license) => (
            <>
              <dt>{t.models.question.license}</dt>
              <dd>
                <LicenseLink license={license()} />. {t.models.question.licenseText}
              </dd>
            </>
          )}
        </Show>
      </dl>
      <Show when={props.entry.vaes.length > 0}>
        <label class={controls["field"]}>
          <span class={controls["label"]}>{t.models.question.vae}</span>
          <select
            class={`${controls["input"]} ${controls["select"]}`}
            onChange={(event) => setVaeId(event.currentTarget.value || null)}
          >
            <option value="">{t.models.question.builtInVae}</option>
            <For each={props.entry.vaes}>
              {(choice) => (
                <option value={choice.id}>
                  {t.models.question.otherVae(choice.title, choice.sizeBytes)}
                </option>
              )}
            </For>
          </select>
        </label>
      </Show>
      <Show when={other()}>
        {(title) => (
          <p class={styles["hint"]} role="status">
            {t.models.question.busy(title())}
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
          {missingBytes() === 0 ? t.models.question.use : t.models.question.confirm(missingBytes())}
        </button>
        <button
          class={`${controls["button"]} ${controls["quiet"]}`}
          type="button"
          onClick={() => models.ask(null)}
        >
          {t.models.question.cancel}
        </button>
      </div>
    </div>
  );
}
