// Adapter files on the GPU, as they are stored: one buffer per file, kept while any of its updates is in use. A file that is
// about to be used comes part by part, while it is read; one that was dropped since then comes again as it lies in memory.
import { dtypeSizeBytes } from "../../shared/dtype.ts";
import type { MergeSource, StoredLowRank } from "../merge.ts";
import type { FilePart } from "../read.ts";
import type { AdapterTensor } from "../tensor.ts";
import { FACTOR_TYPES, type FactorPair, type FactorType } from "./low-rank.ts";

interface FactorFile {
  readonly buffer: GPUBuffer;
  readonly users: Set<MergeSource>;
}

/** Where memory's first byte lies in the file's buffer; below 0 when what is before the file's tensors was read with them. */
interface Place {
  readonly file: FactorFile;
  readonly start: number;
}

export class FactorFiles {
  private readonly device: GPUDevice;
  private readonly files = new Set<FactorFile>();
  private readonly places = new WeakMap<ArrayBufferLike, Place>();
  private readonly fileOf = new Map<MergeSource, FactorFile>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  get sizeBytes(): number {
    return [...this.files].reduce((sum, { buffer }) => sum + buffer.size, 0);
  }

  /** Takes the parts of one file. */
  receiver(): (part: FilePart) => void {
    let file: FactorFile | null = null;
    return ({ bytes, offset, fileBytes }) => {
      if (!this.fits(fileBytes)) return;
      file ??= this.create(fileBytes);
      if (!this.files.has(file)) return; // dropped meanwhile
      this.write(file, bytes, offset);
      this.places.set(bytes.buffer, { file, start: offset - bytes.byteOffset });
    };
  }

  /** The factors of an update, with their file; null when the kernel cannot read them as they are stored. */
  pair(update: MergeSource, { up, down }: StoredLowRank): FactorPair | null {
    const type = FACTOR_TYPES.find((known) => known === up.dtype && known === down.dtype);
    if (type === undefined) return null;
    const inOneBuffer = up.bytes.buffer === down.bytes.buffer;
    const first = this.placeOf(up) ?? (inOneBuffer ? this.upload(up.bytes.buffer) : null);
    const second = this.placeOf(down);
    if (first === null || first.file !== second?.file) return null;
    const [upElement, downElement] = [elementAt(up, first, type), elementAt(down, second, type)];
    if (!Number.isInteger(upElement) || !Number.isInteger(downElement)) return null;
    const { file } = first;
    file.users.add(update);
    this.fileOf.set(update, file);
    return { buffer: file.buffer, type, rank: down.shape[0]!, up: upElement, down: downElement };
  }

  release(update: MergeSource): void {
    const file = this.fileOf.get(update);
    if (file === undefined) return;
    this.fileOf.delete(update);
    file.users.delete(update);
    if (file.users.size === 0) this.drop(file);
  }

  /** Drops files that came but are not used. */
  releaseUnused(): void {
    for (const file of this.files) if (file.users.size === 0) this.drop(file);
  }

  private placeOf({ bytes }: AdapterTensor): Place | null {
    const place = this.places.get(bytes.buffer);
    return place && this.files.has(place.file) ? place : null;
  }

  private upload(data: ArrayBufferLike): Place | null {
    const bytes = new Uint8Array(data as ArrayBuffer);
    this.receiver()({ bytes, offset: 0, fileBytes: bytes.length });
    return this.places.get(data) ?? null;
  }

  private fits(sizeBytes: number): boolean {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return sizeBytes + 4 <= Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  private create(sizeBytes: number): FactorFile {
    const buffer = this.device.createBuffer({
      label: "adapter file",
      size: Math.max(16, 4 * Math.floor(sizeBytes / 4) + 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    const file = { buffer, users: new Set<MergeSource>() };
    this.files.add(file);
    return file;
  }

  private write({ buffer }: FactorFile, bytes: Uint8Array<ArrayBuffer>, offset: number): void {
    const { queue } = this.device;
    const whole = Math.floor(bytes.length / 4) * 4;
    queue.writeBuffer(buffer, offset, bytes, 0, whole);
    if (whole === bytes.length) return;
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(whole));
    queue.writeBuffer(buffer, offset + whole, rest);
  }

  private drop(file: FactorFile): void {
    file.buffer.destroy();
    this.files.delete(file);
  }
}

function elementAt({ bytes }: AdapterTensor, { start }: Place, type: FactorType): number {
  return (start + bytes.byteOffset) / dtypeSizeBytes(type);
}
