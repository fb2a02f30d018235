// Asks the browser for its graphics device, to say beforehand which models can run. The worker chooses the device itself, by
// the same rules (src/runtime/device.ts).
import { adapterName, isSoftwareAdapter } from "../../runtime/device.ts";
import { atOnce } from "../../shared/at-once.ts";
import type { GraphicsReport } from "../packs/model-fit.ts";
import { say, type Saying } from "../../shared/saying.ts";

const without = (reason: Saying): GraphicsReport => ({ kind: "none", reason });

export const probeGraphics = atOnce(async (): Promise<GraphicsReport> => {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu) return without(isSecureContext ? say`no WebGPU in this browser` : say`WebGPU needs https`);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return without(say`WebGPU found no GPU`);
  const name = adapterName(adapter.info);
  if (isSoftwareAdapter(adapter)) return without(say`only a software GPU (${name})`);
  return { kind: "gpu", name, f16: adapter.features.has("shader-f16") };
});
