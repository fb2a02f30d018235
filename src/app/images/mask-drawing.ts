// A mask while it is drawn: strokes, rectangles, what is transparent, and the way back. Values are one byte per pixel, 255
// where the image is inpainted. Pure, but for the arrays that are drawn into.

export interface MaskImage {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array<ArrayBuffer>;
}

/** Pixels of the image; right and bottom are outside. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const blankMask = ({ width, height }: { width: number; height: number }): MaskImage => ({
  width,
  height,
  values: new Uint8Array(width * height),
});

const clipped = (box: Box, { width, height }: MaskImage): Box => ({
  left: Math.min(width, Math.max(0, Math.floor(box.left))),
  top: Math.min(height, Math.max(0, Math.floor(box.top))),
  right: Math.min(width, Math.max(0, Math.ceil(box.right))),
  bottom: Math.min(height, Math.max(0, Math.ceil(box.bottom))),
});

/**
 * A stroke of a round brush: all pixels whose centre is within `radius` of the line. The pixel under the brush is always
 * drawn.
 * @returns what may have changed
 */
export function drawStroke(
  mask: MaskImage,
  { from, to, radius, value }: { from: Point; to: Point; radius: number; value: number },
): Box {
  const box = clipped(
    {
      left: Math.min(from.x, to.x) - radius,
      top: Math.min(from.y, to.y) - radius,
      right: Math.max(from.x, to.x) + radius + 1,
      bottom: Math.max(from.y, to.y) + radius + 1,
    },
    mask,
  );
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const reach = Math.max(radius, Math.SQRT1_2) ** 2;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= reach) mask.values[y * mask.width + x] = value;
    }
  }
  return box;
}

/** @returns what may have changed */
export function drawBox(mask: MaskImage, box: Box, value: number): Box {
  const inside = clipped(box, mask);
  for (let y = inside.top; y < inside.bottom; y++)
    mask.values.fill(
      value,
      y * mask.width + inside.left,
      y * mask.width + Math.max(inside.left, inside.right),
    );
  return inside;
}

export function invert({ values }: MaskImage): void {
  for (let i = 0; i < values.length; i++) values[i] = 255 - values[i]!;
}

/** Marks what is more transparent than not. @returns false when nothing is */
export function markTransparent({ values }: MaskImage, rgba: Uint8ClampedArray): boolean {
  let found = false;
  for (let i = 0; i < values.length; i++) {
    if (rgba[4 * i + 3]! >= 128) continue;
    values[i] = 255;
    found = true;
  }
  return found;
}

/** Part of the image that is marked, 0 … 1. */
export function markedShare({ values }: MaskImage): number {
  let marked = 0;
  for (const value of values) if (value > 127) marked++;
  return marked / values.length;
}

/** Earlier and later states of a mask; the oldest are forgotten beyond `maxBytes`. */
export class MaskHistory {
  readonly #mask: MaskImage;
  readonly #maxBytes: number;
  #earlier: Uint8Array<ArrayBuffer>[] = [];
  #later: Uint8Array<ArrayBuffer>[] = [];

  constructor(mask: MaskImage, { maxBytes = 64e6 }: { maxBytes?: number } = {}) {
    this.#mask = mask;
    this.#maxBytes = maxBytes;
  }

  /** Call before a change. */
  remember(): void {
    const room = Math.max(1, Math.floor(this.#maxBytes / this.#mask.values.length));
    this.#earlier = [...this.#earlier, this.#mask.values.slice()].slice(-room);
    this.#later = [];
  }

  get canUndo(): boolean {
    return this.#earlier.length > 0;
  }

  get canRedo(): boolean {
    return this.#later.length > 0;
  }

  undo(): void {
    this.#swap(this.#earlier, this.#later);
  }

  redo(): void {
    this.#swap(this.#later, this.#earlier);
  }

  #swap(from: Uint8Array<ArrayBuffer>[], to: Uint8Array<ArrayBuffer>[]): void {
    const values = from.pop();
    if (!values) return;
    to.push(this.#mask.values.slice());
    this.#mask.values.set(values);
  }
}
