// Under the prompt: the picture that the next one starts from, how far it is followed, and its mask. Nothing is there
// until a picture is chosen, dropped or pasted.
import { createSignal, Show, type JSX } from "solid-js";
import { isStretched, pictureLimits } from "../../stylus/image-options.ts";
import type { Offer } from "../../app/state/init-image.ts";
import controls from "../controls/controls.module.css";
import { BrushIcon, CloseIcon } from "../controls/icons.tsx";
import { MaskDialog } from "./MaskDialog.tsx";
import styles from "./InitImage.module.css";
import { useStudio } from "../studio-context.ts";

function describeStrength(strength: number): string {
  if (strength < 0.05) return "keeps the picture as it is";
  if (strength <= 0.4) return "changes details";
  if (strength <= 0.65) return "keeps the composition";
  if (strength <= 0.85) return "keeps the rough shapes";
  return "keeps next to nothing";
}

export function StartPicture(): JSX.Element {
  const studio = useStudio();
  return (
    <>
      <Show when={studio.start.offer()} keyed>
        {(offer) => <OfferNote offer={offer} />}
      </Show>
      <Show when={studio.settings.start}>
        <Chosen />
      </Show>
      <Show when={studio.start.note()}>
        {(text) => (
          <p class={styles["note"]} role="status">
            {text()}
          </p>
        )}
      </Show>
    </>
  );
}

function OfferNote(props: { readonly offer: Offer }): JSX.Element {
  const studio = useStudio();
  return (
    <section class={styles["start"]} aria-label="What is this picture for?">
      <img class={styles["offered"]} src={props.offer.url} alt="" />
      <div class={styles["about"]}>
        <p class={styles["title"]}>
          <b>{props.offer.name}</b> carries its prompt and settings.
        </p>
        <div class={styles["actions"]}>
          <button
            ref={(button) => queueMicrotask(() => button.focus())}
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => studio.useOffered()}
          >
            Use its settings
          </button>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => void studio.start.take(props.offer.file, props.offer.name)}
          >
            Start from it
          </button>
        </div>
      </div>
      <button
        class={`${controls["icon"]} ${styles["close"]}`}
        type="button"
        aria-label="Use neither"
        onClick={() => studio.start.ask(null)}
      >
        <CloseIcon />
      </button>
    </section>
  );
}

function Chosen(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const [masking, setMasking] = createSignal(false);
  const picture = () => settings.start!.picture;
  const strength = () => settings.startValues.strength;
  const region = () => (settings.start?.mask ? settings.startValues.region : "whole");
  const stretched = (): boolean => region() === "whole" && isStretched(picture(), studio.options());
  const facts = (): string => {
    const { width, height } = studio.options();
    const own = `${picture().width} × ${picture().height}`;
    if (region() === "masked") return `${own}, the masked part painted at ${width} × ${height}`;
    return width === picture().width && height === picture().height
      ? own
      : `${own}, painted at ${width} × ${height}`;
  };

  return (
    <section class={styles["start"]} aria-label="Picture to start from">
      <div class={styles["thumbnail"]}>
        <Show when={studio.start.shown()}>
          {(shown) => (
            <>
              <img src={shown().url} alt="The picture to start from" />
              <Show when={shown().maskUrl}>
                {(url) => <img class={styles["mask"]} src={url()} alt="Its mask: white is painted anew" />}
              </Show>
            </>
          )}
        </Show>
      </div>
      <div class={styles["about"]}>
        <p class={styles["title"]}>
          Starts from <b>{settings.start?.name || "this picture"}</b> <span>{facts()}</span>
        </p>
        <div class={styles["strength"]}>
          <label for="start-strength">Strength</label>
          <input
            id="start-strength"
            class={controls["slider"]}
            type="range"
            {...pictureLimits.strength}
            step="0.01"
            value={strength()}
            style={{ "--at": `${strength() * 100}%` }}
            aria-valuetext={`${strength().toFixed(2)}, ${describeStrength(strength())}`}
            onInput={(event) => setSettings("startValues", "strength", event.currentTarget.valueAsNumber)}
          />
          <output>
            <b>{strength().toFixed(2)}</b> {describeStrength(strength())}
          </output>
        </div>
        <div class={styles["actions"]}>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => setMasking(true)}
          >
            <BrushIcon /> {settings.start?.mask ? "Edit the mask" : "Paint a mask"}
          </button>
          <Show when={stretched()}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => setSettings("size", null)}
            >
              Paint in its own shape
            </button>
            <span class={styles["warning"]}>The size set pulls it out of shape.</span>
          </Show>
        </div>
      </div>
      <button
        class={`${controls["icon"]} ${styles["close"]}`}
        type="button"
        aria-label="Do not start from this picture"
        title="Do not start from this picture"
        onClick={() => studio.start.remove()}
      >
        <CloseIcon />
      </button>
      <MaskDialog open={masking()} onClose={() => setMasking(false)} />
    </section>
  );
}
