// Merging on the GPU: the same sums as merge.ts, as a chain of kernels per parameter. The first kernel reads the pristine
// buffer, the last writes the live one; between them the sum is kept in f32, so that f16 weights are rounded once.
import { assert } from "../../shared/assert.ts";
import type { Contribution, MergeSource } from "../merge.ts";
import { Chain, Scratch, sizeOf, type Dispatch, type MergeTarget, type Typed } from "./chain.ts";
import { destroyDelta, uploadDelta, type ResidentDelta } from "./resident-delta.ts";
import { kernel, kernelSource, VALUES } from "./shaders.ts";

export interface MergeJob {
  readonly target: MergeTarget;
  /** In merge order; at least one with a strength other than 0. */
  readonly contributions: readonly Contribution[];
}

const SLOT_BYTES = 256; // alignment of uniform offsets
const MAX_WORKGROUPS = 65_535;

export class GpuMerger {
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly resident = new Map<MergeSource, ResidentDelta>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Bytes of adapter factors kept on the GPU. */
  get sizeBytes(): number {
    return [...this.resident.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Frees the factors of adapters that are no longer used. */
  release(updates: Iterable<MergeSource>): void {
    for (const update of updates) {
      const resident = this.resident.get(update);
      if (resident) destroyDelta(resident);
      this.resident.delete(update);
    }
  }

  /** Computes every job's live buffer anew from its pristine one. Resolves when the work is submitted. */
  async merge(jobs: readonly MergeJob[]): Promise<void> {
    // The largest first: scratch buffers then never have to grow.
    const bySize = jobs.toSorted((a, b) => sizeOf(b.target.shape) - sizeOf(a.target.shape));
    const scratch = new Scratch(this.device);
    try {
      const dispatches = bySize.flatMap((job) => this.plan(job, scratch));
      if (dispatches.length > 0) await this.submit(dispatches);
    } finally {
      scratch.destroy(); // takes effect once the submitted work is done
    }
  }

  private async submit(dispatches: readonly Dispatch[]): Promise<void> {
    const pipelines = await Promise.all(dispatches.map((dispatch) => this.pipeline(dispatch)));
    const uniforms = this.uniforms(dispatches);
    const encoder = this.device.createCommandEncoder({ label: "merge adapters" });
    const pass = encoder.beginComputePass();
    dispatches.forEach((dispatch, i) => {
      const pipeline = pipelines[i]!;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.bind(pipeline, { dispatch, uniforms, slot: i }));
      pass.dispatchWorkgroups(...workgroups(dispatch));
    });
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    uniforms.destroy(); // likewise
  }

  dispose(): void {
    this.release([...this.resident.keys()]);
    this.pipelines.clear();
  }

  private plan({ target, contributions }: MergeJob, scratch: Scratch): Dispatch[] {
    const active = contributions.filter(({ strength }) => strength !== 0);
    assert(active.length > 0, "a merge job without contributions");
    const dispatches: Dispatch[] = [];
    let source: Typed = { buffer: target.pristine, type: target.dtype };
    active.forEach(({ update, strength }, i) => {
      const isLast = i === active.length - 1;
      const merged: Typed = isLast
        ? { buffer: target.live, type: target.dtype }
        : { buffer: scratch.buffer(`sum${i % 2}`, sizeOf(target.shape)), type: "f32" };
      const chain = new Chain({
        target,
        resident: this.residentOf(update, target.shape[0] ?? 1),
        strength,
        scratch,
      });
      dispatches.push(...chain.add(source, merged));
      source = merged;
    });
    return dispatches;
  }

  private residentOf(update: MergeSource, rows: number): ResidentDelta {
    let resident = this.resident.get(update);
    if (!resident) {
      resident = uploadDelta(this.device, update, { rows });
      this.resident.set(update, resident);
    }
    return resident;
  }

  private pipeline({ name, types }: Dispatch): Promise<GPUComputePipeline> {
    const key = `${name} ${types.base} ${types.source} ${types.merged}`;
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const module = this.device.createShaderModule({ label: key, code: kernelSource(name, types) });
      pipeline = this.device.createComputePipelineAsync({
        label: key,
        layout: "auto",
        compute: { module, entryPoint: "main" },
      });
      this.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  private uniforms(dispatches: readonly Dispatch[]): GPUBuffer {
    const bytes = new ArrayBuffer(SLOT_BYTES * dispatches.length);
    const view = new DataView(bytes);
    dispatches.forEach(({ values }, slot) => {
      VALUES.forEach((field, i) => {
        const at = slot * SLOT_BYTES + 4 * i;
        if (field === "scale") view.setFloat32(at, values[field] ?? 1, true);
        else view.setUint32(at, values[field] ?? 0, true);
      });
    });
    const buffer = this.device.createBuffer({
      label: "merge values",
      size: bytes.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.device.queue.writeBuffer(buffer, 0, bytes);
    return buffer;
  }

  private bind(
    pipeline: GPUComputePipeline,
    { dispatch, uniforms, slot }: { dispatch: Dispatch; uniforms: GPUBuffer; slot: number },
  ): GPUBindGroup {
    const values = {
      binding: 0,
      resource: { buffer: uniforms, offset: slot * SLOT_BYTES, size: 4 * VALUES.length },
    };
    const rest = dispatch.buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } }));
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [values, ...rest],
    });
  }
}

function workgroups({ name, values }: Dispatch): [x: number, y: number] {
  const { dispatch } = kernel(name);
  if (dispatch === "tiles") return [Math.ceil(values.extentN! / 64), Math.ceil(values.extentM! / 64)];
  if (dispatch === "groups") return [values.count!, 1];
  const groups = Math.ceil(values.count! / 512);
  const x = Math.min(groups, MAX_WORKGROUPS);
  return [x, Math.ceil(groups / x)];
}
