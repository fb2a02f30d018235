// Before the first image: the adapters to choose from, each with a sample; of many the first, and a way to the others.
import { For, Show, type JSX } from "solid-js";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import controls from "../controls/controls.module.css";
import styles from "./Collection.module.css";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** More than that are for the library. */
const most = 60;

export function Collection(): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const cards = () => (studio.pack()?.cards ?? []).filter((card) => !card.fewStep);
  return (
    <section class={styles["collection"]} aria-labelledby="collection-title">
      <h2 id="collection-title">{t.page.collection}</h2>
      <ul>
        <For each={cards().slice(0, most)}>
          {(card) => (
            <li>
              <button type="button" onClick={() => openDialog(card.id)}>
                <span class={styles["sample"]}>
                  <SampleImage card={card} />
                </span>
                {card.title}
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={cards().length > most}>
        <div>
          <button class={controls["button"]} type="button" onClick={() => studio.library.open()}>
            {t.page.allAdapters}
          </button>
        </div>
      </Show>
    </section>
  );
}
