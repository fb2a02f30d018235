import { expect, it } from "vitest";
import type { Embedder } from "./embedder.ts";
import { rememberVectors } from "./remembering-embedder.ts";

it("a full memory gives every text of a call its vector, the oldest too", async () => {
  const embedded: string[] = [];
  const embedder: Embedder = {
    model: { name: "test", sha256: "" },
    dims: 1,
    embed: (texts: readonly string[]) => {
      embedded.push(...texts);
      return Promise.resolve(texts.map((text) => Float32Array.of(Number(text))));
    },
  };
  const { embed } = rememberVectors(embedder);
  await embed(
    Array.from({ length: 4096 }, (_, i) => String(i)),
    { kind: "query" },
  );
  // 0 is the oldest; the new texts before it push it out.
  const vectors = await embed(["5000", "5001", "0", "4095"], { kind: "query" });
  expect(vectors.map(([value]) => value)).toEqual([5000, 5001, 0, 4095]);
  expect(embedded.slice(4096)).toEqual(["5000", "5001"]);
  expect((await embed(["0"], { kind: "query" }))[0]![0]).toBe(0);
});
