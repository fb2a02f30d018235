// Before the first image: the adapters to choose from, each with a sample.
import { For, type JSX } from "solid-js";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import styles from "./Collection.module.css";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function Collection(): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const cards = () => (studio.pack()?.cards ?? []).filter((card) => !card.fewStep);
  return (
    <section class={styles["collection"]} aria-labelledby="collection-title">
      <h2 id="collection-title">{t.page.collection(cards().length)}</h2>
      <ul>
        <For each={cards()}>
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
    </section>
  );
}
