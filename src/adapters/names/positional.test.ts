// Lists without names, as cloneofsimo's tools write them: each tensor gets the place that its position and shape give.
import { describe, expect, test } from "vitest";
import { file, openTorch, read, tiny, type Entry } from "../../../tests/fixtures/adapters/small-files.ts";
import { dictionary, ramp, type Value } from "../../../tests/fixtures/adapters/write-torch.ts";
import type { AdapterFile } from "../adapter.ts";
import { flatten, moduleTable, type ModuleEntry, type ModuleTable } from "./module-table.ts";
import { positionalModules, splitPositionalKey, type PairShape } from "./positional.ts";

describe("cloneofsimo's lists", () => {
  const attention = (name: string): string[] => ["q", "k", "v", "out.0"].map((part) => `${name}.to_${part}`);
  const ORDERS = {
    old: [...attention("attn1"), "ff.net.0.proj", ...attention("attn2")],
    new: [...attention("attn1"), ...attention("attn2"), "ff.net.0.proj"],
    "attention only": [...attention("attn1"), ...attention("attn2")],
  };
  /** The tiny U-Net's transformers in the order of PyTorch's traversal. */
  const blocks = [
    ...[0, 1, 2].flatMap((level) => [0, 1].map((i) => `down_blocks.${level}.attentions.${i}`)),
    ...[1, 2, 3].flatMap((level) => [0, 1, 2].map((i) => `up_blocks.${level}.attentions.${i}`)),
    "mid_block.attentions.0",
  ];
  const pathsOf = (parts: readonly string[]): string[] =>
    blocks.flatMap((block) => parts.map((part) => `${block}.transformer_blocks.0.${part}`));
  const entryOf = (path: string): ModuleEntry => tiny.find(flatten(path), "unet")!;
  /** Each up part holds its index, so that a wrong place shows. */
  const tensorsOf = (paths: readonly string[]): { up: Value; down: Value; shapes: number[][] }[] =>
    paths.map((path, index) => {
      const [out, input] = entryOf(path).weight!.shape as [number, number];
      return {
        up: { storage: new Float32Array(out).fill(index + 1), shape: [out, 1] },
        down: { storage: new Float32Array(input).fill(1), shape: [1, input] },
        shapes: [
          [out, 1],
          [1, input],
        ],
      };
    });
  const places = ({ updates }: AdapterFile): Map<string, number> =>
    new Map(
      updates.map((update) => {
        const delta = update.delta();
        return [update.name, delta.kind === "low-rank" ? delta.up.values[0]! : NaN];
      }),
    );

  test.each(Object.entries(ORDERS))("the %s order", async (_, parts) => {
    const paths = pathsOf(parts);
    const expected = new Map(paths.map((path, index) => [`${path}.weight`, index + 1]));
    const tensors = tensorsOf(paths);
    const list = tensors.flatMap(({ up, down }) => [up, down]);
    for (const value of [list, dictionary({ unet: list })]) {
      const adapter = await openTorch(value, tiny);
      expect(adapter.report).toMatchObject({ refusal: null, unmatched: [], namings: ["positional"] });
      expect(places(adapter)).toEqual(expected);
    }
    const safetensors = tensors.flatMap(({ shapes }, index): Entry[] => [
      [`unet:${index}:up`, shapes[0]!, Array<number>(shapes[0]![0]!).fill(index + 1)],
      [`unet:${index}:down`, shapes[1]!],
    ]);
    expect(places(await read(file(safetensors), tiny))).toEqual(expected);
  });

  test("cover the text encoder with and without its feed-forward layers", async () => {
    for (const parts of [[], ["mlp.fc1", "mlp.fc2"]]) {
      const paths = [0, 1].flatMap((layer) =>
        [...["k", "v", "q", "out"].map((part) => `self_attn.${part}_proj`), ...parts].map(
          (part) => `text_model.encoder.layers.${layer}.${part}`,
        ),
      );
      const entries = paths.flatMap((path, index): Entry[] => {
        const [out, input] = tiny.find(flatten(path), "text_encoder")!.weight!.shape as [number, number];
        return [
          [`text_encoder:${index}:up`, [out, 1], Array<number>(out).fill(index + 1)],
          [`text_encoder:${index}:down`, [1, input]],
        ];
      });
      const adapter = await read(file(entries), tiny);
      expect(places(adapter)).toEqual(new Map(paths.map((path, index) => [`${path}.weight`, index + 1])));
    }
  });

  test("are refused when they fit two orders", async () => {
    const names = ORDERS.new.map((part) => `down_blocks.0.attentions.0.transformer_blocks.0.${part}.weight`);
    const table = moduleTable({ unet: names.map((name) => ({ name, shape: [4, 4] })) });
    const list = names.flatMap(() => [ramp([4, 1]), ramp([1, 4])]);
    const { report } = await openTorch(list, table);
    expect(report.refusal!.message).toBe(
      "Nothing in it fits the loaded model: its position in the list fits 2 module orders of this model, and nothing shows which is meant (for example list:0).",
    );
  });

  test("are refused when their lengths or shapes differ", async () => {
    const list = tensorsOf(pathsOf(ORDERS.new)).flatMap(({ up, down }) => [up, down]);
    for (const other of [list.slice(2), list.toReversed(), list.slice(0, -1), [list[2]!, ...list]])
      expect((await openTorch(other, tiny)).report.refusal!.message).toMatch(/fits no module order|made for/);
  });
});

