// The top line: the name, what runs where, the way to adapters and help.
import { createMemo, For, Show, type JSX } from "solid-js";
import { formatBytes } from "../app/state/time-left.ts";
import { counted } from "../shared/words.ts";
import controls from "./controls/controls.module.css";
import styles from "./Header.module.css";
import { DiskIcon, HelpIcon, Logo, ModelIcon, StackIcon } from "./controls/icons.tsx";
import { useStudio } from "./studio-context.ts";

export function Header(props: {
  readonly onLibrary: () => void;
  readonly onModels: () => void;
  readonly onStorage: () => void;
  readonly onHelp: () => void;
}): JSX.Element {
  const studio = useStudio();
  const percent = createMemo(() => {
    const progress = studio.progress();
    return progress && progress.totalBytes > 0
      ? Math.floor((progress.receivedBytes / progress.totalBytes) * 100)
      : 0;
  });
  const status = (): string => {
    switch (studio.packStatus()) {
      case "ready":
        return studio.pack()!.device.kind === "webgpu" ? "WebGPU" : "CPU";
      case "loading":
        return studio.progress()?.preparing ? "Preparing" : `Loading ${percent()}%`;
      case "deleted":
        return "Deleted";
      case "failed":
        return "Not loaded";
      case "waiting":
        return "Starting";
    }
  };
  /** Of a model that is downloaded while another one paints. */
  const arriving = (): string | null => {
    const download = studio.models.download();
    if (!download) return null;
    if (download.status !== "running") return "stopped";
    const { receivedBytes = 0, totalBytes = 0 } = download.progress ?? {};
    return totalBytes > 0 ? `${Math.floor((receivedBytes / totalBytes) * 100)}%` : "0%";
  };
  const adapters = (): number => studio.pack()?.cards.filter((card) => !card.fewStep).length ?? 0;

  return (
    <header class={styles["header"]}>
      <h1 class={styles["name"]}>
        <Logo /> Stylus
      </h1>
      <div class={styles["tools"]}>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]} ${styles["status"]}`}
          type="button"
          popovertarget="device"
          aria-label={`${studio.pack()?.title ?? "Model"}: ${status()}. Details`}
        >
          <span class={styles["light"]} data-status={studio.packStatus()} />
          <span class={styles["pack"]}>{studio.pack()?.title ?? "Model"}</span>
          <span class={styles["state"]}>{status()}</span>
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          aria-label={arriving() ? `Models: ${arriving()}` : "Models"}
          onClick={() => props.onModels()}
        >
          <ModelIcon /> <span class={styles["wide"]}>Models</span>
          <Show when={arriving()}>{(text) => <span class={styles["count"]}>{text()}</span>}</Show>
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          disabled={studio.pack() === null}
          aria-label={adapters() === 0 ? "Adapters" : `Adapters, ${adapters()}`}
          onClick={() => props.onLibrary()}
        >
          <StackIcon /> <span class={styles["wide"]}>Adapters</span>
          <Show when={adapters() > 0}>
            <span class={styles["count"]}>{adapters()}</span>
          </Show>
        </button>
        <button
          class={controls["icon"]}
          type="button"
          aria-label="Help and keys"
          title="Help and keys"
          onClick={() => props.onHelp()}
        >
          <HelpIcon />
        </button>
      </div>
      <DevicePopover onStorage={props.onStorage} />
    </header>
  );
}

function DevicePopover(props: { readonly onStorage: () => void }): JSX.Element {
  const studio = useStudio();
  return (
    <div id="device" class={styles["popover"]} popover="auto" role="dialog" aria-label="Model and device">
      <Show
        when={studio.pack()}
        fallback={
          <p>
            {studio.packStatus() === "deleted"
              ? "The model’s files are deleted from this browser."
              : studio.packStatus() === "failed"
                ? "The model could not be loaded."
                : "The model is still loading."}
          </p>
        }
      >
        {(pack) => (
          <>
            <h2>{pack().title}</h2>
            <dl>
              <dt>Runs on</dt>
              <dd>
                {pack().device.name}
                <p>Why: {pack().device.reason}.</p>
              </dd>
              <dt>Size</dt>
              <dd>
                {formatBytes(pack().sizeBytes)}
                <p>
                  {pack().downloadedBytes === 0
                    ? "All from this browser’s storage."
                    : `${formatBytes(pack().downloadedBytes)} downloaded on this visit.`}
                  {pack().persistent ? "" : " This browser keeps no files: every visit downloads them again."}
                </p>
              </dd>
              <dt>Few-step</dt>
              <dd>
                {pack().defaults.fewStep
                  ? counted(pack().defaults.fewStep!.steps, "step")
                  : "This model has no few-step adapter."}
              </dd>
            </dl>
          </>
        )}
      </Show>
      <Show when={studio.progress()?.files.length}>
        <details>
          <summary>Files</summary>
          <ul class={styles["files"]}>
            <For each={studio.progress()!.files}>
              {(file) => (
                <li>
                  <span>{file.path}</span>
                  <span>{formatBytes(file.sizeBytes)}</span>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
      <button
        class={`${controls["button"]} ${controls["small"]} ${styles["storage"]}`}
        type="button"
        popovertarget="device"
        popovertargetaction="hide"
        onClick={() => props.onStorage()}
      >
        <DiskIcon /> Storage
      </button>
    </div>
  );
}
