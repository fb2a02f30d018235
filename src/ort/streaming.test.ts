// Peak memory while a checkpoint streams to the GPU: Stable Diffusion 1.5's U-Net, 1.7 GB of float16, from a virtual file.
// Asserts byte counts, not times.
import { expect, it, vi } from "vitest";
import sizes from "../../tests/parity/full-size.json" with { type: "json" };
import type { TensorSource } from "../formats/safetensors.ts";
import { parseUnetConfig } from "../graph/config.ts";
import { buildUnet } from "../graph/unet.ts";
import { OrtBackend } from "./backend.ts";

const MEBIBYTE = 1024 * 1024;

/** A file of zeros that counts the bytes read. */
class Zeros {
  largestRead = 0;
  totalRead = 0;

  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> } {
    const sizeBytes = end - begin;
    this.largestRead = Math.max(this.largestRead, sizeBytes);
    this.totalRead += sizeBytes;
    return { arrayBuffer: async () => new ArrayBuffer(sizeBytes) };
  }
}

/** A device that stores nothing and counts the bytes uploaded since the last wait. */
function countingDevice() {
  const count = { underWay: 0, mostUnderWay: 0, largestWrite: 0, bufferBytes: 0 };
  const gpu = {
    lost: new Promise(() => {}),
    createBuffer: ({ size }: GPUBufferDescriptor) => {
      count.bufferBytes += size;
      return { size, destroy: () => undefined };
    },
    queue: {
      submit: () => undefined,
      writeBuffer: (_buffer: GPUBuffer, _offset: number, { byteLength }: Uint16Array) => {
        count.underWay += byteLength;
        count.mostUnderWay = Math.max(count.mostUnderWay, count.underWay);
        count.largestWrite = Math.max(count.largestWrite, byteLength);
      },
      onSubmittedWorkDone: async () => void (count.underWay = 0),
    },
  };
  return { gpu: gpu as unknown as GPUDevice, count };
}

it("holds one chunk of the file and a bounded upload at a time", async () => {
  vi.stubGlobal("GPUBufferUsage", { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4 });
  const { gpu, count } = countingDevice();
  const report = { kind: "webgpu", name: "", reason: "", threads: 1, f16: true } as const;
  const ort = { Tensor: { fromGpuBuffer: () => ({}) } };
  const backend = new OrtBackend(ort as never, { gpu, report });
  const config = parseUnetConfig(sizes.full.unet.config, { path: "config.json" });
  const size = { batch: 1, height: 8, width: 8, contextTokens: 1 };
  const graph = buildUnet(config, size);
  const { parameters } = graph;
  const zeros = new Zeros();
  let offset = 0;
  let largestTensor = 0;
  const tensors = new Map<string, TensorSource>();
  for (const { name, shape } of parameters) {
    const sizeBytes = 2 * shape.reduce((product, length) => product * length, 1);
    const blob = zeros as unknown as Blob;
    tensors.set(name, { name, shape, dtype: "F16", blob, fileName: "unet", offset, sizeBytes });
    offset += sizeBytes;
    largestTensor = Math.max(largestTensor, sizeBytes);
  }
  const store = await backend.loadParameters(graph, tensors);
  expect(offset).toBe(1_719_041_928); // 859,520,964 parameters
  expect(zeros.totalRead).toBe(offset);
  expect(largestTensor).toBe(58_982_400);
  expect(zeros.largestRead).toBe(largestTensor);
  expect(count.largestWrite).toBe(largestTensor);
  expect(count.mostUnderWay).toBeLessThanOrEqual(128 * MEBIBYTE + largestTensor);
  expect(store.sizeBytes).toBe(count.bufferBytes);
  expect(count.bufferBytes - offset).toBeLessThan(16 * parameters.length); // padding to 16 bytes
  vi.unstubAllGlobals();
}, 60_000);
