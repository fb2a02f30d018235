import { expect, it } from "vitest";
import { GpuMemory } from "./gpu-memory.ts";

const fakeDevice = () => ({
  createBuffer: ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => undefined }),
});

const buffer = (device: ReturnType<typeof fakeDevice>, size: number, label?: string) =>
  device.createBuffer({ size, usage: 0, ...(label === undefined ? {} : { label }) });

it("counts each buffer once until it is destroyed, and tracks the peak", () => {
  const device = fakeDevice();
  const { own, runtime } = new GpuMemory(device);
  const first = buffer(device, 100, "weight");
  const second = buffer(device, 50, "weight");
  buffer(device, 7);
  expect(own.use).toEqual({ buffers: 2, sizeBytes: 150, peakBytes: 150 });
  expect(runtime.use).toEqual({ buffers: 1, sizeBytes: 7, peakBytes: 7 });
  first.destroy();
  first.destroy();
  expect(own.use).toEqual({ buffers: 1, sizeBytes: 50, peakBytes: 150 });
  second.destroy();
  expect(own.use).toEqual({ buffers: 0, sizeBytes: 0, peakBytes: 150 });
});
