// Chooses the tiles of products by measuring them on the device when a network is first used at a size, and remembers the choices.
// Every choice computes the same within rounding: sums are float32, only their order differs.

import type { PlanTarget } from "../plan/target.ts";
import type { ProductRequest } from "../plan/product-dispatches.ts";
import type { MeasuredChoices } from "../product-choice.ts";
import { candidatesOf } from "./candidates.ts";
import type { DispatchTimer } from "./dispatch-timer.ts";
import { kernelsVersion } from "./kernels-version.ts";
import { type Clock, tune, type Tuned } from "./tune.ts";
import type { Tuning } from "../tuning.ts";

/** Where choices are kept between visits. Never fails: what cannot be read is measured again. */
export interface TuningRecords {
  /** Those of an adapter, if the kernels' version is the same. */
  read(adapter: string, version: string): Promise<MeasuredChoices>;
  /** Adds choices; those of another version go. */
  add(adapter: string, version: string, choices: MeasuredChoices): Promise<void>;
}

interface TunerOptions {
  readonly timer: Pick<DispatchTimer, "time">;
  readonly records: TuningRecords;
  /** The tuning without the tiles that the device computes wrongly. */
  readonly tiles: () => Promise<Tuning>;
  /** At the first use of a network and size; the check of the tiles, once a visit, may take as long. */
  readonly limitMilliseconds: number;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  after: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds, null)),
};

export class Tuner {
  /** What is known so far. */
  readonly measured = new Map<string, string>();
  readonly #adapter: string;
  readonly #options: TunerOptions;
  #version: string | null = null;
  #rightTiles: Promise<Tuning> | null = null;

  constructor(adapter: string, options: TunerOptions) {
    this.#adapter = adapter;
    this.#options = options;
  }

  /** Afterwards all these products have their choices in `measured`; measures those that no record has. */
  async tune(
    products: readonly ProductRequest[],
    { target, signal }: { target: PlanTarget; signal?: AbortSignal | undefined },
  ): Promise<Tuned> {
    const { timer, records, tiles, limitMilliseconds } = this.#options;
    if (this.#version === null) {
      this.#version = kernelsVersion(target);
      for (const [shape, choice] of await records.read(this.#adapter, this.#version))
        this.measured.set(shape, choice);
    }
    const known = { ...target, measured: this.measured };
    // Only where something is left to measure.
    const isKnown = candidatesOf(products, known).length === 0;
    const tuning = isKnown
      ? target.tuning
      : await Promise.race([(this.#rightTiles ??= tiles()), CLOCK.after(limitMilliseconds)]);
    // Compilation is slow here: it goes on, and the next size is measured.
    if (tuning === null) return { choices: new Map(), measuredShapes: 0, milliseconds: limitMilliseconds };
    const tuned = await tune(candidatesOf(products, { ...known, tuning }), {
      measure: ({ ways }) => timer.time(ways),
      clock: CLOCK,
      limitMilliseconds,
      signal,
    });
    if (signal?.aborted) return tuned;
    for (const [shape, choice] of tuned.choices) this.measured.set(shape, choice);
    if (tuned.choices.size > 0) await records.add(this.#adapter, this.#version, tuned.choices);
    return tuned;
  }
}

/** Names an adapter with its browser and number type, as records have it: another browser compiles in another way. */
export function adapterKey(
  { vendor, architecture, device, description }: GPUAdapterInfo,
  { type }: Pick<PlanTarget, "type">,
): string {
  const browser = /(?:Chrome|Firefox|Version)\/\d+/u.exec(navigator.userAgent)?.[0] ?? "";
  return [vendor, architecture, device, description, browser, type].join(" | ");
}
