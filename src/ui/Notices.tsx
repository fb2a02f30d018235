// Things worth knowing that are not failures: one processor thread only, a device lost on the way and what was done about it.
import { createMemo, createSignal, Show, type JSX } from "solid-js";
import { describeMissing } from "../stylus/adapter-names.ts";
import controls from "./controls/controls.module.css";
import { CloseIcon } from "./controls/icons.tsx";
import styles from "./Notices.module.css";
import { useStudio } from "./studio-context.ts";

export function Notices(): JSX.Element {
  const studio = useStudio();
  const [closed, setClosed] = createSignal(false);
  const text = createMemo(() => {
    const device = studio.pack()?.device;
    if (device?.kind === "wasm" && device.threads === 1) {
      return globalThis.crossOriginIsolated
        ? "Only one processor thread is available here, so painting takes longer."
        : "This page runs without cross-origin isolation, so only one processor thread can be used and painting takes longer. Reload once; if this stays, the server must send COOP and COEP headers.";
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
      <Show when={describeMissing(studio.missing())}>
        {(words) => (
          <div class={styles["notice"]} role="status">
            <p>{words()}</p>
          </div>
        )}
      </Show>
      <Show when={!closed() && text()}>
        <div class={styles["notice"]} role="note">
          <p>{text()}</p>
          <button
            class={controls["icon"]}
            type="button"
            aria-label="Close this notice"
            onClick={() => setClosed(true)}
          >
            <CloseIcon />
          </button>
        </div>
      </Show>
    </>
  );
}
