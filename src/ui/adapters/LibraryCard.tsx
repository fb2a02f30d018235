// One adapter in the library: a sample, its title, what it is, and what the user has made of it.
import { Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import type { FoundAdapter } from "../../app/adapters/library/library-search.ts";
import { useAdapterDialog } from "./adapter-dialog-context.ts";
import { BanIcon, CheckIcon, EyeOffIcon, PinIcon } from "../controls/icons.tsx";
import { SampleImage } from "../controls/SampleImage.tsx";
import { kindNames } from "./kind-names.ts";
import styles from "./LibraryCard.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function LibraryCard(props: { readonly found: FoundAdapter }): JSX.Element {
  const { library } = useStudio();
  const openDialog = useAdapterDialog();
  const adapter = (): LibraryAdapter => props.found.adapter;
  const isSelected = (): boolean | undefined => library.selected()?.has(adapter().key);
  /** Why it was found, or else what the list is ordered by; its size without either. */
  const detail = (): string => {
    const { near } = props.found;
    const { uses, addedAt, sizeBytes } = adapter();
    if (near !== null) return t.adapters.library.nearText(near);
    if (library.sort() === "uses") return t.adapters.library.uses(uses);
    if (library.sort() === "added" && addedAt !== null) return t.format.date(addedAt);
    return sizeBytes > 0 ? t.format.bytes(sizeBytes) : "";
  };
  return (
    <>
      <button
        class={styles["card"]}
        type="button"
        aria-pressed={isSelected()}
        data-dim={adapter().isBanned || adapter().isLeftOut}
        onClick={() =>
          isSelected() === undefined ? openDialog(adapter().key) : library.toggle(adapter().key)
        }
      >
        <span class={styles["sample"]}>
          <SampleImage card={adapter().card} />
        </span>
        <span class={styles["title"]}>{adapter().card.title}</span>
        <span class={styles["line"]}>
          <Show when={adapter().own && !adapter().isOther}>
            <span class={styles["own"]}>{t.adapters.library.userBadge}</span>{" "}
          </Show>
          {adapter().isOther
            ? t.adapters.library.forModel(adapter().card.baseModel || t.adapters.library.unknownModel)
            : kindNames()[adapter().kind]}
        </span>
        <span class={styles["line"]} data-near={props.found.near !== null}>
          {detail()}
        </span>
      </button>
      <span class={styles["marks"]}>
        <Show when={adapter().isPinned}>
          <Mark icon={PinIcon} label={t.adapters.library.pinnedMark} />
        </Show>
        <Show when={adapter().isBanned}>
          <Mark icon={BanIcon} label={t.adapters.library.bannedMark} />
        </Show>
        <Show when={adapter().isHidden}>
          <Mark icon={EyeOffIcon} label={t.adapters.library.hiddenMark} />
        </Show>
      </span>
      <Show when={isSelected() !== undefined}>
        <span class={styles["check"]} data-on={isSelected()}>
          <CheckIcon />
        </span>
      </Show>
    </>
  );
}

function Mark(props: { readonly icon: () => JSX.Element; readonly label: string }): JSX.Element {
  return (
    <span title={props.label}>
      {props.icon()}
      <span class="visually-hidden">{props.label}</span>
    </span>
  );
}
