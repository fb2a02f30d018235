// What a run reports when its GPU is lost.
import { expect, it } from "vitest";
import { DeviceLoss } from "./device-loss.ts";

function losable(): { device: DeviceLoss; lose: () => void } {
  let lose!: () => void;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    lose = () => resolve({ reason: "unknown", message: "the driver was reset." } as GPUDeviceLostInfo);
  });
  return { device: new DeviceLoss({ lost }), lose };
}

const loss = {
  code: "device-lost",
  message: "The GPU was lost: the driver was reset.",
  remedy: expect.any(String) as string,
};

it("rejects work that never settles", async () => {
  const { device, lose } = losable();
  const work = device.unlessLost(new Promise(() => {}));
  lose();
  await expect(work).rejects.toMatchObject(loss);
  await expect(device.unlessLost(Promise.resolve(1))).rejects.toMatchObject(loss);
  // The work's own failure no longer has a listener.
  await expect(device.unlessLost(Promise.reject(new Error("too late")))).rejects.toMatchObject(loss);
});

it("reports a failure caused by the loss as the loss", async () => {
  const { device, lose } = losable();
  const work = device.unlessLost(Promise.reject(new Error("mapAsync failed")));
  setImmediate(lose); // the failure has arrived by then
  await expect(work).rejects.toMatchObject(loss);
});

it("passes other outcomes through", async () => {
  const { device } = losable();
  await expect(device.unlessLost(Promise.resolve(7))).resolves.toBe(7);
  await expect(device.unlessLost(Promise.reject(new Error("too large")))).rejects.toThrow("too large");
});
