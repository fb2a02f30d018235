// One fuzzing case: a mutated adapter file must load and merge, or be rejected with a StylusError.
import { inspectAdapter, parseAdapter } from "../../src/adapters/adapter.ts";
import { mergeParameter } from "../../src/adapters/merging/merge.ts";
import type { ModuleTable } from "../../src/adapters/names/module-table.ts";
import { formatReport } from "../../src/adapters/report.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { MUTATIONS, seededRandom } from "./mutate.ts";

export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly table: ModuleTable;
}

type Outcome = "refused" | "loaded in part" | "loaded whole";

export interface CaseResult {
  readonly index: number;
  readonly mutation: string;
  readonly seedName: string;
  readonly outcome: Outcome;
  /** CPU time, independent of other load. */
  readonly milliseconds: number;
}

const NAMES = Object.keys(MUTATIONS);

/** Maximum updates of a file to merge per case; enough to reach all its families over many cases. */
const MERGED = 3;

/**
 * Runs case number `index`, which alone determines the seed file and the mutations.
 * @throws if the code under test misbehaves
 */
export async function runCase(index: number, seeds: readonly Seed[]): Promise<CaseResult> {
  const random = seededRandom(index);
  const seed = seeds[Math.floor(random() * seeds.length)]!;
  const mutation = NAMES[index % NAMES.length]!;
  const others = [seeds[Math.floor(random() * seeds.length)]!.bytes];
  let bytes = MUTATIONS[mutation]!(seed.bytes, random, others);
  // Every fourth case is mutated twice.
  if (index % 4 === 3) {
    const second = NAMES[Math.floor(random() * NAMES.length)]!;
    try {
      bytes = MUTATIONS[second]!(bytes, random, others);
    } catch {
      // The second mutation cannot edit the first one's header; one is enough.
    }
  }
  const start = process.cpuUsage();
  const outcome = await load(bytes, { seed, random });
  return { index, mutation, seedName: seed.name, outcome, milliseconds: processorMilliseconds(start) };
}

function processorMilliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

async function load(
  bytes: Uint8Array<ArrayBuffer>,
  { seed, random }: { seed: Seed; random: () => number },
): Promise<Outcome> {
  const options = { fileName: seed.name, table: seed.table };
  try {
    const adapter = await parseAdapter(new Blob([bytes]), options);
    for (let n = 0; n < Math.min(MERGED, adapter.updates.length); n++) {
      const update = adapter.updates[Math.floor(random() * adapter.updates.length)]!;
      const size = update.shape.reduce((product, length) => product * length, 1);
      const pristine = new Float32Array(size).fill(0.25);
      const merged = mergeParameter(pristine, update.shape, [{ update, strength: 0.8 }]);
      if (merged.length !== size || pristine.some((value) => value !== 0.25))
        throw new Error(`merging ${update.name} went out of bounds`);
    }
    if (formatReport(adapter.report, { model: "it" }) === "") throw new Error("an empty report");
    return adapter.report.unmatched.length > 0 ? "loaded in part" : "loaded whole";
  } catch (error) {
    if (!(error instanceof StylusError)) throw error;
    if (error.message === "" || error.code === "cancelled")
      throw new Error("a refusal without reason", { cause: error });
    await inspectAdapter(new Blob([bytes]), options).catch((again: unknown) => {
      if (!(again instanceof StylusError)) throw again;
    });
    return "refused";
  }
}
