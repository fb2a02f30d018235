// Opens an adapter file and returns its tensors by name from any container: safetensors, or a PyTorch pickle through the
// strict reader that executes nothing. Reads large files in parts, so that one uploads to the GPU while the next is read.
import { readHeader, type TensorSource } from "../../formats/safetensors.ts";
import type { DType } from "../../shared/dtype.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { type AdapterTensor, allFinite } from "./tensor.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

export interface FileTensor extends AdapterTensor {
  /** Whether every value is finite. */
  readonly isFinite: boolean;
}

/** Some of a file's tensors in their stored form. */
export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the first byte from the start of the file's tensors; a multiple of 4. */
  readonly offset: number;
  /** Total of all tensors in the file. */
  readonly fileBytes: number;
}

export interface TensorFile {
  readonly container: "safetensors" | "pickle";
  readonly metadata: ReadonlyMap<string, string>;
  /** Names, types and shapes, known before any tensor is read. */
  readonly entries: ReadonlyMap<string, { readonly dtype: DType; readonly shape: readonly number[] }>;
  /** Start of the tensors' bytes, for AutoV3; null for pickles. */
  readonly dataOffset: number | null;
  /** Reads the named tensors in one pass over the file. Neighbours share a buffer. */
  read(names: Iterable<string>, options?: PartOptions): Promise<Map<string, FileTensor>>;
}

interface PartOptions {
  readonly signal?: AbortSignal | undefined;
  /** Receives each part as soon as it is read; not for pickles, whose tensors are scattered across the file. */
  readonly onPart?: ((part: FilePart) => void) | undefined;
}

/** Part of a file, and the tensors entirely inside it. */
export interface PartRequest {
  readonly begin: number;
  readonly end: number;
  readonly tensors: readonly Pick<TensorSource, "dtype" | "offset" | "sizeBytes">[];
}

export interface ReadPart {
  readonly buffer: ArrayBuffer;
  /** For each tensor: whether every value is finite. */
  readonly areFinite: readonly boolean[];
}

/** Reads a part in another worker; null if none is available. */
export type ReadElsewhere = (blob: Blob, part: PartRequest) => Promise<ReadPart> | null;

/** @throws DOMException if the file was moved or changed */
export async function readPart(blob: Blob, { begin, end, tensors }: PartRequest): Promise<ReadPart> {
  const buffer = await blob.slice(begin, end).arrayBuffer();
  if (buffer.byteLength !== Math.min(end, blob.size) - begin) throw new Error("The file has shrunk.");
  const areFinite = tensors.map(({ dtype, offset, sizeBytes }) =>
    allFinite({ dtype, shape: [], bytes: new Uint8Array(buffer, offset - begin, sizeBytes) }),
  );
  return { buffer, areFinite };
}

interface OpenOptions {
  readonly fileName: string;
  readonly readElsewhere?: ReadElsewhere | undefined;
}

/** @throws StylusError for damaged files and unsupported containers */
export async function openTensorFile(blob: Blob, options: OpenOptions): Promise<TensorFile> {
  const start = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
  return isTorchFile(start) ? openTorchFile(blob, options) : openSafetensors(blob, options);
}

async function openTorchFile(blob: Blob, { fileName }: OpenOptions): Promise<TensorFile> {
  const tensors = await readTorchFile(blob, { fileName });
  return {
    container: "pickle",
    metadata: new Map(),
    entries: tensors,
    dataOffset: null,
    async read(names) {
      const wanted = [...names].filter((name) => tensors.has(name));
      return new Map(
        wanted.map((name) => {
          const tensor = tensors.get(name)!;
          return [name, { ...tensor, isFinite: allFinite(tensor) }];
        }),
      );
    },
  };
}

/** Bytes read together with the header; also the approximate size of later parts. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts being read while another is in use; more would only finish later. */
const PARTS_AT_ONCE = 2;

