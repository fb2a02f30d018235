// What can be done with one adapter from its details: pin, ban, hide, export.
import { createSignal, Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import { canBeChosen } from "../../app/state/library/library.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import styles from "./AdapterDialog.module.css";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { BanIcon, DownloadIcon, EyeIcon, EyeOffIcon, PinIcon } from "../controls/icons.tsx";
import { saveFile } from "../controls/save-file.ts";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function AdapterActions(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const studio = useStudio();
  const { library } = studio;
  const [error, setError] = createSignal<PlainError | null>(null);
  const id = (): string => props.adapter.card.id;
  const texts = (): typeof t.adapters.details => t.adapters.details;
  const toggleHidden = (): void => {
    setError(null);
    library
      .setHidden([props.adapter], !props.adapter.isHidden)
      .catch((reason: unknown) => setError(explain(reason)));
  };
  return (
    <>
      <Show when={props.adapter.isLeftOut}>
        <p>
          {t.adapters.licence.leftOutHere}
          <Show when={props.adapter.own}> {t.adapters.licence.correctIt}</Show>
        </p>
      </Show>
      <Show when={props.adapter.kind === "fewStep"}>
        <p>{texts().fewStep}</p>
      </Show>
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      <div class={styles["actions"]}>
        <Show when={canBeChosen(props.adapter)}>
          <button
            class={controls["button"]}
            type="button"
            aria-pressed={props.adapter.isPinned}
            disabled={props.adapter.isLeftOut}
            onClick={() => studio.togglePin(id())}
          >
            <PinIcon /> {props.adapter.isPinned ? texts().unpin : texts().pin}
          </button>
          <button
            class={controls["button"]}
            type="button"
            aria-pressed={props.adapter.isBanned}
            disabled={props.adapter.isLeftOut}
            onClick={() => studio.toggleBan(id())}
          >
            <BanIcon /> {props.adapter.isBanned ? texts().unban : texts().ban}
          </button>
        </Show>
        <button
          class={controls["button"]}
          type="button"
          aria-pressed={props.adapter.isHidden}
          title={texts().hideHint}
          onClick={toggleHidden}
        >
          <Show when={props.adapter.isHidden} fallback={<EyeOffIcon />}>
            <EyeIcon />
          </Show>{" "}
          {props.adapter.isHidden ? texts().show : texts().hide}
        </button>
        <button
          class={controls["button"]}
          type="button"
          onClick={() => saveFile(library.export([props.adapter]), `${id()}.json`)}
        >
          <DownloadIcon /> {texts().export}
        </button>
      </div>
    </>
  );
}
