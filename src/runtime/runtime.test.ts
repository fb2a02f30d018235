// What a run hears when its graphics device goes away.
import { expect, it } from "vitest";
import { Runtime } from "./runtime.ts";

function losable(): { runtime: Runtime; lose: () => void } {
  let lose!: () => void;
  const lost = new Promise((resolve) => {
    lose = () => resolve({ reason: "unknown", message: "the driver was reset." });
  });
  const gpu = { lost, createBuffer: () => undefined, destroy: () => undefined } as unknown as GPUDevice;
  const report = { kind: "webgpu", name: "fake", reason: "", threads: 1, f16: false } as const;
  return { runtime: new Runtime({} as never, { gpu, report }), lose };
}

const loss = {
  code: "device-lost",
  message: "The graphics device was lost: the driver was reset.",
  remedy: expect.any(String) as string,
};

it("work that waits for ever ends with the loss", async () => {
  const { runtime, lose } = losable();
  const work = runtime.unlessLost(new Promise(() => {}));
  lose();
  await expect(work).rejects.toMatchObject(loss);
  await expect(runtime.unlessLost(Promise.resolve(1))).rejects.toMatchObject(loss);
  // Its own failure has nobody left to tell.
  await expect(runtime.unlessLost(Promise.reject(new Error("too late")))).rejects.toMatchObject(loss);
});

it("a failure that the loss has caused is told as the loss", async () => {
  const { runtime, lose } = losable();
  const work = runtime.unlessLost(Promise.reject(new Error("mapAsync failed")));
  setTimeout(lose, 5);
  await expect(work).rejects.toMatchObject(loss);
});

it("other outcomes are as they are", async () => {
  const { runtime } = losable();
  await expect(runtime.unlessLost(Promise.resolve(7))).resolves.toBe(7);
  await expect(runtime.unlessLost(Promise.reject(new Error("too large")))).rejects.toThrow("too large");
});