async function openSafetensors(blob: Blob, { fileName, readElsewhere }: OpenOptions): Promise<TensorFile> {
  const early = reported(readPart(blob, { begin: 0, end: PART_BYTES, tensors: [] }), fileName);
  early.catch(() => {}); // reported to the caller that needs it
  const file = await readHeader(blob, { fileName });
  const { dataOffset } = file;
  const fileBytes = blob.size - dataOffset;
  return {
    container: "safetensors",
    metadata: file.metadata,
    entries: file.tensors,
    dataOffset,
    async read(names, { signal, onPart } = {}) {
      const wanted = new Set(names);
      const sources = [...file.tensors.values()].filter(({ name }) => wanted.has(name));
      const isAligned = dataOffset % 4 === 0; // otherwise the early bytes would have to be copied
      const parts = cutIntoParts(sources, { dataOffset, early: isAligned ? PART_BYTES : 0 });
      const reads: Promise<ReadPart>[] = [];
      const begin = (part: Part | undefined): void => {
        if (part === undefined) return;
        const elsewhere = part.isEarly ? null : readElsewhere?.(blob, part);
        // Retries here if the other worker fails, so that this call reports the error.
        const read = part.isEarly
          ? early
          : reported(elsewhere?.catch(() => readPart(blob, part)) ?? readPart(blob, part), fileName);
        read.catch(() => {}); // reported when its turn comes
        reads.push(read);
      };
      parts.slice(0, PARTS_AT_ONCE).forEach(begin);
      const tensors = new Map<string, FileTensor>();
      for (const [i, part] of parts.entries()) {
        throwIfAborted(signal);
        const { buffer, areFinite } = await reads[i]!;
        begin(parts[i + PARTS_AT_ONCE]);
        const skipped = Math.max(0, dataOffset - part.begin);
        const offset = part.begin + skipped - dataOffset;
        onPart?.({ bytes: new Uint8Array(buffer, skipped), offset, fileBytes });
        for (const [t, { name, dtype, shape, offset: at, sizeBytes }] of part.tensors.entries()) {
          const tensor = { dtype, shape, bytes: new Uint8Array(buffer, at - part.begin, sizeBytes) };
          tensors.set(name, { ...tensor, isFinite: areFinite[t] ?? allFinite(tensor) });
        }
      }
      return tensors;
    },
  };
}

interface Part extends PartRequest {
  readonly tensors: readonly TensorSource[];
  /** In the file, a multiple of 4 from the first tensor, so that types keep their alignment. */
  readonly begin: number;
  /** Whether it is in the bytes read with the header, before the tensors are known. */
  readonly isEarly: boolean;
}

/** @param sources in file order */
function cutIntoParts(
  sources: readonly TensorSource[],
  { dataOffset, early }: { dataOffset: number; early: number },
): Part[] {
  const endOf = ({ offset, sizeBytes }: TensorSource): number => offset + sizeBytes;
  const inEarly = sources.filter((source) => endOf(source) <= early);
  const parts: Part[] = [];
  if (inEarly.length > 0) parts.push({ tensors: inEarly, begin: 0, end: early, isEarly: true });
  let open: TensorSource[] = [];
  for (const source of sources.slice(inEarly.length)) {
    open.push(source);
    const first = open[0]!.offset;
    if (endOf(source) - first < PART_BYTES && source !== sources.at(-1)) continue;
    const begin = first - ((first - dataOffset) % 4);
    const end = begin + 4 * Math.ceil((endOf(source) - begin) / 4); // may extend past the end of the file
    parts.push({ tensors: open, begin, end, isEarly: false });
    open = [];
  }
  return parts;
}

async function reported(read: Promise<ReadPart>, fileName: string): Promise<ReadPart> {
  try {
    return await read;
  } catch (cause) {
    throw new StylusError("bad-file", say`The file could not be read: it was moved or changed.`, {
      where: fileName,
      remedy: say`Choose the file again.`,
      cause,
    });
  }
}
