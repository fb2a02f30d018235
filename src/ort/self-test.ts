// Attention is the one kernel known to be silently wrong on some GPUs. Before any network runs, this computes a tiny
// attention on the device and compares it with plain arithmetic.

import { attention } from "./attention.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import type { OrtModule } from "./ort.ts";
import { createOrtSession } from "./session.ts";

const TOKENS = 70; // more than one tile of the kernel, and not a multiple
const CHANNELS = 64;
const HEADS = 4;
const TOLERANCE = 1e-3;

/** Whether multi-head attention on `gpu` matches the definition. */
export async function attentionIsRight(ort: OrtModule, gpu: GPUDevice): Promise<boolean> {
  const g = new OnnxBuilder("unet", { device: "webgpu", dtype: "f32" });
  const shape = [1, TOKENS, CHANNELS];
  const [query, key, value] = ["query", "key", "value"].map((name) => g.input(name, shape));
  g.output("out", attention(g, query!, { key: key!, value: value!, heads: HEADS, label: "attention" }));
  const { session } = await createOrtSession(ort, { gpu, model: g.finish(), graphCapture: false });
  const [q, k, v] = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: TOKENS * CHANNELS }, (_, i) => Math.sin(i * 0.7 * seed + seed)),
  );
  const tensor = (data: Float32Array): InstanceType<OrtModule["Tensor"]> =>
    new ort.Tensor("float32", data, shape);
  try {
    const { out } = await session.run({ query: tensor(q!), key: tensor(k!), value: tensor(v!) });
    const got = (await out!.getData(true)) as Float32Array;
    const expected = attentionByDefinition(q!, {
      k: k!,
      v: v!,
      tokens: TOKENS,
      channels: CHANNELS,
      heads: HEADS,
    });
    return expected.every((value, i) => Math.abs(value - got[i]!) < TOLERANCE);
  } finally {
    await session.release();
  }
}

/** softmax(q kᵀ / √d) v per head, in plain loops; all arrays [tokens, channels]. */
export function attentionByDefinition(
  q: Float32Array,
  {
    k,
    v,
    tokens,
    channels,
    heads,
  }: { k: Float32Array; v: Float32Array; tokens: number; channels: number; heads: number },
): Float32Array {
  const out = new Float32Array(q.length);
  const width = channels / heads;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < tokens; row++) {
      const at = row * channels + head * width;
      const scores = Array.from({ length: tokens }, (_, column) => {
        let dot = 0;
        for (let i = 0; i < width; i++) dot += q[at + i]! * k[column * channels + head * width + i]!;
        return dot / Math.sqrt(width);
      });
      const max = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - max));
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((weight, column) => {
        for (let i = 0; i < width; i++)
          out[at + i]! += (weight / sum) * v[column * channels + head * width + i]!;
      });
    }
  }
  return out;
}
