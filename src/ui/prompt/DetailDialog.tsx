// An area of the detail pass while it is drawn, over the image on show if the next one has its size. Closing it keeps what is drawn.
import { createEffect, createSignal, on, Show, type JSX } from "solid-js";
import { drawnMask, regionOfMask } from "../../app/images/drawn-region.ts";
import { pixelsOf } from "../../app/images/input-image.ts";
import { blankMask, MaskHistory, type MaskImage } from "../../app/images/mask-drawing.ts";
import type { RgbaImage } from "../../shared/request.ts";
import { finishedSize } from "../../stylus/image-options.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { MaskEditor } from "./MaskEditor.tsx";

interface Session {
  readonly image: RgbaImage;
  /** Of that image; null: there is none of that size. */
  readonly seed: number | null;
  readonly mask: MaskImage;
  readonly history: MaskHistory;
}

const paper = ({ width, height }: { readonly width: number; readonly height: number }): RgbaImage => ({
  width,
  height,
  rgba: new Uint8ClampedArray(4 * width * height).fill(232),
});

/** @param props.index which area; one behind the last is new, null: closed */
export function DetailDialog(props: {
  readonly index: number | null;
  readonly onClose: () => void;
}): JSX.Element {
  const studio = useStudio();
  const { settings, setSettings } = studio;
  const [session, setSession] = createSignal<Session | null>(null);

  /** The first image of the run on show, where the next run's have its size. */
  async function shown(): Promise<{ readonly image: RgbaImage; readonly seed: number } | null> {
    const size = finishedSize(studio.options());
    const found = studio.run()?.images.find(({ encoded, width, height }) => {
      return encoded !== null && width === size.width && height === size.height;
    });
    if (!found?.encoded) return null;
    const image = await pixelsOf(found.encoded.png, "The image").catch(() => null);
    return image && { image, seed: found.seed };
  }

  async function open(index: number): Promise<void> {
    const found = await shown();
    if (props.index !== index) return; // closed by now
    const image = found?.image ?? paper(finishedSize(studio.options()));
    const area = settings.details[index];
    const mask = area ? drawnMask({ ...area }, image) : blankMask(image);
    setSession({ image, seed: found?.seed ?? null, mask, history: new MaskHistory(mask) });
  }
  createEffect(
    on(
      () => props.index,
      (index) => index !== null && void open(index),
    ),
  );

  function close(): void {
    const drawn = session();
    const { index } = props;
    setSession(null);
    props.onClose();
    if (!drawn || index === null || !(drawn.history.canUndo || drawn.history.canRedo)) return;
    const area = regionOfMask(drawn.mask);
    const others = settings.details.filter((_, other) => other !== index);
    if (!area) return setSettings("details", others);
    const prompt = settings.details[index]?.prompt ?? "";
    setSettings("details", others.toSpliced(index, 0, { ...area, prompt }));
    // What was drawn on stays where it is.
    if (drawn.seed !== null) setSettings({ seed: drawn.seed, seedLocked: true });
  }

  return (
    <Dialog
      open={session() !== null}
      title={t.settings.details.draw((props.index ?? 0) + 1)}
      wide
      onClose={close}
    >
      <Show when={session()} keyed>
        {(drawn) => (
          <MaskEditor drawn={drawn} describe={t.settings.details.covered} onDone={close}>
            <p class={controls["hint"]}>
              {drawn.seed === null ? t.settings.details.onPaper : t.settings.details.onImage(drawn.seed)}
            </p>
          </MaskEditor>
        )}
      </Show>
    </Dialog>
  );
}
