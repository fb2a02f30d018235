// Before the first image: what this is, and prompts to try.
import { For, type JSX } from "solid-js";
import { pocketId } from "../../app/packs/packs.ts";
import styles from "./Welcome.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** Prompts with the adapters they rely on; the page offers a prompt only where the model has all of them. */
const examples: readonly (readonly [prompt: string, ...adapters: string[]])[] = [
  ["a robot in a meadow, clay render", "robot", "clay"],
  ["two dogs in the snow, film noir", "noir"],
  ["a castle on a hill, stained glass", "stained-glass"],
  ["a unicorn in a forest at sunset", "unicorn"],
  ["a rocket in space", "space-travel"],
  ["a fox in a forest, watercolor painting", "watercolour"],
  ["three apples on a table"],
  ["a castle on a hill"],
  ["a red car on a road next to a tree"],
  ["a penguin in the snow"],
];
const shownExamples = 6;

/** For full-size models. */
const fullSizeExamples = [
  "a lighthouse in a storm, watercolor painting",
  "a castle on a hill, pixel art",
  "a fluffy owl on a branch, claymation",
  "a street in the rain at night",
];

export function Welcome(): JSX.Element {
  const studio = useStudio();
  const shown = (): readonly string[] => {
    if (studio.settings.model !== pocketId) return fullSizeExamples;
    const cards = studio.pack()?.cards;
    const has = (id: string): boolean => !cards || cards.some((card) => card.id === id);
    return examples
      .filter(([, ...adapters]) => adapters.every(has))
      .slice(0, shownExamples)
      .map(([prompt]) => prompt);
  };
  return (
    <div class={styles["welcome"]}>
      <div class={styles["words"]}>
        <h2>{t.page.welcome.title}</h2>
        <p>{t.page.welcome.text}</p>
        <ul class={styles["examples"]} aria-label={t.page.welcome.examples}>
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
