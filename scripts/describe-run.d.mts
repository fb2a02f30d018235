import type { RunReport } from "../src/stylus/run-types.ts";

export function describeRun(
  report: Pick<RunReport, "stages"> & {
    readonly images: readonly Pick<RunReport["images"][number], "seed" | "adapters" | "formulas">[];
    readonly options: Pick<RunReport["options"], "adapters">;
  },
  titles: Readonly<Record<string, string>>,
): string[];
