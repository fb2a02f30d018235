// A process that runs unit tests against sources as a mutant would have them. Sources change as Vite loads them, never on the disk. It is a
// process of its own so that one in an endless loop can be ended.
import { readFileSync } from "node:fs";
import path from "node:path";
import { BaseSequencer, createVitest, type TestModule, type TestSpecification } from "vitest/node";
import { root } from "../run/setup.ts";
import { mutated, type Mutant } from "./mutants.ts";
import { withProbes } from "./syntax.ts";

export interface Job {
  /** Test files in the order to run them. Those after the first that fails do not run, unless sources are probed. */
  readonly tests: readonly string[];
  /** Null: each source collects which of its functions are reached. */
  readonly mutant: Mutant | null;
}

/** After each test file, and once with `done` at the end. */
export type Answer =
  | {
      readonly test: string;
      readonly passed: boolean;
      readonly ms: number;
      readonly reached: readonly string[];
      /** What its first failure says, when it has not passed. */
      readonly failure?: string;
    }
  | { readonly done: true; readonly failed: boolean };

const answer = (message: Answer): void => void process.send!(message);

function firstFailure(module: TestModule): string {
  const { children } = module;
  const errors = [
    ...[...children.allTests("failed")].flatMap((test) => test.result().errors ?? []),
    ...[...children.allSuites()].flatMap((suite) => suite.errors()),
    ...module.errors(),
  ];
  return errors[0]?.message ?? "";
}

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

const probes = process.argv.includes("--probes");
let mutant: Mutant | null = null;
let failed = false;
const vitest = await createVitest(
  "test",
  {
    root,
    watch: false,
    bail: probes ? 0 : 1,
    maxWorkers: 1,
    sequence: { sequencer: InOrder },
    setupFiles: probes ? [path.join(import.meta.dirname, "setup.ts")] : [],
    silent: true,
    reporters: [
      {
        onTestModuleEnd(module: TestModule) {
          const passed = module.ok();
          if (!passed) failed = true;
          const { duration, collectDuration, setupDuration } = module.diagnostic();
          answer({
            test: path.relative(root, module.moduleId),
            passed,
            ms: Math.round(duration + collectDuration + setupDuration),
            reached: module.meta().reached ?? [],
            ...(!passed && { failure: firstFailure(module) }),
          });
        },
      },
    ],
  },
  {
    plugins: [
      {
        name: "mutate",
        enforce: "pre",
        load(id) {
          const file = path.relative(root, id);
          if (probes) {
            const isSource = /^src\/.*(?<!\.test)\.ts$/.test(file);
            return isSource ? withProbes(file, readFileSync(id, "utf8")) : null;
          }
          return file === mutant?.file ? mutated(readFileSync(id, "utf8"), mutant) : null;
        },
      },
    ],
  },
);
await vitest.standalone();

process.on("message", (job: Job) => void run(job));
async function run(job: Job): Promise<void> {
  const before = mutant;
  mutant = job.mutant;
  for (const one of [before, mutant]) if (one) vitest.invalidateFile(path.join(root, one.file));
  const project = vitest.getRootProject();
  const specifications = job.tests.map((test) => project.createSpecification(path.join(root, test)));
  failed = false;
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications);
  answer({ done: true, failed: failed || unhandledErrors.length > 0 });
}
