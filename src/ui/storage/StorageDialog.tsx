// What this site keeps on the disk (models, adapters, images), and how to free it.
import { createEffect, createSignal, For, on, Show, type JSX } from "solid-js";
import { pocketId } from "../../app/packs/packs.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./StorageDialog.module.css";
import { saveFile } from "../controls/save-file.ts";
import { RichText } from "../controls/RichText.tsx";
import { StorageRow } from "./StorageRow.tsx";
import { TuningRow } from "./TuningRow.tsx";
import { useStudio } from "../studio-context.ts";
import type { DiskUse } from "../../app/services/ports.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

/** Row id of the files that no manifest names. */
const leftOver = "left-over";
/** Row id of what was measured on GPUs. */
const tuning = "tuning";

export function StorageDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const [use, setUse] = createSignal<DiskUse | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);
  /** The row whose deletion failed. */
  const [failed, setFailed] = createSignal<{ readonly id: string; readonly error: PlainError } | null>(null);
  const errorOf = (id: string): PlainError | null => (failed()?.id === id ? failed()!.error : null);

  const read = async (): Promise<void> => {
    try {
      setUse(await studio.storageUse());
      setInputs(await (await studio.initImage.inputs).sizeBytes());
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
        setUse(null); // a stale list must not offer buttons
        setFailed(null);
        void read();
      },
    ),
  );
  const [inputs, setInputs] = createSignal(0);
  const imageBytes = (): number =>
    studio.gallery.images().reduce((sum, { png }) => sum + png.size, 0) + inputs();
  const total = (): number => (use()?.usedBytes ?? 0) + (use()?.userAdapters.sizeBytes ?? 0) + imageBytes();

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

  const describe = ({ kind, complete, totalBytes, files }: DiskUse["packs"][number]): string => {
    const what = t.names.manifestKinds[kind];
    if (kind === "adapters" || kind === "few-step") return t.storage.adapterFiles(what, files.length);
    if (complete) return t.storage.complete(what);
    return t.storage.incomplete(what, totalBytes);
  };

  return (
    <Dialog open={props.open} title={t.storage.title} onClose={() => props.onClose()}>
      <div class={styles["body"]}>
        <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
        <Show when={use()} fallback={<p>{t.storage.loading}</p>}>
          {(known) => (
            <>
              <p class={styles["total"]}>
                <RichText
                  text={known().quotaBytes > 0 ? t.storage.totalOf : t.storage.total}
                  values={{
                    used: t.format.bytes(total()),
                    quota: t.format.bytes(known().quotaBytes),
                  }}
                />
              </p>
              <ul class={styles["rows"]}>
                <For each={known().packs}>
                  {(pack) => (
                    <StorageRow
                      title={pack.title}
                      text={describe(pack)}
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
                    title={t.storage.leftOver}
                    text={t.storage.leftOverText(known().others.length)}
                    sizeBytes={known().others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)}
                    onDelete={() =>
                      free(leftOver, async () => {
                        const work = known().others.map(({ name }) => studio.models.deleteFile(name));
                        await Promise.allSettled(work); // one failure must not stop the others
                        await Promise.all(work);
                      })
                    }
                    error={errorOf(leftOver)}
                  />
                </Show>
                <For each={studio.setAside.list()}>
                  {({ database, count, problems }) => (
                    <StorageRow
                      title={t.storage.unreadable.title(t.storage.unreadable.databases[database] ?? database)}
                      text={
                        count === null
                          ? t.storage.unreadable.whole(spoken(problems[0]!))
                          : t.storage.unreadable.rows(count, spoken(problems[0]!))
                      }
                      sizeBytes={null}
                      onExport={() =>
                        free(database, async () =>
                          saveFile(await studio.setAside.export(database), `${database}-unreadable.tar`),
                        )
                      }
                      onDelete={() => free(database, () => studio.setAside.delete(database))}
                      error={errorOf(database)}
                    />
                  )}
                </For>
                <For each={known().userModels}>
                  {(model) => <StorageRow title={model.title} text={t.storage.userModel} sizeBytes={0} />}
                </For>
                <StorageRow
                  title={t.storage.userAdapters}
                  text={
                    known().userAdapters.count === 0
                      ? t.storage.noUserAdapters
                      : t.storage.userAdapterFiles(known().userAdapters.count)
                  }
                  sizeBytes={known().userAdapters.sizeBytes}
                />
                <StorageRow
                  title={t.storage.images}
                  text={
                    studio.gallery.images().length === 0
                      ? t.storage.noImages
                      : t.storage.imageCount(studio.gallery.images().length)
                  }
                  sizeBytes={imageBytes()}
                />
                <Show when={known().tunedGpus > 0}>
                  <TuningRow
                    gpus={known().tunedGpus}
                    onReset={() => free(tuning, () => studio.resetTuning())}
                    error={errorOf(tuning)}
                  />
                </Show>
              </ul>
              <Persistence use={known()} onChange={read} />
            </>
          )}
        </Show>
      </div>
    </Dialog>
  );
}

/** Whether the browser may evict all this, and a button that asks it not to. */
function Persistence(props: { readonly use: DiskUse; readonly onChange: () => Promise<void> }): JSX.Element {
  const studio = useStudio();
  const [answer, setAnswer] = createSignal<string | null>(null);
  async function ask(): Promise<void> {
    const said = await studio.models.requestPersistence();
    if (said === "refused") setAnswer(t.storage.refused);
    if (said === "unsupported") setAnswer(t.storage.unsupported);
    await props.onChange();
  }
  return (
    <Show when={!props.use.persisted} fallback={<p class={styles["hint"]}>{t.storage.persisted}</p>}>
      <div class={styles["keep"]}>
        <p class={styles["hint"]} role="status">
          {answer() ?? t.storage.evictable}
        </p>
        <button class={`${controls["button"]} ${controls["small"]}`} type="button" onClick={() => void ask()}>
          {t.storage.persist}
        </button>
      </div>
    </Show>
  );
}
