// What was measured on the user's GPUs, with a button that forgets it.
import { Show, type JSX } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { focusWhatIsLeft } from "../controls/focus.ts";
import styles from "./StorageDialog.module.css";
import { t } from "../../texts/texts.ts";

export function TuningRow(props: {
  readonly gpus: number;
  readonly onReset: () => Promise<void>;
  /** Why the last reset failed. */
  readonly error: PlainError | null;
}): JSX.Element {
  return (
    <li aria-label={t.storage.tuning.title}>
      <div>
        <h3>{t.storage.tuning.title}</h3>
        <p>{t.storage.tuning.text(props.gpus)}</p>
      </div>
      <Show when={props.error}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <div class={styles["actions"]}>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => void props.onReset().then(focusWhatIsLeft)}
        >
          {t.storage.tuning.reset}
        </button>
      </div>
    </li>
  );
}
