// What to do with the selected adapters of the library; stays in view at the lower edge.
import { createSignal, Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import { canBeChosen } from "../../app/state/library/library.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import { cardsFileName } from "../../app/adapters/exported-cards.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { BanIcon, DownloadIcon, EyeIcon, EyeOffIcon } from "../controls/icons.tsx";
import { saveFile } from "../controls/save-file.ts";
import styles from "./LibrarySelection.module.css";
import { TagField } from "./TagField.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const small = `${controls["button"]} ${controls["small"]}`;

export function LibrarySelection(): JSX.Element {
  const studio = useStudio();
  const { library } = studio;
  const [error, setError] = createSignal<PlainError | null>(null);
  const texts = (): typeof t.adapters.selection => t.adapters.selection;
  const chosen = library.chosen;
  const own = (): readonly LibraryAdapter[] => chosen().filter((adapter) => adapter.own !== null);
  const nothing = (): boolean => chosen().length === 0;

  async function trying(work: () => Promise<void> | void): Promise<boolean> {
    setError(null);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(explain(reason));
      return false;
    }
  }
  const ban = (banned: boolean): void => {
    library.setBanned(chosen(), banned);
    const { length } = chosen().filter(canBeChosen);
    studio.announce(banned ? texts().banned(length) : texts().unbanned(length));
  };
  const hide = (hidden: boolean): Promise<boolean> =>
    trying(async () => {
      const { length } = chosen();
      await library.setHidden(chosen(), hidden);
      studio.announce(hidden ? texts().hidden(length) : texts().shown(length));
    });
  const tag = (name: string, isNew: boolean): Promise<boolean> =>
    trying(async () => {
      const { length } = chosen();
      await (isNew ? library.addTag(chosen(), name) : library.removeTag(chosen(), name));
      studio.announce(isNew ? texts().tagged(length, name) : texts().untagged(length, name));
    });

  return (
    <div class={styles["bar"]} role="group" aria-label={texts().label}>
      <div class={styles["row"]}>
        <strong role="status">{texts().count(chosen().length)}</strong>
        <button class={`${small} ${controls["quiet"]}`} type="button" onClick={() => library.selectAll()}>
          {texts().all(library.found().length)}
        </button>
        <button class={small} type="button" disabled={nothing()} onClick={() => ban(true)}>
          <BanIcon /> {texts().ban}
        </button>
        <button class={small} type="button" disabled={nothing()} onClick={() => ban(false)}>
          {texts().unban}
        </button>
        <button class={small} type="button" disabled={nothing()} onClick={() => void hide(true)}>
          <EyeOffIcon /> {texts().hide}
        </button>
        <button class={small} type="button" disabled={nothing()} onClick={() => void hide(false)}>
          <EyeIcon /> {texts().show}
        </button>
        <button
          class={small}
          type="button"
          disabled={nothing()}
          onClick={() => saveFile(library.export(chosen()), cardsFileName)}
        >
          <DownloadIcon /> {texts().export}
        </button>
        <Show when={own().length > 0}>
          <ConfirmButton
            label={texts().remove(own().length)}
            confirm={texts().confirmRemove(own().length)}
            keep={t.adapters.userAdapter.keep}
            onConfirm={async () => void (await trying(() => library.remove(own())))}
          />
        </Show>
      </div>
      <TagField
        disabled={nothing()}
        onAdd={(name) => tag(name, true)}
        onRemove={(name) => tag(name, false)}
      />
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
    </div>
  );
}
