// Merging on the GPU: the same sums as merge.ts, as a chain of kernels per parameter. The first kernel reads the pristine
// buffer, the last writes the live one; between them the sum stays in f32, so that f16 weights round once.
// One kernel adds neighbouring low-rank adapters of a parameter.
import { assert } from "../../shared/assert.ts";
import type { Contribution, MergeSource } from "../merging/merge.ts";
import {
  addLowRank,
  Chain,
  Scratch,
  sizeOf,
  type Dispatch,
  type KernelDispatch,
  type MergeTarget,
  type Typed,
} from "./chain.ts";
import { FactorFiles, type FileReceiver } from "./factor-files.ts";
import { LowRankKernel, type Term, variantOf } from "./low-rank.ts";
import { destroyDelta, uploadDelta, type ResidentDelta } from "./resident-delta.ts";
import { kernel, kernelSource, TILE, VALUES } from "./shaders.ts";
import type { Storage } from "./storage.ts";

export interface MergeJob {
  readonly target: MergeTarget;
  /** In merge order; at least one has a nonzero strength. */
  readonly contributions: readonly Contribution[];
}

const SLOT_BYTES = 256; // alignment of uniform offsets
const MAX_WORKGROUPS = 65_535;
/** Dispatches per command buffer: the GPU starts on the first ones while the rest are recorded. */
const SUBMITTED_AT_ONCE = 48;

export class GpuMerger {
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly resident = new Map<MergeSource, ResidentDelta>();
  private readonly files: FactorFiles;
  private readonly lowRank: LowRankKernel;

  constructor(device: GPUDevice) {
    this.device = device;
    this.files = new FactorFiles(device);
    this.lowRank = new LowRankKernel(device);
  }

  /** Starts compiling the kernels of the most common adapters, so that the first merge does not wait for them. */
  warmUp(dtype: Storage): void {
    // The merge that needs the kernel reports a failure.
    this.lowRank.pipeline({ source: dtype, merged: dtype, isAligned: true }).catch(() => {});
  }

