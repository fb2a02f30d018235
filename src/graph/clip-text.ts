// CLIP's text transformer: causal, pre-norm. Reference: transformers src/transformers/models/clip/modeling_clip.py.

import { GraphBuilder } from "./builder.ts";
import type { TextEncoderConfig } from "./config.ts";
import type { Graph, Value } from "./graph.ts";

/** Name of the token table. Not a graph input: the caller looks up its rows. */
export const TOKEN_EMBEDDING = "text_model.embeddings.token_embedding.weight"; // [vocabulary, C]

/**
 * token_embeddings [B, T, C] → clip_skip_k [B, T, C] for k = 1 … layers: the hidden state k layers from the end with the
 * final layer norm applied, as A1111 and diffusers count.
 * @param tokens T, at most the config's positions
 */
export function buildTextEncoder(
  config: TextEncoderConfig,
  { batch, tokens = config.maxPositions }: { batch: number; tokens?: number },
): Graph {
  const g = new GraphBuilder("text_encoder");
  const positions = g.parameter("text_model.embeddings.position_embedding.weight", [
    config.maxPositions,
    config.hiddenSize,
  ]);
  const input = g.input("token_embeddings", [batch, tokens, config.hiddenSize]);
  let state = g.add(input, g.firstRows(positions, tokens));
  for (let i = 0; i < config.layers; i++) {
    state = encoderLayer(g, state, { config, name: `text_model.encoder.layers.${i}` });
    const skip = config.layers - i;
    g.output(
      `clip_skip_${skip}`,
      g.layerNorm(state, { module: "text_model.final_layer_norm", eps: config.layerNormEps }),
    );
  }
  return g.finish();
}

function encoderLayer(
  g: GraphBuilder,
  state: Value,
  { config, name }: { config: TextEncoderConfig; name: string },
): Value {
  const { hiddenSize, layerNormEps: eps, heads } = config;
  const attn = `${name}.self_attn`;
  const normed = g.layerNorm(state, { module: `${name}.layer_norm1`, eps });
  const project = (part: string): Value =>
    g.linear(normed, { module: `${attn}.${part}`, features: hiddenSize, bias: true });
  const attended = g.attention(project("q_proj"), {
    key: project("k_proj"),
    value: project("v_proj"),
    heads,
    causal: true,
    module: attn,
  });
  const out = g.linear(attended, { module: `${attn}.out_proj`, features: hiddenSize, bias: true });
  const { normed: normed2, sum } = g.addLayerNorm(out, {
    residual: state,
    module: `${name}.layer_norm2`,
    eps,
  });
  const hidden = g.linear(normed2, {
    module: `${name}.mlp.fc1`,
    features: config.intermediateSize,
    bias: true,
  });
  const active = g.activation(hidden, config.activation);
  return g.add(g.linear(active, { module: `${name}.mlp.fc2`, features: hiddenSize, bias: true }), sum);
}
