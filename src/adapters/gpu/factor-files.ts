// Adapter files on the GPU, as they are stored: one buffer per file, kept while any of its updates is in use.
import type { MergeSource, StoredLowRank } from "../merge.ts";
import { dtypeSizeBytes } from "../../shared/dtype.ts";
import { FACTOR_TYPES, type FactorPair, type FactorType } from "./low-rank.ts";

interface FactorFile {
  readonly buffer: GPUBuffer;
  readonly users: Set<MergeSource>;
}

export class FactorFiles {
  private readonly device: GPUDevice;
  private readonly files = new Map<ArrayBufferLike, FactorFile>();
  private readonly fileOf = new Map<MergeSource, ArrayBufferLike>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  get sizeBytes(): number {
    return [...this.files.values()].reduce((sum, { buffer }) => sum + buffer.size, 0);
  }

  /** The factors of an update, uploaded with their whole file; null when the kernel cannot read them as they are stored. */
  pair(update: MergeSource, { up, down }: StoredLowRank): FactorPair | null {
    const data = up.bytes.buffer;
    const type = FACTOR_TYPES.find((known) => known === up.dtype && known === down.dtype);
    if (type === undefined || down.bytes.buffer !== data) return null;
    const first = elementAt(up.bytes, type);
    const second = elementAt(down.bytes, type);
    if (!Number.isInteger(first) || !Number.isInteger(second)) return null;
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    if (data.byteLength + 4 > Math.min(maxStorageBufferBindingSize, maxBufferSize)) return null;
    const file = this.files.get(data) ?? this.upload(data);
    file.users.add(update);
    this.fileOf.set(update, data);
    return { buffer: file.buffer, type, rank: down.shape[0]!, up: first, down: second };
  }

  release(update: MergeSource): void {
    const data = this.fileOf.get(update);
    if (data === undefined) return;
    this.fileOf.delete(update);
    const { buffer, users } = this.files.get(data)!;
    users.delete(update);
    if (users.size > 0) return;
    buffer.destroy();
    this.files.delete(data);
  }

  private upload(data: ArrayBufferLike): FactorFile {
    const whole = Math.floor(data.byteLength / 4) * 4;
    const buffer = this.device.createBuffer({
      label: "adapter file",
      size: Math.max(16, whole + 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    const { queue } = this.device;
    queue.writeBuffer(buffer, 0, data as ArrayBuffer, 0, whole);
    if (whole < data.byteLength) {
      const rest = new Uint8Array(4);
      rest.set(new Uint8Array(data, whole));
      queue.writeBuffer(buffer, whole, rest);
    }
    const file = { buffer, users: new Set<MergeSource>() };
    this.files.set(data, file);
    return file;
  }
}

function elementAt(bytes: Uint8Array, type: FactorType): number {
  return bytes.byteOffset / dtypeSizeBytes(type);
}
