// Safetensors files: reads the header of a Blob without the data, streams tensors in file order, writes new files.
// A file is an 8-byte little-endian header length, a JSON header, then the tensors' bytes without overlaps or gaps
// (https://github.com/huggingface/safetensors#format). Files are untrusted, so all of this is checked before use.

import { type DType, dtypeSizeBytes, isDType } from "../shared/dtype.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import { findDuplicateKey } from "./json-keys.ts";
import { describeForeignFile } from "./signatures.ts";

/** A tensor and the location of its bytes. Reading it again returns the pristine values. */
export interface TensorSource {
  /** Name in the file. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly blob: Blob;
  readonly fileName: string;
  /** First byte within `blob`. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** Multiplies the stored numbers to give the values: see tensor-values.ts. */
  readonly scale?: TensorSource;
}

export interface SafetensorsFile {
  readonly fileName: string;
  readonly blob: Blob;
  /** Bytes before the first tensor: 8 + header length. */
  readonly dataOffset: number;
  /** In file order. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Limit of the format's reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

const REDOWNLOAD = say`The file is damaged or incomplete; download it again.`;

function badFile(fileName: string, message: Saying, remedy = REDOWNLOAD): StylusError {
  return new StylusError("bad-file", message, { where: fileName, remedy });
}

/**
 * Reads and checks the header.
 * @throws StylusError `bad-file` for anything malformed, `unsupported` for pickles and other known formats.
 */
export async function readHeader(blob: Blob, { fileName }: { fileName: string }): Promise<SafetensorsFile> {
  const start = new Uint8Array(await blob.slice(0, 64).arrayBuffer());
  const foreign = describeForeignFile(start);
  if (foreign)
    throw new StylusError("unsupported", foreign.message, { where: fileName, remedy: foreign.remedy });
  if (start.length < 8)
    throw badFile(
      fileName,
      blob.size === 1
        ? say`Not a safetensors file: it has only 1 byte.`
        : say`Not a safetensors file: it has only ${blob.size} bytes.`,
    );

  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw badFile(
      fileName,
      say`Not a safetensors file: header length ${length} is over ${MAX_HEADER_BYTES}.`,
    );
  const headerBytes = Number(length);
  const dataOffset = 8 + headerBytes;
  if (dataOffset > blob.size)
    throw badFile(
      fileName,
      say`The file is truncated: the header needs ${dataOffset} bytes, but the file has ${blob.size}.`,
    );

  const header = parseHeader(new Uint8Array(await blob.slice(8, dataOffset).arrayBuffer()), fileName);
  const metadata = readMetadata(header, fileName);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  const tensors = entries.map(([name, value]) => readEntry(value, { name, blob, fileName, dataOffset }));
  tensors.sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  checkLayout(tensors, { dataOffset, fileName, sizeBytes: blob.size });
  return {
    fileName,
    blob,
    dataOffset,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    metadata,
  };
}

function parseHeader(bytes: Uint8Array, fileName: string): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith("{")) throw new Error("it does not start with {");
    header = JSON.parse(text);
  } catch (error) {
    throw badFile(
      fileName,
      say`Not a safetensors file: the header is not valid JSON (${(error as Error).message}).`,
    );
  }
  const duplicate = findDuplicateKey(text, { except: "__metadata__" });
  if (duplicate !== undefined)
    throw badFile(
      fileName,
      say`The header names "${duplicate}" twice.`,
      say`The file is malformed; use another one.`,
    );
  return header as Record<string, unknown>;
}

/** The format allows strings only, but other writers leave null or numbers here, and no tensor depends on them. */
function readMetadata(header: Record<string, unknown>, fileName: string): Map<string, string> {
  const value = Object.hasOwn(header, "__metadata__") ? (header["__metadata__"] ?? {}) : {};
  if (typeof value !== "object" || Array.isArray(value))
    throw badFile(fileName, say`\`__metadata__\` is not an object.`);
  return new Map(
    Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([key, entry]) => [key, typeof entry === "string" ? entry : textOf(entry)]),
  );
}

