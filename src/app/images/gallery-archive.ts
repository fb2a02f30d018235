// Images of the gallery as one ZIP file, to keep elsewhere or to bring to another browser: the PNG files as they are, the init images and
// masks that their runs started from, and a table with what is known of the runs.
import * as v from "valibot";
import { isPng } from "../../formats/png.ts";
import { StylusError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/sha256.ts";
import { storedIds } from "../../stylus/image-options.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { imageSchema, runSchema, type StoredImage, type StoredRun } from "./gallery.ts";
import { imageFileName } from "./image-file.ts";

const tableName = "stylus-images.json";
const format = "stylus-web/images";
/** Folder of init images and masks, each named by its id. */
const inputFolder = "inputs/";

/** By id: the SHA-256 of the file. */
export type InputFiles = ReadonlyMap<string, Blob>;

/** Of one file, and of all, on the way in and out: far more than the page makes, far less than what stops a browser. */
const limits = { fileBytes: 64e6, tableBytes: 256e6, archiveBytes: 2e9, files: 10_000 };

const tableSchema = v.object({
  format: v.literal(format),
  version: v.literal(1),
  runs: v.array(runSchema),
  images: v.array(
    v.object({ file: v.string(), image: v.looseObject({ id: v.string(), runId: v.string() }) }),
  ),
});

interface Table {
  readonly runs: readonly StoredRun[];
  /** Each is whole with its file. */
  readonly images: readonly { readonly file: string; readonly image: Pick<StoredImage, "id" | "runId"> }[];
}

/** @throws what `JSON.parse` and valibot throw */
function readTable(text: string): Table {
  const table: unknown = v.parse(tableSchema, JSON.parse(text));
  return table as Table; // of runs the schema has what the page reads, as for rows of the gallery
}

const isStoredImage = (row: unknown): row is StoredImage => v.is(imageSchema, row);

/** Of several images of the same name the later ones are numbered. */
function fileNames(images: readonly StoredImage[], runs: ReadonlyMap<string, StoredRun>): string[] {
  const taken = new Set<string>();
  return images.map(({ seed, prompt, runId }) => {
    const name = imageFileName(seed, prompt ?? runs.get(runId)?.options.prompt ?? "");
    let free = name;
    for (let number = 2; taken.has(free); number++) free = name.replace(/\.png$/, `-${number}.png`);
    taken.add(free);
    return free;
  });
}

function checkLimits(images: readonly StoredImage[], inputs: InputFiles): void {
  const refuse = (problem: Saying): never => {
    throw new StylusError("bad-input", say`These images don’t fit into one ZIP file: ${problem}.`, {
      where: "export",
      remedy: say`Select fewer images, and export the others after them.`,
    });
  };
  const most = limits.files - 1 - inputs.size; // beside the table
  if (images.length > most) refuse(say`they are ${images.length}, and ${most} is the most`);
  const large = images.find(({ png }) => png.size > limits.fileBytes);
  if (large) refuse(say`the one with seed ${large.seed} is larger than ${limits.fileBytes / 1e6} MB`);
  if ([...inputs.values()].some(({ size }) => size > limits.fileBytes))
    refuse(say`an init image is larger than ${limits.fileBytes / 1e6} MB`);
  const bytes = [...images.map(({ png }) => png), ...inputs.values()].reduce(
    (sum, { size }) => sum + size,
    0,
  );
  if (bytes + limits.tableBytes > limits.archiveBytes)
    refuse(say`together they have more than ${(limits.archiveBytes - limits.tableBytes) / 1e6} MB`);
}

/**
 * One ZIP file that `unpackImages` reads.
 * @param inputs what the runs started from, as far as it is there
 * @throws StylusError bad-input: they are too many or too large for it
 */
export async function packImages(
  images: readonly StoredImage[],
  runs: readonly StoredRun[],
  inputs: InputFiles = new Map(),
): Promise<Blob> {
  checkLimits(images, inputs);
  const { Zip, ZipPassThrough, strToU8 } = await import("fflate");
  const parts: Blob[] = []; // which the browser may keep on disk
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(new Blob([part as Uint8Array<ArrayBuffer>]));
  });
  const add = (name: string, content: Uint8Array): void => {
    const entry = new ZipPassThrough(name); // PNG is compressed already
    zip.add(entry);
    entry.push(content, true);
  };
  const names = fileNames(images, new Map(runs.map((run) => [run.id, run])));
  const table = {
    format,
    version: 1,
    runs,
    images: images.map((image, index) => ({ file: names[index]!, image: { ...image, png: undefined } })),
  };
  add(tableName, strToU8(JSON.stringify(table)));
  for (const [index, { png }] of images.entries())
    add(names[index]!, new Uint8Array(await png.arrayBuffer()));
  for (const [id, file] of inputs) add(inputFolder + id, new Uint8Array(await file.arrayBuffer()));
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}

