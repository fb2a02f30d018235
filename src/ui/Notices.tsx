// Notices that aren't failures: a typed prompt that was replaced, one CPU thread only, a lost device and what replaced it, adapters an
// image needs, a new version, the offer to install the page.
import { createMemo, createSignal, Show, type JSX } from "solid-js";
import controls from "./controls/controls.module.css";
import { ErrorNote } from "./controls/ErrorNote.tsx";
import { CloseIcon, UndoIcon } from "./controls/icons.tsx";
import styles from "./Notices.module.css";
import { useStudio } from "./studio-context.ts";
import { t } from "../texts/texts.ts";

const small = `${controls["button"]} ${controls["small"]}`;

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
  const { installation } = studio;
  const bringBack = (): void => {
    studio.typedPrompt.bringBack();
    document.getElementById("prompt")?.focus();
  };
  return (
    <>
      <Show when={studio.typedPrompt.replaced()}>
        {(prompt) => (
          <div class={styles["notice"]} role="status">
            <p>{t.prompt.typed.replaced(prompt())}</p>
            <span class={styles["actions"]}>
              <button class={small} type="button" onClick={bringBack}>
                <UndoIcon /> {t.prompt.typed.bringBack}
              </button>
              <button
                class={controls["icon"]}
                type="button"
                aria-label={t.page.notices.close}
                onClick={() => studio.typedPrompt.forget()}
              >
                <CloseIcon />
              </button>
            </span>
          </div>
        )}
      </Show>
      <Show when={installation.newVersion()}>
        <div class={styles["notice"]} role="status">
          <p>{t.page.version.ready}</p>
          <span class={styles["actions"]}>
            <button class={small} type="button" onClick={() => installation.reload()}>
              {t.page.version.reload}
            </button>
            <button
              class={`${small} ${controls["quiet"]}`}
              type="button"
              onClick={() => installation.later()}
            >
              {t.page.version.later}
            </button>
          </span>
        </div>
      </Show>
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
      <Show when={installation.offered() && studio.run()?.status === "done"}>
        <div class={styles["notice"]} role="note">
          <p>{t.page.install.offer}</p>
          <span class={styles["actions"]}>
            <button class={small} type="button" onClick={() => void installation.install()}>
              {t.page.install.install}
            </button>
            <button
              class={controls["icon"]}
              type="button"
              aria-label={t.page.install.decline}
              title={t.page.install.decline}
              onClick={() => installation.decline()}
            >
              <CloseIcon />
            </button>
          </span>
        </div>
      </Show>
    </>
  );
}
