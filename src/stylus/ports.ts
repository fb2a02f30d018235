// The services that a run needs, as the use case sees them: real ones run in workers (src/app/services), tests give their own.
import type { Composition } from "../compose/composition.ts";
import type { Unavailable } from "../compose/unavailable.ts";
import type { DevicePreference, DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import type { LoadedPack, LoadProgress } from "./loaded-pack.ts";
import type { GenerateOptions } from "./options.ts";
import type { CandidateView } from "./run-types.ts";

/** What of the options decides which adapters are chosen among the candidates. */
export type ChoiceRequest = Pick<GenerateOptions, "prompt" | "method" | "preset" | "seed">;

/** What the reader is asked. */
export interface ReadingRequest extends Pick<
  GenerateOptions,
  "prompt" | "preset" | "pins" | "bans" | "commercialOnly"
> {
  /** Tags, lower case, that every tenth card of the pack has. */
  readonly commonTags: ReadonlySet<string>;
}

/** What a language model is asked. */
export interface ConsultRequest extends Pick<
  GenerateOptions,
  "prompt" | "preset" | "pins" | "bans" | "commercialOnly" | "seed" | "languageModel"
> {
  /** Titles of the pins. */
  readonly pinned: readonly string[];
}

/** The stages that choose adapters; quick enough to follow typing. */
export interface ChoiceServices {
  /** Embeds a prompt, so that the search for it has its vector. */
  embedQuery(
    text: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly dimensions: number }>;
  /** Best candidates first; filters apply before the cut. */
  search(
    text: string,
    options: Pick<GenerateOptions, "bans" | "commercialOnly"> & {
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly CandidateView[]>;
  /** What the rules or a baseline choose among the candidates of a search. */
  compose(
    candidates: readonly CandidateView[],
    options: { readonly request: ChoiceRequest; readonly signal: AbortSignal },
  ): Promise<Composition>;
  /**
   * What the reader chooses; it is downloaded and opened when first asked.
   * @returns why it cannot choose, when this build has none or when it is not ready in time
   * @throws StylusError network | bad-file | device | cancelled
   */
  read(
    request: ReadingRequest,
    options: {
      /** How long to wait for a reader that is not ready; null: until it is. */
      readonly patienceMilliseconds: number | null;
      readonly signal: AbortSignal;
    },
  ): Promise<Composition | { readonly unavailable: Unavailable }>;
  /**
   * What the chosen language model chooses; it is opened when first asked, and nothing is downloaded for it.
   * @param options.onComposition gets what it has chosen so far
   * @returns why it cannot choose, when none is chosen, or it is not here or cannot run here
   * @throws StylusError bad-input | bad-file | device | device-lost | cancelled
   */
  consult(
    request: ConsultRequest,
    options: {
      readonly onComposition: (composition: Composition) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<Composition | { readonly unavailable: Unavailable }>;
}

export interface RunServices extends ChoiceServices {
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
}
