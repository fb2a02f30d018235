// Prompt styles and the file that AUTOMATIC1111 keeps them in (styles.csv): modules/styles.py. Pure.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { ImagePrompt } from "./wildcards/wildcards.ts";

export interface PromptStyle extends ImagePrompt {
  readonly name: string;
}

const place = "{prompt}";

/** A style's words around the prompt where it says `{prompt}`, else behind it. */
function merged(prompt: string, style: string): string {
  if (style.includes(place)) return style.replaceAll(place, () => prompt);
  return [prompt.trim(), style.trim()].filter((part) => part !== "").join(", ");
}

/** Prompt and negative prompt with each style in turn; without any they stay as they are. */
export const withStyles = (prompts: ImagePrompt, styles: readonly ImagePrompt[]): ImagePrompt =>
  styles.reduce<ImagePrompt>(
    ({ prompt, negativePrompt }, style) => ({
      prompt: style.prompt.trim() === "" ? prompt : merged(prompt, style.prompt),
      negativePrompt:
        style.negativePrompt.trim() === "" ? negativePrompt : merged(negativePrompt, style.negativePrompt),
    }),
    prompts,
  );

/** Rows of a CSV file (RFC 4180); a quote that never closes reaches to the end. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)(?:"|$)([^,\r\n]*)|([^,\r\n]*))(,|\r?\n|\r|$)/uy;
  while (cell.lastIndex < text.length) {
    const [, quoted, rest = "", plain = "", end] = cell.exec(text)!;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"') + rest);
    if (end === ",") {
      if (cell.lastIndex === text.length) row.push("");
      else continue;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * Styles of a styles.csv: `name`, `prompt` (early versions: `text`), `negative_prompt`. Of two of one name the later one counts; rows
 * without any words are headings and left out.
 * @throws StylusError bad-file
 */
export function parseStyles(csv: string, fileName: string): PromptStyle[] {
  const [header = [], ...rows] = rowsOf(csv.replace(/^\uFEFF/u, ""));
  const labels = header.map((label) => label.trim().toLowerCase());
  const [name, negative] = [labels.indexOf("name"), labels.indexOf("negative_prompt")];
  const prompt = labels.includes("prompt") ? labels.indexOf("prompt") : labels.indexOf("text");
  if (name < 0 || prompt < 0)
    throw new StylusError(
      "bad-file",
      say`${fileName} is not a file of styles: it lacks the columns name and prompt.`,
      {
        where: fileName,
        remedy: say`Choose the styles.csv of AUTOMATIC1111, or one that was exported here.`,
      },
    );
  const styles = rows.map((row): PromptStyle => ({
    name: row[name]?.trim() ?? "",
    prompt: row[prompt] ?? "",
    negativePrompt: row[negative] ?? "",
  }));
  const usable = styles.filter(
    (style) => style.name !== "" && (style.prompt + style.negativePrompt).trim() !== "",
  );
  return [...new Map(usable.map((style) => [style.name, style])).values()];
}

const cellOf = (text: string): string => (/[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** As AUTOMATIC1111 writes it: a byte order mark, lines that end in CR LF. */
export const formatStyles = (styles: readonly PromptStyle[]): string =>
  [["name", "prompt", "negative_prompt"], ...styles.map((one) => [one.name, one.prompt, one.negativePrompt])]
    .map((row) => `${row.map(cellOf).join(",")}\r\n`)
    .join("")
    .replace(/^/u, "\uFEFF");
