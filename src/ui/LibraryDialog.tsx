// Every adapter of the pack, to look through, pin and ban.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { useAdapterDialog } from "./adapter-dialog-context.ts";
import controls from "./controls.module.css";
import { Dialog } from "./Dialog.tsx";
import { SegmentField } from "./fields.tsx";
import { BanIcon, PinIcon } from "./icons.tsx";
import styles from "./LibraryDialog.module.css";
import { SampleImage } from "./SampleImage.tsx";
import { useStudio } from "./studio-context.ts";

type Filter = "all" | "pinned" | "banned";

export function LibraryDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const [query, setQuery] = createSignal("");
  const [filter, setFilter] = createSignal<Filter>("all");
  const cards = createMemo(() => {
    const words = query().toLowerCase().split(/\s+/).filter(Boolean);
    return (studio.pack()?.cards ?? []).filter((card) => {
      if (filter() === "pinned" && !studio.settings.pins.includes(card.id)) return false;
      if (filter() === "banned" && !studio.settings.bans.includes(card.id)) return false;
      const text = [card.title, card.id, card.refined.description, card.refined.category, ...card.tags]
        .join(" ")
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });
  return (
    <Dialog open={props.open} title="Adapters" wide onClose={() => props.onClose()}>
      <div class={styles["tools"]}>
        <input
          class={controls["input"]}
          type="search"
          placeholder="Search titles, tags and descriptions"
          aria-label="Search adapters"
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <SegmentField
          legend="Show"
          value={filter()}
          choices={[
            { value: "all", label: "All" },
            { value: "pinned", label: `Pinned ${studio.settings.pins.length}` },
            { value: "banned", label: `Banned ${studio.settings.bans.length}` },
          ]}
          onChange={setFilter}
        />
      </div>
      <p class={styles["hint"]}>
        All of these come with the model. Adding your own LoRA files, and choosing a Stable Diffusion 1.5
        checkpoint, is not there yet.
      </p>
      <Show when={cards().length > 0} fallback={<p class={styles["hint"]}>None.</p>}>
        <ul class={styles["grid"]}>
          <For each={cards()}>
            {(card) => (
              <li>
                <button class={styles["card"]} type="button" onClick={() => openDialog(card.id)}>
                  <span class={styles["picture"]}>
                    <SampleImage card={card} />
                  </span>
                  <span class={styles["title"]}>{card.title}</span>
                  <span class={styles["kind"]}>{card.fewStep ? "few-step" : card.refined.category}</span>
                </button>
                <Show when={studio.settings.pins.includes(card.id)}>
                  <span class={styles["mark"]} title="Pinned">
                    <PinIcon />
                    <span class="visually-hidden">Pinned</span>
                  </span>
                </Show>
                <Show when={studio.settings.bans.includes(card.id)}>
                  <span class={styles["mark"]} title="Banned">
                    <BanIcon />
                    <span class="visually-hidden">Banned</span>
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Dialog>
  );
}
