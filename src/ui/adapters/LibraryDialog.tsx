// Every adapter of the pack, to search and filter.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { useAdapterDialog } from "./adapter-dialog-context.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { SegmentField } from "../controls/fields.tsx";
import { BanIcon, PinIcon } from "../controls/icons.tsx";
import styles from "./LibraryDialog.module.css";
import { adapterExtensions } from "../../app/adapters/dropped-files.ts";
import { PickFiles } from "../controls/PickFiles.tsx";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

type Filter = "all" | "user" | "pinned" | "banned";

export function LibraryDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const [query, setQuery] = createSignal("");
  const [filter, setFilter] = createSignal<Filter>("all");
  const isUserAdapter = (id: string): boolean => studio.pack()?.userAdapters.has(id) === true;
  const matches = (card: AdapterCard): boolean => {
    const words = query().toLowerCase().split(/\s+/).filter(Boolean);
    const text = [card.title, card.id, card.refined.description, card.refined.category, ...card.tags]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const cards = createMemo(() => {
    return (studio.pack()?.cards ?? []).filter((card) => {
      if (filter() === "user" && !isUserAdapter(card.id)) return false;
      if (filter() === "pinned" && !studio.pins().includes(card.id)) return false;
      if (filter() === "banned" && !studio.bans().includes(card.id)) return false;
      return matches(card);
    });
  });
  const ownCount = (): number => {
    const { userAdapters, otherAdapters } = studio.pack() ?? {};
    return (userAdapters?.size ?? 0) + (otherAdapters?.length ?? 0);
  };
  /** The user's, for models that are not loaded. */
  const others = () =>
    filter() === "all" || filter() === "user"
      ? (studio.pack()?.otherAdapters ?? []).filter(({ card }) => matches(card))
      : [];
  const [error, setError] = createSignal<PlainError | null>(null);
  async function remove(id: string): Promise<void> {
    setError(null);
    await studio.intake.forget(id).catch((reason: unknown) => setError(toPlainError(reason)));
  }
  return (
    <Dialog open={props.open} title={t.adapters.library.title} wide onClose={() => props.onClose()}>
      <div class={styles["tools"]}>
        <input
          class={controls["input"]}
          type="search"
          placeholder={t.adapters.library.searchPlaceholder}
          aria-label={t.adapters.library.search}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <SegmentField
          legend={t.adapters.library.filter}
          value={filter()}
          choices={[
            { value: "all", label: t.adapters.library.all },
            { value: "user", label: t.adapters.library.user(ownCount()) },
            { value: "pinned", label: t.adapters.library.pinned(studio.pins().length) },
            { value: "banned", label: t.adapters.library.banned(studio.bans().length) },
          ]}
          onChange={setFilter}
        />
      </div>
      <div class={styles["add"]}>
        <PickFiles label={t.adapters.library.add} accept={adapterExtensions} multiple />
        <button class={controls["button"]} type="button" onClick={() => studio.intake.show()}>
          {t.sources.section}
        </button>
        <p>{t.adapters.library.addHint}</p>
      </div>
      <Show
        when={cards().length > 0}
        fallback={
          <Show when={others().length === 0}>
            <p class={styles["hint"]}>
              {filter() === "user" ? t.adapters.library.noUserAdapters : t.adapters.library.noneFound}
            </p>
          </Show>
        }
      >
        <ul class={styles["grid"]}>
          <For each={cards()}>
            {(card) => (
              <li>
                <button class={styles["card"]} type="button" onClick={() => openDialog(card.id)}>
                  <span class={styles["sample"]}>
                    <SampleImage card={card} />
                  </span>
                  <span class={styles["title"]}>{card.title}</span>
                  <span class={styles["kind"]}>
                    <Show when={isUserAdapter(card.id)}>
                      <span class={styles["user"]}>{t.adapters.library.userBadge}</span>{" "}
                    </Show>
                    {card.fewStep ? t.adapters.library.fewStep : t.names.categories[card.refined.category]}
                  </span>
                </button>
                <Show when={studio.pins().includes(card.id)}>
                  <span class={styles["mark"]} title={t.adapters.library.pinnedMark}>
                    <PinIcon />
                    <span class="visually-hidden">{t.adapters.library.pinnedMark}</span>
                  </span>
                </Show>
                <Show when={studio.bans().includes(card.id)}>
                  <span class={styles["mark"]} title={t.adapters.library.bannedMark}>
                    <BanIcon />
                    <span class="visually-hidden">{t.adapters.library.bannedMark}</span>
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={others().length > 0}>
        <section class={styles["others"]} aria-labelledby="other-adapters">
          <h3 id="other-adapters">{t.adapters.library.otherModels}</h3>
          <p>{t.adapters.library.otherModelsHint}</p>
          <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
          <ul>
            <For each={others()}>
              {({ id, card }) => (
                <li aria-label={card.title}>
                  <div>
                    <span class={styles["title"]}>{card.title}</span>
                    <span class={styles["kind"]}>
                      {t.adapters.library.forModel(
                        card.baseModel || t.adapters.library.unknownModel,
                        card.file.sizeBytes,
                      )}
                    </span>
                  </div>
                  <ConfirmButton
                    label={t.adapters.userAdapter.remove}
                    name={t.adapters.library.removeOther(card.title)}
                    confirm={t.adapters.userAdapter.confirmRemove}
                    keep={t.adapters.userAdapter.keep}
                    quiet
                    onConfirm={() => remove(id)}
                  />
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
    </Dialog>
  );
}
