// Adapter files on the GPU in their stored form: one buffer per file, kept while any of its updates is in use. A file about
// to be used uploads part by part while it is read; a file dropped since then uploads again from memory.
import { dtypeSizeBytes } from "../../shared/dtype.ts";
import type { MergeSource } from "../merging/merge.ts";
import type { StoredLowRank, AdapterTensor } from "../files/tensor.ts";
import type { FilePart } from "../files/read.ts";
import { FACTOR_TYPES, type FactorPair, type FactorType } from "./low-rank.ts";

interface FactorFile {
  readonly sizeBytes: number;
  readonly parts: Pick<FilePart, "bytes" | "offset">[];
  readonly users: Set<MergeSource>;
  /** Null while not on the GPU. */
  buffer: GPUBuffer | null;
}

/** Offset of memory's first byte in the file's buffer; negative if memory includes bytes before the file's tensors. */
interface Place {
  readonly file: FactorFile;
  readonly start: number;
}

/** Receives the parts of one file. */
export interface FileReceiver {
  readonly take: (part: FilePart) => void;
  /** Drops the file: it was rejected, or could not be read to the end. */
  readonly drop: () => void;
}

export class FactorFiles {
  private readonly device: GPUDevice;
  /** Files on the GPU. */
  private readonly files = new Set<FactorFile>();
  private readonly places = new WeakMap<ArrayBufferLike, Place>();
  private readonly fileOf = new Map<MergeSource, FactorFile>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  get sizeBytes(): number {
    return [...this.files].reduce((sum, { buffer }) => sum + (buffer?.size ?? 0), 0);
  }

  receiver(): FileReceiver {
    let file: FactorFile | null = null;
    return {
      take: ({ bytes, offset, fileBytes }) => {
        if (!this.fits(fileBytes)) return;
        const isFirst = file === null;
        file ??= { sizeBytes: fileBytes, parts: [], users: new Set(), buffer: null };
        file.parts.push({ bytes, offset });
        this.places.set(bytes.buffer, { file, start: offset - bytes.byteOffset });
        if (isFirst) this.upload(file);
        else if (file.buffer) this.write(file.buffer, { bytes, offset });
      },
      drop: () => {
        if (file !== null && file.users.size === 0) this.drop(file);
      },
    };
  }

  /** The factors of an update, with their file; null if the kernel cannot read their stored form. */
  pair(update: MergeSource, { up, down }: StoredLowRank): FactorPair | null {
    const type = FACTOR_TYPES.find((known) => known === up.dtype && known === down.dtype);
    if (type === undefined) return null;
    const [first, second] = [this.placeOf(up), this.placeOf(down)];
    if (first.file !== second.file) return null;
    const { file } = first;
    const [upElement, downElement] = [elementAt(up, first, type), elementAt(down, second, type)];
    if (!Number.isInteger(upElement) || !Number.isInteger(downElement) || !this.fits(file.sizeBytes))
      return null;
    const buffer = file.buffer ?? this.upload(file);
    file.users.add(update);
    this.fileOf.set(update, file);
    return { buffer, type, rank: down.shape[0]!, up: upElement, down: downElement };
  }

  release(update: MergeSource): void {
    const file = this.fileOf.get(update);
    if (file === undefined) return;
    this.fileOf.delete(update);
    file.users.delete(update);
    if (file.users.size === 0) this.drop(file);
  }

  /** Drops uploaded files that are not used. */
  releaseUnused(): void {
    for (const file of this.files) if (file.users.size === 0) this.drop(file);
  }

  /** Memory that was not uploaded in parts counts as its own file. */
  private placeOf({ bytes: { buffer } }: AdapterTensor): Place {
    let place = this.places.get(buffer);
    if (!place) {
      const bytes = new Uint8Array(buffer as ArrayBuffer);
      const parts = [{ bytes, offset: 0 }];
      place = { file: { sizeBytes: bytes.length, parts, users: new Set(), buffer: null }, start: 0 };
      this.places.set(buffer, place);
    }
    return place;
  }

  private fits(sizeBytes: number): boolean {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return sizeBytes + 4 <= Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  private upload(file: FactorFile): GPUBuffer {
    const buffer = this.device.createBuffer({
      label: "adapter file",
      size: Math.max(16, 4 * Math.floor(file.sizeBytes / 4) + 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    for (const part of file.parts) this.write(buffer, part);
    file.buffer = buffer;
    this.files.add(file);
    return buffer;
  }

  private write(buffer: GPUBuffer, { bytes, offset }: FactorFile["parts"][number]): void {
    const { queue } = this.device;
    const whole = Math.floor(bytes.length / 4) * 4;
    queue.writeBuffer(buffer, offset, bytes, 0, whole);
    if (whole === bytes.length) return;
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(whole));
    queue.writeBuffer(buffer, offset + whole, rest);
  }

  private drop(file: FactorFile): void {
    file.buffer?.destroy();
    file.buffer = null;
    this.files.delete(file);
  }
}

function elementAt({ bytes }: AdapterTensor, { start }: Place, type: FactorType): number {
  return (start + bytes.byteOffset) / dtypeSizeBytes(type);
}
