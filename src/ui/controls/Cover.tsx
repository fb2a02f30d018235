// Blurs an image that may not be safe for work. One button shows and blurs it again; it stays where it is, and so does the focus.
import { createUniqueId, Show, type JSX } from "solid-js";
import type { BlurReason } from "../../app/images/nsfw.ts";
import styles from "./Cover.module.css";
import { EyeIcon, EyeOffIcon } from "./icons.tsx";
import { t } from "../../texts/texts.ts";

export function Cover(props: {
  /** Null: there is nothing to blur. */
  readonly reason: BlurReason | null;
  readonly shown: boolean;
  /** What the button does, with the name of the image: it begins with the words on it. */
  readonly labels: { readonly show: string; readonly blur: string };
  readonly onToggle: () => void;
  /** For thumbnails: an icon alone. */
  readonly small?: boolean;
  readonly children: JSX.Element;
}): JSX.Element {
  const id = createUniqueId();
  const blurred = (): boolean => props.reason !== null && !props.shown;
  const label = (): string => (blurred() ? props.labels.show : props.labels.blur);
  return (
    <div class={styles["cover"]} data-blurred={blurred()} data-small={props.small ?? false}>
      <div class={styles["content"]} inert={blurred() && !props.small}>
        {props.children}
      </div>
      <Show when={props.reason}>
        {(reason) => (
          <div class={styles["over"]}>
            <Show when={blurred()}>
              <span id={id} class={props.small ? "visually-hidden" : styles["reason"]}>
                {t.nsfw.reasons[reason()]}
              </span>
            </Show>
            <button
              class={styles["toggle"]}
              type="button"
              aria-label={label()}
              title={props.small ? label() : undefined}
              aria-describedby={blurred() ? id : undefined}
              onClick={() => props.onToggle()}
            >
              <Show when={blurred()} fallback={<EyeOffIcon />}>
                <EyeIcon />
              </Show>
              <Show when={!props.small}>{blurred() ? t.nsfw.show : t.nsfw.blur}</Show>
            </button>
          </div>
        )}
      </Show>
    </div>
  );
}
