// What open-lab.ts can ask of its page: the adapter's facts, the comparison at full size, the benchmark. Rows are handed to
// `reportRow` as they come.

import { isSoftwareAdapter } from "../../src/runtime/device.ts";
import type { Kernels } from "../../src/shared/request.ts";
import { openWgslBackend } from "../../src/wgsl/open-backend.ts";
import { openOrtBackend } from "../../src/ort/backend.ts";
import { compareFullSize } from "../parity/full-size.ts";
import { type BackendsOptions, compareBackends } from "./backends-benchmark.ts";
import type { BenchmarkOptions } from "./figures.ts";
import { benchmark } from "./gpu-benchmark.ts";
import { keepInOpfs } from "./opfs.ts";
import { type PackSize, randomPack } from "./random-pack.ts";

/** Given by open-lab.ts. */
declare const reportRow: (row: unknown) => Promise<void>;

export interface LabDevice {
  readonly device: "webgpu" | "wasm";
  /** False computes in float32 even if float16 is available. */
  readonly float16: boolean;
}

interface LabAdapter {
  readonly name: string;
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  readonly subgroupMinSize: number;
}

const lab = {
  /** The machine's GPU as the page sees it; null without one. */
  async adapter(): Promise<LabAdapter | null> {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return null;
    const { vendor, architecture, device, description, subgroupMinSize } = adapter.info;
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    return {
      name: [vendor, architecture, device, description].filter(Boolean).join(" "),
      software: isSoftwareAdapter(adapter),
      features: [...adapter.features].toSorted(),
      limits: { maxBufferSize, maxStorageBufferBindingSize },
      subgroupMinSize,
    };
  },

  /** Rows: ComparedOutput. */
  async compare({
    device,
    float16,
    size,
    kernels,
  }: LabDevice & { size: PackSize; kernels: Kernels }): Promise<void> {
    const open = kernels === "wgsl" ? openWgslBackend : openOrtBackend;
    const backend = await open({ preference: device, float16 });
    const references = await (await fetch("/references.safetensors")).blob();
    const files = await randomPack(size, { keep: keepInOpfs(size) });
    for await (const row of compareFullSize({ backend, size, files, references })) await reportRow(row);
  },

  /** Rows: Figure. */
  async benchmark(options: BenchmarkOptions): Promise<void> {
    for await (const figure of benchmark(options)) await reportRow(figure);
  },

  /** Rows: BackendsRow. */
  async backends(options: BackendsOptions): Promise<void> {
    for await (const row of compareBackends(options)) await reportRow(row);
  },
};

export type Lab = typeof lab;

Object.assign(globalThis, { lab });
