// Carries out what a merge plan says, on the CPU or on the GPU, where the parameters are.

import type { ParameterUpdate } from "../../adapters/parameter-update.ts";
import type { FileReceiver } from "../../adapters/gpu/factor-files.ts";
import { GpuMerger, type MergeJob } from "../../adapters/gpu/gpu-merger.ts";
import { mergeParameter } from "../../adapters/merging/merge.ts";
import { ADAPTER_NETWORKS, type AdapterNetwork } from "../../adapters/names/module-table.ts";
import type { PlannedWrite } from "../../adapters/merging/merge-plan.ts";
import type { ReadElsewhere } from "../../adapters/files/read.ts";
import type { GpuParameters, ParameterStore } from "../../runtime/backend.ts";
import { eventLoopTurn } from "../../shared/event-loop.ts";
import { PartReaders } from "./part-readers.ts";

export type AdapterStores = Readonly<Record<AdapterNetwork, ParameterStore>>;

interface MergeHooks {
  /** Called before the first values of a parameter change, and once they all have. */
  readonly onBegin: (write: PlannedWrite) => void;
  readonly onDone: (write: PlannedWrite) => void;
  /** Called between pieces of the work; what it throws stops it there. */
  readonly checkpoint: () => void;
}

export interface Merger {
  /** Takes the parts of one adapter's file while it is read; null where they are of no use yet, or too much is kept already. */
  receiver(): FileReceiver | null;
  /** Where there are workers for it. */
  readonly readElsewhere: ReadElsewhere | undefined;
  merge(writes: readonly PlannedWrite[], hooks: MergeHooks): Promise<void>;
  /** Sets parameters back to their pristine values, to the bit. */
  restore(network: AdapterNetwork, names: readonly string[]): void;
  /** Frees what is kept of adapters for the next merge, but for these updates, when it has become much. */
  trim(inUse: ReadonlySet<ParameterUpdate>): void;
  dispose(): void;
}

export function createMerger(stores: AdapterStores): Merger {
  const [unet, text_encoder] = [stores.unet.gpu, stores.text_encoder.gpu];
  return unet && text_encoder ? new GpuStoreMerger({ unet, text_encoder }) : new CpuStoreMerger(stores);
}

/** Longest stretch of merging on the CPU without a turn of the event loop. */
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

/** Factors of adapters kept on the GPU: some twenty adapters of rank 32. */
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

  /** The pristine copies are freed with it: making them again costs little. */
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
