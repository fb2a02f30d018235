// What a module table finds under which names, its widths, and the block of each kind of module.
import { expect, test } from "vitest";
import { sd15 } from "../../../tests/fixtures/adapters/small-files.ts";
import { layersPerBlock, ldmPaths } from "./ldm-names.ts";
import { flatten, moduleTable, type ParameterShape } from "./module-table.ts";

const parameters = (...names: readonly string[]): ParameterShape[] =>
  names.map((name) => ({ name, shape: [5, 7] }));

test("modules are parameters without their last part; others have none", () => {
  const { modules } = moduleTable({
    unet: parameters("a.b.weight", "a.b.bias", "c.bias", "scale", "weight", "a.gamma"),
  });
  expect(modules).toEqual([
    {
      network: "unet",
      path: "a.b",
      weight: { name: "a.b.weight", shape: [5, 7] },
      bias: { name: "a.b.bias", shape: [5, 7] },
      block: "OTHER",
    },
    { network: "unet", path: "c", weight: null, bias: { name: "c.bias", shape: [5, 7] }, block: "OTHER" },
  ]);
});

test("widths come from the first cross attention and the first embedding of the right network", () => {
  const widths = (table: ReturnType<typeof moduleTable>): unknown => [
    table.contextWidth,
    table.embeddingWidth,
  ];
  expect(widths(moduleTable({}))).toEqual([null, null]);
  expect(widths(moduleTable({ unet: parameters("a.attn2.to_k.weight") }))).toEqual([7, null]);
  expect(widths(moduleTable({ text_encoder: parameters("a.attn2.to_k.weight") }))).toEqual([null, null]);
  expect(widths(moduleTable({ unet: parameters("a.attn2.to_k.bias", "a.attn1.to_k.weight") }))).toEqual([
    null,
    null,
  ]);
  expect(widths(moduleTable({ unet: parameters("attn2.to_k.x.weight") }))).toEqual([null, null]);
  expect(
    widths(moduleTable({ text_encoder: parameters("text_model.embeddings.position_embedding.weight") })),
  ).toEqual([null, 7]);
  expect(widths(moduleTable({ text_encoder: parameters("a.text_model.embeddings.b.weight") }))).toEqual([
    null,
    null,
  ]);
});

test("a name is looked up in one network or in both, the U-Net first", () => {
  const table = moduleTable({
    unet: parameters("same.weight", "mine.weight"),
    text_encoder: parameters("same.weight", "yours.weight"),
  });
  const found = (name: string, network: "unet" | "text_encoder" | null): unknown =>
    table.find(name, network)?.network;
  expect([found("same", null), found("same", "unet"), found("same", "text_encoder")]).toEqual([
    "unet",
    "unet",
    "text_encoder",
  ]);
  expect([
    found("mine", null),
    found("yours", null),
    found("mine", "text_encoder"),
    found("yours", "unet"),
  ]).toEqual(["unet", "text_encoder", undefined, undefined]);
});

test("spellings: `to_out` without its index, old names and a missing level of the text encoder", () => {
  const unet = moduleTable({
    unet: parameters("a.to_out.0.weight", "b.to_out.weight", "a.to_out.0.x.weight"),
  });
  expect(
    ["a_to_out_0", "a_to_out", "b_to_out", "b_to_o", "a_to_out_0_x"].map(
      (name) => unet.find(name, "unet")?.path,
    ),
  ).toEqual(["a.to_out.0", "a.to_out.0", "b.to_out", undefined, "a.to_out.0.x"]);
  const text = moduleTable({
    text_encoder: parameters(
      ...["q_proj", "k_proj", "v_proj", "out_proj", "fc1"].map((part) => `text_model.x.${part}.weight`),
      "other.q_proj.weight",
    ),
  });
  const path = (name: string): string | undefined => text.find(name, "text_encoder")?.path;
  for (const [old, part] of [
    ["to_q", "q_proj"],
    ["to_k", "k_proj"],
    ["to_v", "v_proj"],
    ["to_out", "out_proj"],
    ["fc1", "fc1"],
  ] as const)
    for (const name of [`text_model_x_${part}`, `text_model_x_${old}`, `x_${part}`, `x_${old}`])
      expect(path(name)).toBe(`text_model.x.${part}`);
  expect([path("other_to_q"), path("q_proj"), path("x_to_fc1")]).toEqual([
    "other.q_proj",
    undefined,
    undefined,
  ]);
});

