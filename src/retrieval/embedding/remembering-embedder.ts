// An embedder that remembers recent vectors: a prompt is edited word by word, and most of its spans stay the same.
import type { Embedder } from "./embedder.ts";
import type { Vector } from "./vectors.ts";

/** Vectors remembered: 4,096 of 256 dimensions are 4 MiB. */
const memorySize = 4096;

export function rememberVectors(embedder: Embedder): Embedder {
  const memory = new Map<string, Vector>();
  return {
    ...embedder,
    async embed(texts, options) {
      const key = (text: string): string => `${options.kind}:${text}`;
      const missing = [...new Set(texts.filter((text) => !memory.has(key(text))))];
      const found = await embedder.embed(missing, options);
      const fresh = new Map(missing.map((text, index) => [text, found[index]!]));
      // All are read before any is stored: storing one may forget another of the same call.
      const vectors = texts.map((text) => fresh.get(text) ?? memory.get(key(text))!);
      for (const [index, text] of texts.entries()) {
        // Deleting first moves the text to the young end of the map.
        memory.delete(key(text));
        memory.set(key(text), vectors[index]!);
        if (memory.size > memorySize) memory.delete(memory.keys().next().value!);
      }
      return vectors;
    },
  };
}
