// What the regions of the form become when the user adds, moves and resizes them: always inside the image, in
// whole percents where they fit. Pure.
import { limits } from "../../../shared/limits.ts";
import { leastRegionView, type Rectangle } from "../../../shared/request.ts";
import { hasPrompt, type Region } from "../../../stylus/regions.ts";

/** Where a new region may lie. */
export const places = {
  left: { x: 0, y: 0, width: 0.5, height: 1 },
  right: { x: 0.5, y: 0, width: 0.5, height: 1 },
  top: { x: 0, y: 0, width: 1, height: 0.5 },
  bottom: { x: 0, y: 0.5, width: 1, height: 0.5 },
  centre: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 },
} satisfies Readonly<Record<string, Rectangle>>;

export type Place = keyof typeof places;

export const newRegion = (place: Place): Region => ({ ...places[place], prompt: "", weight: 1 });

/** What each is called, from 1 up as in the image: one without a prompt is no part of it, and has none. */
export function numbersOf(regions: readonly Pick<Region, "prompt">[]): (number | null)[] {
  let last = 0;
  return regions.map((region) => (hasPrompt(region) ? ++last : null));
}

/** Whether it shows only a part of what is generated for it, in an image of that size. */
export const cutsOff = (
  region: Pick<Rectangle, "width" | "height">,
  image: { readonly width: number; readonly height: number },
): boolean =>
  (["width", "height"] as const).some(
    (side) => Math.round(region[side] * image[side]) < Math.min(leastRegionView, image[side]),
  );

const percent = (share: number): number => Math.round(share * 100) / 100;

/** What is left of a side; 1 − 0.9 is a little less than 0.1. */
const rest = (share: number): number => Math.round((1 - share) * 1e9) / 1e9;

const within = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, percent(value)));

/** Moved as far as the image goes; shares of it. */
export const moved = ({ x, y, width, height }: Rectangle, to: { x: number; y: number }): Rectangle => ({
  x: within(x + to.x, 0, rest(width)),
  y: within(y + to.y, 0, rest(height)),
  width,
  height,
});

/** With another size, by its lower right corner. */
export const resized = ({ x, y, width, height }: Rectangle, by: { x: number; y: number }): Rectangle => ({
  x,
  y,
  width: within(width + by.x, limits.regionSide, rest(x)),
  height: within(height + by.y, limits.regionSide, rest(y)),
});

/** With one value set by hand: the others make room where they have to. */
export function withSide(region: Rectangle, side: keyof Rectangle, value: number): Rectangle {
  const along = side === "x" || side === "width" ? (["x", "width"] as const) : (["y", "height"] as const);
  const [start, length] = along;
  if (side === start) {
    const from = within(value, 0, rest(limits.regionSide));
    return { ...region, [start]: from, [length]: within(region[length], limits.regionSide, rest(from)) };
  }
  const size = within(value, limits.regionSide, 1);
  return { ...region, [length]: size, [start]: within(region[start], 0, rest(size)) };
}
