// Two workers read and check large adapter files in parts, because reading is the slowest step on the way to the GPU.
import { type PartRequest, readPart, type ReadPart } from "../../adapters/files/read.ts";
// oxlint-disable-next-line no-restricted-imports -- not a service: the client of its own workers
import { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import type { PartService } from "./part-service.ts";
import { say } from "../../shared/saying.ts";

/** More workers would wait for the browser process that reads for all of them. */
const READERS = 2;

interface Reader {
  readonly client: WorkerClient<PartService>;
  isReady: boolean;
  waiting: number;
}

export class PartReaders {
  readonly #readers: readonly Reader[];

  constructor() {
    this.#readers = Array.from({ length: READERS }, () => {
      const create = (): Worker =>
        new Worker(new URL("../../../workers/adapter-file.ts", import.meta.url), { type: "module" });
      const reader = {
        client: new WorkerClient<PartService>(say`reader`, create),
        isReady: false,
        waiting: 0,
      };
      reader.client
        .call((service) => service.start())
        .then(
          () => (reader.isReady = true),
          () => {}, // a browser without nested workers: files are read in place
        );
      return reader;
    });
  }

  /** Null while none is ready. */
  read(blob: Blob, { begin, end, tensors }: PartRequest): Promise<ReadPart> | null {
    const [reader] = this.#readers.filter(({ isReady }) => isReady).toSorted((a, b) => a.waiting - b.waiting);
    if (!reader) return null;
    const request = {
      begin,
      end,
      tensors: tensors.map(({ dtype, offset, sizeBytes }) => ({ dtype, offset, sizeBytes })), // transfers only these fields
    };
    reader.waiting++;
    const reading = reader.client.call((service) => service.read(blob, request));
    return reading
      .catch((error: unknown) => {
        if (!(error instanceof StylusError) || error.code !== "device-lost") throw error;
        return readPart(blob, request); // the next part has a new worker
      })
      .finally(() => reader.waiting--);
  }

  dispose(): void {
    for (const { client } of this.#readers) client.terminate();
  }
}
