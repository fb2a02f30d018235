// Notices that aren't failures: one CPU thread only, a lost device and what replaced it, adapters an image needs.
import { createMemo, createSignal, Show, type JSX } from "solid-js";
import controls from "./controls/controls.module.css";
import { ErrorNote } from "./controls/ErrorNote.tsx";
import { CloseIcon } from "./controls/icons.tsx";
import styles from "./Notices.module.css";
import { useStudio } from "./studio-context.ts";
import { t } from "../texts/texts.ts";

export function Notices(): JSX.Element {
  const studio = useStudio();
  const [closed, setClosed] = createSignal(false);
  const text = createMemo(() => {
    const device = studio.pack()?.device;
    if (device?.kind === "wasm" && device.threads === 1) {
      return globalThis.crossOriginIsolated ? t.page.notices.oneThread : t.page.notices.notIsolated;
    }
    return null;
  });
  return (
    <>
      <Show when={studio.run()?.notice}>
        {(notice) => (
          <div class={styles["notice"]} role="status">
            <p>{notice()}</p>
          </div>
        )}
      </Show>
      <Show when={studio.pack()?.unread}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show when={studio.setAside.list().length > 0}>
        <div class={styles["notice"]} role="status">
          <p>{t.storage.unreadable.notice}</p>
        </div>
      </Show>
      <Show when={studio.replaced().length > 0}>
        <div class={styles["notice"]} role="status">
          <p>{t.storage.replaced(studio.replaced())}</p>
        </div>
      </Show>
      <Show when={studio.missing().length > 0}>
        <div class={styles["notice"]} role="status">
          <p>{t.run.missingAdapters(studio.missing())}</p>
        </div>
      </Show>
      <Show when={!closed() && text()}>
        <div class={styles["notice"]} role="note">
          <p>{text()}</p>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.page.notices.close}
            onClick={() => setClosed(true)}
          >
            <CloseIcon />
          </button>
        </div>
      </Show>
    </>
  );
}
