// Adds the parts of a product whose depth several workgroups shared, and finishes it.

import { FINISH_FIELDS, finishCode, finishName, finishReads, type FinishVariant } from "./finish.ts";
import type { Kernel } from "./kernel.ts";
import { GRID_BUILTINS, header, INDEX } from "./wgsl.ts";

export const SUM_PARTS_FIELDS = [...FINISH_FIELDS, "parts", "partStride", "count"] as const;

export const SUM_PARTS_SIZE = 64;

export function sumParts(variant: FinishVariant): Kernel {
  const reads = [["parts", "vec4f"] as const, ...finishReads(variant)];
  return {
    name: `sum parts ${finishName(variant)}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type: variant.type, fields: SUM_PARTS_FIELDS, reads, write: ["out", "four"] })}
${finishCode(variant)}
@compute @workgroup_size(${SUM_PARTS_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${SUM_PARTS_SIZE}u + local;
  if (index >= p.count) { return; }
  let fours = p.partStride / 4u;
  var sum = vec4f();
  for (var part = 0u; part < p.parts; part++) { sum += parts[part * p.count + index]; }
  finish(sum, index / fours, index % fours * 4u, 0u);
}
`,
  };
}
