// Executes a merge plan on the CPU or the GPU, wherever the parameters are. The maths: src/adapters/merging and src/adapters/gpu.

import type { ParameterUpdate } from "../../adapters/parameter-update.ts";
import type { FileReceiver } from "../../adapters/gpu/factor-files.ts";
import { GpuMerger, type MergeJob } from "../../adapters/gpu/merger.ts";
import { mergeParameter } from "../../adapters/merging/merge.ts";
import { ADAPTER_NETWORKS, type AdapterNetwork } from "../../adapters/adapter-networks.ts";
import type { PlannedWrite } from "../../adapters/merging/merge-plan.ts";
import type { ReadElsewhere } from "../../adapters/files/read.ts";
import type { GpuParameters, ParameterStore } from "../../runtime/backend.ts";
import { eventLoopTurn } from "../../shared/event-loop.ts";
import { PartReaders } from "./part-readers.ts";

/** A network's parameters; null while it is not on the device. */
export type StoreOf = (network: AdapterNetwork) => ParameterStore | null;

interface MergeHooks {
  /** Called before a parameter's first value changes, and after the last. */
  readonly onBegin: (write: PlannedWrite) => void;
  readonly onDone: (write: PlannedWrite) => void;
  /** Called between pieces of work; an exception stops the merge there. */
  readonly checkpoint: () => void;
}

export interface Merger {
  isOnDevice(network: AdapterNetwork): boolean;
  /** Receives the parts of one adapter's file while it is read; null if they are not needed yet or too much is kept. */
  receiver(): FileReceiver | null;
  /** Only if workers are available. */
  readonly readElsewhere: ReadElsewhere | undefined;
  /** All networks of `writes` are on the device. */
  merge(writes: readonly PlannedWrite[], hooks: MergeHooks): Promise<void>;
  /** Restores parameters to their pristine values, bit for bit. */
  restore(network: AdapterNetwork, names: readonly string[]): Promise<void>;
  /** Frees cached adapter data except these updates, once it exceeds the limit. */
  trim(inUse: ReadonlySet<ParameterUpdate>): void;
  dispose(): void;
}

/**
 * @param storeOf at least one network is on the device
 * @param options.keepBytes of adapters' factors on the GPU, from one merge to the next: about twenty adapters of rank 32 by default
 */
export function createMerger(storeOf: StoreOf, { keepBytes = RESIDENT_BYTES } = {}): Merger {
  const gpu = (storeOf("unet") ?? storeOf("text_encoder"))?.gpu;
  return gpu ? new GpuStoreMerger(storeOf, { gpu, keepBytes }) : new CpuStoreMerger(storeOf);
}

const RESIDENT_BYTES = 512 * 1024 * 1024;

/** Longest CPU merge without a turn of the event loop. */
const SLICE_MILLISECONDS = 50;

class CpuStoreMerger implements Merger {
  readonly readElsewhere = undefined;
  readonly #storeOf: StoreOf;

  constructor(storeOf: StoreOf) {
    this.#storeOf = storeOf;
  }

  isOnDevice(network: AdapterNetwork): boolean {
    return this.#storeOf(network) !== null;
  }

  receiver(): null {
    return null;
  }

  async merge(writes: readonly PlannedWrite[], { onBegin, onDone, checkpoint }: MergeHooks): Promise<void> {
    let sliceStart = performance.now();
    for (const write of writes) {
      const { network, name, shape, contributions } = write;
      const store = this.#storeOf(network)!;
      const values = mergeParameter(await store.pristine(name), shape, contributions);
      onBegin(write);
      store.write(name, values);
      onDone(write);
      if (performance.now() - sliceStart > SLICE_MILLISECONDS) {
        await eventLoopTurn();
        checkpoint();
        sliceStart = performance.now();
      }
    }
  }

  async restore(network: AdapterNetwork, names: readonly string[]): Promise<void> {
    for (const name of names) await this.#storeOf(network)!.restore(name);
  }

  trim(): void {}

  dispose(): void {}
}

class GpuStoreMerger implements Merger {
  readonly #merger: GpuMerger;
  readonly #storeOf: StoreOf;
  readonly #keepBytes: number;
  readonly #known = new Set<ParameterUpdate>();
  readonly #readers = typeof Worker === "undefined" ? null : new PartReaders();

  constructor(storeOf: StoreOf, { gpu, keepBytes }: { gpu: GpuParameters; keepBytes: number }) {
    this.#merger = new GpuMerger(gpu.device);
    this.#merger.warmUp(gpu.dtype);
    this.#storeOf = storeOf;
    this.#keepBytes = keepBytes;
  }

  isOnDevice(network: AdapterNetwork): boolean {
    return this.#storeOf(network) !== null;
  }

  readonly readElsewhere: ReadElsewhere = (blob, part) => this.#readers?.read(blob, part) ?? null;

  receiver(): FileReceiver | null {
    return this.#merger.sizeBytes < this.#keepBytes ? this.#merger.receiver() : null;
  }

  async merge(writes: readonly PlannedWrite[], { onBegin, onDone, checkpoint }: MergeHooks): Promise<void> {
    for (const network of ADAPTER_NETWORKS) {
      const own = new Map(writes.flatMap((one) => (one.network === network ? [[one.name, one]] : [])));
      if (own.size === 0) continue;
      for (const { contributions } of own.values())
        for (const { update } of contributions) this.#known.add(update);
      await this.#storeOf(network)!.gpu!.rewrite([...own.keys()], async (parameters) => {
        checkpoint();
        const jobs = parameters.map(({ name, ...buffers }): MergeJob => {
          const { shape, contributions } = own.get(name)!;
          return { target: { shape, ...buffers }, contributions };
        });
        for (const { name } of parameters) onBegin(own.get(name)!);
        await this.#merger.merge(jobs);
      });
      for (const write of own.values()) onDone(write);
    }
  }

  /** Also frees the pristine copies, which are cheap to recreate. */
  restore(network: AdapterNetwork, names: readonly string[]): Promise<void> {
    return this.#storeOf(network)!.gpu!.release(names);
  }

  trim(inUse: ReadonlySet<ParameterUpdate>): void {
    if (this.#merger.sizeBytes <= this.#keepBytes) return;
    const unused = [...this.#known].filter((update) => this.#keepBytes === 0 || !inUse.has(update));
    this.#merger.release(unused);
    for (const update of unused) this.#known.delete(update);
  }

  dispose(): void {
    this.#readers?.dispose();
    this.#merger.dispose();
  }
}
