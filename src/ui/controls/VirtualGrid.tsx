// A grid of thousands of cells of which only those in view are in the document, and the one with the focus. It scrolls with the dialog
// around it. All cells are equally high; each has one button.
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, type JSX } from "solid-js";
import { cellAfter, columnsOf, rowsInView } from "./grid-layout.ts";
import styles from "./VirtualGrid.module.css";

const gap = { column: 14, row: 18 };
/** Rows above and below the view: Tab and fast scrolling find them there. */
const spareRows = 2;

interface View {
  readonly width: number;
  /** Of the scrolled box within the grid. */
  readonly top: number;
  readonly height: number;
}

export function VirtualGrid(props: {
  readonly label: string;
  /** Of the cells, each once; a cell stays the same element while its key is in the list. */
  readonly keys: readonly string[];
  /** Pixels. */
  readonly leastColumn: number;
  readonly children: (key: string) => JSX.Element;
}): JSX.Element {
  let list!: HTMLUListElement;
  let box!: HTMLElement;
  const [view, setView] = createSignal<View>({ width: 0, top: 0, height: 0 }, { equals: isSameView });
  const [cellHeight, setCellHeight] = createSignal(0);
  const [focused, setFocused] = createSignal<string | null>(null);

  const columns = createMemo(
    () => columnsOf(view().width, { least: props.leastColumn, gap: gap.column }),
    undefined,
    { equals: (a, b) => a.count === b.count && a.width === b.width },
  );
  const stride = (): number => (cellHeight() > 0 ? cellHeight() + gap.row : 0);
  const rows = (): number => Math.ceil(props.keys.length / columns().count);
  const places = createMemo(() => new Map(props.keys.map((key, place) => [key, place])));
  const shownRows = createMemo(
    () => rowsInView(view(), { stride: stride(), rows: rows(), spare: spareRows }),
    undefined,
    { equals: (a, b) => a[0] === b[0] && a[1] === b[1] },
  );
  /** The rows in view, and those around the focus, which may be far away. */
  const shown = createMemo((): readonly string[] => {
    const { count } = columns();
    const [first, end] = shownRows();
    const inRows = (from: number, to: number): readonly string[] =>
      props.keys.slice(Math.max(0, from) * count, to * count);
    const place = places().get(focused() ?? "");
    if (place === undefined) return inRows(first, end);
    const row = Math.floor(place / count);
    if (row + 1 < first) return [...inRows(row - 1, row + 2), ...inRows(Math.max(first, row + 2), end)];
    if (row > end) return [...inRows(first, Math.min(end, row - 1)), ...inRows(row - 1, row + 2)];
    return inRows(Math.min(first, row - 1), Math.max(end, row + 2));
  });

  function look(): void {
    const [around, own] = [box.getBoundingClientRect(), list.getBoundingClientRect()];
    setView({ width: list.clientWidth, top: around.top - own.top, height: box.clientHeight });
  }
  function measure(): void {
    const cell = list.firstElementChild;
    if (cell) setCellHeight(cell.getBoundingClientRect().height);
    look();
  }
  onMount(() => {
    box = list.closest("dialog") ?? document.documentElement;
    const resized = new ResizeObserver(measure);
    for (const element of [list, list.parentElement!, box]) resized.observe(element);
    box.addEventListener("scroll", look, { passive: true });
    onCleanup(() => {
      resized.disconnect();
      box.removeEventListener("scroll", look);
    });
    measure();
  });
  // The first cell tells how high all are; fonts and languages change that.
  createEffect(on([() => props.keys.length > 0, columns], () => queueMicrotask(measure)));

  function moveTo(place: number): void {
    const key = props.keys[place]!;
    setFocused(key); // now it is in the document
    const cell = list.querySelector(`[data-place="${place}"]`);
    cell?.scrollIntoView({ block: "nearest" });
    cell?.querySelector("button")?.focus({ preventScroll: true });
  }
  const keyOf = (target: EventTarget | null): string | null =>
    target instanceof Element ? (target.closest("li")?.dataset["key"] ?? null) : null;

  return (
    <ul
      ref={(element) => (list = element)}
      class={styles["grid"]}
      role="list"
      aria-label={props.label}
      style={{ height: `${Math.max(0, rows() * stride() - gap.row)}px` }}
      onFocusIn={(event) => setFocused(keyOf(event.target))}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const at = places().get(keyOf(event.target) ?? "");
        if (at === undefined) return;
        const page = Math.max(1, Math.floor(view().height / stride()) - 1);
        const next = cellAfter(event.key, {
          at,
          cells: props.keys.length,
          columns: columns().count,
          page,
        });
        if (next === null) return;
        event.preventDefault();
        moveTo(next);
      }}
    >
      <For each={shown()}>
        {(key) => {
          const place = (): number => places().get(key) ?? 0;
          const at = (): string => {
            const { count, width } = columns();
            const [column, row] = [place() % count, Math.floor(place() / count)];
            return `translate(${column * (width + gap.column)}px, ${row * stride()}px)`;
          };
          return (
            <li
              data-key={key}
              data-place={place()}
              aria-setsize={props.keys.length}
              aria-posinset={place() + 1}
              style={{ width: `${columns().width}px`, transform: at() }}
            >
              {props.children(key)}
            </li>
          );
        }}
      </For>
    </ul>
  );
}

const isSameView = (a: View, b: View): boolean =>
  a.width === b.width && a.top === b.top && a.height === b.height;
