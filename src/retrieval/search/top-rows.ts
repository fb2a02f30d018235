// The largest of many numbers, without sorting them all.

/**
 * Places of the `k` largest values above `above`, largest first; ties by place.
 * @param options.masked 1 for places that may not be found
 */
export function topRows(
  values: Float32Array,
  options: { readonly k: number; readonly masked?: Uint8Array; readonly above?: number },
): number[] {
  const { k, masked } = options;
  const order = (a: number, b: number): number => values[b]! - values[a]! || a - b;
  let least = options.above ?? -Infinity;
  let top: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (values[row]! <= least || masked?.[row] === 1) continue;
    top.push(row);
    if (top.length < 4 * k + 64) continue;
    top = top.sort(order).slice(0, k);
    least = k > 0 ? values[top.at(-1)!]! : Infinity; // an equal one that comes later would lose the tie
  }
  return top.sort(order).slice(0, k);
}
