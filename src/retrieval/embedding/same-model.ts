// Vectors can only be compared when one embedder made them all.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

interface Model {
  readonly name: string;
  readonly sha256: string;
}

/** @throws StylusError (bad-file) when queries of `embedder` cannot be compared with an index made by `index` */
export function checkSameModel(index: Model, embedder: Model): void {
  if (index.sha256 === embedder.sha256) return;
  throw new StylusError(
    "bad-file",
    say`The index was made with ${index.name}, but another embedder (${embedder.name}) is loaded.`,
    { where: "index/index.json", remedy: say`Download the pack again, or run npm run build:index.` },
  );
}
