// The init image with its mask on top, to draw on with mouse, pen, touch or keys. The caller owns the mask array; the hatching
// keeps it visible on any colour.
import { createEffect, createSignal, on, onMount, Show, type JSX } from "solid-js";
import { drawStroke, type Box, type MaskImage, type Point } from "../../app/images/mask-drawing.ts";
import type { RgbaImage } from "../../shared/request.ts";
import { arrowMoves } from "../controls/arrow-moves.ts";
import styles from "./MaskDialog.module.css";
import { t } from "../../texts/texts.ts";

export interface Brush {
  /** In image pixels. */
  readonly radius: number;
  /** 255 adds to the mask, 0 removes from it. */
  readonly value: number;
}

export function MaskCanvas(props: {
  readonly image: RgbaImage;
  readonly mask: MaskImage;
  readonly brush: Brush;
  /** Grows with every change of the mask. */
  readonly revision: number;
  /** Called before each stroke. */
  readonly onStroke: () => void;
  readonly onChange: () => void;
  /** Called with a factor for the brush size. */
  readonly onResize: (factor: number) => void;
}): JSX.Element {
  const { width, height } = props.mask;
  const stripe = Math.max(2, Math.round(Math.max(width, height) / 64));
  let base!: HTMLCanvasElement;
  let overlay!: HTMLCanvasElement;
  const [at, setAt] = createSignal<Point | null>(null);
  let last: Point | null = null;

  onMount(() => {
    base
      .getContext("2d")!
      .putImageData(new ImageData(props.image.rgba, props.image.width, props.image.height), 0, 0);
  });

  function show({ left, top, right, bottom }: Box): void {
    if (right <= left || bottom <= top) return;
    const part = new ImageData(right - left, bottom - top);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const value = props.mask.values[y * width + x]!;
        if (value === 0) continue;
        const to = 4 * ((y - top) * part.width + x - left);
        const ink = Math.floor((x + y) / stripe) % 2 === 0 ? 20 : 255;
        for (let c = 0; c < 3; c++) part.data[to + c] = ink;
        part.data[to + 3] = value * 0.62;
      }
    }
    overlay.getContext("2d")!.putImageData(part, left, top);
  }
  createEffect(
    on(
      () => props.revision,
      () => {
        if (last === null) show({ left: 0, top: 0, right: width, bottom: height });
      },
    ),
  );

  const pointOf = (event: PointerEvent): Point => {
    const box = overlay.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const strokeTo = (to: Point): void => {
    show(drawStroke(props.mask, { from: last ?? to, to, ...props.brush }));
    last = to;
  };
  const finish = (): void => {
    if (last === null) return;
    last = null;
    props.onChange();
  };

  const finishOf = (event: PointerEvent): void => {
    if (overlay.hasPointerCapture(event.pointerId)) finish();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (last !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = arrowMoves.get(event.key);
    const from = at() ?? { x: width / 2, y: height / 2 };
    if (move) {
      const reach = event.shiftKey ? 1 : Math.max(1, props.brush.radius);
      setAt({
        x: Math.min(width, Math.max(0, from.x + move.x * reach)),
        y: Math.min(height, Math.max(0, from.y + move.y * reach)),
      });
    } else if (event.key === " " || event.key === "Enter") {
      setAt(from);
      props.onStroke();
      strokeTo(from);
      finish();
    } else if (event.key === "[" || event.key === "]") props.onResize(event.key === "[" ? 0.8 : 1.25);
    else return;
    event.preventDefault();
  };

  return (
    <div class={styles["stage"]}>
      <div
        class={styles["layers"]}
        style={{ "aspect-ratio": `${width} / ${height}`, "--shape": width / height }}
      >
        <canvas ref={(element) => (base = element)} width={width} height={height} aria-hidden="true" />
        <canvas
          ref={(element) => (overlay = element)}
          class={styles["overlay"]}
          width={width}
          height={height}
          tabIndex={0}
          role="application"
          aria-label={t.prompt.mask.canvas}
          aria-describedby="mask-keys"
          onPointerDown={(event) => {
            if (event.button !== 0 || last !== null) return; // one pointer draws at a time
            event.preventDefault();
            overlay.focus();
            overlay.setPointerCapture(event.pointerId);
            props.onStroke();
            strokeTo(pointOf(event));
          }}
          onPointerMove={(event) => {
            setAt(pointOf(event));
            if (last === null || !overlay.hasPointerCapture(event.pointerId)) return;
            const moves = event.getCoalescedEvents();
            for (const move of moves.length > 0 ? moves : [event]) strokeTo(pointOf(move));
          }}
          onPointerUp={finishOf}
          onPointerCancel={finishOf}
          onPointerLeave={() => setAt(null)}
          onKeyDown={onKeyDown}
        />
        <Show when={at()}>
          {(point) => (
            <span
              class={styles["cursor"]}
              style={{
                left: `${(point().x / width) * 100}%`,
                top: `${(point().y / height) * 100}%`,
                width: `${((2 * props.brush.radius) / width) * 100}%`,
              }}
            />
          )}
        </Show>
      </div>
      <p class={styles["keys"]} id="mask-keys">
        {t.prompt.mask.keys}
      </p>
    </div>
  );
}
