// Which models a device can run.
import { expect, it } from "vitest";
import { checkFit, checkWasmCanTakeOver, fitOf } from "./model-fit.ts";
import { say } from "../../shared/saying.ts";

const sd15 = { parameters: 983e6, minGpuMemoryBytes: 4e9 };
const gpu = { kind: "gpu", name: "a card", f16: true } as const;
const none = { kind: "none", reason: say`no WebGPU in this browser` } as const;

it("full size needs a graphics device, twice the memory without 16-bit shaders", () => {
  expect(fitOf(sd15, gpu)).toEqual({ kind: "good", gpuBytes: 4e9, hasF16: true });
  expect(fitOf(sd15, { ...gpu, f16: false })).toEqual({ kind: "good", gpuBytes: 8e9, hasF16: false });
});

it("full size does not run on the CPU", () => {
  expect(fitOf(sd15, none)).toEqual({ kind: "impossible", reason: none.reason, weightBytes: 4 * 983e6 });
});

it("models in between are slow on the CPU, small ones run anywhere", () => {
  expect(fitOf({ parameters: 200e6, minGpuMemoryBytes: null }, none).kind).toBe("slow");
  expect(fitOf({ parameters: 14e6, minGpuMemoryBytes: null }, none).kind).toBe("good");
});

it("a model that cannot run is refused before it is loaded", () => {
  const model = { title: "SD", needs: sd15 };
  const small = { title: "Small", needs: { parameters: 1e6, minGpuMemoryBytes: null } };
  expect(() => checkFit(model, { device: "auto", graphics: gpu })).not.toThrow();
  expect(() => checkFit(small, { device: "wasm", graphics: none })).not.toThrow();
  expect(() => checkFit(model, { device: "wasm", graphics: gpu })).toThrow(
    expect.objectContaining({
      code: "unsupported",
      message: expect.stringContaining("the device is set to WebAssembly"),
    }),
  );
  expect(() => checkFit(model, { device: "auto", graphics: none })).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/no WebGPU in this browser.*3\.9 GB/) }),
  );
});

it("WebAssembly takes over from a lost device where the weights fit it", () => {
  const small = { title: "Small", needs: { parameters: 14e6, minGpuMemoryBytes: null } };
  expect(() => checkWasmCanTakeOver(small)).not.toThrow();
  expect(() => checkWasmCanTakeOver({ title: "SD", needs: sd15 })).toThrow(
    expect.objectContaining({
      code: "device",
      message: expect.stringContaining("too large for WebAssembly"),
    }),
  );
});
