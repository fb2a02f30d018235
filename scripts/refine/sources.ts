// The CARDS of `npm run refine`, read one after the other: files of cards as JSON, JSON lines (also gzipped), `.civitai.info`, adapter files,
// and folders of these. Only one file's cards are in memory at a time, of JSON lines only one card.
import { createReadStream, existsSync, openAsBlob, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { adapterEnding } from "../../src/adapters/files/file-ending.ts";
import { shownMetadata, triggerCandidates } from "../../src/adapters/files/metadata.ts";
import { readHeader } from "../../src/formats/safetensors.ts";
import { draftCard, rawCardOf } from "../../src/refine/draft.ts";
import { cardsIn, sidecarCard } from "../../src/refine/listings.ts";
import { authorWords, type RawCard } from "../../src/refine/raw-card.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";

const imageEndings = [
  ".preview.png",
  ".preview.jpg",
  ".preview.jpeg",
  ".preview.webp",
  ".png",
  ".jpg",
  ".jpeg",
  ".webp",
];
const sidecarEndings = [".civitai.info", ".json"];
const linesEnding = /\.jsonl(?:\.gz)?$/u;

function json(text: string, where: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (cause) {
    throw new StylusError("bad-file", say`${where} is not valid JSON.`, {
      where,
      remedy: say`Correct it, or leave it out.`,
      cause,
    });
  }
}

/** Samples of our own cards are paths within the pack; listings' images are addresses. */
function withImagePaths(raw: RawCard, folder: string): RawCard {
  const images = raw.images.flatMap((image) => {
    if (image.startsWith("https://")) return [image];
    const found = [folder, path.dirname(folder)]
      .map((base) => path.join(base, image))
      .find((file) => existsSync(file));
    return found ? [found] : [];
  });
  return { ...raw, images };
}

async function* linesOf(file: string): AsyncGenerator<RawCard | null> {
  const bytes = createReadStream(file);
  const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() !== "") yield* cardsIn(json(line, `${file} line ${number}`));
  }
}

/** The metadata of a safetensors file; nothing for pickles, which keep none. */
async function metadataOf(file: string): Promise<ReadonlyMap<string, string>> {
  if (!/\.safetensors$/iu.test(file)) return new Map();
  return (await readHeader(await openAsBlob(file), { fileName: file })).metadata;
}

/** The card of an adapter file, from its metadata, what lies beside it under its name, and the name. */
async function adapterFileCard(file: string, name: string): Promise<RawCard | null> {
  const stem = file.replace(adapterEnding, "");
  const beside = (endings: readonly string[]): string[] =>
    endings.map((ending) => stem + ending).filter((each) => existsSync(each));
  const sidecars = beside(sidecarEndings).map((each) =>
    sidecarCard(json(readFileSync(each, "utf8"), each), name),
  );
  const sidecar = sidecars.find((card) => card !== null) ?? null;
  const metadata = await metadataOf(file);
  const draft = draftCard(
    { fileName: name, metadata: shownMetadata(metadata), triggers: triggerCandidates(metadata) },
    sidecar,
  );
  const words = sidecar && authorWords(sidecar);
  const raw = rawCardOf(draft, { file: { path: name, sizeBytes: statSync(file).size }, words });
  const { license = "", author = "" } = sidecar?.card ?? {};
  return { ...raw, card: { ...raw.card, license, author }, images: beside(imageEndings).slice(0, 1) };
}

async function* folderCards(folder: string): AsyncGenerator<RawCard | null> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const stems = new Set(
    names.filter((name) => adapterEnding.test(name)).map((name) => name.replace(adapterEnding, "")),
  );
  for (const name of names) {
    const file = path.join(folder, name);
    if (!statSync(file).isFile()) continue;
    const ending = [...sidecarEndings].find((each) => name.endsWith(each));
    if (adapterEnding.test(name)) yield await adapterFileCard(file, name.split(path.sep).join("/"));
    else if (linesEnding.test(name)) yield* fileCards(file);
    // A sidecar is part of its adapter's card.
    else if (ending && !stems.has(name.slice(0, -ending.length)) && name !== "adapter_config.json")
      yield* fileCards(file);
  }
}

async function* fileCards(file: string): AsyncGenerator<RawCard | null> {
  if (adapterEnding.test(file)) yield await adapterFileCard(file, path.basename(file));
  else if (linesEnding.test(file)) yield* linesOf(file);
  else yield* cardsIn(json(readFileSync(file, "utf8"), file));
}

/**
 * Every card of the files and folders `given`; null for what is no LoRA's card.
 * @throws StylusError not-found, bad-file
 */
export async function* readSources(given: readonly string[]): AsyncGenerator<RawCard | null> {
  for (const one of given) {
    if (!existsSync(one)) {
      throw new StylusError("not-found", say`There is no ${one}.`, {
        where: one,
        remedy: say`Name files or folders of cards.`,
      });
    }
    const isFolder = statSync(one).isDirectory();
    const cards = isFolder ? folderCards(one) : fileCards(one);
    for await (const raw of cards) yield raw && withImagePaths(raw, isFolder ? one : path.dirname(one));
  }
}