test.each([
  ["unet:12:up", { network: "unet", index: 12, slot: "up" }],
  ["text_encoder:0:down", { network: "text_encoder", index: 0, slot: "down" }],
  ["unet.list:25", { network: "unet", index: 12, slot: "down" }],
  ["text_encoder.list:24", { network: "text_encoder", index: 12, slot: "up" }],
  ["list:0", { network: null, index: 0, slot: "up" }],
  ["list:999999", { network: null, index: 499_999, slot: "down" }],
  ["list:1000000", null],
  ["unet:1000000:up", null],
  ["unet:1:mid", null],
  ["vae:1:up", null],
  ["vae.list:1", null],
  ["a.list:1", null],
  ["list:1.weight", null],
  ["xunet:1:up", null],
])("the place of %s", (key, place) => {
  expect(splitPositionalKey(key)).toEqual(place);
});

describe("orders of modules", () => {
  const entriesOf = (network: "unet" | "text_encoder", paths: readonly string[]): ModuleTable =>
    moduleTable({ [network]: paths.map((path) => ({ name: `${path}.weight`, shape: [4, 6] })) });
  const pairs = (count: number): PairShape[] =>
    Array.from({ length: count }, () => ({ rows: 4, columns: 6 }));
  const orders = (table: ModuleTable, count: number, network: "unet" | "text_encoder" | null): string[][] =>
    positionalModules(table, pairs(count), network).map((order) => order.map(({ path }) => path));

  test("down blocks, up blocks, the middle; attentions before resnets; by number, not by letter", () => {
    const inOrder = [
      "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q",
      "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0",
      "down_blocks.0.attentions.0.transformer_blocks.1.attn1.to_k",
      "down_blocks.0.attentions.2.transformer_blocks.0.attn1.to_v",
      "down_blocks.0.attentions.10.transformer_blocks.0.attn1.to_q",
      "down_blocks.0.resnets.0.conv1",
      "down_blocks.0.resnets.0.time_emb_proj",
      "down_blocks.0.resnets.0.conv2",
      "down_blocks.0.resnets.0.conv_shortcut",
      "down_blocks.0.resnets.1.conv1",
      "down_blocks.2.resnets.0.conv1",
      "down_blocks.10.attentions.0.transformer_blocks.0.attn1.to_q",
      "up_blocks.0.resnets.0.conv1",
      "up_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q",
      "mid_block.attentions.0.transformer_blocks.0.attn1.to_q",
      "mid_block.resnets.0.conv1",
    ];
    const others = [
      "conv_in",
      "mid_block.attentions.0.proj_in",
      "mid_block.attentions.0.transformer_blocks.0.ff.net.2",
      "mid_block.resnets.0.norm1",
      "up_blocks.0.upsamplers.0.conv",
    ];
    const table = entriesOf("unet", [...inOrder, ...others].toReversed());
    expect(orders(table, inOrder.length, "unet")).toEqual([inOrder]);
    expect(orders(table, inOrder.length, null)).toEqual([inOrder]);
    expect(orders(table, inOrder.length, "text_encoder")).toEqual([]);
    const attentions = inOrder.filter((path) => path.includes("attentions"));
    expect(orders(table, attentions.length, "unet")).toEqual([attentions]);
  });

  test("go through the text encoder layer by layer, with or without feed-forward layers", () => {
    const layer = (index: number): string[] =>
      [
        "self_attn.k_proj",
        "self_attn.v_proj",
        "self_attn.q_proj",
        "self_attn.out_proj",
        "mlp.fc1",
        "mlp.fc2",
      ].map((part) => `text_model.encoder.layers.${index}.${part}`);
    const all = [...layer(2), ...layer(10)];
    const table = entriesOf("text_encoder", [...all.toReversed(), "text_model.encoder.layers.2.layer_norm1"]);
    expect(orders(table, 12, null)).toEqual([all]);
    expect(orders(table, 8, "text_encoder")).toEqual([all.filter((path) => path.includes("self_attn"))]);
    expect(orders(table, 12, "unet")).toEqual([]);
    expect(orders(table, 9, "text_encoder")).toEqual([]);
  });

  test("rows and columns of each pair fit its module, kernels among the columns", () => {
    const table = moduleTable({
      unet: [
        { name: "mid_block.resnets.0.conv1.weight", shape: [4, 2, 3, 3] },
        { name: "mid_block.resnets.0.conv2.bias", shape: [4] },
      ],
    });
    const fit = (rows: number, columns: number): number =>
      positionalModules(table, [{ rows, columns }], "unet").length;
    expect([fit(4, 18), fit(4, 2), fit(18, 4), fit(5, 18)]).toEqual([1, 0, 0, 0]);
  });
});
