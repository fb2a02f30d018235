// The services that a run needs, as the use case sees them: real ones run in workers (services.ts), tests give their own.
import type { AdapterReport } from "../adapters/report.ts";
import type { Composition } from "../compose/composition.ts";
import type { Candidate } from "../retrieval/candidate.ts";
import type { Vector } from "../retrieval/vectors.ts";
import type { DevicePreference, DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import type { Persistence } from "../storage/quota.ts";
import type { StorageUse } from "../storage/service.ts";
import type { StorageView } from "../storage/storage-view.ts";
import type { DiskPick } from "../app/packs/disk-files.ts";
import type { GraphicsReport } from "../app/packs/model-fit.ts";
import type { ModelEntry } from "../app/packs/model-list.ts";
import type { GenerateOptions } from "./options.ts";
import type { OwnAdapter } from "../app/adapters/user-adapters.ts";
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
  /**
   * Downloads the files of adapters that are not here yet and makes them known to the engine.
   * @throws StylusError network | not-found | bad-file | quota | cancelled
   */
  fetchAdapters(
    ids: readonly string[],
    options: {
      readonly onProgress: (progress: LoadProgress) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<{ readonly downloadedBytes: number }>;
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
  /** Deletes the files of a manifest, but those that another complete model needs; ends the workers. */
  deletePack(manifestId: string): Promise<void>;
  readonly models: ModelServices;
}

/** The choice of models: what there is, downloading it, and checkpoints on the user's disk. */
export interface ModelServices {
  list(): Promise<ModelList>;
  /**
   * Downloads what a pack lacks; it is loaded afterwards. What arrived before a failure is kept.
   * @throws StylusError network | not-found | bad-file | quota | cancelled
   */
  download(
    packId: string,
    options: {
      readonly onProgress: (progress: LoadProgress) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<void>;
  /** Forgets what was remembered of a pack's files at their first download; answers how much that was. */
  forgetPins(packId: string): Promise<number>;
  /** A checkpoint from the user's disk, read from its header. @throws StylusError unsupported | bad-file | not-found */
  addOwn(pick: DiskPick): Promise<ModelEntry>;
  /** Asks the browser to read it again; false when the user refuses. */
  allowOwn(id: string): Promise<boolean>;
  changeOwn(id: string, change: { readonly vPrediction: boolean }): Promise<void>;
  /** Removes it from the list; the file stays where it is. @throws when the browser does not forget it */
  forgetOwn(id: string): Promise<void>;
  /** Deletes one file by the name that the storage view gives it. */
  deleteFile(name: string): Promise<void>;
  /** Asks the browser not to evict what is stored. */
  requestPersistence(): Promise<Persistence>;
}

export interface ModelList {
  readonly models: readonly ModelEntry[];
  readonly graphics: GraphicsReport;
  /** What the browser still grants; null when it does not say. */
  readonly freeBytes: number | null;
}

export interface DiskUse extends StorageUse {
  readonly own: { readonly count: number; readonly sizeBytes: number };
  /** By manifest, largest first; files that only serve another complete model are left out. */
  readonly packs: StorageView["packs"];
  /** Files of no known model: left by an earlier version of the site. */
  readonly others: StorageView["others"];
  /** Checkpoints on the user's disk: not copied. */
  readonly ownModels: readonly ModelEntry[];
}
