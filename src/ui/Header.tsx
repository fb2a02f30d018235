// The top bar: the name, the model and its device, and the buttons for models, adapters and help.
import { createMemo, For, Show, type JSX } from "solid-js";
import controls from "./controls/controls.module.css";
import styles from "./Header.module.css";
import { DiskIcon, HelpIcon, Logo, ModelIcon, StackIcon } from "./controls/icons.tsx";
import { useStudio } from "./studio-context.ts";
import { languageOf } from "../app/state/settings/settings.ts";
import { spoken } from "../texts/sayings.ts";
import { languageNames, t, type Language } from "../texts/texts.ts";

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
        return t.page.header.status[studio.pack()!.device.kind];
      case "loading":
        return studio.progress()?.preparing
          ? t.page.header.status.preparing
          : t.page.header.status.loading(percent());
      case "deleted":
        return t.page.header.status.deleted;
      case "failed":
        return t.page.header.status.failed;
      case "waiting":
        return t.page.header.status.waiting;
    }
  };
  /** Progress of a model that downloads while another one is in use. */
  const downloading = (): string | null => {
    const download = studio.models.download();
    if (!download) return null;
    if (download.status !== "running") return t.page.header.downloadStates[download.status];
    const { receivedBytes = 0, totalBytes = 0 } = download.progress ?? {};
    return t.format.percent(totalBytes > 0 ? Math.floor((100 * receivedBytes) / totalBytes) / 100 : 0);
  };
  const nextLanguage = (): Language => {
    const all = Object.keys(languageNames) as Language[];
    return all[(all.indexOf(languageOf(studio.settings)) + 1) % all.length]!;
  };
  const adapters = (): number => studio.library.size();

  return (
    <header class={styles["header"]}>
      <h1 class={styles["name"]}>
        <Logo /> {t.page.header.name}
      </h1>
      <div class={styles["tools"]}>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]} ${styles["status"]}`}
          type="button"
          popovertarget="device"
          aria-label={t.page.header.deviceLabel(studio.pack()?.title ?? t.page.header.model, status())}
        >
          <span class={styles["light"]} data-status={studio.packStatus()} />
          <span class={styles["pack"]}>{studio.pack()?.title ?? t.page.header.model}</span>
          <span class={styles["state"]}>{status()}</span>
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          aria-label={downloading() ? t.page.header.modelsWith(downloading()!) : t.page.header.models}
          onClick={() => props.onModels()}
        >
          <ModelIcon /> <span class={styles["wide"]}>{t.page.header.models}</span>
          <Show when={downloading()}>{(text) => <span class={styles["count"]}>{text()}</span>}</Show>
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          disabled={studio.pack() === null}
          aria-label={adapters() === 0 ? t.page.header.adapters : t.page.header.adaptersWith(adapters())}
          onClick={() => props.onLibrary()}
        >
          <StackIcon /> <span class={styles["wide"]}>{t.page.header.adapters}</span>
          <Show when={adapters() > 0}>
            <span class={styles["count"]}>{adapters()}</span>
          </Show>
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]} ${styles["wide"]}`}
          type="button"
          aria-label={t.page.header.switchLanguage(languageNames[nextLanguage()])}
          onClick={() => studio.setSettings("language", nextLanguage())}
        >
          <span lang={nextLanguage()}>{languageNames[nextLanguage()]}</span>
        </button>
        <button
          class={controls["icon"]}
          type="button"
          aria-label={t.page.header.help}
          title={t.page.header.help}
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
    <div id="device" class={styles["popover"]} popover="auto" role="dialog" aria-label={t.page.device.label}>
      <Show
        when={studio.pack()}
        fallback={
          <p>
            {studio.packStatus() === "deleted"
              ? t.page.device.deleted
              : studio.packStatus() === "failed"
                ? t.page.device.failed
                : t.page.device.loading}
          </p>
        }
      >
        {(pack) => (
          <>
            <h2>{pack().title}</h2>
            <dl>
              <dt>{t.page.device.runsOn}</dt>
              <dd>
                {spoken(pack().device.name)}
                <p>{t.page.device.reason(spoken(pack().device.reason))}</p>
              </dd>
              <dt>{t.page.device.size}</dt>
              <dd>
                {t.format.bytes(pack().sizeBytes)}
                <p>
                  {pack().downloadedBytes === 0
                    ? t.page.device.allStored
                    : t.page.device.downloaded(pack().downloadedBytes)}
                  {pack().persistent ? "" : ` ${t.page.device.notKept}`}
                </p>
              </dd>
              <dt>{t.page.device.fewStep}</dt>
              <dd>
                {pack().defaults.fewStep
                  ? t.page.device.fewStepSteps(pack().defaults.fewStep!.steps)
                  : t.page.device.noFewStep}
              </dd>
            </dl>
          </>
        )}
      </Show>
      <Show when={studio.progress()?.files.length}>
        <details>
          <summary>{t.page.device.files}</summary>
          <ul class={styles["files"]}>
            <For each={studio.progress()!.files}>
              {(file) => (
                <li>
                  <span>{file.path}</span>
                  <span>{t.format.bytes(file.sizeBytes)}</span>
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
        <DiskIcon /> {t.page.device.storage}
      </button>
    </div>
  );
}