test("a real path goes before a guessed spelling of another module", () => {
  const table = moduleTable({ unet: parameters("a.to_out.weight", "a.to_out.0.weight") });
  expect(table.find("a_to_out", "unet")?.path).toBe("a.to_out");
});

test("every block of SD 1.5 has its modules", () => {
  const counts: Record<string, number> = {};
  for (const { block } of sd15.modules) counts[block] = (counts[block] ?? 0) + 1;
  expect(counts).toEqual({
    BASE: 98,
    IN00: 1,
    IN01: 21,
    IN02: 21,
    IN03: 1,
    IN04: 22,
    IN05: 21,
    IN06: 1,
    IN07: 22,
    IN08: 21,
    IN09: 1,
    IN10: 5,
    IN11: 5,
    M00: 26,
    OTHER: 4,
    OUT00: 6,
    OUT01: 6,
    OUT02: 7,
    OUT03: 22,
    OUT04: 22,
    OUT05: 23,
    OUT06: 22,
    OUT07: 22,
    OUT08: 23,
    OUT09: 22,
    OUT10: 22,
    OUT11: 22,
  });
});

test.each<[string, number, string[]]>([
  ["conv_in", 2, ["input_blocks.0.0"]],
  ["conv_norm_out", 2, ["out.0"]],
  ["conv_out", 2, ["out.2"]],
  ["time_embedding.linear_1", 2, ["time_embed.0"]],
  ["time_embedding.linear_2", 2, ["time_embed.2"]],
  ["mid_block.attentions.0.proj_in", 2, ["middle_block.1.proj_in"]],
  ["mid_block.resnets.0.norm1", 2, ["middle_block.0.in_layers.0"]],
  ["mid_block.resnets.1.conv1", 2, ["middle_block.2.in_layers.2"]],
  ["mid_block.resnets.1.norm3", 2, []],
  ["mid_block.other.1.conv1", 2, []],
  ["down_blocks.0.resnets.0.time_emb_proj", 2, ["input_blocks.1.0.emb_layers.1"]],
  ["down_blocks.0.resnets.1.norm2", 2, ["input_blocks.2.0.out_layers.0"]],
  ["down_blocks.1.resnets.0.conv2", 2, ["input_blocks.4.0.out_layers.3"]],
  ["down_blocks.1.resnets.0.conv_shortcut", 3, ["input_blocks.5.0.skip_connection"]],
  ["down_blocks.1.resnets.0.other", 3, []],
  ["down_blocks.2.attentions.1.norm", 2, ["input_blocks.8.1.norm"]],
  ["down_blocks.1.downsamplers.0.conv", 2, ["input_blocks.6.0.op"]],
  ["down_blocks.1.downsamplers.0.norm", 2, []],
  ["up_blocks.0.resnets.0.norm1", 2, ["output_blocks.0.0.in_layers.0"]],
  ["up_blocks.1.resnets.2.norm1", 2, ["output_blocks.5.0.in_layers.0"]],
  ["up_blocks.3.attentions.1.proj_out", 2, ["output_blocks.10.1.proj_out"]],
  ["up_blocks.1.upsamplers.0.conv", 2, ["output_blocks.5.1.conv", "output_blocks.5.2.conv"]],
  ["up_blocks.1.upsamplers.0.norm", 2, []],
  ["up_blocks.1.others.0.conv", 2, []],
  ["constructor", 2, []],
  ["mid_block.resnets.0.constructor", 2, []],
])("LDM paths of %s with %i layers", (path, layers, expected) => {
  expect(ldmPaths(path, layers)).toEqual(expected);
});

test("layers are counted from the resnets of down blocks", () => {
  expect(layersPerBlock([])).toBe(0);
  expect(layersPerBlock(["up_blocks.0.resnets.5.conv1", "down_blocks.0.attentions.4.norm"])).toBe(0);
  expect(layersPerBlock(["down_blocks.0.resnets.2.conv1", "down_blocks.1.resnets.0.conv1"])).toBe(3);
  expect(layersPerBlock(["down_blocks.0.resnets.10.conv1"])).toBe(11);
  expect(flatten("a.b_c.0")).toBe("a_b_c_0");
});
