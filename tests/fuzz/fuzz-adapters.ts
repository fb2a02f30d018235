// `npx tsx tests/fuzz/fuzz-adapters.ts [CASES] [FIRST]`: mutates adapter files and reports the counts. Seeds are the goldens
// of every family, pickles of every form, and, if STYLUS_DATA is set, parts of real files.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readHeader, readTensor, writeSafetensors } from "../../src/formats/safetensors.ts";
import { runCase, type CaseResult, type Seed } from "./adapter-fuzzer.ts";
import { goldenSeeds, sd15 } from "./seeds.ts";

const cases = Number(process.argv[2] ?? 100_000);
const first = Number(process.argv[3] ?? 0);
const SLOW_MILLISECONDS = 10_000;

/** Modules of a real file that a seed keeps: real names, shapes and numbers, small enough for many cases. */
const KEPT_TENSORS = 24;
const KEPT_BYTES = 60_000;

async function realSeeds(folder: string): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const part of ["lora", "lora_derived", "lora_wrong_base", "textual_inversion"]) {
    for (const name of readdirSync(path.join(folder, part))) {
      const bytes = new Uint8Array(readFileSync(path.join(folder, part, name)));
      if (!name.endsWith(".safetensors")) {
        if (/\.(pt|bin)$/.test(name) && bytes.length < 40_000) seeds.push({ name, bytes, table: sd15 });
        continue;
      }
      const file = await readHeader(new Blob([bytes]), { fileName: name });
      const names = [...file.tensors.keys()].sort();
      for (let start = 0; start < Math.min(names.length, 600); start += 200) {
        const kept = names.slice(start, start + KEPT_TENSORS).map((key) => file.tensors.get(key)!);
        const small = kept.filter(({ sizeBytes }) => sizeBytes < KEPT_BYTES);
        const tensors = await Promise.all(
          small.map(async (source) => ({
            name: source.name,
            dtype: source.dtype,
            shape: source.shape,
            bytes: await readTensor(source),
          })),
        );
        seeds.push({
          name: `${part}/${name}@${start}`,
          bytes: writeSafetensors(tensors, Object.fromEntries([...file.metadata].slice(0, 12))),
          table: sd15,
        });
      }
    }
  }
  return seeds;
}

const folder = process.env["STYLUS_DATA"];
const real = folder ? await realSeeds(folder) : [];
if (!folder)
  console.error("STYLUS_DATA is not set to the data folder, so there are no real files among the seeds.");
const seeds = [...(await goldenSeeds()), ...real];
const counts = new Map<string, Record<CaseResult["outcome"], number>>();
let slowest: CaseResult | null = null;
for (let index = first; index < first + cases; index++) {
  let result: CaseResult;
  try {
    result = await runCase(index, seeds);
  } catch (error) {
    console.error(`case ${index} failed`);
    throw error;
  }
  const count = counts.get(result.mutation) ?? { refused: 0, "loaded in part": 0, "loaded whole": 0 };
  count[result.outcome] += 1;
  counts.set(result.mutation, count);
  if (!slowest || result.milliseconds > slowest.milliseconds) slowest = result;
  if (result.milliseconds > SLOW_MILLISECONDS)
    throw new Error(`case ${index} took ${result.milliseconds} ms`);
}
console.log(
  `${cases} cases from number ${first}, ${seeds.length} seed files (${real.length} from real ones), no failure`,
);
console.table(Object.fromEntries(counts));
console.log(
  `slowest: ${slowest?.milliseconds.toFixed(0)} ms (case ${slowest?.index}: ${slowest?.seedName}, ${slowest?.mutation})`,
);
