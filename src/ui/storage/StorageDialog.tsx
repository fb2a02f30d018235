// What this site keeps on the disk: models, adapters, pictures; and the ways to free it.
import { createEffect, createSignal, For, on, Show, type JSX } from "solid-js";
import { pocketId } from "../../app/packs/packs.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import { counted } from "../../shared/words.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./StorageDialog.module.css";
import { StorageRow } from "./StorageRow.tsx";
import { useStudio } from "../studio-context.ts";
import type { DiskUse } from "../../app/services/ports.ts";

/** Stands for the files that no manifest names. */
const leftOver = "left over";

/** What a kind of manifest is, in words for its row. */
const kindWords: Readonly<Record<DiskUse["packs"][number]["kind"], string>> = {
  checkpoint: "Model",
  inpainting: "Model for inpainting",
  vae: "VAE",
  "preview-decoder": "Preview decoder",
  "few-step": "Few-step adapter",
  tokenizer: "Lent to your own checkpoints",
  embedder: "Embedder",
  composers: "Language models",
  adapters: "Adapters that pictures needed",
};

export function StorageDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const [use, setUse] = createSignal<DiskUse | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);
  /** The row whose files could not be deleted. */
  const [failed, setFailed] = createSignal<{ readonly id: string; readonly error: PlainError } | null>(null);
  const errorOf = (id: string): PlainError | null => (failed()?.id === id ? failed()!.error : null);

  const read = async (): Promise<void> => {
    try {
      setUse(await studio.storageUse());
      setInputs(await (await studio.start.inputs).sizeBytes());
      setError(null);
    } catch (reason) {
      setError(toPlainError(reason));
    }
  };
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        setUse(null); // no button of a list that is about to change
        setFailed(null);
        void read();
      },
    ),
  );
  const [inputs, setInputs] = createSignal(0);
  const pictures = (): number =>
    studio.gallery.images().reduce((sum, { png }) => sum + png.size, 0) + inputs();
  const total = (): number => (use()?.usedBytes ?? 0) + (use()?.own.sizeBytes ?? 0) + pictures();

  async function free(id: string, work: () => Promise<void>): Promise<void> {
    setFailed(null);
    try {
      await work();
    } catch (reason) {
      setFailed({ id, error: toPlainError(reason) });
    }
    await read();
  }

  async function forget(packId: string): Promise<number | null> {
    try {
      return await studio.models.forgetPinsOf(packId);
    } catch (reason) {
      setError(toPlainError(reason));
      return null;
    }
  }

  const packWords = ({ kind, complete, totalBytes, files }: DiskUse["packs"][number]): string => {
    const what = kindWords[kind];
    if (kind === "adapters" || kind === "few-step")
      return `${what}: ${counted(files.length, "file")}. Downloaded again when needed.`;
    if (complete) return `${what}, complete.`;
    return `${what}, not complete: ${formatBytes(totalBytes)} in all. The download goes on where it stopped.`;
  };

  return (
    <Dialog open={props.open} title="Storage" onClose={() => props.onClose()}>
      <div class={styles["body"]}>
        <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
        <Show when={use()} fallback={<p>Looking…</p>}>
          {(known) => (
            <>
              <p class={styles["total"]}>
                <strong>{formatBytes(total())}</strong> on this disk
                <Show when={known().quotaBytes > 0}>
                  <span> of {formatBytes(known().quotaBytes)} that the browser allows</span>
                </Show>
              </p>
              <ul class={styles["rows"]}>
                <For each={known().packs}>
                  {(pack) => (
                    <StorageRow
                      title={pack.title}
                      words={packWords(pack)}
                      sizeBytes={pack.storedBytes}
                      onDelete={() => free(pack.id, () => studio.deletePack(pack.id))}
                      error={errorOf(pack.id)}
                      {...(pack.id !== pocketId && (pack.kind === "checkpoint" || pack.kind === "inpainting")
                        ? { onForget: () => forget(pack.id) }
                        : {})}
                    />
                  )}
                </For>
                <Show when={known().others.length > 0}>
                  <StorageRow
                    title="Left over"
                    words={`${counted(known().others.length, "file")} of an earlier version of this site, used by nothing.`}
                    sizeBytes={known().others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)}
                    onDelete={() =>
                      free(leftOver, async () => {
                        const work = known().others.map(({ name }) => studio.models.deleteFile(name));
                        await Promise.allSettled(work); // one that fails does not keep the others
                        await Promise.all(work);
                      })
                    }
                    error={errorOf(leftOver)}
                  />
                </Show>
                <For each={known().ownModels}>
                  {(model) => (
                    <StorageRow
                      title={model.title}
                      words="Your own checkpoint: read from its place on your disk, not copied. Remove it from the list under Models."
                      sizeBytes={0}
                    />
                  )}
                </For>
                <StorageRow
                  title="Your adapters"
                  words={
                    known().own.count === 0
                      ? "You have added none."
                      : `${counted(known().own.count, "file")}. Remove each from its details, under Adapters.`
                  }
                  sizeBytes={known().own.sizeBytes}
                />
                <StorageRow
                  title="Your pictures"
                  words={
                    studio.gallery.images().length === 0
                      ? "None yet."
                      : `${studio.gallery.images().length} in the gallery, where pictures can be deleted.`
                  }
                  sizeBytes={pictures()}
                />
              </ul>
              <Persistence use={known()} onChange={read} />
            </>
          )}
        </Show>
      </div>
    </Dialog>
  );
}

/** Whether the browser may evict all this, and the way to ask it not to. */
function Persistence(props: { readonly use: DiskUse; readonly onChange: () => Promise<void> }): JSX.Element {
  const studio = useStudio();
  const [answer, setAnswer] = createSignal<string | null>(null);
  async function ask(): Promise<void> {
    const said = await studio.models.requestPersistence();
    if (said === "refused")
      setAnswer(
        "The browser did not agree. Some do once a site is used often, is installed or has a bookmark.",
      );
    if (said === "unsupported") setAnswer("This browser cannot promise it.");
    await props.onChange();
  }
  return (
    <Show
      when={!props.use.persisted}
      fallback={<p class={styles["hint"]}>The browser has promised to keep all this until you delete it.</p>}
    >
      <div class={styles["keep"]}>
        <p class={styles["hint"]} role="status">
          {answer() ??
            "The browser may delete all this when the disk runs full. Download what you want to be sure of."}
        </p>
        <button class={`${controls["button"]} ${controls["small"]}`} type="button" onClick={() => void ask()}>
          Ask it to keep everything
        </button>
      </div>
    </Show>
  );
}
