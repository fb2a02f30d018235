// Runs of a session, replayed without ONNX Runtime. With graph capture it repeats the same dispatches in every run, but its `run`
// first makes a tensor of each of the seven hundred inputs, and then hands every sixteen dispatches to the GPU by themselves. The
// device is ours, so what it is told can be written down and told again: half a millisecond instead of fifteen.

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  /** Arguments of setBindGroup. */
  readonly groups: readonly Parameters<GPUComputePassEncoder["setBindGroup"]>[];
  readonly workgroups: readonly [x: number, y?: number, z?: number];
}

/** Dispatches handed to the GPU at once: it begins with the first ones while the others are recorded. */
const SUBMITTED_AT_ONCE = 128;

export class ReplayedRuns<Results> {
  private readonly gpu: GPUDevice;
  private before: readonly Dispatch[] | null = null;
  private kept: { readonly dispatches: readonly Dispatch[]; readonly results: Results } | null = null;

  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
  }

  /**
   * The results of a run. Once two runs have told the GPU the same, it is told that again, and the results are the second run's:
   * their buffers have new contents.
   * @param work a run of the captured graph; nothing else may use the device meanwhile
   */
  async run(work: () => Promise<Results>): Promise<Results> {
    if (this.kept) {
      replay(this.gpu, this.kept.dispatches);
      return this.kept.results;
    }
    const recorder = new Recorder(this.gpu);
    const results = await work().finally(() => recorder.stop());
    const { dispatches } = recorder;
    if (dispatches && this.before && areSame(dispatches, this.before)) this.kept = { dispatches, results };
    this.before = dispatches;
    return results;
  }

  /** What later runs will give, too: not to be disposed of before the last of them. */
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

/** Calls that change nothing on the GPU. */
const HARMLESS = new Set(["finish", "end", "pushDebugGroup", "popDebugGroup", "insertDebugMarker"]);

/** Writes down what a device is told until it is stopped. */
class Recorder {
  private readonly gpu: GPUDevice;
  private readonly list: Dispatch[] = [];
  private isComplete = true;

  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    gpu.createCommandEncoder = (...args) => {
      const encoder = GPUDevice.prototype.createCommandEncoder.apply(gpu, args);
      watch(encoder, {
        called: (name) => (this.isComplete &&= name === "beginComputePass" || HARMLESS.has(name)),
        returned: (_, result) => result instanceof GPUComputePassEncoder && this.watchPass(result),
      });
      return encoder;
    };
  }

  /** Null when something else was told than dispatches. */
  get dispatches(): readonly Dispatch[] | null {
    return this.isComplete ? this.list : null;
  }

  stop(): void {
    delete (this.gpu as Partial<GPUDevice>).createCommandEncoder;
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
  readonly called: (name: string, args: readonly unknown[]) => unknown;
  readonly returned?: (name: string, result: unknown) => unknown;
}

/** Tells of every method that is called on this object. */
function watch(object: object, { called, returned }: Watcher): void {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)));
  for (const [name, { value }] of methods) {
    if (typeof value !== "function" || name === "constructor") continue;
    const method = value as (...args: unknown[]) => unknown;
    Object.defineProperty(object, name, {
      value(...args: unknown[]) {
        called(name, args);
        const result = method.apply(object, args);
        returned?.(name, result);
        return result;
      },
    });
  }
}
