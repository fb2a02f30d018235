// A mask being drawn over an image: brush and eraser, rectangles, transparent areas, undo. Of init images and of regions.
import { createSignal, Show, type JSX } from "solid-js";
import {
  invert,
  markedShare,
  type MaskHistory,
  markTransparent,
  drawBox,
  type MaskImage,
} from "../../app/images/mask-drawing.ts";
import type { RgbaImage } from "../../shared/request.ts";
import controls from "../controls/controls.module.css";
import { NumberField, SegmentField } from "../controls/fields.tsx";
import { RedoIcon, UndoIcon } from "../controls/icons.tsx";
import { RichText } from "../controls/RichText.tsx";
import { MaskCanvas, type Brush } from "./MaskCanvas.tsx";
import styles from "./MaskDialog.module.css";
import { t } from "../../texts/texts.ts";

/** In image pixels. */
const brushSizes = ({ width, height }: MaskImage): { min: number; max: number; usual: number } => {
  const side = Math.max(width, height);
  return {
    min: Math.max(2, Math.round(side / 128)),
    max: Math.round(side / 3),
    usual: Math.round(side / 10),
  };
};

export function MaskEditor(props: {
  readonly drawn: {
    readonly image: RgbaImage;
    /** Drawn into. */
    readonly mask: MaskImage;
    readonly history: MaskHistory;
  };
  /** What a part of the image that is marked, 0 … 1, stands for. */
  readonly describe: (share: number) => string;
  readonly onDone: () => void;
  /** More fields. */
  readonly children?: JSX.Element;
}): JSX.Element {
  const { image, mask, history } = props.drawn;
  const sizes = brushSizes(mask);
  const [erase, setErase] = createSignal(false);
  const [size, setSize] = createSignal(sizes.usual);
  // Strokes change the mask array in place: this counts the changes.
  const [revision, setRevision] = createSignal(0);
  const share = (): number => (revision(), markedShare(mask));
  const changed = (): void => void setRevision((count) => count + 1);
  const change = (work: () => void): void => {
    history.remember();
    work();
    changed();
  };
  const step = (work: () => void): void => {
    work();
    changed();
  };
  const brush = (): Brush => ({ radius: size() / 2, value: erase() ? 0 : 255 });
  const hasTransparency = image.rgba.some((value, at) => at % 4 === 3 && value < 128);

  return (
    <div
      class={styles["editor"]}
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
        if (event.target instanceof HTMLInputElement && event.target.type === "number") return;
        event.preventDefault();
        step(() => (event.shiftKey ? history.redo() : history.undo()));
      }}
    >
      <MaskCanvas
        image={image}
        mask={mask}
        brush={brush()}
        revision={revision()}
        onStroke={() => history.remember()}
        onChange={changed}
        onResize={(factor) =>
          setSize((value) => Math.round(Math.min(sizes.max, Math.max(sizes.min, value * factor))))
        }
      />
      <div class={styles["tools"]}>
        <div class={styles["row"]}>
          <SegmentField
            legend={t.prompt.mask.tool}
            value={erase() ? "erase" : "draw"}
            choices={[
              { value: "draw", label: t.prompt.mask.brush },
              { value: "erase", label: t.prompt.mask.eraser },
            ]}
            onChange={(tool) => setErase(tool === "erase")}
          />
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.prompt.mask.undo}
            title={t.prompt.mask.undoTitle}
            disabled={(revision(), !history.canUndo)}
            onClick={() => step(() => history.undo())}
          >
            <UndoIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.prompt.mask.redo}
            title={t.prompt.mask.redoTitle}
            disabled={(revision(), !history.canRedo)}
            onClick={() => step(() => history.redo())}
          >
            <RedoIcon />
          </button>
        </div>
        <label class={styles["size"]}>
          <span>
            <RichText text={t.prompt.mask.size} values={{ size: String(size()) }} />
          </span>
          <input
            class={controls["slider"]}
            type="range"
            min={sizes.min}
            max={sizes.max}
            value={size()}
            style={{ "--at": `${((size() - sizes.min) / (sizes.max - sizes.min)) * 100}%` }}
            aria-label={t.prompt.mask.sizeLabel}
            onInput={(event) => setSize(event.currentTarget.valueAsNumber)}
          />
        </label>
        <div class={styles["row"]}>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => change(() => invert(mask))}
          >
            {t.prompt.mask.invert}
          </button>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => change(() => void mask.values.fill(0))}
          >
            {t.prompt.mask.clear}
          </button>
          <Show when={hasTransparency}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => change(() => void markTransparent(mask, image.rgba))}
            >
              {t.prompt.mask.transparent}
            </button>
          </Show>
        </div>
        <RectangleFields mask={mask} onFill={(box, value) => change(() => void drawBox(mask, box, value))} />
        {props.children}
        <div class={styles["done"]}>
          <p role="status">{props.describe(share())}</p>
          <button
            class={`${controls["button"]} ${controls["primary"]}`}
            type="button"
            onClick={() => props.onDone()}
          >
            {t.prompt.mask.done}
          </button>
        </div>
      </div>
    </div>
  );
}

/** Masks without a pointer. */
function RectangleFields(props: {
  readonly mask: MaskImage;
  readonly onFill: (box: { left: number; top: number; right: number; bottom: number }, value: number) => void;
}): JSX.Element {
  const { width, height } = props.mask;
  const [left, setLeft] = createSignal(Math.round(width / 4));
  const [top, setTop] = createSignal(Math.round(height / 4));
  const [across, setAcross] = createSignal(Math.round(width / 2));
  const [down, setDown] = createSignal(Math.round(height / 2));
  const box = () => ({ left: left(), top: top(), right: left() + across(), bottom: top() + down() });
  return (
    <details class={styles["more"]}>
      <summary>{t.prompt.mask.rectangle}</summary>
      <div class={styles["pair"]}>
        <NumberField label={t.prompt.mask.left} value={left()} min={0} max={width - 1} onChange={setLeft} />
        <NumberField label={t.prompt.mask.top} value={top()} min={0} max={height - 1} onChange={setTop} />
        <NumberField label={t.prompt.mask.width} value={across()} min={1} max={width} onChange={setAcross} />
        <NumberField label={t.prompt.mask.height} value={down()} min={1} max={height} onChange={setDown} />
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => props.onFill(box(), 255)}
        >
          {t.prompt.mask.add}
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => props.onFill(box(), 0)}
        >
          {t.prompt.mask.remove}
        </button>
      </div>
    </details>
  );
}
