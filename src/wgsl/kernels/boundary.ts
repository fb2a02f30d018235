// The graph's inputs and outputs: float32 maps [B, C, H, W] to and from rows of channels, and the time embedding.

import type { ElementType, Kernel } from "./kernel.ts";
import { GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export const BOUNDARY_FIELDS = ["count", "channels", "fours", "positions", "offset", "stride"] as const;

export const BOUNDARY_SIZE = 64;

/** [image, channel, position] → rows; zeros in channels up to a multiple of four. */
export function importRows(type: ElementType): Kernel {
  return {
    name: `import ${type}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: BOUNDARY_FIELDS, reads: [["input", "f32"]], write: ["out", "four"] })}
${PACKING}
@compute @workgroup_size(${BOUNDARY_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${BOUNDARY_SIZE}u + local;
  if (index >= p.count) { return; }
  let row = index / p.fours;
  let channel = index % p.fours * 4u;
  let image = row / p.positions;
  let position = row % p.positions;
  var value = vec4f();
  for (var i = 0u; i < 4u; i++) {
    if (channel + i < p.channels) { value[i] = input[(image * p.channels + channel + i) * p.positions + position]; }
  }
  out[(p.offset + row * p.stride + channel) / 4u] = ${packed(type, "value")};
}
`,
  };
}

/** Rows → [image, channel, position]. */
export function exportRows(type: ElementType): Kernel {
  return {
    name: `export ${type}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: BOUNDARY_FIELDS, reads: [["input", "four"]], write: ["out", "f32"] })}
${PACKING}
@compute @workgroup_size(${BOUNDARY_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${BOUNDARY_SIZE}u + local;
  if (index >= p.count) { return; }
  let position = index % p.positions;
  let channel = index / p.positions % p.channels;
  let row = index / (p.positions * p.channels) * p.positions + position;
  let four = ${unpacked(type, "input[(p.offset + row * p.stride + channel) / 4u]")};
  out[index] = four[channel % 4u];
}
`,
  };
}

export const TIME_EMBEDDING_FIELDS = ["channels"] as const;

export const TIME_EMBEDDING_SIZE = 64;

/** Longest period. */
const MAX_PERIOD = 10_000;

/**
 * Reference: diffusers src/diffusers/models/embeddings.py, get_timestep_embedding. Angles of up to 999 radians are reduced to −π … π,
 * where shader sines are accurate: 2π is split into a part whose multiples are exact in float32 and a remainder (Cody and Waite).
 */
export function timeEmbedding({
  type,
  flipSinToCos,
  freqShift,
  channels,
}: {
  type: ElementType;
  flipSinToCos: boolean;
  freqShift: number;
  channels: number;
}): Kernel {
  const half = channels / 2;
  const coarse = 6.28125; // 2π to eight bits
  return {
    name: `time embedding ${type} ${channels} ${flipSinToCos} ${freqShift}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: TIME_EMBEDDING_FIELDS, reads: [["timestep", "f32"]], write: ["out", "four"] })}
${PACKING}
// exp(-ln(10000) i / ${half - freqShift}), computed in double precision.
const frequencies = array<f32, ${half}>(${Array.from({ length: half }, (_, i) => Math.exp((-Math.log(MAX_PERIOD) * i) / (half - freqShift)).toPrecision(9)).join(", ")});
fn embedding(channel: u32) -> f32 {
  let isFirst = channel < ${half}u;
  var table = frequencies;
  let angle = timestep[0] * table[channel % ${half}u];
  let turns = floor(angle * ${1 / (2 * Math.PI)} + 0.5);
  let reduced = (angle - turns * ${coarse}) + turns * ${coarse - 2 * Math.PI};
  return select(sin(reduced), cos(reduced), isFirst == ${flipSinToCos});
}
@compute @workgroup_size(${TIME_EMBEDDING_SIZE})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x * 4u;
  if (channel >= p.channels) { return; }
  let value = vec4f(embedding(channel), embedding(channel + 1u), embedding(channel + 2u), embedding(channel + 3u));
  out[id.x] = ${packed(type, "value")};
}
`,
  };
}
