// Opens an adapter file and gives its tensors by name, whatever the container: safetensors, or a PyTorch pickle
// through the strict reader that executes nothing.
import { readHeader } from "../formats/safetensors.ts";
import type { DType } from "../shared/dtype.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { AdapterTensor } from "./tensor.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

export interface TensorFile {
  readonly container: "safetensors" | "pickle";
  readonly metadata: ReadonlyMap<string, string>;
  /** Names, types and shapes, known before any tensor is read. */
  readonly entries: ReadonlyMap<string, { readonly dtype: DType; readonly shape: readonly number[] }>;
  /** Where the tensors' bytes begin, for AutoV3; null for pickles. */
  readonly dataOffset: number | null;
  /** Reads the named tensors in one pass over the file. They share one buffer. */
  read(names: Iterable<string>, signal?: AbortSignal): Promise<Map<string, AdapterTensor>>;
}

/** @throws StylusError for damaged files and for containers that are not read */
export async function openTensorFile(blob: Blob, { fileName }: { fileName: string }): Promise<TensorFile> {
  const start = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
  return isTorchFile(start) ? openTorchFile(blob, { fileName }) : openSafetensors(blob, { fileName });
}

async function openTorchFile(blob: Blob, { fileName }: { fileName: string }): Promise<TensorFile> {
  const tensors = await readTorchFile(blob, { fileName });
  return {
    container: "pickle",
    metadata: new Map(),
    entries: tensors,
    dataOffset: null,
    async read(names) {
      return new Map([...names].flatMap((name) => (tensors.has(name) ? [[name, tensors.get(name)!]] : [])));
    },
  };
}

/** Files of up to this size are read while their header is: each read waits for other processes, whatever its size. */
const EAGER_BYTES = 64 * 1024 * 1024;

async function openSafetensors(blob: Blob, { fileName }: { fileName: string }): Promise<TensorFile> {
  const early = blob.size <= EAGER_BYTES ? readRange(blob, { begin: 0, end: blob.size, fileName }) : null;
  early?.catch(() => {}); // reported by whoever needs it
  const file = await readHeader(blob, { fileName });
  const isAligned = file.dataOffset % 4 === 0; // or what follows could only be had by copying
  return {
    container: "safetensors",
    metadata: file.metadata,
    entries: file.tensors,
    dataOffset: file.dataOffset,
    async read(names, signal) {
      throwIfAborted(signal);
      const sources = [...names].flatMap((name) => file.tensors.get(name) ?? []);
      if (sources.length === 0) return new Map();
      const useEarly = early !== null && isAligned;
      const begin = useEarly
        ? 0
        : sources.reduce((first, source) => Math.min(first, source.offset), Infinity);
      const end = sources.reduce((last, source) => Math.max(last, source.offset + source.sizeBytes), 0);
      const buffer = await (useEarly ? early : readRange(blob, { begin, end, fileName }));
      return new Map(
        sources.map(({ name, dtype, shape, offset, sizeBytes }) => [
          name,
          { dtype, shape, bytes: new Uint8Array(buffer, offset - begin, sizeBytes) },
        ]),
      );
    },
  };
}

async function readRange(
  blob: Blob,
  { begin, end, fileName }: { begin: number; end: number; fileName: string },
): Promise<ArrayBuffer> {
  try {
    return await blob.slice(begin, end).arrayBuffer();
  } catch (cause) {
    throw new StylusError("bad-file", "Reading the file failed: it was moved or changed.", {
      where: fileName,
      remedy: "Choose the file again.",
      cause,
    });
  }
}
