// The U-Net that keeps its deep feature and the one that takes it: their parameters, how much they compute, and what they give together.

import { describe, expect, it } from "vitest";
import { noise } from "../../tests/parity/noise.ts";
import { parseUnetConfig } from "./config.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { interpret } from "./interpret.ts";
import { buildUnet, DEEP_FEATURE } from "./unet.ts";

const path = "config.json";
const levels = (count: number, ends: { plain: string; attention: string }, plainFirst: boolean): string[] => {
  const blocks = [...Array<string>(count - 1).fill(ends.attention), ends.plain];
  return plainFirst ? blocks.reverse() : blocks;
};
const unet = (block_out_channels: readonly number[], change: Readonly<Record<string, unknown>> = {}) =>
  parseUnetConfig(
    {
      block_out_channels,
      layers_per_block: 2,
      cross_attention_dim: 768,
      attention_head_dim: 8,
      down_block_types: levels(
        block_out_channels.length,
        { plain: "DownBlock2D", attention: "CrossAttnDownBlock2D" },
        false,
      ),
      up_block_types: levels(
        block_out_channels.length,
        { plain: "UpBlock2D", attention: "CrossAttnUpBlock2D" },
        true,
      ),
      ...change,
    },
    { path },
  );

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Multiply-accumulate operations of convolutions, matrices and attention. */
function operations({ nodes }: Graph): number {
  const of = (node: GraphNode): number => {
    switch (node.op) {
      case "Conv":
        return count(node.outputs[0].shape) * count(node.inputs[1].shape.slice(1));
      case "Linear":
        return count(node.outputs[0].shape) * node.inputs[0].shape.at(-1)!;
      case "Attention":
        return 2 * count(node.inputs[0].shape) * node.inputs[1].shape[1]!;
      default:
        return 0;
    }
  };
  return nodes.reduce((sum, node) => sum + of(node), 0);
}

describe("Stable Diffusion 1.5 at 512 × 512", () => {
  const size = { batch: 1, height: 64, width: 64, contextTokens: 77 };
  const config = unet([320, 640, 1280, 1280]);
  const plain = buildUnet(config, size);
  const [whole, shallow] = (["output", "input"] as const).map((deepFeature) =>
    buildUnet(config, { ...size, deepFeature }),
  ) as [Graph, Graph];

  it("401.6 billion operations, of which the layers around the deep feature are 90.1", () => {
    expect(operations(plain)).toBe(401_636_720_640);
    expect(operations(whole)).toBe(401_636_720_640);
    expect(operations(shallow)).toBe(90_071_531_520);
  });

  it("they share the parameters: the same ones, and some of them", () => {
    expect(whole.parameters).toEqual(plain.parameters);
    expect(plain.parameters).toEqual(expect.arrayContaining([...shallow.parameters]));
    expect(shallow.parameters).toHaveLength(122);
  });

  it("the deep feature is the input of the last up block’s second layer", () => {
    const shape = [1, 320, 64, 64];
    expect(whole.outputs.map(({ name }) => name)).toEqual([DEEP_FEATURE, "out_sample"]);
    expect(whole.outputs[0]!.shape).toEqual(shape);
    expect(shallow.inputs.at(-1)).toEqual({ name: DEEP_FEATURE, shape });
    expect(whole.outputs[0]!.value.name).toContain("FromTokens"); // after the first one's transformer
  });
});

it.each([
  [[8], 2],
  [[8, 16], 1],
  [[8, 16], 2],
  [[8, 16, 16], 3],
])(
  "levels %j of %i layers: together they are the plain network, to the bit",
  (channels, layers_per_block) => {
    const config = unet(channels, {
      layers_per_block,
      cross_attention_dim: 12,
      attention_head_dim: 2,
      norm_num_groups: 4,
    });
    const size = { batch: 2, height: 4, width: 8, contextTokens: 3 };
    const plain = buildUnet(config, size);
    const inputs = Object.fromEntries(
      plain.inputs.map(({ name, shape }) => [
        name,
        name === "timestep" ? Float32Array.of(500) : noise(name, shape),
      ]),
    );
    const tensors = {
      ...inputs,
      ...Object.fromEntries(plain.parameters.map(({ name, shape }) => [name, noise(name, shape)])),
    };
    const expected = interpret(plain, tensors)["out_sample"]!;
    const whole = interpret(buildUnet(config, { ...size, deepFeature: "output" }), tensors);
    expect(whole["out_sample"]).toEqual(expected);
    const shallow = buildUnet(config, { ...size, deepFeature: "input" });
    const deep = whole[DEEP_FEATURE]!;
    expect(interpret(shallow, { ...tensors, [DEEP_FEATURE]: deep })["out_sample"]).toEqual(expected);
    const other = { ...tensors, [DEEP_FEATURE]: deep.map((value) => 1.1 * value) };
    expect(interpret(shallow, other)["out_sample"]).not.toEqual(expected);
  },
);
