// An adapter of another site on its way in.
import type { PlainError } from "../../../shared/errors.ts";
import type { AdapterFiles } from "../../adapters/dropped-files.ts";
import type { BaseFit } from "../../adapters/sources/base-fit.ts";
import type { Listing } from "../../adapters/sources/listing.ts";
import type { Keeping } from "./keeper.ts";
import type { Refusal } from "./refusal.ts";

export interface SourceItem {
  readonly key: string;
  /** As it was pasted; for a newer version the title of the adapter. */
  readonly address: string;
  /** In the list: answers come in another order. */
  readonly place: number;
  /** Null: it was not found, and `error` says why. */
  readonly listing: Listing | null;
  readonly fit: BaseFit;
  /** Title of the user's adapter that this one is a newer version of. */
  readonly newerThan: string | null;
  readonly preview: Blob | null;
  /** Whether it is to be downloaded. */
  readonly wanted: boolean;
  readonly status: "found" | "waiting" | "downloading" | "adding" | "added" | "known" | "refused" | "failed";
  readonly receivedBytes: number;
  /** Why the lookup or the download failed. */
  readonly error: PlainError | null;
  /** Why the file is of no use here. */
  readonly refusal: Refusal | null;
  /** The adapter that it became; null also where another model's adapters are not among the cards. */
  readonly id: string | null;
  /** Of the adapter that it became, or that is the same file. */
  readonly title: string;
  /** The base model that it is kept for, where that is not the loaded one. */
  readonly keptFor: string | null;
}

/** Of which nothing is known yet. */
export const noItem = {
  listing: null,
  fit: { kind: "unknown" },
  newerThan: null,
  preview: null,
  wanted: false,
  receivedBytes: 0,
  error: null,
  refusal: null,
  id: null,
  title: "",
  keptFor: null,
} as const;

/** What is sent to workers is no proxy of the store. */
export const plain = (listing: Listing): Listing => JSON.parse(JSON.stringify(listing)) as Listing;

/** As if they had been dropped together. */
export function filesOf(
  { fileName, sidecar }: Listing,
  got: { readonly blob: Blob; readonly config: Blob | null; readonly preview: Blob | null },
): AdapterFiles {
  const file = (blob: Blob | null, name: string): File | null =>
    blob && new File([blob], name, { type: blob.type });
  return {
    file: file(got.blob, fileName)!,
    config: file(got.config, "adapter_config.json"),
    sidecar: new File([JSON.stringify(sidecar)], `${fileName}.civitai.info`),
    notes: null,
    preview: file(got.preview, `${fileName}.preview`),
  };
}

/** What became of it. */
export function settled(keeping: Keeping): Partial<SourceItem> {
  switch (keeping.kind) {
    case "kept": {
      const { adapter, keptFor } = keeping;
      return {
        status: "added",
        id: keptFor === null ? adapter.id : null,
        title: adapter.card.title,
        keptFor,
      };
    }
    case "known":
      return { status: "known", title: keeping.title };
    case "refused":
      return { status: "refused", refusal: keeping.refusal };
  }
}
