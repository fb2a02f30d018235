// The services that a run needs, as the use case sees them: real ones run in workers (services.ts), tests give their own.
import type { AdapterReport } from "../adapters/report.ts";
import type { Composition } from "../compose/composition.ts";
import type { Candidate } from "../retrieval/candidate.ts";
import type { Vector } from "../retrieval/vectors.ts";
import type { DevicePreference, DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import type { StorageUse } from "../storage/service.ts";
import type { GenerateOptions } from "./options.ts";
import type { OwnAdapter } from "./own-adapters.ts";
import type { LoadedPack, LoadProgress } from "./run-types.ts";

export interface Services {
  /**
   * Makes a pack ready: files from cache or network, networks on the device, adapter index. Cheap when it already is.
   * @throws StylusError network | not-found | bad-file | quota | device | cancelled
   */
  load(
    packId: string,
    options: {
      readonly device: DevicePreference;
      readonly onProgress: (progress: LoadProgress) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<LoadedPack>;
  /** L2-normalised vector of a prompt. */
  embedQuery(text: string, options: { readonly signal: AbortSignal }): Promise<Vector>;
  /** Best candidates first; filters apply before the cut. */
  search(
    query: Vector,
    options: { readonly limit: number; readonly bans: readonly string[]; readonly signal: AbortSignal },
  ): Promise<readonly Candidate[]>;
  compose(
    candidates: readonly Candidate[],
    options: { readonly request: GenerateOptions; readonly signal: AbortSignal },
  ): Promise<Composition>;
  generate(
    request: DiffusionRequest,
    options: { readonly onEvent: (event: DiffusionEvent) => void; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Diagnoses an adapter file for the loaded pack. @throws StylusError bad-file | unsupported: it cannot be read */
  inspectAdapter(file: File): Promise<AdapterReport>;
  /** Keeps one of the user's adapters, or its changed card; the next `load` has it. @throws StylusError quota */
  putAdapter(adapter: OwnAdapter): Promise<void>;
  removeAdapter(id: string): Promise<void>;
  /** What this site keeps on the user's disk. */
  storageUse(): Promise<DiskUse>;
  /** Deletes a pack's files and takes it off the device; the next `load` downloads it again. */
  deletePack(packId: string): Promise<void>;
}

export interface DiskUse extends StorageUse {
  readonly own: { readonly count: number; readonly sizeBytes: number };
}
