// The sheet of a plot: its images in a grid, with a label at each column, row and page. The layout is pure; drawing needs a canvas.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** Lines of one label and where they stand: `y` is the middle of the first, the others follow one line below each other. */
interface PlacedLabel {
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "center" | "right";
  readonly weight: 400 | 700;
}

export interface SheetLayout {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly fontPixels: number;
  readonly linePixels: number;
  /** Upper left corners of the cells: row by row, page by page. */
  readonly cells: readonly { readonly x: number; readonly y: number }[];
  readonly labels: readonly PlacedLabel[];
}

/** What a sheet shows beside its images; an axis without labels has one place. */
export interface SheetLabels {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly z: readonly string[];
}

/** As large as a canvas can be on phones. */
const mostPixels = 4096 * 4096;
const longestSide = 16_384;
/** Of a label; longer ones end in an ellipsis. */
const mostLines = 4;

type Measure = (text: string, fontPixels: number, weight: 400 | 700) => number;

/** Words in lines that are as wide as there is room; a word that is wider is broken. */
export function wrap(text: string, room: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  const put = (next: string): void => {
    if (line !== "") lines.push(line);
    line = next;
  };
  for (const word of text.split(/\s+/u).filter((each) => each !== "")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (measure(joined) <= room) {
      line = joined;
      continue;
    }
    put("");
    for (const letter of word) {
      if (line !== "" && measure(line + letter) > room) put("");
      line += letter;
    }
  }
  put("");
  if (lines.length <= mostLines) return lines;
  const last = [...lines[mostLines - 1]!];
  while (last.length > 0 && measure(`${last.join("")}…`) > room) last.pop();
  return [...lines.slice(0, mostLines - 1), `${last.join("")}…`];
}

function layoutAt(
  scale: number,
  {
    width,
    height,
    labels,
  }: { readonly width: number; readonly height: number; readonly labels: SheetLabels },
  measure: Measure,
): SheetLayout {
  const cellWidth = Math.max(1, Math.round(width * scale));
  const cellHeight = Math.max(1, Math.round(height * scale));
  const fontPixels = Math.round(Math.min(40, Math.max(11, Math.min(cellWidth, cellHeight) * 0.07)));
  const linePixels = Math.round(fontPixels * 1.35);
  const gap = Math.max(4, Math.round(fontPixels * 0.5));
  const margin = fontPixels;
  const [columns, rows, pages] = [labels.x, labels.y, labels.z].map((list) => Math.max(1, list.length)) as [
    number,
    number,
    number,
  ];
  const wrapped = (text: string, room: number, weight: 400 | 700 = 400): string[] =>
    wrap(text, room, (part) => measure(part, fontPixels, weight));

  const rowLabels = labels.y.map((text) => wrapped(text, cellWidth));
  const rowLabelWidth = Math.ceil(
    Math.max(0, ...rowLabels.flat().map((line) => measure(line, fontPixels, 400))),
  );
  const left = margin + (rowLabelWidth === 0 ? 0 : rowLabelWidth + margin);
  const gridWidth = columns * cellWidth + (columns - 1) * gap;
  const columnLabels = labels.x.map((text) => wrapped(text, cellWidth));
  const columnLines = Math.max(0, ...columnLabels.map((lines) => lines.length));
  // A page without columns is as wide as its title needs, within reason.
  const pageTitles = labels.z.map((text) => wrapped(text, left - margin + gridWidth, 700));

  const cells: { x: number; y: number }[] = [];
  const placed: PlacedLabel[] = [];
  let top = margin;
  for (let page = 0; page < pages; page++) {
    if (page > 0) top += margin;
    const title = pageTitles[page];
    if (title) {
      placed.push({ lines: title, x: margin, y: top + linePixels / 2, align: "left", weight: 700 });
      top += title.length * linePixels + gap;
    }
    if (columnLines > 0) {
      const bottom = top + columnLines * linePixels;
      for (const [column, lines] of columnLabels.entries())
        placed.push({
          lines,
          x: left + column * (cellWidth + gap) + cellWidth / 2,
          y: bottom - lines.length * linePixels + linePixels / 2,
          align: "center",
          weight: 400,
        });
      top = bottom + gap;
    }
    for (let row = 0; row < rows; row++) {
      const lines = rowLabels[row];
      if (lines)
        placed.push({
          lines,
          x: left - margin,
          y: top + cellHeight / 2 - ((lines.length - 1) * linePixels) / 2,
          align: "right",
          weight: 400,
        });
      for (let column = 0; column < columns; column++)
        cells.push({ x: left + column * (cellWidth + gap), y: top });
      top += cellHeight + (row < rows - 1 ? gap : 0);
    }
  }
  return {
    width: left + gridWidth + margin,
    height: top + margin,
    cellWidth,
    cellHeight,
    fontPixels,
    linePixels,
    cells,
    labels: placed,
  };
}

/**
 * Places everything; images are smaller than they are where the sheet would be too large for a canvas.
 * @param image the size of one image in pixels
 */
export function layoutSheet(
  image: { readonly width: number; readonly height: number; readonly labels: SheetLabels },
  measure: Measure,
): SheetLayout {
  for (let scale = 1; ; scale *= 0.95) {
    const layout = layoutAt(scale, image, measure);
    const { width, height } = layout;
    if (Math.max(width, height) <= longestSide && width * height <= mostPixels) return layout;
    if (layout.cellWidth === 1) return layout; // never: a hundred such cells fit
  }
}

const font = (pixels: number, weight: 400 | 700): string =>
  `${weight} ${pixels}px "Atkinson Hyperlegible Next Variable", system-ui, sans-serif`;

/**
 * The sheet as a PNG file without text.
 * @param images one for each cell; null: it was not generated
 * @throws StylusError device: the browser could not create a canvas of that size
 */
export async function drawSheet(
  images: readonly (Blob | null)[],
  size: { readonly width: number; readonly height: number },
  labels: SheetLabels,
): Promise<{ readonly png: Blob; readonly width: number; readonly height: number }> {
  const context = (canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D => {
    const found = canvas.getContext("2d");
    if (found) return found;
    throw new StylusError("device", say`The browser could not create a canvas to draw the plot’s sheet.`, {
      remedy: say`Its images are kept. Close other tabs, then generate it again.`,
    });
  };
  const ruler = context(new OffscreenCanvas(1, 1));
  const layout = layoutSheet({ ...size, labels }, (text, pixels, weight) => {
    ruler.font = font(pixels, weight);
    return ruler.measureText(text).width;
  });
  const { width, height, cellWidth, cellHeight } = layout;
  const canvas = new OffscreenCanvas(width, height);
  const pen = context(canvas);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  for (const [index, { x, y }] of layout.cells.entries()) {
    const file = images[index];
    if (!file) {
      pen.fillStyle = "#e7eaee";
      pen.fillRect(x, y, cellWidth, cellHeight);
      continue;
    }
    const image = await createImageBitmap(file);
    pen.drawImage(image, x, y, cellWidth, cellHeight);
    image.close();
  }
  pen.fillStyle = "#14171b";
  pen.textBaseline = "middle";
  for (const { lines, x, y, align, weight } of layout.labels) {
    pen.font = font(layout.fontPixels, weight);
    pen.textAlign = align;
    for (const [line, text] of lines.entries()) pen.fillText(text, x, y + line * layout.linePixels);
  }
  return { png: await canvas.convertToBlob({ type: "image/png" }), width, height };
}
