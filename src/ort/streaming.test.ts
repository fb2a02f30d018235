// Peak memory while a checkpoint streams to the GPU: Stable Diffusion 1.5's U-Net, 1.7 GB of float16, from a virtual file.
// Asserts byte counts, not times. And what a device gets of a weight in 8 bits.
import { describe, expect, it, vi } from "vitest";
import sizes from "../../tests/parity/full-size.json" with { type: "json" };
import { readHeader, type TensorSource, writeSafetensors } from "../formats/safetensors.ts";
import { withScales } from "../formats/tensor-values.ts";
import { parseUnetConfig } from "../graph/config.ts";
import { buildUnet } from "../graph/unet.ts";
import { GpuParameterStore } from "../runtime/shared/gpu-parameter-store.ts";
import { streamParameters } from "../runtime/shared/stream-parameters.ts";
import { fromFloat32, toFloat32 } from "../shared/dtype.ts";
import { OrtBackend } from "./backend.ts";
import { loadOrt } from "./ort.ts";
import { say } from "../shared/saying.ts";

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

/** A device that stores nothing and counts the bytes uploaded since the last wait. @param seen gets what is uploaded */
function countingDevice(seen: (bytes: Uint8Array) => void = () => undefined) {
  const count = { underWay: 0, mostUnderWay: 0, largestWrite: 0, bufferBytes: 0 };
  const queue: GPUQueue = {
    __brand: "GPUQueue",
    label: "",
    submit: () => undefined,
    writeBuffer: (_buffer, _offset, data) => {
      const { byteLength } = data;
      if (ArrayBuffer.isView(data)) seen(new Uint8Array(data.buffer, data.byteOffset, byteLength));
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
    readonly pushErrorScope = (): undefined => undefined;
    readonly popErrorScope = async (): Promise<null> => null;
  }
  const gpu = new CountingDevice();
  return { gpu, count };
}

it("holds one chunk of the file and a bounded upload at a time", async () => {
  vi.stubGlobal("GPUBufferUsage", { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4 });
  const { gpu, count } = countingDevice();
  const report = { kind: "webgpu", name: say``, reason: say``, threads: 1, f16: true } as const;
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

describe("a weight in 8 bits", () => {
  const stored = async (
    dtype: "I8" | "F16",
    bytes: Uint8Array,
    scale: readonly number[],
  ): Promise<ReadonlyMap<string, TensorSource>> => {
    const file = writeSafetensors([
      { name: "w.weight", dtype, shape: [2, 2], bytes },
      {
        name: "w.weight_scale",
        dtype: "F32",
        shape: [2, 1],
        bytes: fromFloat32(Float32Array.from(scale), "F32"),
      },
    ]);
    return withScales((await readHeader(new Blob([file]), { fileName: "q" })).tensors);
  };
  const upload = async (
    tensors: ReadonlyMap<string, TensorSource>,
    dtype: "f32" | "f16",
  ): Promise<{ uploaded: number[]; pristine: number[] }> => {
    vi.stubGlobal("GPUBufferUsage", { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4 });
    const uploaded: number[] = [];
    const { gpu } = countingDevice((bytes) =>
      uploaded.push(...toFloat32(bytes.slice(), dtype === "f16" ? "F16" : "F32")),
    );
    const spec = { name: "w.weight", shape: [2, 2], layout: "transpose" } as const;
    const store = await streamParameters([spec], tensors, { store: new GpuParameterStore({ gpu, dtype }) });
    return { uploaded, pristine: [...(await store.pristine("w.weight"))] };
  };

  it.each(["f32", "f16"] as const)("goes to the GPU as %s values", async (dtype) => {
    const tensors = await stored("I8", Uint8Array.of(1, 254, 3, 127), [0.5, 0.25]);
    expect(await upload(tensors, dtype)).toEqual({
      uploaded: [0.5, 0.75, -1, 31.75],
      pristine: [0.5, -1, 0.75, 31.75],
    });
  });

  it("halves with a scale go there as their products", async () => {
    const tensors = await stored("F16", fromFloat32(Float32Array.of(1, 2, 3, 4), "F16"), [2, 3]);
    expect((await upload(tensors, "f16")).uploaded).toEqual([2, 9, 4, 12]);
  });
});
