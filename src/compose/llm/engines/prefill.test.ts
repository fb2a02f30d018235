// A question read in parts: the same tokens in order, beginnings read once, cancellations heard in between.
import { DynamicCache, type PreTrainedModel, Tensor } from "@huggingface/transformers";
import { expect, test } from "vitest";
import { StylusError } from "../../../shared/errors.ts";
import { readInParts } from "./prefill.ts";

/** A model whose cache holds the very tokens, so that what it has read can be seen. */
function recording() {
  const runs: number[][] = [];
  /** Tokens in the cache that each run was given; null without one. */
  const pasts: (number | null)[] = [];
  const model: Pick<PreTrainedModel, "forward"> = {
    async forward({
      input_ids,
      attention_mask,
      past_key_values,
    }: Record<string, Tensor> & { past_key_values: DynamicCache | null }) {
      const now = [...(input_ids!.data as BigInt64Array)].map(Number);
      const past = past_key_values
        ? [...(past_key_values["past_key_values.0.key"]!.data as Float32Array)]
        : [];
      const all = [...past, ...now];
      runs.push(now);
      pasts.push(past_key_values && past.length);
      expect(attention_mask!.dims).toEqual([1, all.length]);
      return {
        logits: new Tensor("float32", Float32Array.from([all.at(-1)!]), [1, 1, 1]),
        "present.0.key": new Tensor("float32", Float32Array.from(all), [1, 1, all.length, 1]),
      };
    },
  };
  const control = readInParts(model);
  const read = (ids: readonly number[]): Promise<Record<string, Tensor>> =>
    model.forward({
      input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
    });
  return { runs, pasts, control, read };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test("parts of 128 tokens make the same cache as the whole", async () => {
  const { runs, read } = recording();
  const outputs = await read(range(0, 300));
  expect(runs.map(({ length }) => length)).toEqual([128, 128, 44]);
  expect([...(outputs["present.0.key"]!.data as Float32Array)]).toEqual(range(0, 300));
  expect(outputs["logits"]!.item()).toBe(299);
});

test("the beginning of the question before is not read again", async () => {
  const { runs, read } = recording();
  await read(range(0, 200));
  const outputs = await read([...range(0, 150), 7, 8]);
  expect(runs.slice(2)).toEqual([[7, 8]]);
  expect([...(outputs["present.0.key"]!.data as Float32Array)]).toEqual([...range(0, 150), 7, 8]);
  await read([...range(0, 150), 7, 8]); // the same again: its last token still gives the logits
  expect(runs.at(-1)).toEqual([8]);
});

test("keeps only what two questions share at their start, even a single token", async () => {
  const { runs, pasts, read } = recording();
  for (const ids of [
    [1, 2, 3],
    [4, 5],
    [4, 6, 7],
  ])
    await read(ids);
  expect(runs).toEqual([
    [1, 2, 3],
    [4, 5],
    [6, 7],
  ]);
  expect(pasts).toEqual([null, null, 1]);
});

test("a cancellation ends it between two parts", async () => {
  const { runs, control, read } = recording();
  const controller = new AbortController();
  control.stop = controller.signal;
  const reading = read(range(0, 1000));
  setTimeout(() => controller.abort(), 0);
  await expect(reading).rejects.toBeInstanceOf(StylusError);
  expect(runs.length).toBeLessThan(8);
});