  /** Bytes of adapter factors kept on the GPU. */
  get sizeBytes(): number {
    const own = [...this.resident.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return own + this.files.sizeBytes;
  }

  /** Uploads the parts of an adapter's file while it is read, so that it is on the GPU for the merge. */
  receiver(): FileReceiver {
    return this.files.receiver();
  }

  /** Frees the factors of adapters that are no longer used, and uploaded files that are not in use. */
  release(updates: Iterable<MergeSource>): void {
    for (const update of updates) {
      const resident = this.resident.get(update);
      if (resident) destroyDelta(resident);
      this.resident.delete(update);
      this.files.release(update);
    }
    this.files.releaseUnused();
  }

  /** Recomputes every job's live buffer from its pristine one. Resolves once the work is submitted. */
  async merge(jobs: readonly MergeJob[]): Promise<void> {
    // Largest first, so that scratch buffers never grow.
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
    const pipelines = await this.pipelinesOf(dispatches);
    const lowRank = dispatches.filter((dispatch) => dispatch.name === "low-rank");
    const others = dispatches.filter((dispatch) => dispatch.name !== "low-rank");
    const prepared = lowRank.length > 0 ? this.lowRank.prepare(lowRank) : null;
    const uniforms = others.length > 0 ? this.uniforms(others) : null;
    let [lowRankIndex, slot] = [0, 0];
    for (let start = 0; start < dispatches.length; start += SUBMITTED_AT_ONCE) {
      const encoder = this.device.createCommandEncoder({ label: "merge adapters" });
      const pass = encoder.beginComputePass();
      let current: GPUComputePipeline | null = null;
      const end = Math.min(start + SUBMITTED_AT_ONCE, dispatches.length);
      for (let i = start; i < end; i++) {
        const dispatch = dispatches[i]!;
        const pipeline = pipelines[i]!;
        if (pipeline !== current) pass.setPipeline(pipeline);
        current = pipeline;
        if (dispatch.name === "low-rank") prepared!.record(pass, lowRankIndex++);
        else {
          pass.setBindGroup(0, this.bind(pipeline, { dispatch, uniforms: uniforms!, slot: slot++ }));
          pass.dispatchWorkgroups(...workgroups(dispatch));
        }
      }
      pass.end();
      this.device.queue.submit([encoder.finish()]);
    }
    prepared?.destroy(); // takes effect once the submitted work is done
    uniforms?.destroy();
  }

  /** Waits once for each kind of kernel. */
  private async pipelinesOf(dispatches: readonly Dispatch[]): Promise<GPUComputePipeline[]> {
    const wanted = dispatches.map((dispatch) => this.pipeline(dispatch));
    const kinds = [...new Set(wanted)];
    const ready = await Promise.all(kinds);
    const known = new Map(kinds.map((kind, i) => [kind, ready[i]!]));
    return wanted.map((kind) => known.get(kind)!);
  }

  dispose(): void {
    this.release([...this.resident.keys()]);
    this.pipelines.clear();
  }

  private plan({ target, contributions }: MergeJob, scratch: Scratch): Dispatch[] {
    const active = contributions.filter(({ strength }) => strength !== 0);
    assert(active.length > 0, "a merge job without contributions");
    const rows = target.shape[0] ?? 1;
    const steps = joinLowRank(
      active.map(({ update, strength }) => ({ resident: this.residentOf(update, rows), strength })),
      this.lowRank.slots,
    );
    let source: Typed = { buffer: target.pristine, type: target.dtype };
    return steps.flatMap((step, i) => {
      const isLast = i === steps.length - 1;
      const merged: Typed = isLast
        ? { buffer: target.live, type: target.dtype }
        : { buffer: scratch.buffer(`sum${i % 2}`, sizeOf(target.shape)), type: "f32" };
      const pair = { source, merged };
      source = merged;
      return "terms" in step
        ? addLowRank({ target, scratch }, { ...pair, terms: step.terms })
        : new Chain({ target, scratch, ...step }).add(pair.source, merged);
    });
  }

  private residentOf(update: MergeSource, rows: number): ResidentDelta {
    let resident = this.resident.get(update);
    if (!resident) {
      resident = uploadDelta(this.device, update, { rows, files: this.files });
      this.resident.set(update, resident);
    }
    return resident;
  }

  private pipeline(dispatch: Dispatch): Promise<GPUComputePipeline> {
    if (dispatch.name === "low-rank") return this.lowRank.pipeline(variantOf(dispatch));
    const { name, types } = dispatch;
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

  private uniforms(dispatches: readonly KernelDispatch[]): GPUBuffer {
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
    { dispatch, uniforms, slot }: { dispatch: KernelDispatch; uniforms: GPUBuffer; slot: number },
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

interface One {
  readonly resident: ResidentDelta;
  readonly strength: number;
}

/** Combines neighbours that one dispatch can add, in order; depends only on what is merged. */
function joinLowRank(
  contributions: readonly One[],
  slots: number,
): (One | { readonly terms: readonly Term[] })[] {
  const steps: (One | { terms: Term[] })[] = [];
  for (const one of contributions) {
    const { delta, pair, magnitude } = one.resident;
    if (delta.kind !== "low-rank" || magnitude) {
      steps.push(one);
      continue;
    }
    const last = steps.at(-1);
    const term = { pair: pair!, scale: one.strength * delta.scale };
    if (last && "terms" in last && last.terms.length < slots) last.terms.push(term);
    else steps.push({ terms: [term] });
  }
  return steps;
}

function workgroups({ name, values }: KernelDispatch): [x: number, y: number] {
  const { dispatch } = kernel(name);
  if (dispatch === "tiles") return [Math.ceil(values.extentN! / TILE), Math.ceil(values.extentM! / TILE)];
  if (dispatch === "groups") return [values.count!, 1];
  const groups = Math.ceil(values.count! / 512);
  const x = Math.min(groups, MAX_WORKGROUPS);
  return [x, Math.ceil(groups / x)];
}
