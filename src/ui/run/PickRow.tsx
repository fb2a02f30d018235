// One chosen adapter: why, how strong, and the ways to change it.
import { createMemo, For, Show, type JSX } from "solid-js";
import { appendWords } from "../../app/state/prompt-edit.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import controls from "../controls/controls.module.css";
import { BanIcon, CloseIcon, PinIcon, UndoIcon } from "../controls/icons.tsx";
import styles from "./PickRow.module.css";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";

/** Strengths that the slider offers; it reaches further where one is used that lies outside. */
const usual = { min: 0, max: 1.5 };

export function PickRow(props: {
  readonly pick: { readonly id: string; readonly reason: string; readonly similarity: number | null };
}): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const id = (): string => props.pick.id;
  const card = createMemo(() => studio.card(id()));
  /** Its file on the hub, while it is not here. */
  const arriving = () => {
    const file = studio.pack()?.remote.get(id());
    return file?.stored === false ? file : null;
  };
  const title = (): string => card()?.title ?? id();
  const pinned = (): boolean => studio.pins().includes(id());
  const banned = (): boolean => studio.bans().includes(id());
  const removed = (): boolean => studio.adjustments.removed.includes(id());
  const off = (): boolean => banned() || removed();
  const byHand = (): boolean => studio.adjustments.strengths[id()] !== undefined;
  const use = createMemo(() => {
    for (const image of studio.planned()) {
      const found = image.adapters.find((adapter) => adapter.id === id());
      if (found) return { strength: found.unetStrength, formula: image.formulas[id()] ?? "" };
    }
    return null;
  });
  const strength = (): number => studio.adjustments.strengths[id()] ?? use()?.strength ?? 0;
  const min = createMemo<number>((least) => Math.min(least, Math.floor(strength() * 100) / 100), usual.min);
  const max = createMemo<number>((most) => Math.max(most, Math.ceil(strength() * 100) / 100), usual.max);
  /** A finished picture that holds this adapter, to try without it. */
  const withIt = createMemo(() =>
    studio
      .run()
      ?.images.find((image) => image.picture && image.adapters.some((adapter) => adapter.id === id())),
  );
  const inPrompt = (word: string): boolean =>
    studio.settings.prompt.toLowerCase().includes(word.toLowerCase());

  return (
    <li class={styles["row"]} data-off={off()}>
      <button
        class={styles["thumb"]}
        type="button"
        aria-label={`About ${title()}`}
        onClick={() => openDialog(id())}
      >
        <SampleImage card={card()} />
      </button>
      <div class={styles["text"]}>
        <p class={styles["title"]}>
          <button type="button" onClick={() => openDialog(id())}>
            {title()}
          </button>
          <Show
            when={
              props.pick.similarity !== null && !props.pick.reason.includes(props.pick.similarity.toFixed(2))
            }
          >
            <span class={styles["match"]} title="How well it fits this part, 0 to 1">
              {props.pick.similarity!.toFixed(2)}
            </span>
          </Show>
        </p>
        <p class={styles["reason"]}>
          {banned()
            ? "Banned: it will not be chosen again."
            : removed()
              ? "Left out for this prompt."
              : props.pick.reason}
        </p>
        <Show when={!off() && arriving()}>
          {(file) => (
            <p class={styles["formula"]}>
              {formatBytes(file().sizeBytes)}, downloaded when you generate and kept.
            </p>
          )}
        </Show>
        <Show when={!off() && !byHand() && /[×÷]/.test(use()?.formula ?? "")}>
          <p class={styles["formula"]}>
            Strength: {use()!.formula} = {strength().toFixed(2)}
          </p>
        </Show>
        <Show when={!off() && (card()?.triggerWords.length ?? 0) > 0}>
          <p class={styles["triggers"]}>
            <span>Trigger words:</span>
            <For each={card()!.triggerWords}>
              {(word) => (
                <Show when={!inPrompt(word)} fallback={<span class={styles["present"]}>{word}</span>}>
                  <button
                    type="button"
                    title="Add to the prompt"
                    onClick={() => studio.setSettings("prompt", (prompt) => appendWords(prompt, word))}
                  >
                    {word} +
                  </button>
                </Show>
              )}
            </For>
          </p>
        </Show>
      </div>
      <Show
        when={!off()}
        fallback={
          <button
            class={`${controls["button"]} ${controls["small"]} ${styles["back"]}`}
            type="button"
            onClick={() => {
              if (banned()) studio.toggleBan(id());
              studio.restore(id());
            }}
          >
            <UndoIcon /> Put back
          </button>
        }
      >
        <div class={styles["strength"]}>
          <input
            class={controls["slider"]}
            type="range"
            min={min()}
            max={max()}
            step="0.01"
            value={strength()}
            style={{ "--at": `${((strength() - min()) / (max() - min())) * 100}%` }}
            aria-label={`Strength of ${title()}`}
            aria-valuetext={strength().toFixed(2)}
            onInput={(event) => studio.setStrength(id(), event.currentTarget.valueAsNumber)}
          />
          <output class={styles["value"]} title={byHand() ? "Set by you" : use()?.formula}>
            {strength().toFixed(2)}
          </output>
          <Show when={byHand()}>
            <button
              class={`${controls["icon"]} ${styles["reset"]}`}
              type="button"
              aria-label={`Strength of ${title()} as recommended`}
              title="As recommended"
              onClick={() => studio.setStrength(id(), null)}
            >
              <UndoIcon />
            </button>
          </Show>
        </div>
        <div class={styles["actions"]}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]} ${styles["without"]}`}
            type="button"
            disabled={!withIt() || studio.busy()}
            title={withIt() ? "Paint the same seed without it and compare" : "It is in no picture yet"}
            onClick={() => void studio.compare(withIt()!.index, id())}
          >
            Without it
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={`Pin ${title()}`}
            title={pinned() ? "Pinned: in every picture" : "Pin: always use it"}
            aria-pressed={pinned()}
            onClick={() => studio.togglePin(id())}
          >
            <PinIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={`Ban ${title()}`}
            title="Ban: never choose it again"
            onClick={() => studio.toggleBan(id())}
          >
            <BanIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={`Leave ${title()} out of this prompt`}
            title="Leave it out of this prompt"
            onClick={() => {
              if (pinned()) studio.togglePin(id());
              studio.remove(id());
            }}
          >
            <CloseIcon />
          </button>
        </div>
      </Show>
    </li>
  );
}
