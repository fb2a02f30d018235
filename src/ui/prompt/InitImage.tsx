// Under the prompt: the init image, its denoising strength and its mask. Empty until the user chooses, drops or pastes an
// image.
import { createSignal, Show, type JSX } from "solid-js";
import { isStretched } from "../../stylus/image-options.ts";
import { hasTemplate } from "../../stylus/infotext.ts";
import type { Offer } from "../../app/state/init-image.ts";
import controls from "../controls/controls.module.css";
import { BrushIcon, CloseIcon } from "../controls/icons.tsx";
import { RichText } from "../controls/RichText.tsx";
import { MaskDialog } from "./MaskDialog.tsx";
import styles from "./InitImage.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

function describeStrength(strength: number): string {
  if (strength < 0.05) return t.prompt.initImage.strengthEffects.none;
  if (strength <= 0.4) return t.prompt.initImage.strengthEffects.details;
  if (strength <= 0.65) return t.prompt.initImage.strengthEffects.composition;
  if (strength <= 0.85) return t.prompt.initImage.strengthEffects.shapes;
  return t.prompt.initImage.strengthEffects.all;
}

export function InitImage(): JSX.Element {
  const studio = useStudio();
  return (
    <>
      <Show when={studio.initImage.offer()} keyed>
        {(offer) => <OfferNote offer={offer} />}
      </Show>
      <Show when={studio.settings.start}>
        <ChosenImage />
      </Show>
      <Show when={studio.initImage.note()}>
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
  const { image } = props.offer; // the note is made again for each offer
  return (
    <section
      class={styles["initImage"]}
      aria-label={image ? t.prompt.initImage.offerSection : t.prompt.initImage.offerTextSection}
    >
      <Show when={props.offer.url}>{(url) => <img class={styles["offered"]} src={url()} alt="" />}</Show>
      <div class={styles["about"]}>
        <p class={styles["title"]} role={image ? undefined : "status"}>
          {image ? (
            <RichText text={t.prompt.initImage.offer} values={{ name: image.name }} />
          ) : (
            t.prompt.initImage.offerText
          )}
        </p>
        <div class={styles["actions"]}>
          <button
            ref={(button) => image && queueMicrotask(() => button.focus()) /* who pasted goes on writing */}
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => studio.useOffered("words")}
          >
            {t.prompt.initImage.useSettings}
          </button>
          <Show when={hasTemplate(props.offer.text)}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              title={t.prompt.initImage.useTemplateTitle}
              onClick={() => studio.useOffered("template")}
            >
              {t.prompt.initImage.useTemplate}
            </button>
          </Show>
          <Show when={image} keyed>
            {({ file, name }) => (
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => void studio.initImage.take(file, name)}
              >
                {t.prompt.initImage.useImage}
              </button>
            )}
          </Show>
        </div>
      </div>
      <button
        class={`${controls["icon"]} ${styles["close"]}`}
        type="button"
        aria-label={t.prompt.initImage.dismiss}
        onClick={() => studio.initImage.ask(null)}
      >
        <CloseIcon />
      </button>
    </section>
  );
}

function ChosenImage(): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const [masking, setMasking] = createSignal(false);
  const image = () => settings.start!.picture;
  const strength = () => settings.startValues.strength;
  const region = () => (settings.start?.mask ? settings.startValues.region : "whole");
  const stretched = (): boolean => region() === "whole" && isStretched(image(), studio.options());
  const facts = (): string => {
    const { width, height } = studio.options();
    const texts = t.prompt.initImage;
    const own = texts.size(image().width, image().height);
    const size = texts.size(width, height);
    if (region() === "masked") return texts.maskedAt(own, size);
    return size === own ? own : texts.generatedAt(own, size);
  };

  return (
    <section class={styles["initImage"]} aria-label={t.prompt.initImage.section}>
      <div class={styles["thumbnail"]}>
        <Show when={studio.initImage.shown()}>
          {(shown) => (
            <>
              <img src={shown().url} alt={t.prompt.initImage.alt} />
              <Show when={shown().maskUrl}>
                {(url) => <img class={styles["mask"]} src={url()} alt={t.prompt.initImage.maskAlt} />}
              </Show>
            </>
          )}
        </Show>
      </div>
      <div class={styles["about"]}>
        <p class={styles["title"]}>
          <RichText
            text={t.prompt.initImage.title}
            values={{ name: settings.start?.name || t.prompt.initImage.unnamed }}
          />{" "}
          <span>{facts()}</span>
        </p>
        <div class={styles["strength"]}>
          <label for="denoising-strength">{t.prompt.initImage.strength}</label>
          <input
            id="denoising-strength"
            class={controls["slider"]}
            type="range"
            {...limits.denoisingStrength}
            step="0.01"
            value={strength()}
            style={{ "--at": `${strength() * 100}%` }}
            aria-valuetext={t.prompt.initImage.strengthText(strength(), describeStrength(strength()))}
            onInput={(event) => setSettings("startValues", "strength", event.currentTarget.valueAsNumber)}
          />
          <output>
            <b>{t.format.fraction(strength())}</b> {describeStrength(strength())}
          </output>
        </div>
        <div class={styles["actions"]}>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => setMasking(true)}
          >
            <BrushIcon /> {settings.start?.mask ? t.prompt.initImage.editMask : t.prompt.initImage.addMask}
          </button>
          <Show when={stretched()}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => setSettings("size", null)}
            >
              {t.prompt.initImage.matchSize}
            </button>
            <span class={styles["warning"]}>{t.prompt.initImage.stretched}</span>
          </Show>
        </div>
      </div>
      <button
        class={`${controls["icon"]} ${styles["close"]}`}
        type="button"
        aria-label={t.prompt.initImage.remove}
        title={t.prompt.initImage.remove}
        onClick={() => studio.initImage.remove()}
      >
        <CloseIcon />
      </button>
      <MaskDialog open={masking()} onClose={() => setMasking(false)} />
    </section>
  );
}
