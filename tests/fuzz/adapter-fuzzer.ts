// One fuzzing case: a mutated adapter file must load and merge, or be rejected with a StylusError.
import { inspectAdapter, parseAdapter } from "../../src/adapters/adapter.ts";
import { mergeParameter } from "../../src/adapters/merging/merge.ts";
import type { ModuleTable } from "../../src/adapters/names/module-table.ts";
import { formatReport } from "../../src/adapters/report.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { withPeftConfig } from "../../src/adapters/files/peft-config.ts";
import { MUTATIONS } from "./mutate.ts";
import { anyConfig } from "./peft-configs.ts";
import { seededRandom } from "./mutations.ts";

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
  // PEFT's configuration may lie beside the file or be joined with it, as on the page.
  const config = random() < 0.5 ? { adapterConfig: anyConfig(random) } : {};
  const joins = "adapterConfig" in config && random() < 0.5;
  try {
    const file = new Blob([bytes]);
    const adapter = joins
      ? await parseAdapter(await withPeftConfig(file, config.adapterConfig, options), options)
      : await parseAdapter(file, { ...options, ...config });
    for (let n = 0; n < Math.min(MERGED, adapter.updates.length); n++) {
      const update = adapter.updates[Math.floor(random() * adapter.updates.length)]!;
      const size = update.shape.reduce((product, length) => product * length, 1);
      const pristine = new Float32Array(size).fill(0.25);
      const merged = mergeParameter(pristine, update.shape, [{ update, strength: 0.8 }]);
      if (merged.length !== size || pristine.some((value) => value !== 0.25))
        throw new Error(`merging ${update.name} went out of bounds`);
    }
    for (const { values, vectors, width } of adapter.embeddings)
      if (values.length !== vectors * width) throw new Error("token vectors of another size");
    if (formatReport(adapter.report, { model: "it" }) === "") throw new Error("an empty report");
    return adapter.report.unmatched.length > 0 ? "loaded in part" : "loaded whole";
  } catch (error) {
    checkRefusal(error, seed.name);
    await inspectAdapter(new Blob([bytes]), { ...options, ...config }).then(
      ({ report: { refusal } }) => refusal && checkWords(refusal),
      (again: unknown) => checkRefusal(again, seed.name),
    );
    return "refused";
  }
}

/** Every refusal names the file, says why, and what to do. */
function checkRefusal(error: unknown, fileName: string): void {
  if (!(error instanceof StylusError)) throw error;
  checkWords(error);
  if (error.where !== fileName || (error.code !== "bad-file" && error.code !== "unsupported"))
    throw new Error(`a refusal of ${error.where} with ${error.code}`, { cause: error });
}

function checkWords(refusal: { readonly message: string; readonly remedy?: string | undefined }): void {
  const { message, remedy } = refusal;
  const isEmpty = message.trim() === "" || (remedy ?? "").trim() === "";
  if (isEmpty || /\bundefined\b|\[object |\(for example\s*\)/.test(message))
    throw new Error(`a refusal that says too little: ${message} ${remedy}`, { cause: refusal });
}
