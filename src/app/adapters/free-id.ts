// Ids of adapters that come without one. Pure.
import { adapterEnding } from "../../adapters/files/file-ending.ts";

/** Name of the file without its ending, as `<lora:name:weight>` in other tools, made different from all in `taken`. */
export function freeId(fileName: string, taken: ReadonlySet<string>): string {
  const base =
    fileName
      .replace(adapterEnding, "")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 80) || "adapter";
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}
