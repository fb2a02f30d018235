// CLIP's text transformer: causal, pre-norm. Reference: transformers src/transformers/models/clip/modeling_clip.py.

import { attention } from "./attention.ts";
import { GraphBuilder, type Value } from "./builder.ts";
import type { TextEncoderConfig } from "./config.ts";
import { createLayers, type Layers } from "./layers.ts";
import type { GraphModel, GraphTarget } from "./model.ts";
import { add, cast, layerNorm, quickGelu, slice, unary } from "./ops.ts";

/** Name of the token table: not a graph input, its rows are looked up by the caller. */
export const TOKEN_EMBEDDING = "text_model.embeddings.token_embedding.weight"; // [vocabulary, C]

/**
 * token_embeddings [B, T, C] → clip_skip_k [B, T, C] for k = 1 … layers: the hidden state k layers from the end with the
 * final layer norm applied, as A1111 and diffusers count.
 * @param tokens T, at most the config's positions
 */
export function buildTextEncoder(
  config: TextEncoderConfig,
  target: GraphTarget,
  { batch, tokens = config.maxPositions }: { batch: number; tokens?: number },
): GraphModel {
  const g = new GraphBuilder("text_encoder", target);
  const layers = createLayers(g);
  const positions = g.parameter("text_model.embeddings.position_embedding.weight", [
    config.maxPositions,
    config.hiddenSize,
  ]);
  const input = cast(g, g.input("token_embeddings", [batch, tokens, config.hiddenSize]), target.dtype);
  let state = add(g, input, slice(g, positions, { axis: 0, begin: 0, end: tokens }));
  const mask = causalMask(g, tokens);
  for (let i = 0; i < config.layers; i++) {
    state = encoderLayer(layers, state, { config, mask, name: `text_model.encoder.layers.${i}` });
    const skip = config.layers - i;
    g.output(
      `clip_skip_${skip}`,
      layerNorm(g, state, { name: "text_model.final_layer_norm", eps: config.layerNormEps }),
    );
  }
  return g.finish();
}

function encoderLayer(
  layers: Layers,
  state: Value,
  { config, mask, name }: { config: TextEncoderConfig; mask: Value; name: string },
): Value {
  const { g } = layers;
  const { hiddenSize, layerNormEps: eps } = config;
  const normed = layerNorm(g, state, { name: `${name}.layer_norm1`, eps });
  const project = (part: string): Value =>
    layers.settleLinear(
      layers.linear(normed, { name: `${name}.self_attn.${part}`, features: hiddenSize, bias: true }),
    );
  const label = `${name}.self_attn`;
  const attended = attention(g, project("q_proj"), {
    key: project("k_proj"),
    value: project("v_proj"),
    heads: config.heads,
    bias: mask,
    label,
  });
  const out = layers.linear(attended, {
    name: `${name}.self_attn.out_proj`,
    features: hiddenSize,
    bias: true,
  });
  const { normed: normed2, sum } = layers.skipLayerNorm(out, {
    residual: state,
    name: `${name}.layer_norm2`,
    eps,
  });
  const hidden = layers.settleLinear(
    layers.linear(normed2, { name: `${name}.mlp.fc1`, features: config.intermediateSize, bias: true }),
  );
  const active = config.activation === "quick_gelu" ? quickGelu(g, hidden, 1.702) : unary(g, "Gelu", hidden);
  return layers.addResidual(
    layers.linear(active, { name: `${name}.mlp.fc2`, features: hiddenSize, bias: true }),
    sum,
  );
}

/** 0 where a token may look, far below every score where it may not; −10⁴ is within f16 and its exponential is 0. */
function causalMask(g: GraphBuilder, tokens: number): Value {
  const values = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? -1e4 : 0,
  );
  return g.floats("causal_mask", [1, 1, tokens, tokens], values); // [1, 1, T, T]
}
