// One network on our own kernels. A program is made for each set of outputs that is asked for.

import type { Graph } from "../graph/graph.ts";
import type { Inputs, KeptPart, Session, Tensors } from "../runtime/backend.ts";
import { isNoRoom } from "./allocation.ts";
import type { WgslParameterStore } from "./parameters.ts";
import { checkInputs, runFailure } from "../runtime/shared/session-run.ts";
import type { Pipelines } from "./pipelines.ts";
import { type Plan, planGraph } from "./plan/plan.ts";
import type { PlanTarget } from "./plan/target.ts";
import { Program, type TimedDispatch } from "./program.ts";

interface SessionParts {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly target: PlanTarget;
  readonly parameters: WgslParameterStore;
  /** Of the device: those that hold buffers. */
  readonly holders: Set<WgslSession>;
}

export class WgslSession implements Session {
  readonly graph: Graph;
  /** Of the last run: until its work was submitted to the GPU. */
  submitMilliseconds = 0;
  readonly #parts: SessionParts;
  readonly #plans = new Map<string, Plan>();
  readonly #programs = new Map<string, Promise<Program>>();
  #runs = 0;

  constructor(graph: Graph, parts: SessionParts) {
    this.graph = graph;
    this.#parts = parts;
  }

  run(inputs: Inputs, wanted?: readonly string[]): Promise<Tensors> {
    return this.#run(inputs, this.#names(wanted), (program) => program.download());
  }

  runKeeping(
    inputs: Inputs,
    { wanted, kept }: { readonly wanted: readonly string[]; readonly kept: string },
  ): Promise<{ readonly values: Tensors; readonly parts: readonly KeptPart[] }> {
    return this.#run(inputs, [...wanted, kept], async (program) => {
      const parts = program.keep(this.graph.outputs.find(({ name }) => name === kept)!);
      return { values: await program.download(wanted), parts };
    });
  }

  async #run<Results>(
    inputs: Inputs,
    names: readonly string[],
    read: (program: Program) => Promise<Results>,
  ): Promise<Results> {
    checkInputs(this.graph, inputs);
    this.#runs++;
    try {
      const program = await this.#program(names);
      const start = performance.now();
      program.submit(inputs, this.#parts.parameters.version);
      this.submitMilliseconds = performance.now() - start;
      const results = await read(program);
      program.pace(performance.now() - start);
      return results;
    } catch (cause) {
      throw runFailure(this.graph, cause);
    } finally {
      this.#runs--;
    }
  }

  /** Whether the device times passes. */
  get canProfile(): boolean {
    return this.#parts.device.features.has("timestamp-query");
  }

  /** Each dispatch of a run, timed on the device. */
  async profile(inputs: Inputs): Promise<TimedDispatch[]> {
    checkInputs(this.graph, inputs);
    const program = await this.#program(this.#names());
    return program.profile(inputs);
  }

  /** Compiles the kernels of a run. @throws StylusError `device` */
  async prepare(): Promise<void> {
    const { pipelines } = this.#parts;
    const { dispatches } = this.#plan(this.#names());
    await Promise.all(dispatches.map(({ kernel }) => pipelines.pipeline(kernel)));
  }

  #plan(names: readonly string[]): Plan {
    const key = names.toSorted().join("\n");
    let plan = this.#plans.get(key);
    if (!plan) this.#plans.set(key, (plan = planGraph(this.graph, this.#parts.target, names)));
    return plan;
  }

  #names(wanted?: readonly string[]): readonly string[] {
    return wanted ?? this.graph.outputs.map(({ name }) => name);
  }

  #program(names: readonly string[]): Promise<Program> {
    const key = names.toSorted().join("\n");
    let program = this.#programs.get(key);
    if (!program) {
      program = this.#create(this.#plan(names));
      this.#programs.set(key, program);
      program.catch(() => this.#programs.delete(key)); // the next run tries again
    }
    return program;
  }

  /** Where the device has no room, once more without the buffers of the sessions that do not run. */
  async #create(plan: Plan): Promise<Program> {
    const { device, pipelines, target, parameters, holders } = this.#parts;
    holders.add(this);
    const create = (): Promise<Program> =>
      Program.create(plan, {
        device,
        pipelines,
        tuning: target.tuning,
        parameter: (name) => parameters.live(name),
      });
    try {
      return await create();
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      await Promise.all([...holders].map((session) => session.#release()));
      await device.queue.onSubmittedWorkDone(); // memory comes back once the device has been asked for something
      return create();
    }
  }

  /** Frees the buffers unless a run needs them; the next run makes new ones. */
  async #release(): Promise<void> {
    if (this.#runs === 0) await this.dispose();
  }

  async dispose(): Promise<void> {
    this.#parts.holders.delete(this);
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of await Promise.allSettled(programs))
      if (program.status === "fulfilled") program.value.dispose();
  }
}
