// Which models a device can run, and how that is said.
import { expect, it } from "vitest";
import { checkFit, checkWasmCanTakeOver, fitOf } from "./model-fit.ts";

const sd15 = { parameters: 983e6, minGpuMemoryBytes: 4e9 };
const gpu = { name: "a card", reason: "", f16: true };
const none = { name: null, reason: "no WebGPU in this browser", f16: false };

it("full size needs a graphics device, twice the memory without 16-bit shaders", () => {
  expect(fitOf(sd15, gpu)).toMatchObject({ kind: "good", text: expect.stringContaining("about 4 GB") });
  expect(fitOf(sd15, { ...gpu, f16: false })).toMatchObject({
    kind: "good",
    text: expect.stringContaining("about 8 GB"),
  });
});

it("full size is refused on the processor, with the reason", () => {
  const fit = fitOf(sd15, none);
  expect(fit.kind).toBe("impossible");
  expect(fit.text).toContain("3.9 GB");
});

it("models in between are slow on the processor, small ones run anywhere", () => {
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
    expect.objectContaining({ message: expect.stringContaining("no WebGPU in this browser") }),
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
