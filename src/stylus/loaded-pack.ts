// A pack that is ready for runs, and what arrives before it is. Plain data but for `fileUrl`.
import type { AdapterReport } from "../adapters/report.ts";
import type { AdapterCard, AuthorWords } from "../retrieval/card.ts";
import type { PlainError } from "../shared/errors.ts";
import type { DeviceReport } from "../shared/request.ts";
import type { Things } from "./things.ts";
import type { PackDefaults } from "./options.ts";

/** Where an adapter's file came from. */
export type AdapterOrigin =
  | { readonly kind: "civitai"; readonly modelId: number; readonly versionId: number }
  /** `sha256`: of the file, lower-case hex; empty where the hub names none. */
  | { readonly kind: "hub"; readonly repo: string; readonly path: string; readonly sha256: string };

/** An adapter that the user has added. Users have it in IndexedDB: a change of shape needs a migration. */
export interface UserAdapter {
  /** The card's id. */
  readonly id: string;
  readonly card: AdapterCard;
  /** The diagnosis made when it was added. */
  readonly report: AdapterReport;
  readonly file: Blob;
  /** The image that came with it. */
  readonly preview?: Blob;
  /** Absent: nobody knows. */
  readonly origin?: AdapterOrigin;
  /** What its author says; absent: nothing came with it, or an earlier version stored it. */
  readonly words?: AuthorWords;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

/** Words in lower case. */
export type Vocabulary = ReadonlySet<string>;

/** Files of a pack as they arrive. */
export interface LoadProgress {
  readonly files: readonly {
    readonly path: string;
    readonly receivedBytes: number;
    readonly sizeBytes: number;
  }[];
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** What happens once the bytes are there, e.g. "Building the networks"; null while files arrive. */
  readonly preparing: string | null;
}

/** Where an adapter's file comes from when an image first needs it. */
export interface RemoteFile {
  readonly sizeBytes: number;
  /** Its file is in this browser. */
  readonly stored: boolean;
  readonly pageUrl: string | null;
}

/** A VAE that a model can have. */
export interface VaeChoice {
  /** Null: the model's own. */
  readonly id: string | null;
  readonly title: string;
  /** The pack that has the model and this VAE. */
  readonly packId: string;
  readonly packTitle: string;
  readonly sizeBytes: number;
  /** Its file is in this browser. */
  readonly stored: boolean;
}

/** A pack that is loaded and ready to generate. */
export interface LoadedPack {
  readonly id: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly downloadedBytes: number;
  /** False when the browser keeps nothing between visits. */
  readonly persistent: boolean;
  readonly device: DeviceReport;
  readonly defaults: PackDefaults;
  /** Those that the model can have, its own first; empty where there is no other. */
  readonly vaes: readonly VaeChoice[];
  /** Every adapter of the pack, few-step ones included, and those of the user that fit it. */
  readonly cards: readonly AdapterCard[];
  /** Adapters that fit, but that the option `commercialOnly` leaves out: not among the cards. */
  readonly leftOut: readonly AdapterCard[];
  /** Base models whose adapters fit, as cards name them. */
  readonly baseModels: readonly string[];
  /** Adapters among the cards whose files are on a hub, by id. */
  readonly remote: ReadonlyMap<string, RemoteFile>;
  /** The user's adapters among the cards and those that are left out, by id. */
  readonly userAdapters: ReadonlyMap<string, UserAdapter>;
  /** The user's adapters for other models, and those whose names the pack has taken; not among the cards. */
  readonly otherAdapters: readonly UserAdapter[];
  /** Why the user's adapters are left out; null when they are not. */
  readonly unread: PlainError | null;
  /** The words that its text encoder knows; null where any may be known. */
  readonly vocabulary: Vocabulary | null;
  /** What it draws; null where nobody has counted. */
  readonly things: Things | null;
  /** An image or other file of the pack as an object URL; null when the pack has no such file. */
  fileUrl(path: string): string | null;
}
