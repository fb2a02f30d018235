// Replays runs of a session without ONNX Runtime. With graph capture the runtime repeats the same dispatches in every run,
// but its `run` first creates a tensor for each of the seven hundred inputs and then submits dispatches in groups of
// sixteen. The device is ours, so this logs the recorded commands and records them again: about one millisecond instead of
// fifteen.

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  /** Arguments of setBindGroup. */
  readonly groups: readonly Parameters<GPUComputePassEncoder["setBindGroup"]>[];
  readonly workgroups: readonly [x: number, y?: number, z?: number];
}

/**
 * Dispatches per submit: the GPU starts on the first ones while the others are recorded, and a slow GPU does not block
 * everything else for long.
 */
const SUBMITTED_AT_ONCE = 32;

export class ReplayedRuns<Results> {
  private readonly gpu: GPUDevice;
  private before: readonly Dispatch[] | null = null;
  private kept: { readonly dispatches: readonly Dispatch[]; readonly results: Results } | null = null;

  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
  }

  /**
   * The results of a run. Once two runs have recorded the same commands, later runs replay them, and the results are the
   * second run's, whose buffers have new contents.
   * @param work a run of the captured graph; any other use of the device during it counts as part of it
   */
  async run(work: () => Promise<Results>): Promise<Results> {
    if (this.kept) {
      replay(this.gpu, this.kept.dispatches);
      return this.kept.results;
    }
    const recorder = Recorder.begin(this.gpu);
    const results = await work().finally(() => recorder?.stop());
    const dispatches = recorder?.dispatches ?? null;
    if (dispatches && this.before && areSame(dispatches, this.before)) this.kept = { dispatches, results };
    this.before = dispatches;
    return results;
  }

  /** Shared with later runs; must not be disposed before the last of them. */
  get results(): Results | null {
    return this.kept?.results ?? null;
  }
}

function replay(gpu: GPUDevice, dispatches: readonly Dispatch[]): void {
  for (let start = 0; start < dispatches.length; start += SUBMITTED_AT_ONCE) {
    const encoder = gpu.createCommandEncoder({ label: "replay" });
    const pass = encoder.beginComputePass();
    for (const { pipeline, groups, workgroups } of dispatches.slice(start, start + SUBMITTED_AT_ONCE)) {
      pass.setPipeline(pipeline);
      for (const group of groups) pass.setBindGroup(...group);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    gpu.queue.submit([encoder.finish()]);
  }
}

function areSame(a: readonly Dispatch[], b: readonly Dispatch[]): boolean {
  const flat = ({ pipeline, groups, workgroups }: Dispatch): unknown[] => [
    pipeline,
    ...groups.flat(),
    ...workgroups,
  ];
  const [left, right] = [a.flatMap(flat), b.flatMap(flat)];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

/** Calls that do not affect a dispatch's result. */
const HARMLESS = new Set([
  "finish",
  "end",
  "submit",
  "onSubmittedWorkDone",
  "pushDebugGroup",
  "popDebugGroup",
  "insertDebugMarker",
]);

/** Logs the dispatches that are recorded on a device until stopped. */
class Recorder {
  private static readonly busy = new WeakSet<GPUDevice>();
  private readonly gpu: GPUDevice;
  private readonly list: Dispatch[] = [];
  private readonly unwatch: readonly (() => void)[];
  private isComplete = true;

  /** Null while another recorder is active, because two could not separate their runs. */
  static begin(gpu: GPUDevice): Recorder | null {
    return Recorder.busy.has(gpu) ? null : new Recorder(gpu);
  }

  private constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    Recorder.busy.add(gpu);
    this.unwatch = [
      watch(gpu, {
        returned: (_, result) => result instanceof GPUCommandEncoder && this.watchEncoder(result),
      }),
      watch(gpu.queue, { called: (name) => (this.isComplete &&= HARMLESS.has(name)) }),
    ];
  }

  /** Null if there were none, or anything else, such as a copy or a write, that a replay would miss. */
  get dispatches(): readonly Dispatch[] | null {
    return this.isComplete && this.list.length > 0 ? this.list : null;
  }

  stop(): void {
    for (const end of this.unwatch) end();
    Recorder.busy.delete(this.gpu);
  }

  private watchEncoder(encoder: GPUCommandEncoder): void {
    watch(encoder, {
      called: (name) => (this.isComplete &&= name === "beginComputePass" || HARMLESS.has(name)),
      returned: (_, result) => result instanceof GPUComputePassEncoder && this.watchPass(result),
    });
  }

  private watchPass(pass: GPUComputePassEncoder): void {
    let pipeline: GPUComputePipeline;
    const groups = new Map<number, Dispatch["groups"][number]>();
    watch(pass, {
      called: (name, args) => {
        if (name === "setPipeline") pipeline = args[0] as GPUComputePipeline;
        else if (name === "setBindGroup") groups.set(args[0] as number, args as Dispatch["groups"][number]);
        else if (name === "dispatchWorkgroups")
          this.list.push({
            pipeline,
            groups: [...groups.values()],
            workgroups: args as [number, number?, number?],
          });
        else this.isComplete &&= HARMLESS.has(name);
      },
    });
  }
}

interface Watcher {
  readonly called?: (name: string, args: readonly unknown[]) => unknown;
  readonly returned?: (name: string, result: unknown) => unknown;
}

/** Observes every method call on this object. @returns a function that stops it */
function watch(object: object, { called, returned }: Watcher): () => void {
  const before = Object.getOwnPropertyDescriptors(object) as Record<string, PropertyDescriptor>;
  const methods = { ...Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)), ...before };
  const names: string[] = [];
  for (const [name, { value }] of Object.entries(methods) as [string, PropertyDescriptor][]) {
    if (typeof value !== "function" || name === "constructor") continue;
    const method = value as (...args: unknown[]) => unknown;
    names.push(name);
    Object.defineProperty(object, name, {
      configurable: true,
      writable: true,
      value(...args: unknown[]) {
        called?.(name, args);
        const result = method.apply(object, args);
        returned?.(name, result);
        return result;
      },
    });
  }
  return () => {
    for (const name of names) {
      const own = before[name];
      if (own) Object.defineProperty(object, name, own);
      else delete (object as Record<string, unknown>)[name];
    }
  };
}
