// The services that a run needs, as the use case sees them: real ones run in workers (services.ts), tests give their own.
import type { DevicePreference, DiffusionEvent, DiffusionRequest, ImageJob } from "../shared/request.ts";
import type { GenerateOptions } from "./options.ts";
import type { Candidate, ComposedPrompt, LoadedPack, LoadProgress } from "./run-types.ts";

export interface PlannedJob {
  readonly job: ImageJob;
  /** Picks that this image's mask leaves out. */
  readonly masked: readonly string[];
}

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
  embedQuery(text: string, options: { readonly signal: AbortSignal }): Promise<Float32Array>;
  /** Best candidates first; filters apply before the cut. */
  search(
    query: Float32Array,
    options: { readonly limit: number; readonly bans: readonly string[]; readonly signal: AbortSignal },
  ): Promise<readonly Candidate[]>;
  compose(
    candidates: readonly Candidate[],
    options: { readonly request: GenerateOptions; readonly signal: AbortSignal },
  ): Promise<ComposedPrompt>;
  plan(composition: ComposedPrompt, request: GenerateOptions): readonly PlannedJob[];
  generate(
    request: DiffusionRequest,
    options: { readonly onEvent: (event: DiffusionEvent) => void; readonly signal: AbortSignal },
  ): Promise<void>;
}
