// The sinusoidal embedding of a timestep. Reference: diffusers src/diffusers/models/embeddings.py, get_timestep_embedding.

import type { OnnxBuilder, Tensor } from "./onnx-builder.ts";
import { add, cast, concat, mul, reshape, unary } from "./ops.ts";

/** Longest period. */
const MAX_PERIOD = 10_000;

export interface TimeEmbeddingOptions {
  readonly channels: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
}

/** timestep [1] → [1, C], computed in float32 */
export function timeEmbedding(
  g: OnnxBuilder,
  timestep: Tensor,
  { channels, flipSinToCos, freqShift }: TimeEmbeddingOptions,
): Tensor {
  const half = channels / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp((-Math.log(MAX_PERIOD) * i) / (half - freqShift)),
  );
  const angles = mul(g, reshape(g, timestep, [1, 1]), g.floats("frequencies", [1, half], frequencies, "f32"));
  const turned = withinOneTurn(g, angles);
  const [sin, cos] = [unary(g, "Sin", turned), unary(g, "Cos", turned)];
  return cast(g, concat(g, flipSinToCos ? [cos, sin] : [sin, cos], 1), g.target.dtype); // [1, C]
}

/**
 * Reduces angles of up to 999 radians to −π … π, where shader sines are accurate. Splits 2π into a part whose multiples are
 * exact in float32 and a remainder (Cody and Waite's reduction).
 */
function withinOneTurn(g: OnnxBuilder, angles: Tensor): Tensor {
  if (g.target.device === "wasm") return angles; // the C library reduces exactly
  const constant = (name: string, value: number): Tensor =>
    g.floats(name, [1], Float32Array.of(value), "f32");
  const turns = g.one(
    "Floor",
    [add(g, mul(g, angles, constant("turns_per_radian", 1 / (2 * Math.PI))), constant("half", 0.5))],
    angles.shape,
  );
  const coarse = 6.28125; // 2π to eight bits
  const minusCoarse = mul(g, turns, constant("minus_two_pi_coarse", -coarse));
  const minusFine = mul(g, turns, constant("minus_two_pi_fine", coarse - 2 * Math.PI));
  return add(g, add(g, angles, minusCoarse), minusFine);
}
