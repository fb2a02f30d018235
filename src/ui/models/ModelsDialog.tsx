// The models: Pocket, checkpoints from the hub and the user's own; and the question before a download.
import { For, Show, type JSX } from "solid-js";
import { pickFromDisk, pickOfInput } from "../../app/packs/disk-files.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { PlusIcon } from "../controls/icons.tsx";
import { LanguageModels } from "./LanguageModels.tsx";
import { ModelQuestion } from "./ModelQuestion.tsx";
import { ModelRow } from "./ModelRow.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

export function ModelsDialog(props: { readonly onStorage: () => void }): JSX.Element {
  const studio = useStudio();
  const { models } = studio;
  const graphics = (): string => {
    const report = models.list()?.graphics;
    if (!report) return "";
    return report.kind === "none"
      ? t.models.list.noGraphics(spoken(report.reason))
      : t.models.list.graphics(report.name);
  };
  const questionTitle = (): string | null => {
    const entry = models.asking();
    if (!entry) return null;
    return entry.state === "ready" ? t.models.vaeTitle(entry.title) : t.models.downloadTitle(entry.title);
  };
  return (
    <Dialog
      open={models.open()}
      title={questionTitle() ?? t.models.title}
      wide
      onClose={() => models.close()}
    >
      <Show when={models.asking()} fallback={<List />}>
        {(entry) => <ModelQuestion entry={entry()} />}
      </Show>
    </Dialog>
  );

  function List(): JSX.Element {
    return (
      <div class={styles["body"]}>
        <Show when={models.listError()}>{(error) => <ErrorNote error={error()} compact />}</Show>
        <Show when={models.list()} fallback={<p class={styles["hint"]}>{t.models.list.loading}</p>}>
          {(list) => (
            <>
              <p class={styles["hint"]}>{graphics()}</p>
              <ul class={styles["rows"]} aria-label={t.models.list.label}>
                <For each={list().models}>{(entry) => <ModelRow entry={entry} />}</For>
              </ul>
            </>
          )}
        </Show>
        <FromDisk />
        <LanguageModels />
        <p class={styles["hint"]}>
          {t.models.list.kept}{" "}
          <button
            class={styles["link"]}
            type="button"
            onClick={() => {
              models.close();
              props.onStorage();
            }}
          >
            {t.models.list.storage}
          </button>
        </p>
      </div>
    );
  }
}

/** A checkpoint from disk: by file handle where the browser supports them, else as files. */
function FromDisk(): JSX.Element {
  const { models } = useStudio();
  let filesInput!: HTMLInputElement;
  let folderInput!: HTMLInputElement;
  const pick = async (what: "files" | "folder", input: HTMLInputElement): Promise<void> => {
    const picked = pickFromDisk(what);
    if (picked) await models.takeFromDisk(picked);
    else input.click();
  };
  const onChange = (input: HTMLInputElement): void => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    void models.takeFromDisk(pickOfInput(files));
  };
  return (
    <section class={styles["disk"]} aria-label={t.models.disk.section}>
      <h3>{t.models.disk.title}</h3>
      <p class={styles["hint"]}>{t.models.disk.hint}</p>
      <Show when={models.refusal()}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <div class={styles["actions"]}>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => void pick("files", filesInput)}
        >
          <PlusIcon /> {t.models.disk.file}
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => void pick("folder", folderInput)}
        >
          <PlusIcon /> {t.models.disk.folder}
        </button>
      </div>
      <input
        ref={(element) => (filesInput = element)}
        type="file"
        accept=".safetensors,.sft,.ckpt"
        multiple
        hidden
        aria-label={t.models.disk.filesInput}
        onChange={() => onChange(filesInput)}
      />
      <input
        ref={(element) => {
          folderInput = element;
          element.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label={t.models.disk.folderInput}
        onChange={() => onChange(folderInput)}
      />
    </section>
  );
}
