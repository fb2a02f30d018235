// Which networks have their parameters on the device: all at once, or on a card with little memory one at a time, each loaded again from
// its files when it is used.

import type { TensorSource } from "../formats/safetensors.ts";
import type { Graph, Parameter } from "../graph/graph.ts";
import type { Backend, LoadProgress, ParameterStore } from "../runtime/backend.ts";
import { matchTensors } from "../runtime/shared/match-tensors.ts";

/** What is loaded together. */
export type ParameterSet = "unet" | "text_encoder" | "vae_decoder" | "vae_encoder";

export interface NetworkFiles {
  /** At any size: for its parameters. */
  readonly graph: Graph;
  readonly tensors: ReadonlyMap<string, TensorSource>;
}

interface Work {
  readonly signal?: AbortSignal | undefined;
}

interface ResidentOptions {
  readonly backend: Backend;
  readonly oneAtATime: boolean;
}

type Hook = (network: ParameterSet, work: Work) => Promise<void>;

/** The encoder is loaded when an image is first encoded; most runs encode none. */
const LOADED_AT_FIRST = ["unet", "text_encoder", "vae_decoder"] as const;

export class ResidentNetworks {
  readonly oneAtATime: boolean;
  /** Called when a network was loaded, and before others are put away. */
  onLoad: Hook = async () => {};
  onPutAway: () => Promise<void> = async () => {};
  readonly #files: Readonly<Record<ParameterSet, NetworkFiles>>;
  readonly #backend: Backend;
  readonly #stores = new Map<ParameterSet, ParameterStore>();

  constructor(files: Readonly<Record<ParameterSet, NetworkFiles>>, { backend, oneAtATime }: ResidentOptions) {
    this.#files = files;
    this.#backend = backend;
    this.oneAtATime = oneAtATime;
  }

  /** Whether or not it is on the device. */
  parameters(network: ParameterSet): readonly Parameter[] {
    return this.#files[network].graph.parameters;
  }

  /** Bytes of the parameters on the device. */
  get sizeBytes(): number {
    return [...this.#stores.values()].reduce((sum, store) => sum + store.sizeBytes, 0);
  }

  /** The parameters of a network that is on the device. */
  get(network: ParameterSet): ParameterStore | null {
    return this.#stores.get(network) ?? null;
  }

  /**
   * Loads what a run needs, or the network that it needs first.
   * @throws StylusError `bad-file` for missing or misshapen tensors of any of them, `cancelled`
   */
  async load({
    onProgress,
    signal,
  }: Work & { onProgress?: ((progress: LoadProgress) => void) | undefined }): Promise<void> {
    for (const id of LOADED_AT_FIRST) {
      const { graph, tensors } = this.#files[id];
      matchTensors(graph.parameters, tensors);
    }
    const loaded = this.oneAtATime ? (["text_encoder"] as const) : LOADED_AT_FIRST;
    const totalBytes = loaded.reduce((sum, id) => sum + bytesOf(this.#files[id]), 0);
    let before = 0;
    try {
      for (const id of loaded) {
        const report = ({ loadedBytes }: LoadProgress): void =>
          onProgress?.({ loadedBytes: before + loadedBytes, totalBytes });
        await this.#load(id, { onProgress: report, signal });
        before += bytesOf(this.#files[id]);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The parameters of a network, which is on the device until another one is used. */
  async use(network: ParameterSet, { signal }: Work): Promise<ParameterStore> {
    const known = this.#stores.get(network);
    if (known) return known;
    if (this.oneAtATime) {
      await this.onPutAway();
      this.dispose();
    }
    const store = await this.#load(network, { signal });
    try {
      await this.onLoad(network, { signal });
    } catch (error) {
      // Partly merged: the next use starts again.
      this.#stores.delete(network);
      store.dispose();
      throw error;
    }
    return store;
  }

  async #load(
    network: ParameterSet,
    options: Work & { onProgress?: (progress: LoadProgress) => void },
  ): Promise<ParameterStore> {
    const { graph, tensors } = this.#files[network];
    const store = await this.#backend.loadParameters(graph, tensors, options);
    this.#stores.set(network, store);
    return store;
  }

  dispose(): void {
    for (const store of this.#stores.values()) store.dispose();
    this.#stores.clear();
  }
}

const bytesOf = ({ graph, tensors }: NetworkFiles): number =>
  graph.parameters.reduce((sum, { name }) => sum + (tensors.get(name)?.sizeBytes ?? 0), 0);
