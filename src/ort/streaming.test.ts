// Peak memory while a checkpoint streams to the GPU: Stable Diffusion 1.5's U-Net, 1.7 GB of float16, from a virtual file.
// Asserts byte counts, not times.
import { expect, it, vi } from "vitest";
import sizes from "../../tests/parity/full-size.json" with { type: "json" };
import type { TensorSource } from "../formats/safetensors.ts";
import { parseUnetConfig } from "../graph/config.ts";
import { buildUnet } from "../graph/unet.ts";
import { OrtBackend } from "./backend.ts";
import { loadOrt } from "./ort.ts";

const MEBIBYTE = 1024 * 1024;

/** A file of zeros that counts the bytes read. */
class Zeros extends Blob {
  largestRead = 0;
  totalRead = 0;

  override slice(begin: number, end: number): Blob {
    const sizeBytes = end - begin;
    this.largestRead = Math.max(this.largestRead, sizeBytes);
    this.totalRead += sizeBytes;
    const part = new Blob();
    part.arrayBuffer = async () => new ArrayBuffer(sizeBytes);
    return part;
  }
}

/** What a device can do that loading has no use for. */
const unused = (): never => {
  throw new Error("Loading does not use it.");
};

/** A device that stores nothing and counts the bytes uploaded since the last wait. */
function countingDevice() {
  const count = { underWay: 0, mostUnderWay: 0, largestWrite: 0, bufferBytes: 0 };
  const queue: GPUQueue = {
    __brand: "GPUQueue",
    label: "",
    submit: () => undefined,
    writeBuffer: (_buffer, _offset, { byteLength }) => {
      count.underWay += byteLength;
      count.mostUnderWay = Math.max(count.mostUnderWay, count.underWay);
      count.largestWrite = Math.max(count.largestWrite, byteLength);
      return undefined;
    },
    onSubmittedWorkDone: async () => void (count.underWay = 0),
    writeTexture: unused,
    copyExternalImageToTexture: unused,
  };
  const createBuffer = ({ size, usage }: GPUBufferDescriptor): GPUBuffer => {
    count.bufferBytes += size;
    return {
      __brand: "GPUBuffer",
      label: "",
      size,
      usage,
      mapState: "unmapped",
      destroy: () => undefined,
      mapAsync: unused,
      getMappedRange: unused,
      unmap: unused,
    };
  };
  class CountingDevice extends EventTarget implements GPUDevice {
    readonly __brand = "GPUDevice";
    readonly label = "";
    readonly lost = new Promise<never>(() => {});
    readonly onuncapturederror = null;
    readonly queue = queue;
    createBuffer = createBuffer;
    readonly features = new Set<string>();
    get limits(): never {
      return unused();
    }
    get adapterInfo(): never {
      return unused();
    }
    readonly destroy = unused;
    readonly createTexture = unused;
    readonly createSampler = unused;
    readonly importExternalTexture = unused;
    readonly createBindGroupLayout = unused;
    readonly createPipelineLayout = unused;
    readonly createBindGroup = unused;
    readonly createShaderModule = unused;
    readonly createComputePipeline = unused;
    readonly createRenderPipeline = unused;
    readonly createComputePipelineAsync = unused;
    readonly createRenderPipelineAsync = unused;
    readonly createCommandEncoder = unused;
    readonly createRenderBundleEncoder = unused;
    readonly createQuerySet = unused;
    readonly pushErrorScope = unused;
    readonly popErrorScope = unused;
  }
  const gpu = new CountingDevice();
  return { gpu, count };
}

it("holds one chunk of the file and a bounded upload at a time", async () => {
  vi.stubGlobal("GPUBufferUsage", { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4 });
  const { gpu, count } = countingDevice();
  const report = { kind: "webgpu", name: "", reason: "", threads: 1, f16: true } as const;
  const { ort } = await loadOrt({ device: "wasm", threads: 1 });
  const backend = new OrtBackend(ort, { gpu, report });
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
    tensors.set(name, { name, shape, dtype: "F16", blob: zeros, fileName: "unet", offset, sizeBytes });
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
