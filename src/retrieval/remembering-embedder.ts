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
      return texts.map((text) => {
        const vector = fresh.get(text) ?? memory.get(key(text))!;
        // Deleting first moves the text to the young end of the map.
        memory.delete(key(text));
        memory.set(key(text), vector);
        if (memory.size > memorySize) memory.delete(memory.keys().next().value!);
        return vector;
      });
    },
  };
}
