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

export type AdapterStores = Readonly<Record<AdapterNetwork, ParameterStore>>;

interface MergeHooks {
  /** Called before a parameter's first value changes, and after the last. */
  readonly onBegin: (write: PlannedWrite) => void;
  readonly onDone: (write: PlannedWrite) => void;
  /** Called between pieces of work; an exception stops the merge there. */
  readonly checkpoint: () => void;
}

export interface Merger {
  /** Receives the parts of one adapter's file while it is read; null if they are not needed yet or too much is kept. */
  receiver(): FileReceiver | null;
  /** Only if workers are available. */
  readonly readElsewhere: ReadElsewhere | undefined;
  merge(writes: readonly PlannedWrite[], hooks: MergeHooks): Promise<void>;
  /** Restores parameters to their pristine values, bit for bit. */
  restore(network: AdapterNetwork, names: readonly string[]): void;
  /** Frees cached adapter data except these updates, once it exceeds the limit. */
  trim(inUse: ReadonlySet<ParameterUpdate>): void;
  dispose(): void;
}

export function createMerger(stores: AdapterStores): Merger {
  const [unet, text_encoder] = [stores.unet.gpu, stores.text_encoder.gpu];
  return unet && text_encoder ? new GpuStoreMerger({ unet, text_encoder }) : new CpuStoreMerger(stores);
}

/** Longest CPU merge without a turn of the event loop. */
const SLICE_MILLISECONDS = 50;

class CpuStoreMerger implements Merger {
  readonly readElsewhere = undefined;
  readonly #stores: AdapterStores;

  constructor(stores: AdapterStores) {
    this.#stores = stores;
  }

  receiver(): null {
    return null;
  }

  async merge(writes: readonly PlannedWrite[], { onBegin, onDone, checkpoint }: MergeHooks): Promise<void> {
    let sliceStart = performance.now();
    for (const write of writes) {
      const { network, name, shape, contributions } = write;
      const store = this.#stores[network];
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

  restore(network: AdapterNetwork, names: readonly string[]): void {
    for (const name of names) this.#stores[network].restore(name);
  }

  trim(): void {}

  dispose(): void {}
}

/** Adapter factors kept on the GPU: about twenty adapters of rank 32. */
const RESIDENT_BYTES = 512 * 1024 * 1024;

class GpuStoreMerger implements Merger {
  readonly #merger: GpuMerger;
  readonly #stores: Readonly<Record<AdapterNetwork, GpuParameters>>;
  readonly #known = new Set<ParameterUpdate>();
  readonly #readers = typeof Worker === "undefined" ? null : new PartReaders();

  constructor(stores: Readonly<Record<AdapterNetwork, GpuParameters>>) {
    this.#merger = new GpuMerger(stores.unet.device);
    this.#merger.warmUp(stores.unet.dtype);
    this.#stores = stores;
  }

  readonly readElsewhere: ReadElsewhere = (blob, part) => this.#readers?.read(blob, part) ?? null;

  receiver(): FileReceiver | null {
    return this.#merger.sizeBytes < RESIDENT_BYTES ? this.#merger.receiver() : null;
  }

  async merge(writes: readonly PlannedWrite[], { onBegin, onDone, checkpoint }: MergeHooks): Promise<void> {
    const jobs = ADAPTER_NETWORKS.flatMap((network): MergeJob[] => {
      const own = writes.filter((write) => write.network === network);
      const parameters = this.#stores[network].forMerge(own.map(({ name }) => name));
      return own.map(({ shape, contributions }, i) => {
        for (const { update } of contributions) this.#known.add(update);
        return { target: { shape, ...parameters[i]! }, contributions };
      });
    });
    checkpoint();
    for (const write of writes) onBegin(write);
    await this.#merger.merge(jobs);
    for (const write of writes) onDone(write);
  }

  /** Also frees the pristine copies, which are cheap to recreate. */
  restore(network: AdapterNetwork, names: readonly string[]): void {
    this.#stores[network].release(names);
  }

  trim(inUse: ReadonlySet<ParameterUpdate>): void {
    if (this.#merger.sizeBytes <= RESIDENT_BYTES) return;
    const unused = [...this.#known].filter((update) => !inUse.has(update));
    this.#merger.release(unused);
    for (const update of unused) this.#known.delete(update);
  }

  dispose(): void {
    this.#readers?.dispose();
    this.#merger.dispose();
  }
}
