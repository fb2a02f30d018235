// A running download: bytes, bar, rate, and a button that pauses it.
import { Show, type JSX } from "solid-js";
import type { LoadProgress } from "../../stylus/loaded-pack.ts";
import type { Transfer } from "../../app/state/transfer-rate.ts";
import controls from "../controls/controls.module.css";
import panel from "./LoadPanel.module.css";
import { t } from "../../texts/texts.ts";

export function DownloadProgress(props: {
  readonly title: string;
  readonly progress: LoadProgress | null;
  readonly transfer: Transfer | null;
  readonly onPause: () => void;
}): JSX.Element {
  const state = (): string => {
    const { progress } = props;
    if (!progress) return t.models.load.unknown;
    return progress.preparing || t.models.load.bytes(progress.receivedBytes, progress.totalBytes);
  };
  return (
    <>
      <div class={panel["total"]}>
        <span>{state()}</span>
        <button
          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
          type="button"
          onClick={() => props.onPause()}
        >
          {t.models.download.pause}
        </button>
      </div>
      <progress
        class={panel["bar"]}
        max={props.progress?.totalBytes ?? 1}
        value={props.progress?.receivedBytes ?? 0}
        aria-label={t.models.download.progress(props.title)}
      />
      <p class={panel["hint"]}>
        <Show when={props.transfer}>
          {(transfer) => <>{t.models.load.rate(transfer().bytesPerSecond, transfer().leftMilliseconds)} </>}
        </Show>
        {t.models.download.carryOn}
      </p>
    </>
  );
}
