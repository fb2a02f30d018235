// What the page asks of its services beyond runs (src/stylus/ports.ts): the user's adapters, the models, what is stored. Real ones
// run in workers (services.ts); tests give their own.
import type { AdapterReport } from "../../adapters/report.ts";
import type { TokenCount } from "../../engine/prompt/conditioning.ts";
import type { RawCard } from "../../refine/raw-card.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import type { Persistence } from "../../storage/quota.ts";
import type { RgbaImage } from "../../shared/request.ts";
import type { StorageUse } from "../../storage/service.ts";
import type { StorageView } from "../../storage/storage-view.ts";
import type { AdapterOrigin, LoadedPack, LoadProgress, UserAdapter } from "../../stylus/loaded-pack.ts";
import type { RunServices } from "../../stylus/ports.ts";
import type { NearAdapter } from "../adapters/library/library-search.ts";
import type { SourceAddress } from "../adapters/sources/addresses.ts";
import type { Listing } from "../adapters/sources/listing.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import type { GraphicsReport } from "../packs/model-fit.ts";
import type { LanguageModelEntry } from "../packs/language-models.ts";
import type { ModelEntry } from "../packs/model-list.ts";
import type { OwnServer } from "../packs/own-server.ts";
import type { ServerCheck } from "../../compose/llm/server-check.ts";

/** The user's adapter files. */
export interface AdapterServices {
  /** Diagnoses an adapter file for the loaded pack. @throws StylusError bad-file | unsupported: it cannot be read */
  inspectAdapter(file: File): Promise<AdapterReport>;
  /** Keeps a new adapter of the user; false when another tab has added one of the same id. @throws StylusError quota */
  addAdapter(adapter: UserAdapter): Promise<boolean>;
  /** Keeps one of the user's adapters, or its changed card; the next `load` has it. @throws StylusError quota */
  putAdapter(adapter: UserAdapter): Promise<void>;
  removeAdapter(id: string): Promise<void>;
}

