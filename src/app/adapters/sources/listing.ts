// An adapter as its site lists it, before its file is here.
import type { AdapterCard } from "../../../retrieval/card.ts";
import type { AdapterOrigin } from "../../../stylus/loaded-pack.ts";

/** What Civitai's authors allow. */
export interface Permissions {
  /** To use it without naming the author. */
  readonly noCredit: boolean;
  /** "Image", "RentCivit", "Rent", "Sell"; none: no commercial use. */
  readonly commercialUse: readonly string[];
  /** To share merges. */
  readonly derivatives: boolean;
  /** To share merges under other permissions. */
  readonly differentLicense: boolean;
}

export interface Listing {
  readonly origin: AdapterOrigin;
  readonly fileName: string;
  /** Address of the file; without a key. */
  readonly url: string;
  readonly pageUrl: string;
  /** Address of PEFT's `adapter_config.json` beside it; null: there is none. */
  readonly configUrl: string | null;
  /** Null: the site does not say. */
  readonly sizeBytes: number | null;
  /** Lower-case hex; null: the site does not say. */
  readonly sha256: string | null;
  /** The version's name: "v3.0"; empty where there are no versions. */
  readonly version: string;
  /** Base model as the site names it; empty where it does not. */
  readonly baseModel: string;
  /** JSON that `sidecarCard` reads: what would lie beside the file. */
  readonly sidecar: unknown;
  /** What that says. */
  readonly card: AdapterCard;
  /** Null: its licence is in the card. */
  readonly permissions: Permissions | null;
  /** Address of a preview that its site rates as safe. */
  readonly previewUrl: string | null;
}
