// Deep features of the U-Net that are used again (DeepCache, Ma et al. 2023, arXiv 2312.00858): they change little from one evaluation
// to the next, so that only every N-th computes the whole network, and the ones between only the layers around the last deep feature.

import type { KeptPart } from "../../runtime/backend.ts";
import type { Conditioning } from "../prompt/conditioning.ts";

/** Those of one group of predictions: each text has its own. */
export class DeepFeatures {
  readonly #interval: number;
  readonly #kept = new Map<Conditioning, KeptPart>();
  /** Evaluations since the last whole one, with it. */
  #evaluations = 0;
  #weights: unknown = null;

  /** @param interval a whole evaluation, then `interval` − 1 others */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /**
   * Begins an evaluation. True if those of the last whole one serve it: of the same texts, computed with the same weights and not too
   * long ago. If not, they are given up, and it has to keep new ones.
   */
  serve(conditionings: readonly Conditioning[], weights: unknown): boolean {
    const isServed =
      this.#evaluations < this.#interval &&
      this.#weights === weights &&
      conditionings.every((conditioning) => this.#kept.has(conditioning));
    if (!isServed) {
      this.dispose();
      this.#weights = weights;
      this.#evaluations = 0;
    }
    this.#evaluations++;
    return isServed;
  }

  of(conditioning: Conditioning): KeptPart {
    return this.#kept.get(conditioning)!;
  }

  keep(conditioning: Conditioning, part: KeptPart): void {
    this.#kept.get(conditioning)?.dispose(); // a text that stands twice in a group
    this.#kept.set(conditioning, part);
  }

  dispose(): void {
    for (const part of this.#kept.values()) part.dispose();
    this.#kept.clear();
  }
}
