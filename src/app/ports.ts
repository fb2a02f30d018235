// The services that a run needs, as the use case sees them: real ones run in workers (services.ts), tests give their own.
import type { Composition } from "../compose/composition.ts";
import type { Candidate } from "../retrieval/candidate.ts";
import type { Vector } from "../retrieval/vectors.ts";
import type { DevicePreference, DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import type { GenerateOptions } from "./options.ts";
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
}