/** What the library asks beside the cards that the page has. */
export interface LibraryServices {
  /**
   * Adapters of the loaded pack that are near in meaning to a text, best first, whatever is banned.
   * @throws StylusError not-found: no pack is loaded | device-lost | cancelled
   */
  nearAdapters(
    text: string,
    options: { readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly NearAdapter[]>;
  /**
   * Deletes the downloaded file of an adapter from a list; the next image that needs it downloads it again. The next `load` knows.
   * @throws StylusError quota: the browser does not delete it
   */
  deleteAdapterFile(id: string): Promise<void>;
}

/** Adapters on Civitai and Hugging Face. Nothing is asked of these sites but what the user asks for. */
export interface SourceServices {
  /**
   * What the site says of the adapters at an address: several for a repository.
   * @throws StylusError network | not-found | unsupported: it is not offered here | cancelled
   */
  lookUp(address: SourceAddress, options: { readonly signal: AbortSignal }): Promise<readonly Listing[]>;
  /** A newer version of an adapter; null: there is none. @throws StylusError as `lookUp` */
  newer(origin: AdapterOrigin, options: { readonly signal: AbortSignal }): Promise<Listing | null>;
  /** Its preview; null where there is none that a page may read. */
  preview(listing: Listing, options: { readonly signal: AbortSignal }): Promise<Blob | null>;
  /**
   * Its file, with the hash that the site names; what arrives before a failure is kept, and the next call continues.
   * @returns `config`: PEFT's, where it lies beside the file; `release`: deletes what the download has stored, once the file is kept elsewhere
   * @throws StylusError network | not-found | bad-file | quota | cancelled
   */
  download(
    listing: Listing,
    options: { readonly onProgress: (receivedBytes: number) => void; readonly signal: AbortSignal },
  ): Promise<{
    readonly blob: Blob;
    readonly config: Blob | null;
    readonly release: () => Promise<void>;
  }>;
  /** The user's key for Civitai, which goes there and nowhere else. */
  readonly key: { read(): string | null; keep(key: string | null): void };
}

export interface StorageServices {
  /**
   * Compares the stored files of the pack in use with their hashes, and downloads damaged ones again; the next `load` uses them.
   * @returns the paths of damaged files
   * @throws StylusError network | quota | cancelled
   */
  checkStored(signal: AbortSignal): Promise<readonly string[]>;
  /** What this site keeps on the user's disk. */
  storageUse(): Promise<DiskUse>;
  /** Deletes the files of a manifest, but those that another complete model needs; ends the workers. */
  deletePack(manifestId: string): Promise<void>;
  /** Forgets what was measured on the user's GPUs; the next visit measures again. @throws DOMException */
  resetTuning(): Promise<void>;
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
  addUserModel(pick: DiskPick): Promise<ModelEntry>;
  /** Asks the browser to read it again; false when the user refuses. */
  allowUserModel(id: string): Promise<boolean>;
  changeUserModel(id: string, change: { readonly vPrediction: boolean }): Promise<void>;
  /** Removes it from the list; the file stays where it is. @throws when the browser does not forget it */
  forgetUserModel(id: string): Promise<void>;
  /** Deletes one file by the name that the storage view gives it. */
  deleteFile(name: string): Promise<void>;
  /** Asks the browser not to evict what is stored. */
  requestPersistence(): Promise<Persistence>;
}

/** Language models that choose adapters; nothing of one is downloaded unless the user says so. */
export interface LanguageModelServices {
  list(): Promise<readonly LanguageModelEntry[]>;
  /** Downloads what is missing and opens it. @throws StylusError network | quota | bad-file | device | device-lost | cancelled */
  download(
    id: string,
    options: {
      readonly onProgress: (progress: LoadProgress) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<void>;
  /** Frees the memory of the model that is open; a download goes on. */
  close(): void;
  remove(id: string): Promise<void>;
  /** The user's own server, as this browser keeps it. */
  readonly ownServer: {
    read(): OwnServer | null;
    /** @param server null: it is forgotten */
    keep(server: OwnServer | null): void;
    /** Tells when another tab has changed or forgotten it. */
    watch(onChange: () => void): void;
    /** @throws StylusError cancelled */
    check(server: OwnServer, signal: AbortSignal): Promise<ServerCheck>;
  };
  /**
   * A refined card of what is known of an adapter, by the language model `id`.
   * @throws StylusError network | bad-file: it wrote none in three tries | not-found | device | device-lost | cancelled
   */
  writeCard(
    raw: RawCard,
    options: { readonly id: string; readonly signal: AbortSignal },
  ): Promise<RefinedCard>;
}

export type { TokenCount };

export interface PromptServices {
  /**
   * Tokens of a prompt with the tokenizer of the loaded pack.
   * @param options.steps that its schedules count
   * @throws StylusError not-found | bad-file | device-lost
   */
  countTokens(prompt: string, options: { readonly steps: number }): Promise<TokenCount>;
  /** A word or phrase as a unit vector of the loaded pack's embedder. @throws StylusError device-lost | cancelled */
  embedText(text: string, options: { readonly signal: AbortSignal }): Promise<Vector>;
}

/** A small model that is no part of any pack: not downloaded unless it is asked for, and deleted like any model. */
export interface OptionalModelServices {
  state(): Promise<OptionalModelState>;
  /** @throws StylusError network | not-found | bad-file | quota | cancelled */
  download(options: {
    readonly onProgress: (progress: LoadProgress) => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
}

export interface OptionalModelState {
  readonly title: string;
  /** Of the download; may be an estimate. */
  readonly sizeBytes: number;
  readonly state: "ready" | "partial" | "absent";
}

/** Tells how likely images are not safe for work. */
export interface NsfwServices extends OptionalModelServices {
  /**
   * The probability, 0 … 1. Downloads nothing.
   * @throws StylusError not-found: it is not downloaded | bad-file | device | device-lost
   */
  check(image: RgbaImage): Promise<number>;
}

export interface ModelList {
  readonly models: readonly ModelEntry[];
  readonly graphics: GraphicsReport;
  /** What the browser still grants; null when it does not say. */
  readonly freeBytes: number | null;
}

export interface DiskUse extends StorageUse {
  readonly userAdapters: { readonly count: number; readonly sizeBytes: number };
  /** By manifest, largest first; files that only serve another complete model are left out. */
  readonly packs: StorageView["packs"];
  /** Files of no known model: left by an earlier version of the site. */
  readonly others: StorageView["others"];
  /** Checkpoints on the user's disk: not copied. */
  readonly userModels: readonly ModelEntry[];
  /** GPUs with measurements of our own kernels. */
  readonly tunedGpus: number;
}

/** All that the page asks for. */
export interface PageServices
  extends RunServices, AdapterServices, LibraryServices, PromptServices, StorageServices {
  readonly models: ModelServices;
  readonly languageModels: LanguageModelServices;
  /** Id of the pack that is loaded or on its way: in a plot of VAEs not always the one that was chosen. Null: none. */
  packInUse(): string | null;
  /** The VAEs that it may have, with what is stored by now. @throws StylusError not-found: none is in use */
  vaes(): Promise<LoadedPack["vaes"]>;
  /** Gives back the memory of the loaded model; the next `load` reads it again. */
  release(): void;
  readonly sources: SourceServices;
  /** The cross-encoder of the method "reranker". */
  readonly reranker: OptionalModelServices;
  readonly nsfw: NsfwServices;
}
