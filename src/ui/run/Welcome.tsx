// Before the first image: what this is and what the model can draw, with examples to try; they go once there are own images.
import { For, Show, type JSX } from "solid-js";
import { fullSizeId, pocketId } from "../../app/packs/packs.ts";
import type { Saying } from "../../shared/saying.ts";
import { CheckIcon } from "../controls/icons.tsx";
import { examples, type Example } from "./examples.ts";
import styles from "./Welcome.module.css";
import { ownServerId } from "../../app/packs/own-server.ts";
import { useStudio } from "../studio-context.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

/** For full-size models. */
const fullSizeExamples = [
  "a lighthouse in a storm, watercolor painting",
  "a castle on a hill, pixel art",
  "a fluffy owl on a branch, claymation",
  "a street in the rain at night",
];

export function Welcome(): JSX.Element {
  const studio = useStudio();
  const isPocket = (): boolean => studio.settings.model === pocketId;
  /** Why full-size models cannot run here; null: they can, or it is not known yet. */
  const lacking = (): Saying | null => {
    const fit = studio.models.list()?.models.find(({ id }) => id === fullSizeId)?.fit;
    return fit?.kind === "impossible" ? fit.reason : null;
  };
  const shown = (): readonly Example[] => {
    const cards = studio.pack()?.cards;
    const has = (id: string): boolean => !cards || cards.some((card) => card.id === id);
    return examples.filter(({ adapters }) => adapters.every(has));
  };
  function take(prompt: string): void {
    studio.setSettings("prompt", prompt);
    studio.announce(t.page.welcome.taken(prompt));
    document.getElementById("prompt")?.focus();
  }
  const isTaken = (prompt: string): boolean => studio.settings.prompt === prompt;
  return (
    <div class={styles["welcome"]}>
      <div class={styles["words"]}>
        <h2>{t.page.welcome.title}</h2>
        <p>{t.page.welcome.text(studio.languageModels.usedId() === ownServerId)}</p>
        <Show when={isPocket()}>
          <p class={styles["scope"]}>
            {t.page.welcome.scope(studio.pack()?.things?.drawn ?? null)}{" "}
            <Show
              when={lacking()}
              fallback={
                <>
                  {t.page.welcome.everythingElse}{" "}
                  <button type="button" onClick={() => studio.models.show()}>
                    {t.page.welcome.fullSize}
                  </button>
                </>
              }
            >
              {(reason) => t.page.welcome.noFullSize(spoken(reason()))}
            </Show>
          </p>
        </Show>
      </div>
      <Show when={studio.gallery.images().length === 0}>
        <section class={styles["examples"]} aria-labelledby="examples-title">
          <h3 id="examples-title">{isPocket() ? t.page.welcome.pictures : t.page.welcome.examples}</h3>
          <Show
            when={isPocket()}
            fallback={
              <ul class={styles["prompts"]}>
                <For each={fullSizeExamples}>
                  {(prompt) => (
                    <li>
                      <button type="button" aria-pressed={isTaken(prompt)} onClick={() => take(prompt)}>
                        {prompt}
                      </button>
                    </li>
                  )}
                </For>
              </ul>
            }
          >
            <ul class={styles["pictures"]}>
              <For each={shown()}>
                {({ id, prompt }) => (
                  <li>
                    <button type="button" aria-pressed={isTaken(prompt)} onClick={() => take(prompt)}>
                      <img
                        src={`${import.meta.env.BASE_URL}examples/${id}.webp`}
                        alt=""
                        width="256"
                        height="256"
                      />
                      <span>{prompt}</span>
                      <Show when={isTaken(prompt)}>
                        <span class={styles["taken"]}>
                          <CheckIcon /> {t.page.welcome.inPrompt}
                        </span>
                      </Show>
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </section>
      </Show>
    </div>
  );
}
