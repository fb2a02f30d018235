// Chooses the tiles of products by measuring them on the device when a network is first used at a size, and remembers the choices.
// Every choice computes the same within rounding: sums are float32, only their order differs.

import type { ProductRequest } from "../plan/product-dispatches.ts";
import type { PlanTarget } from "../plan/target.ts";
import { candidatesOf } from "./candidates.ts";
import type { DispatchTimer } from "./dispatch-timer.ts";
import type { Findings, RecordKey, TuningRecords } from "./records.ts";
import { CLOCK, tune, type Tuned } from "./tune.ts";

interface TunerOptions {
  readonly timer: Pick<DispatchTimer, "time">;
  readonly records: TuningRecords;
  /** At the first use of a network and size. */
  readonly limitMilliseconds: number;
}

interface Work {
  readonly target: PlanTarget;
  readonly signal?: AbortSignal | undefined;
}

export class Tuner {
  /** What is known so far. */
  readonly measured = new Map<string, string>();
  readonly #key: RecordKey;
  readonly #options: TunerOptions;

  constructor(key: RecordKey, options: TunerOptions) {
    this.#key = key;
    this.#options = options;
  }

  /**
   * Afterwards all these products have their choices in `measured`; measures those that no record has.
   * @throws StylusError cancelled while another tab measures
   */
  async tune(products: readonly ProductRequest[], { target, signal }: Work): Promise<Tuned> {
    const work = { target: { ...target, measured: this.measured }, signal };
    await this.#recall();
    if (candidatesOf(products, work.target).length === 0)
      return { choices: new Map(), measuredShapes: 0, milliseconds: 0 };
    return this.#options.records.alone(() => this.#measure(products, work), signal);
  }

  async #measure(products: readonly ProductRequest[], { target, signal }: Work): Promise<Tuned> {
    const { timer, records, limitMilliseconds } = this.#options;
    const { trying } = await this.#recall(); // perhaps another tab has measured by now
    const candidates = candidatesOf(products, target);
    const untried = candidates.filter(({ shape }) => !trying.has(shape));
    await records.update(this.#key, (findings) => {
      for (const { shape } of untried) findings.trying.add(shape);
    });
    const measure = ({ ways }: (typeof untried)[number]): Promise<number[]> => timer.time(ways);
    const tuned = await tune(untried, { measure, clock: CLOCK, limitMilliseconds, signal });
    // What ended the tab or the device before keeps the choice of the rates.
    const byRates = candidates.map(({ shape, choices }) => [shape, choices[0]!] as const);
    const choices = signal?.aborted ? [] : [...new Map([...byRates, ...tuned.choices])];
    for (const [shape, choice] of choices) this.measured.set(shape, choice);
    await records.update(this.#key, (findings) => {
      for (const { shape } of untried) findings.trying.delete(shape);
      for (const [shape, choice] of choices) {
        findings.trying.delete(shape);
        findings.choices.set(shape, choice);
      }
    });
    return tuned;
  }

  async #recall(): Promise<Findings> {
    const findings = await this.#options.records.read(this.#key);
    for (const [shape, choice] of findings.choices) this.measured.set(shape, choice);
    return findings;
  }
}

/** Names an adapter with its browser and number types, as records have it: another browser compiles in another way. */
export function adapterKey(
  { vendor, architecture, device, description }: GPUAdapterInfo,
  { type, int8 }: Pick<PlanTarget, "type" | "int8">,
): string {
  const browser = /(?:Chrome|Firefox|Version)\/\d+/u.exec(navigator.userAgent)?.[0] ?? "";
  return [
    vendor,
    architecture,
    device,
    description,
    browser,
    int8 ? `${type}, weights in 8 bits` : type,
  ].join(" | ");
}
