import { expect, it } from "vitest";
import { fileBytes, withBlobs, withBytes } from "./files-as-bytes.ts";

it("stores the files of a row as bytes and gives them back with their types", async () => {
  const row = {
    id: "a",
    card: { title: "A" },
    file: new Blob(["abc"], { type: "image/png" }),
    preview: new Blob([""]),
  };
  const stored = await withBytes(row);
  expect(fileBytes([row, row])).toBe(6);
  expect(fileBytes([stored])).toBe(0);
  const { file, preview, ...rest } = withBlobs(structuredClone(stored)) as typeof row;
  expect(rest).toEqual({ id: "a", card: { title: "A" } });
  expect([file.type, await file.text(), preview.type, preview.size]).toEqual(["image/png", "abc", "", 0]);
});

it("leaves everything else as it is", async () => {
  const row = { id: "a", bytes: new ArrayBuffer(2) };
  expect(withBlobs(row)).toBe(row);
  expect([undefined, null, 7].map(withBlobs)).toEqual([undefined, null, 7]);
  expect(await withBytes(row)).toEqual(row);
});
