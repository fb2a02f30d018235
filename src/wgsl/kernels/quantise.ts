// Weights to 8 bits, as weights.ts reads them.

import type { ElementType, Int8Layout, Kernel } from "./kernel.ts";
import { int8Rows } from "./weights.ts";
import { GRID_BUILTINS, header, INDEX, PACKING, unpacked } from "./wgsl.ts";

export const QUANTISE_FIELDS = ["rows", "columns", "count"] as const;

export const QUANTISE_SIZE = 64;

/** [rows, columns], the columns a multiple of four; an invocation takes four columns of a group of rows, of `count` such. */
export function quantise(type: ElementType, int8: Int8Layout): Kernel {
  const four = unpacked(type, "input[(row * p.columns + column) / 4u]");
  const rows = int8Rows("row", int8);
  const each = (body: string): string => `for (var row = first; row < end; row++) { ${body} }`;
  return {
    name: `quantise ${type} by ${int8.group}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: QUANTISE_FIELDS, reads: [["input", "four"]], write: ["out", "u32"] })}
${PACKING}
@compute @workgroup_size(${QUANTISE_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${QUANTISE_SIZE}u + local;
  if (index >= p.count) { return; }
  let column = index % (p.columns / 4u) * 4u;
  let first = index / (p.columns / 4u) * ${int8.group}u;
  let end = min(p.rows, first + ${int8.group}u);
  var most = vec4f();
  ${each(`most = max(most, abs(${four}));`)}
  // As it is read: what is stored is the nearest to the weight with the rounded scale.
  let scales = packFour(min(most, vec4f(65504.0)));
  let scale = max(unpackFour(scales), vec4f(1e-30));
  {
    let row = first;
    let at = (${rows.scales} * p.columns + 2u * column) / 4u;
    out[at] = scales.x;
    out[at + 1u] = scales.y;
  }
  ${each(`out[(${rows.values} * p.columns + column) / 4u] = pack4x8snorm(${four} / scale);`)}
}
`,
  };
}
