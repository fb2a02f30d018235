// Before the first picture: the adapters that can be chosen, by one picture of each.
import { For, type JSX } from "solid-js";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import styles from "./Collection.module.css";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";

export function Collection(): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const cards = () => (studio.pack()?.cards ?? []).filter((card) => !card.fewStep);
  return (
    <section class={styles["collection"]} aria-labelledby="collection-title">
      <h2 id="collection-title">
        {cards().length === 1 ? "One adapter" : `${cards().length} adapters`} to choose from
      </h2>
      <ul>
        <For each={cards()}>
          {(card) => (
            <li>
              <button type="button" onClick={() => openDialog(card.id)}>
                <span class={styles["picture"]}>
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
