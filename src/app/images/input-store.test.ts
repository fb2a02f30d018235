import { expect, it } from "vitest";
import { memoryInputs } from "./input-store.ts";

it("names a file by its SHA-256, the same file once", async () => {
  const inputs = memoryInputs();
  const id = await inputs.put(new Blob(["abc"]));
  expect(id).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(await inputs.put(new Blob(["abc"]))).toBe(id);
  expect(await inputs.sizeBytes()).toBe(3);
  expect(await (await inputs.get(id))!.text()).toBe("abc");
  expect(await inputs.get("0")).toBeNull();
});
