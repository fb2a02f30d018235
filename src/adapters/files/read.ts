// Opens an adapter file and gives its tensors by name, whatever the container: safetensors, or a PyTorch pickle
// through the strict reader that executes nothing. Large files are read in parts, so that each can be on its way to the
// GPU while the next is read.
import { readHeader, type TensorSource } from "../../formats/safetensors.ts";
import type { DType } from "../../shared/dtype.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { type AdapterTensor, allFinite } from "./tensor.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

export interface FileTensor extends AdapterTensor {
  /** Whether every value is a finite number. */
  readonly isFinite: boolean;
}

/** Some of a file's tensors, as they are stored. */
export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of its first byte, from where the file's tensors begin; a multiple of 4. */
  readonly offset: number;
  /** Of all the file's tensors. */
  readonly fileBytes: number;
}

export interface TensorFile {
  readonly container: "safetensors" | "pickle";
  readonly metadata: ReadonlyMap<string, string>;
  /** Names, types and shapes, known before any tensor is read. */
  readonly entries: ReadonlyMap<string, { readonly dtype: DType; readonly shape: readonly number[] }>;
  /** Where the tensors' bytes begin, for AutoV3; null for pickles. */
  readonly dataOffset: number | null;
  /** Reads the named tensors in one pass over the file. Neighbours share a buffer. */
  read(names: Iterable<string>, options?: PartOptions): Promise<Map<string, FileTensor>>;
}

interface PartOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with each part as soon as it is read; not for pickles, which lie in the file in pieces. */
  readonly onPart?: ((part: FilePart) => void) | undefined;
}

/** Part of a file, and the tensors that lie in it whole. */
export interface PartRequest {
  readonly begin: number;
  readonly end: number;
  readonly tensors: readonly Pick<TensorSource, "dtype" | "offset" | "sizeBytes">[];
}

export interface ReadPart {
  readonly buffer: ArrayBuffer;
  /** Of each tensor: whether every value is a finite number. */
  readonly areFinite: readonly boolean[];
}

/** Reads a part in another worker; null where there is none at the moment. */
export type ReadElsewhere = (blob: Blob, part: PartRequest) => Promise<ReadPart> | null;

/** @throws DOMException when the file was moved or changed */
export async function readPart(blob: Blob, { begin, end, tensors }: PartRequest): Promise<ReadPart> {
  const buffer = await blob.slice(begin, end).arrayBuffer();
  if (buffer.byteLength !== Math.min(end, blob.size) - begin) throw new Error("The file became shorter.");
  const areFinite = tensors.map(({ dtype, offset, sizeBytes }) =>
    allFinite({ dtype, shape: [], bytes: new Uint8Array(buffer, offset - begin, sizeBytes) }),
  );
  return { buffer, areFinite };
}

interface OpenOptions {
  readonly fileName: string;
  readonly readElsewhere?: ReadElsewhere | undefined;
}

/** @throws StylusError for damaged files and for containers that are not read */
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

/** The first of these bytes are read while the header is, the others in parts of about as many. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts under way while one is made use of; more of them only finish later. */
const PARTS_AT_ONCE = 2;

async function openSafetensors(blob: Blob, { fileName, readElsewhere }: OpenOptions): Promise<TensorFile> {
  const early = reported(readPart(blob, { begin: 0, end: PART_BYTES, tensors: [] }), fileName);
  early.catch(() => {}); // reported by whoever needs it
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
      const isAligned = dataOffset % 4 === 0; // or what was read early could only be used by copying
      const parts = cutIntoParts(sources, { dataOffset, early: isAligned ? PART_BYTES : 0 });
      const reads: Promise<ReadPart>[] = [];
      const begin = (part: Part | undefined): void => {
        if (part === undefined) return;
        const elsewhere = part.isEarly ? null : readElsewhere?.(blob, part);
        // What fails there is tried here, where its failure is told.
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
  /** In the file, at a multiple of 4 from the first tensor, so that types keep their alignment. */
  readonly begin: number;
  /** Whether it lies in what is read with the header, before its tensors are known. */
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
    const end = begin + 4 * Math.ceil((endOf(source) - begin) / 4); // past the file's end there is nothing to read
    parts.push({ tensors: open, begin, end, isEarly: false });
    open = [];
  }
  return parts;
}

async function reported(read: Promise<ReadPart>, fileName: string): Promise<ReadPart> {
  try {
    return await read;
  } catch (cause) {
    throw new StylusError("bad-file", "Reading the file failed: it was moved or changed.", {
      where: fileName,
      remedy: "Choose the file again.",
      cause,
    });
  }
}
