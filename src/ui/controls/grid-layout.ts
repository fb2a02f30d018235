// Where the cells of a grid of equal rows lie, and which of its rows are in view. Pure; all lengths in CSS pixels.

export interface GridColumns {
  readonly count: number;
  readonly width: number;
}

/** As many columns of at least `least` as fit, two where there is room for none; they share the width. */
export function columnsOf(
  width: number,
  { least, gap, fewest = 2 }: { readonly least: number; readonly gap: number; readonly fewest?: number },
): GridColumns {
  const count = Math.max(fewest, Math.floor((width + gap) / (least + gap)));
  return { count, width: Math.max(0, (width - gap * (count - 1)) / count) };
}

/**
 * The first row in view and the one behind the last, with `spare` more on both sides.
 * @param view of the scrolled box: where its upper edge lies in the grid, and its height
 */
export function rowsInView(
  view: { readonly top: number; readonly height: number },
  { stride, rows, spare }: { readonly stride: number; readonly rows: number; readonly spare: number },
): readonly [first: number, end: number] {
  const within = (row: number): number => Math.min(rows, Math.max(0, row));
  if (stride <= 0) return [0, within(1)];
  return [
    within(Math.floor(view.top / stride) - spare),
    within(Math.ceil((view.top + view.height) / stride) + spare),
  ];
}

/** Where an arrow key and its relatives lead from a cell; null for any other key. */
export function cellAfter(
  key: string,
  {
    at,
    cells,
    columns,
    page,
  }: { readonly at: number; readonly cells: number; readonly columns: number; readonly page: number },
): number | null {
  const steps: ReadonlyMap<string, number> = new Map(
    Object.entries({
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      PageDown: columns * page,
      PageUp: -columns * page,
      Home: -cells,
      End: cells,
    }),
  );
  const step = steps.get(key);
  return step === undefined ? null : Math.min(cells - 1, Math.max(0, at + step));
}