/** JSON.parse reads values that are nested more deeply than JSON.stringify can write; no tool has any. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

function readEntry(
  value: unknown,
  place: { name: string; blob: Blob; fileName: string; dataOffset: number },
): TensorSource {
  const { name, blob, fileName, dataOffset } = place;
  const fail = (message: Saying): never => {
    throw badFile(fileName, say`Tensor "${name}": ${message}.`);
  };
  if (typeof value !== "object" || value === null) return fail(say`its header entry is not an object`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== "string") return fail(say`its dtype is missing or not a name`);
  if (!isDType(dtype))
    throw new StylusError(
      "unsupported",
      say`Tensor "${name}" has the unknown type ${JSON.stringify(dtype)}.`,
      {
        where: fileName,
        remedy: say`Use a version of the file in fp16, bf16 or fp32.`,
      },
    );
  if (!isSizeList(shape)) return fail(say`its shape is not a list of sizes`);
  if (!isSizeList(offsets) || offsets.length !== 2) return fail(say`data_offsets is not a pair of positions`);
  const [begin, end] = offsets as [number, number];
  const sizeBytes = shape.reduce((product, size) => product * size, dtypeSizeBytes(dtype));
  if (end < begin || end - begin !== sizeBytes) {
    return fail(
      say`[${shape.join(", ")}] of ${dtype} takes ${sizeBytes} bytes, but data_offsets span ${end - begin}`,
    );
  }
  if (dataOffset + end > blob.size)
    return fail(say`it ends at byte ${dataOffset + end}, past the end of the file (${blob.size})`);
  return { name, dtype, shape, blob, fileName, offset: dataOffset + begin, sizeBytes };
}

function isSizeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function checkLayout(
  tensors: readonly TensorSource[],
  file: { dataOffset: number; fileName: string; sizeBytes: number },
): void {
  let position = file.dataOffset;
  for (const { name, offset, sizeBytes } of tensors) {
    if (offset < position) throw badFile(file.fileName, say`Tensor "${name}" overlaps the one before it.`);
    if (offset > position)
      throw badFile(
        file.fileName,
        offset - position === 1
          ? say`Tensor "${name}" follows 1 unused byte.`
          : say`Tensor "${name}" follows ${offset - position} unused bytes.`,
      );
    position += sizeBytes;
  }
  if (position !== file.sizeBytes)
    throw badFile(
      file.fileName,
      say`The tensors end at byte ${position}, but the file has ${file.sizeBytes} bytes.`,
    );
}

/** The tensor's raw bytes. */
export async function readTensor(source: TensorSource): Promise<Uint8Array<ArrayBuffer>> {
  return readRange(source, { begin: 0, end: source.sizeBytes });
}

/** Bytes `[begin, end)` of the tensor. */
export async function readRange(
  source: TensorSource,
  { begin, end }: { begin: number; end: number },
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer: ArrayBuffer;
  try {
    buffer = await source.blob.slice(source.offset + begin, source.offset + end).arrayBuffer();
  } catch (cause) {
    throw new StylusError(
      "bad-file",
      say`Tensor "${source.name}" could not be read: the file was moved or changed.`,
      {
        where: source.fileName,
        remedy: say`Choose the file again.`,
        cause,
      },
    );
  }
  if (buffer.byteLength !== end - begin)
    throw badFile(source.fileName, say`Tensor "${source.name}" is truncated.`);
  return new Uint8Array(buffer);
}

/**
 * Reads many tensors in file order, combining small neighbours into reads of at most `chunkBytes`,
 * so that memory peaks at one chunk (or the largest tensor). The yielded bytes are valid until the next step.
 */
export async function* streamTensors(
  sources: Iterable<TensorSource>,
  { chunkBytes = 16_777_216, signal }: { chunkBytes?: number; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<{ source: TensorSource; bytes: Uint8Array<ArrayBuffer> }> {
  for (const run of contiguousRuns(sources, chunkBytes)) {
    throwIfAborted(signal);
    const first = run[0]!;
    const last = run.at(-1)!;
    const bytes = await readRange(first, { begin: 0, end: last.offset + last.sizeBytes - first.offset });
    for (const source of run) {
      yield {
        source,
        bytes: bytes.subarray(source.offset - first.offset, source.offset - first.offset + source.sizeBytes),
      };
    }
  }
}

function* contiguousRuns(sources: Iterable<TensorSource>, chunkBytes: number): Generator<TensorSource[]> {
  const byBlob = new Map<Blob, TensorSource[]>();
  for (const source of sources) {
    const group = byBlob.get(source.blob);
    if (group) group.push(source);
    else byBlob.set(source.blob, [source]);
  }
  for (const group of byBlob.values()) {
    group.sort((a, b) => a.offset - b.offset);
    let run: TensorSource[] = [];
    for (const source of group) {
      const end = source.offset + source.sizeBytes;
      const previous = run.at(-1);
      const adjacent = previous !== undefined && previous.offset + previous.sizeBytes >= source.offset;
      if (run.length > 0 && (!adjacent || end - run[0]!.offset > chunkBytes)) {
        yield run;
        run = [];
      }
      run.push(source);
    }
    if (run.length > 0) yield run;
  }
}

export interface TensorData {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A complete file. Sorts by element size, largest first, then by name, so that every tensor is aligned to its type. */
export function writeSafetensors(
  tensors: readonly TensorData[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = tensors.toSorted(
    (a, b) => dtypeSizeBytes(b.dtype) - dtypeSizeBytes(a.dtype) || (a.name < b.name ? -1 : 1),
  );
  const header = Object.create(null) as Record<string, unknown>; // without a prototype any name is a plain key
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  let position = 0;
  for (const { name, dtype, shape, bytes } of ordered) {
    header[name] = { dtype, shape, data_offsets: [position, position + bytes.byteLength] };
    position += bytes.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + position);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + headerBytes);
  let offset = 8 + headerBytes;
  for (const { bytes } of ordered) {
    file.set(bytes, offset);
    offset += bytes.byteLength;
  }
  return file;
}