const notOurs = (file: File, why: Saying, cause?: unknown): StylusError =>
  new StylusError("bad-file", say`${file.name} is not an archive of images that Stylus exported: ${why}.`, {
    where: file.name,
    remedy: say`Drop a ZIP file that you exported under “Your images”, or drop its images one by one.`,
    ...(cause === undefined ? {} : { cause }),
  });

async function unzipped(file: File): Promise<Record<string, Uint8Array>> {
  const { unzipSync } = await import("fflate"); // entries of ours are not compressed: nothing to do in a worker
  if (file.size > limits.archiveBytes) throw notOurs(file, say`it is too large`);
  const content = new Uint8Array(await file.arrayBuffer());
  let [files, bytes] = [0, 0];
  const isSmall = ({
    name,
    originalSize,
  }: {
    readonly name: string;
    readonly originalSize: number;
  }): boolean => {
    files += 1;
    bytes += originalSize;
    const most = name === tableName ? limits.tableBytes : limits.fileBytes;
    return originalSize <= most && bytes <= limits.archiveBytes && files <= limits.files;
  };
  try {
    return unzipSync(content, { filter: isSmall });
  } catch (cause) {
    throw notOurs(file, say`it is damaged`, cause);
  }
}

interface UnpackedImages {
  readonly runs: readonly { readonly run: StoredRun; readonly images: readonly StoredImage[] }[];
  /** What the runs started from, as far as the archive has it. */
  readonly inputs: InputFiles;
  /** Names of images of which the archive does not have the run. */
  readonly withoutRun: readonly string[];
}

/**
 * The images of an archive by their runs. Untrusted input: everything is checked as rows of the gallery are.
 * @throws StylusError bad-file
 */
export async function unpackImages(file: File): Promise<UnpackedImages> {
  const entries = new Map(Object.entries(await unzipped(file)));
  const text = entries.get(tableName);
  if (!text) throw notOurs(file, say`it has no ${tableName}`);
  let table: Table;
  try {
    table = readTable(new TextDecoder().decode(text));
  } catch (cause) {
    throw notOurs(file, say`its ${tableName} is of another form`, cause);
  }
  const images = table.images.map(({ file: name, image }) => {
    const content = entries.get(name);
    if (!content || !isPng(content)) throw notOurs(file, say`${name} is missing or not a PNG file`);
    const png = new Blob([content as Uint8Array<ArrayBuffer>], { type: "image/png" });
    const row: unknown = { ...image, png };
    if (!isStoredImage(row)) throw notOurs(file, say`what it says of ${name} is incomplete`);
    return row;
  });
  const runIds = new Set(table.runs.map(({ id }) => id));
  const inputs = new Map<string, Blob>();
  for (const id of new Set(table.runs.flatMap(({ options }) => storedIds(options.start)))) {
    const content = entries.get(inputFolder + id);
    if (!content) continue; // an earlier version left them out
    const input = new Blob([content as Uint8Array<ArrayBuffer>]);
    if ((await sha256(input)) !== id) throw notOurs(file, say`${inputFolder}${id} is damaged`);
    inputs.set(id, input);
  }
  return {
    inputs,
    runs: table.runs.map((run) => ({
      run,
      images: images.filter(({ runId }) => runId === run.id),
    })),
    withoutRun: table.images.filter(({ image }) => !runIds.has(image.runId)).map((each) => each.file),
  };
}
