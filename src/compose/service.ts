// The composer worker's service: the reader, where the pack has one. The rules compose in the retrieval worker (candidate-service.ts).
import type { OpenFileNetwork } from "../runtime/file-network.ts";
import { StylusError } from "../shared/errors.ts";
import type { Composition } from "./composition.ts";
import { composeByReading, type ReadRequest, type RetrieveCandidates } from "./reader/reader-composer.ts";
import { Reader } from "./reader/reader.ts";

export class ComposerService {
  readonly #openNetwork: OpenFileNetwork;
  #reader: Reader | null = null;

  constructor(openNetwork: OpenFileNetwork) {
    this.#openNetwork = openNetwork;
  }

  /**
   * Loads the reader in place of the one before.
   * @param files the folder `reader` of a pack, by name
   * @throws StylusError not-found | bad-file | device
   */
  async loadReader(files: ReadonlyMap<string, Blob>): Promise<void> {
    const before = this.#reader;
    this.#reader = null;
    await before?.dispose();
    this.#reader = await Reader.open(files, this.#openNetwork);
  }

  /**
   * What the reader chooses.
   * @param retrieve candidates; over comlink a proxy
   * @throws StylusError not-found (no reader is loaded) | device | cancelled
   */
  async read(
    request: ReadRequest,
    retrieve: RetrieveCandidates,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Composition> {
    const reader = this.#reader;
    if (!reader) throw new StylusError("not-found", "No reader is loaded.");
    return composeByReading(request, { reader, retrieve, signal });
  }
}
