/** By key: one step of what arrow keys move, right and down positive. */
export const arrowMoves: ReadonlyMap<string, { readonly x: number; readonly y: number }> = new Map(
  Object.entries({
    ArrowLeft: { x: -1, y: 0 },
    ArrowRight: { x: 1, y: 0 },
    ArrowUp: { x: 0, y: -1 },
    ArrowDown: { x: 0, y: 1 },
  }),
);
