// Why the composer that was asked for cannot choose, as data: src/texts says it in the user's language.
import { type Saying } from "../shared/saying.ts";

/**
 * By kind; `title` is the language model's. Runs are stored with them: kinds and fields stay as they are, and new ones are added.
 */
interface Unavailabilities {
  readerLoading: object;
  /** In this build of the site. */
  noReader: object;
  /** The user has chosen no language model. */
  noModel: object;
  /** The chosen one is no longer offered. */
  modelGone: object;
  /** `reason`: why there is no WebGPU, as the device report has it. */
  noWebGpu: { readonly title: string; readonly reason: Saying | string };
  noShaderF16: { readonly title: string };
  notDownloaded: { readonly title: string };
}

type UnavailableKind = keyof Unavailabilities;
type UnavailableOf<Kind extends UnavailableKind> = { readonly kind: Kind } & Readonly<Unavailabilities[Kind]>;

/** A saying: what an error says. A string: in a run that an earlier version stored. */
export type Unavailable =
  | { readonly [Kind in UnavailableKind]: UnavailableOf<Kind> }[UnavailableKind]
  | Saying
  | string;

/** With sayings in the language. */
type InWords<Data> = { readonly [Field in keyof Data]: Data[Field] extends string ? Data[Field] : string };

/** What a language says for each kind. */
export type UnavailableTexts = {
  readonly [Kind in UnavailableKind]: (unavailable: InWords<UnavailableOf<Kind>>) => string;
};
