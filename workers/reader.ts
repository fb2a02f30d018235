// Reads and examines parts of adapter files for the worker that merges them.
import { type PartAnswer, type PartTask, readPart } from "../src/adapters/part-readers.ts";

const answer = (message: PartAnswer, transfer: Transferable[] = []): void =>
  self.postMessage(message, { transfer });

self.addEventListener("message", ({ data: { id, blob, request } }: MessageEvent<PartTask>) => {
  void readPart(blob, request).then(
    (part) => answer({ id, ...part }, [part.buffer]),
    (error: unknown) => answer({ id, error }),
  );
});

answer("ready");
