// Rows of a token embedding, as they stand in the file.
import { expect, it } from "vitest";
import { readHeader, writeSafetensors } from "../../formats/safetensors.ts";
import { CheckpointTokenTable } from "./token-table.ts";

async function tableOf(blob?: (whole: Blob) => Blob): Promise<CheckpointTokenTable> {
  const values = Float32Array.from({ length: 12 }, (_, i) => i / 4);
  const whole = new Blob([
    writeSafetensors([{ name: "t", dtype: "F32", shape: [4, 3], bytes: new Uint8Array(values.buffer) }]),
  ]);
  const { tensors } = await readHeader(whole, { fileName: "text.safetensors" });
  const source = tensors.get("t")!;
  return new CheckpointTokenTable(blob ? { ...source, blob: blob(whole) } : source);
}

it("reads the row of a token, from the first to the last, once", async () => {
  const table = await tableOf();
  expect(table.width).toBe(3);
  expect([...(await table.row(0))]).toEqual([0, 0.25, 0.5]);
  expect([...(await table.row(3))]).toEqual([2.25, 2.5, 2.75]);
  expect(await table.row(3)).toBe(await table.row(3));
});

it("names the file that has fewer tokens than the tokenizer", async () => {
  const table = await tableOf();
  expect(() => table.row(4)).toThrow(
    expect.objectContaining({ code: "bad-file", where: "text.safetensors" }),
  );
});

it("reads again after a failure", async () => {
  let fails = true;
  const table = await tableOf((whole) =>
    Object.assign(new Blob([whole]), {
      slice: (...range: [number?, number?]): Blob => {
        const part = whole.slice(...range);
        if (fails) part.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
        return part;
      },
    }),
  );
  await expect(table.row(1)).rejects.toThrow();
  fails = false;
  expect([...(await table.row(1))]).toEqual([0.75, 1, 1.25]);
});
