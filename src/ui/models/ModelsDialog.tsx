// The choice of models: Pocket, checkpoints of the hub, the user's own; and the question before a download.
import { For, Show, type JSX } from "solid-js";
import { pickFromDisk, pickOfInput } from "../../app/packs/disk-files.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { PlusIcon } from "../controls/icons.tsx";
import { ModelQuestion } from "./ModelQuestion.tsx";
import { ModelRow } from "./ModelRow.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";

export function ModelsDialog(props: { readonly onStorage: () => void }): JSX.Element {
  const studio = useStudio();
  const { models } = studio;
  const graphics = (): string => {
    const report = models.list()?.graphics;
    if (!report) return "";
    return report.name === null
      ? `This computer has no graphics device for painting: ${report.reason}. Full-size models need one; Pocket does not.`
      : `Full-size models run here on ${report.name}, over WebGPU. Browsers do not tell how much memory it has.`;
  };
  const questionTitle = (): string | null => {
    const entry = models.asking();
    if (!entry) return null;
    return entry.state === "ready" ? `VAE of ${entry.title}` : `Download ${entry.title}?`;
  };
  return (
    <Dialog open={models.open()} title={questionTitle() ?? "Models"} wide onClose={() => models.close()}>
      <Show when={models.asking()} fallback={<List />}>
        {(entry) => <ModelQuestion entry={entry()} />}
      </Show>
    </Dialog>
  );

  function List(): JSX.Element {
    return (
      <div class={styles["body"]}>
        <Show when={models.listError()}>{(error) => <ErrorNote error={error()} compact />}</Show>
        <Show when={models.list()} fallback={<p class={styles["hint"]}>Looking what is here…</p>}>
          {(list) => (
            <>
              <p class={styles["hint"]}>{graphics()}</p>
              <ul class={styles["rows"]} aria-label="Models">
                <For each={list().models}>{(entry) => <ModelRow entry={entry} />}</For>
              </ul>
            </>
          )}
        </Show>
        <FromDisk />
        <p class={styles["hint"]}>
          Models are kept in this browser until you delete them.{" "}
          <button
            class={styles["link"]}
            type="button"
            onClick={() => {
              models.close();
              props.onStorage();
            }}
          >
            See what is stored
          </button>
        </p>
      </div>
    );
  }
}

/** A checkpoint of the user's own: picked with a handle where the browser has them, else as files. */
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
    <section class={styles["disk"]} aria-label="From your disk">
      <h3>A checkpoint from your disk</h3>
      <p class={styles["hint"]}>
        Any Stable Diffusion 1.x model: one .safetensors file, or a folder in diffusers’ layout. It is read
        where it is, neither uploaded nor copied. Dropping it on the page does the same.
      </p>
      <Show when={models.refusal()}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <div class={styles["actions"]}>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => void pick("files", filesInput)}
        >
          <PlusIcon /> Choose a file
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => void pick("folder", folderInput)}
        >
          <PlusIcon /> Choose a folder
        </button>
      </div>
      <input
        ref={(element) => (filesInput = element)}
        type="file"
        accept=".safetensors,.sft,.ckpt"
        multiple
        hidden
        aria-label="Checkpoint files"
        onChange={() => onChange(filesInput)}
      />
      <input
        ref={(element) => {
          folderInput = element;
          element.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label="Checkpoint folder"
        onChange={() => onChange(folderInput)}
      />
    </section>
  );
}
