// Before the first picture: what this is, and prompts to try.
import { For, type JSX } from "solid-js";
import { pocketId } from "../app/packs.ts";
import styles from "./Welcome.module.css";
import { useStudio } from "./studio-context.ts";

/** Each shows something else: style, held-out objects, weather, count, place, plain base. */
const examples = [
  "a castle on a hill at night, clay render",
  "two dogs in the snow, watercolor painting",
  "a red car on a city street, pixel art",
  "a robot next to a rocket in space",
  "a sailing boat at sunset, stained glass",
  "three apples on a table",
];

/** For a model without adapters: nothing that it cannot paint by itself. */
const plainExamples = [
  "three apples on a table",
  "a castle on a hill",
  "a red car on a road next to a tree",
  "a penguin in the snow",
];

/** For full-size models: what their adapters can do, too. */
const fullSizeExamples = [
  "a lighthouse in a storm, watercolor painting",
  "a castle on a hill, pixel art",
  "a fluffy owl on a branch, claymation",
  "a street in the rain at night",
];

export function Welcome(): JSX.Element {
  const studio = useStudio();
  const shown = () =>
    studio.settings.model !== pocketId
      ? fullSizeExamples
      : studio.pack()?.cards.some((card) => !card.fewStep) === false
        ? plainExamples
        : examples;
  return (
    <div class={styles["welcome"]}>
      <div class={styles["words"]}>
        <h2>Write what you want to see.</h2>
        <p>
          Stylus finds the parts of your sentence, chooses LoRA adapters for them and paints the picture.
          Everything runs in this browser; nothing you write leaves it.
        </p>
        <ul class={styles["examples"]} aria-label="Prompts to try">
          <For each={shown()}>
            {(example) => (
              <li>
                <button
                  type="button"
                  onClick={() => {
                    studio.setSettings("prompt", example);
                    document.getElementById("prompt")?.focus();
                  }}
                >
                  {example}
                </button>
              </li>
            )}
          </For>
        </ul>
      </div>
    </div>
  );
}
