// Shapes that the builder rejects, naming the tensor, and the graph it returns.

import { describe, expect, it } from "vitest";
import { GraphBuilder } from "./builder.ts";

const norm = { module: "norm", groups: 3, eps: 1e-5, silu: false };

describe("rejects mismatched shapes and names the tensor", () => {
  it.each<[string, (g: GraphBuilder) => unknown, RegExp]>([
    ["groups", (g) => g.groupNorm(g.input("x", [1, 4, 2, 2]), norm), /3 groups: x \[1, 4, 2, 2\]/],
    ["a map's rank", (g) => g.toTokens(g.input("x", [1, 4, 2])), /Not a map: x \[1, 4, 2\]/],
    [
      "heads",
      (g) => {
        const x = g.input("x", [1, 5, 8]);
        return g.attention(x, { module: "attn", key: x, value: x, heads: 3 });
      },
      /8 channels cannot be split among 3 heads: x/,
    ],
    ["sums", (g) => g.add(g.input("a", [2, 3]), g.input("b", [2, 4])), /a \[2, 3\] · b \[2, 4\]/],
    [
      "joined maps",
      (g) => g.concatChannels(g.input("a", [1, 2, 4, 4]), g.input("b", [1, 2, 4, 5])),
      /Cannot concatenate: a .* · b/,
    ],
    [
      "tokens of another map",
      (g) => g.fromTokens(g.input("t", [1, 9, 2]), g.input("m", [1, 2, 3, 4])),
      /t \[1, 9, 2\] · m/,
    ],
    [
      "one parameter of two shapes",
      (g) => [g.parameter("w", [2, 3]), g.parameter("w", [3, 2])],
      /different shapes \(\[3, 2\]\): w \[2, 3\]/,
    ],
    ["more rows than a table has", (g) => g.firstRows(g.parameter("w", [2, 3]), 4), /Fewer than 4 rows: w/],
  ])("%s", (_, build, message) => {
    expect(() => build(new GraphBuilder("unet"))).toThrow(
      expect.objectContaining({
        code: "bad-file",
        message: expect.stringMatching(message),
        remedy: "The model's config does not match its tensors; use a matching config.json.",
      }),
    );
  });
});

it("returns plain data: a structured clone equals the graph", () => {
  const g = new GraphBuilder("vae");
  const x = g.input("x", [1, 4, 8, 8]);
  const y = g.conv(x, { module: "conv", channels: 6, kernel: 3, stride: 2, padding: "end" });
  g.output("y", g.upsample(y, { height: 7, width: 8 }));
  const graph = g.finish();
  expect(structuredClone(graph)).toEqual(graph);
  expect(graph.nodes.map(({ op, outputs }) => [op, outputs[0].shape])).toEqual([
    ["Conv", [1, 6, 4, 4]],
    ["Upsample", [1, 6, 7, 8]],
  ]);
  expect(graph.parameters).toEqual([
    { name: "conv.weight", shape: [6, 4, 3, 3] },
    { name: "conv.bias", shape: [6] },
  ]);
});
