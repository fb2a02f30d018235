// Large adapter files are read and examined by two workers, a part each: on a graphics card's way in, reading is what takes
// longest. Where there are none (Node, a browser without nested workers) or they are not there yet, the caller reads itself.
import type { DType } from "../shared/dtype.ts";
import { allFinite } from "./tensor.ts";

/** Part of a file, and the tensors that lie in it whole. */
export interface PartRequest {
  readonly begin: number;
  readonly end: number;
  readonly tensors: readonly { readonly dtype: DType; readonly offset: number; readonly sizeBytes: number }[];
}

export interface ReadPart {
  readonly buffer: ArrayBuffer;
  /** Of each tensor: whether every value is a finite number. */
  readonly areFinite: readonly boolean[];
}

/** @throws DOMException when the file was moved or changed */
export async function readPart(blob: Blob, { begin, end, tensors }: PartRequest): Promise<ReadPart> {
  const buffer = await blob.slice(begin, end).arrayBuffer();
  if (buffer.byteLength !== Math.min(end, blob.size) - begin) throw new Error("The file became shorter.");
  const areFinite = tensors.map(({ dtype, offset, sizeBytes }) =>
    allFinite({ dtype, shape: [], bytes: new Uint8Array(buffer, offset - begin, sizeBytes) }),
  );
  return { buffer, areFinite };
}

/** What a worker is sent, and what it answers; its first message is "ready". */
export interface PartTask {
  readonly id: number;
  readonly blob: Blob;
  readonly request: PartRequest;
}
export type PartAnswer = "ready" | ({ readonly id: number } & (ReadPart | { readonly error: unknown }));

const READERS = 2;
let readers: PartReader[] | null = null;

/** Makes the workers, so that they are there when a file is read. */
export function startPartReaders(): void {
  if (readers !== null || typeof Worker === "undefined") return;
  readers = Array.from({ length: READERS }, () => new PartReader());
}

/** Reads a part elsewhere; null where nobody is there to do it. */
export function readPartElsewhere(blob: Blob, request: PartRequest): Promise<ReadPart> | null {
  const [least] = (readers ?? [])
    .filter(({ isReady }) => isReady)
    .toSorted((a, b) => a.waiting.size - b.waiting.size);
  return least?.read(blob, request) ?? null;
}

interface Waiting {
  readonly resolve: (part: ReadPart) => void;
  readonly reject: (error: unknown) => void;
}

class PartReader {
  isReady = false;
  readonly waiting = new Map<number, Waiting>();
  private readonly worker: Worker;
  private tasks = 0;

  constructor() {
    this.worker = new Worker(new URL("../../workers/reader.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<PartAnswer>) => {
      if (data === "ready") {
        this.isReady = true;
        return;
      }
      const task = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ("error" in data) task?.reject(data.error);
      else task?.resolve(data);
    });
    this.worker.addEventListener("error", () => {
      this.isReady = false;
      for (const { reject } of this.waiting.values()) reject(new Error("The worker that reads it failed."));
      this.waiting.clear();
    });
  }

  read(blob: Blob, { begin, end, tensors }: PartRequest): Promise<ReadPart> {
    const id = this.tasks++;
    const request = {
      begin,
      end,
      tensors: tensors.map(({ dtype, offset, sizeBytes }) => ({ dtype, offset, sizeBytes })),
    };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, blob, request } satisfies PartTask, { transfer: [] });
    });
  }
}
