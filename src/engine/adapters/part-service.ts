// Reads parts of adapter files for another worker.
import { transfer } from "comlink";
import { type PartRequest, readPart, type ReadPart } from "../../adapters/files/read.ts";

export class PartService {
  /** Resolves once the worker is ready. */
  start(): void {}

  async read(blob: Blob, request: PartRequest): Promise<ReadPart> {
    const part = await readPart(blob, request);
    return transfer(part, [part.buffer]);
  }
}
