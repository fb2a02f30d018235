// The settings that an image file contains, as one text in AUTOMATIC1111's form: out of PNG entries, EXIF data of PNG, JPEG and WebP,
// and the lowest bits of a PNG file's pixels.
import { settingsOfGraph } from "./comfyui-graph.ts";
import { type ExifTexts, jpegTexts, readExif, webpTexts } from "./exif.ts";
import { settingsOfEntries, settingsOfJson } from "./foreign-settings.ts";
import {
  formatParameters,
  MAX_PARAMETERS_LENGTH,
  PARAMETERS_KEYWORD,
  parseParameters,
} from "./generation-parameters.ts";
import { readHiddenText } from "./hidden-text.ts";
import { isJsonObject, parseJsonObject } from "./json.ts";
import { isPng, pngExif, readPngText } from "./png.ts";

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Texts of fields and comments that hold other things in photographs. */
const isSettings = (text: string): boolean =>
  parseJsonObject(text) !== null || parseParameters(text).fields.has("Steps");

/** ComfyUI writes "prompt:{…}" and "workflow:{…}" into EXIF fields that name cameras; others put their text there, too. */
function exifEntries({ make, model, description, userComment, xpComment }: ExifTexts): [string, string][] {
  const entries: [string, string][] = [];
  for (const text of [make, model, description, xpComment]) {
    const [, name, value] = /^(prompt|workflow|parameters)\s*:\s*(.*)$/isu.exec(text ?? "") ?? [];
    if (name !== undefined) entries.push([name.toLowerCase(), value!]);
    else if (text !== undefined && isSettings(text)) entries.push([PARAMETERS_KEYWORD, text]);
  }
  if (userComment !== undefined) entries.push([PARAMETERS_KEYWORD, userComment]);
  return entries;
}

async function entriesOf(bytes: Uint8Array<ArrayBuffer>): Promise<[string, string][]> {
  if (isPng(bytes))
    return [...exifEntries(readExif(pngExif(bytes))), ...(await readPngText(bytes, { cut: true }))];
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    const { exif, comments } = jpegTexts(bytes);
    const isWritten = (text: string): boolean => !/^\s*\{/u.test(text) && isSettings(text);
    return [
      ...comments.map((text): [string, string] => [isWritten(text) ? PARAMETERS_KEYWORD : "Comment", text]),
      ...exifEntries(exif),
    ];
  }
  const isWebp = ascii(bytes.subarray(0, 4)) === "RIFF" && ascii(bytes.subarray(8, 12)) === "WEBP";
  return isWebp ? exifEntries(webpTexts(bytes)) : [];
}

/** The last of each name; a comment that is no settings replaces none that is. */
function byName(entries: readonly (readonly [name: string, text: string])[]): ReadonlyMap<string, string> {
  const isComment = ([name, text]: readonly [string, string]): boolean =>
    name === PARAMETERS_KEYWORD && !isSettings(text);
  return new Map([...entries.filter(isComment), ...entries.filter((entry) => !isComment(entry))]);
}

/** What a text in the pixels says: NovelAI's is an object of entries, others are a text as it stands in an entry. */
async function hiddenEntries(bytes: Uint8Array<ArrayBuffer>): Promise<[string, string][]> {
  const text = (await readHiddenText(bytes)) ?? "";
  const entries = Object.entries(parseJsonObject(text) ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : isJsonObject(value) ? [[name, JSON.stringify(value)]] : [],
  );
  return [[PARAMETERS_KEYWORD, text], ...entries];
}

/**
 * Never throws; a file that breaks off is read as far as it goes.
 * @returns null for a file without settings that are known here
 */
export async function readImageText(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  return settingsIn(await entriesOf(bytes)) ?? settingsIn(await hiddenEntries(bytes));
}

function settingsIn(found: readonly (readonly [name: string, text: string])[]): string | null {
  const entries = byName(found);
  const written = (entries.get(PARAMETERS_KEYWORD) ?? "").trim();
  const foreign = settingsOfJson(written);
  if (foreign) return formatParameters(foreign);
  // "{a|b} fox" is a prompt; JSON that is nobody's known here is none.
  const isShort = written !== "" && written.length <= MAX_PARAMETERS_LENGTH;
  const isText = isShort && parseJsonObject(written) === null;
  if (isText && isSettings(written)) return written;
  const other = settingsOfGraph(entries.get("prompt") ?? "") ?? settingsOfEntries(entries);
  if (other) return formatParameters(other);
  return isText ? written : null;
}
