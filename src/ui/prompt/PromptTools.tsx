// Under the prompt: what helps to write it, and how many tokens it has.
import { For, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import { ChevronIcon, CloseIcon } from "../controls/icons.tsx";
import styles from "./PromptTools.module.css";
import { TokenCount } from "./TokenCount.tsx";
import { StylesDialog } from "./StylesDialog.tsx";
import { WildcardsDialog } from "./WildcardsDialog.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function PromptTools(props: {
  /** Puts words into the prompt. */
  readonly onInsert: (words: string) => void;
  readonly regionsOpen: boolean;
  readonly onToggleRegions: () => void;
  /** Null: the field of the negative prompt is there. */
  readonly onNegative: (() => void) | null;
}): JSX.Element {
  const studio = useStudio();
  /** Without guidance it does nothing. */
  const negative = (): string => (studio.options().cfgScale > 1 ? studio.settings.negativePrompt.trim() : "");
  const tokens = studio.countTokens(() => studio.words().prompt);
  return (
    <div class={styles["tools"]}>
      <button
        class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
        type="button"
        onClick={() => studio.wildcards.show()}
      >
        {t.prompt.wildcards.title}
      </button>
      <button
        class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
        type="button"
        onClick={() => studio.styles.show()}
      >
        {t.prompt.styles.title}
      </button>
      <button
        class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
        type="button"
        title={t.plot.title}
        onClick={() => studio.plot.show()}
      >
        {t.plot.button}
      </button>
      <button
        class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
        type="button"
        aria-expanded={props.regionsOpen}
        aria-controls="regions"
        onClick={() => props.onToggleRegions()}
      >
        {t.prompt.regions.button(studio.settings.regions.length)}
        <ChevronIcon />
      </button>
      <Show when={studio.styles.applied().length > 0}>
        <ul class={styles["applied"]} aria-label={t.prompt.styles.applied}>
          <For each={studio.styles.applied()}>
            {({ name }) => (
              <li>
                {name}
                <button
                  type="button"
                  aria-label={t.prompt.styles.leave(name)}
                  onClick={() => studio.styles.toggle(name)}
                >
                  <CloseIcon />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={negative() !== "" && props.onNegative}>
        {(open) => (
          <button
            class={styles["negative"]}
            type="button"
            title={t.prompt.openNegative}
            onClick={() => open()()}
          >
            {t.prompt.negativeInUse(negative())}
          </button>
        )}
      </Show>
      <TokenCount of={tokens()} />
      <StylesDialog />
      <WildcardsDialog onInsert={props.onInsert} />
    </div>
  );
}
