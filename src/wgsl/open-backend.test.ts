// When our own kernels are not used: the fallback opens, and its report says why. Node has no WebGPU.
import { afterEach, expect, it, vi } from "vitest";
import { memoryRecords } from "../../tests/fixtures/tuning-records.ts";
import { chooseDevice } from "../runtime/device.ts";
import type { Backend, BackendOptions } from "../runtime/backend.ts";
import { withWgsl } from "./open-backend.ts";
import { english } from "../shared/saying.ts";

const asked: BackendOptions[] = [];
const open = withWgsl(async (options) => {
  asked.push(options);
  return { report: (await chooseDevice("wasm", options)).report } as Backend;
}, memoryRecords());

afterEach(() => void vi.unstubAllGlobals());

/** An adapter of this name that cannot be opened. */
function stubAdapter(description: string): void {
  const info = { vendor: "", architecture: "", device: "", description };
  const adapter = { info, features: new Set(), limits: {}, requestDevice: () => Promise.reject(new Error()) };
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter }, hardwareConcurrency: 4 });
}

it("tries our own kernels on a real GPU unless ONNX Runtime is asked for", async () => {
  stubAdapter("GeForce");
  const { report } = await open({ preference: "auto" });
  expect(english(report.reason)).toContain(
    "WGSL kernels: The WGSL kernels need WebGPU: the GPU GeForce could not be opened.",
  );
  const options = { preference: "auto", kernels: "onnxruntime" } as const;
  await open(options);
  expect(asked.at(-1)).toBe(options);
});

it("leaves a software GPU to the fallback", async () => {
  stubAdapter("SwiftShader");
  const options = { preference: "auto" } as const;
  await open(options);
  expect(asked.at(-1)).toBe(options);
});

it("opens the fallback without a real GPU, and where it is asked for", async () => {
  for (const options of [
    { preference: "auto" },
    { preference: "auto", kernels: "onnxruntime" },
    { preference: "wasm", kernels: "wgsl" },
  ] as const) {
    await open(options);
    expect(asked.at(-1)).toBe(options);
  }
});

it("says in the report why our own kernels cannot be used", async () => {
  const { report } = await open({ preference: "auto", kernels: "wgsl" });
  expect(english(report.reason)).toBe(
    "chosen by the user; WGSL kernels: The WGSL kernels need WebGPU: no WebGPU in this browser.",
  );
});

it("rejects with a request's cancellation rather than falling back", async () => {
  const count = asked.length;
  const signal = AbortSignal.abort();
  await expect(open({ preference: "auto", kernels: "wgsl", signal })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(asked.length).toBe(count);
});
