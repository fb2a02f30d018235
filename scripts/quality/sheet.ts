// Contact sheets: images in rows under column titles, as one JPEG. Drawn on a canvas of the report's browser.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright";
import { browserArguments, ensureBrowser } from "../run/setup.ts";

export interface SheetRow {
  readonly label: string;
  /** PNG files, one per column. */
  readonly pngs: readonly Buffer[];
}

export interface Sheet {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
  /** Number of blocks of rows, side by side. */
  readonly blocks: number;
  /** Side of an image on the sheet, in pixels. */
  readonly side: number;
}

/** Runs in the page: draws the sheet and returns the JPEG as base64. */
async function draw(sheet: {
  columns: readonly string[];
  rows: readonly { label: string; pngs: readonly string[] }[];
  blocks: number;
  side: number;
}): Promise<string> {
  const { columns, rows, blocks, side } = sheet;
  const [gap, line] = [4, 18];
  const blockRows = Math.ceil(rows.length / blocks);
  const blockWidth = columns.length * (side + gap) + 2 * gap;
  const canvas = document.createElement("canvas");
  canvas.width = blocks * blockWidth;
  canvas.height = line + blockRows * (side + line + gap);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "black";
  context.textBaseline = "middle";
  const text = (words: string, x: number, y: number, width: number): void => {
    context.save();
    context.beginPath();
    context.rect(x, y, width, line);
    context.clip();
    context.fillText(words, x, y + line / 2);
    context.restore();
  };
  for (let block = 0; block < blocks; block++) {
    const left = block * blockWidth + gap;
    context.font = "bold 12px sans-serif";
    columns.forEach((title, column) => text(title, left + column * (side + gap), 0, side));
    context.font = "12px sans-serif";
    for (const [index, row] of rows.slice(block * blockRows, (block + 1) * blockRows).entries()) {
      const top = line + index * (side + line + gap);
      for (const [column, png] of row.pngs.entries()) {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        context.drawImage(image, left + column * (side + gap), top, side, side);
      }
      text(row.label, left, top + side, blockWidth - 2 * gap);
    }
  }
  return canvas.toDataURL("image/jpeg", 0.82).split(",")[1]!;
}

export async function writeSheets(folder: string, sheets: readonly Sheet[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage();
    // tsx keeps function names through this helper, which the page lacks.
    await page.addInitScript("globalThis.__name = (value) => value");
    await page.goto("about:blank");
    for (const { file, rows, ...sheet } of sheets) {
      const encoded = rows.map(({ label, pngs }) => ({
        label,
        pngs: pngs.map((png) => png.toString("base64")),
      }));
      const jpeg = await page.evaluate(draw, { ...sheet, rows: encoded });
      writeFileSync(path.join(folder, file), Buffer.from(jpeg, "base64"));
    }
  } finally {
    await browser.close();
  }
}
