// Weights and biases of one module: which axis a magnitude has, which bias a module gets, what contradicts itself.
import { describe, expect, test } from "vitest";
import { fromFloat32 } from "../../shared/dtype.ts";
import type { AdapterTensor } from "../files/tensor.ts";
import type { Slot } from "../names/keys.ts";
import type { ModuleEntry } from "../names/module-table.ts";
import { familiesByName } from "./families-by-name.ts";
import { recogniseBias, recogniseWeight } from "./families.ts";
import type { ModuleSettings } from "../files/metadata.ts";

const tensor = (...shape: readonly number[]): AdapterTensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    dtype: "F32",
    shape,
    bytes: fromFloat32(
      Float32Array.from({ length: count }, (_, i) => i + 1),
      "F32",
    ),
  };
};
type Tensors = Partial<Record<Slot, AdapterTensor>>;
const slots = (tensors: Tensors): Map<Slot, AdapterTensor> =>
  new Map(Object.entries(tensors) as [Slot, AdapterTensor][]);
const settings = (alpha: number | null = null, rankStabilised = false): ModuleSettings => ({
  alpha,
  rank: null,
  rankStabilised,
  field: () => undefined,
});
const weightOf = (tensors: Tensors, shape: readonly number[], given = settings()) =>
  recogniseWeight(slots(tensors), { name: "m.weight", shape }, given);

const loha: Tensors = {
  hada_w1_a: tensor(4, 2),
  hada_w1_b: tensor(2, 6),
  hada_w2_a: tensor(4, 3),
  hada_w2_b: tensor(3, 6),
};
const glora: Tensors = { a1: tensor(6, 2), a2: tensor(2, 6), b1: tensor(4, 3), b2: tensor(3, 6) };

test.each<[string, Tensors, string | null]>([
  ["LoRA", { up: tensor(4, 2), down: tensor(2, 6) }, null],
  ["LoRA", { up: tensor(4, 2), down: tensor(3, 6) }, "down is [3, 6], expected [2, 6]"],
  ["LoRA", { up: tensor(5, 2), down: tensor(2, 6) }, "up is [5, 2], expected [4, 2]"],
  ["SVD of AdaLoRA", { up: tensor(4, 2), down: tensor(2, 6), lora_E: tensor(2, 1) }, null],
  [
    "SVD of AdaLoRA",
    { up: tensor(4, 2), down: tensor(2, 6), lora_E: tensor(3, 1) },
    "lora_E is [3, 1], expected 2 values",
  ],
  ["LoHa", loha, null],
  ["LoHa", { ...loha, hada_w1_a: tensor(5, 2) }, "hada_w1_a is [5, 2], expected [4, 2]"],
  ["LoHa", { ...loha, hada_w1_b: tensor(2, 5) }, "hada_w1_b is [2, 5], expected [2, 6]"],
  ["LoHa", { ...loha, hada_w2_a: tensor(4, 2) }, "hada_w2_a is [4, 2], expected [4, 3]"],
  ["LoHa", { ...loha, hada_w2_b: tensor(3, 7) }, "hada_w2_b is [3, 7], expected [3, 6]"],
  ["LoKr", { lokr_w1: tensor(2, 2), lokr_w2: tensor(2, 3) }, null],
  ["LoKr", { lokr_w1: tensor(2, 2), lokr_w2: tensor(2, 2) }, "is [4, 4], the weight is [4, 6]"],
  ["LoKr", { lokr_w1: tensor(1, 2), lokr_w2: tensor(2, 3) }, "is [2, 6], the weight is [4, 6]"],
  [
    "LoKr",
    { lokr_w1: tensor(2, 2), lokr_w2_a: tensor(2, 2), lokr_w2_b: tensor(3, 3) },
    "lokr_w2_a [2, 2] and lokr_w2_b [3, 3] do not fit together",
  ],
  ...(["lokr_w1", "lokr_w1_a", "lokr_w1_b"] as const).map((slot): [string, Tensors, string] => [
    `LoKr of ${slot} alone`,
    { [slot]: tensor(2, 2) },
    `${slot === "lokr_w1" ? "lokr_w2" : "lokr_w1"} is stored neither in full nor as a product`,
  ]),
  ...(["lokr_w2", "lokr_w2_a", "lokr_w2_b"] as const).map((slot): [string, Tensors, string] => [
    `LoKr of ${slot} alone`,
    { [slot]: tensor(2, 2) },
    "lokr_w1 is stored neither in full nor as a product",
  ]),
  ["GLoRA", glora, null],
  ["GLoRA in reverse", { a1: glora.a2, a2: glora.a1, b1: glora.b2, b2: glora.b1 } as Tensors, null],
  ["GLoRA", { ...glora, a2: tensor(2, 5) }, "a2 is [2, 5], expected [2, 6]"],
  ["GLoRA", { ...glora, b2: tensor(3, 5) }, "b2 is [3, 5], expected [3, 6]"],
  ["OFT", { oft_blocks: tensor(2, 2, 2) }, null],
  ["OFT", { oft_diag: tensor(2, 2, 2), rescale: tensor(4, 1) }, null],
  ["OFT", { oft_blocks: tensor(2, 2, 3) }, "oft_blocks is [2, 2, 3], expected blocks for 4 outputs"],
  ["OFT", { oft_blocks: tensor(3, 2, 2) }, "expected blocks for 4 outputs"],
  ["OFT", { oft_blocks: tensor(2, 0, 0) }, "expected blocks for 4 outputs"],
  ["OFT", { oft_blocks: tensor(2, 2, 2), rescale: tensor(3, 1) }, "rescale is [3, 1], expected 4 values"],
  ["BOFT", { oft_blocks: tensor(2, 2, 2, 2) }, null],
  ["BOFT of no stage", { oft_blocks: tensor(0, 2, 2, 2) }, "oft_blocks (BOFT) is [0, 2, 2, 2]"],
  ["BOFT of odd blocks", { oft_blocks: tensor(1, 4, 1, 1) }, "oft_blocks (BOFT) is [1, 4, 1, 1]"],
  ["BOFT of a stage too many", { oft_blocks: tensor(3, 2, 2, 2) }, "oft_blocks (BOFT) is [3, 2, 2, 2]"],
  ["(IA)³ of the inputs", { weight: tensor(6), on_input: tensor() }, null],
  ["(IA)³ of the inputs", { weight: tensor(4), on_input: tensor() }, "weight is [4], expected 6 values"],
])("%s: %#", (_, tensors, problem) => {
  const recognise = () => weightOf(tensors, [4, 6]);
  if (problem !== null) return expect(recognise).toThrow(problem);
  const found = recognise()!;
  found.delta!();
  // Every tensor of the module has been used, so that none of them is reported as unknown.
  expect([...found.used].sort()).toEqual(Object.keys(tensors).sort());
});

describe("a magnitude", () => {
  const linear: Tensors = { up: tensor(4, 2), down: tensor(2, 6) };
  test.each<[string, Tensors, readonly number[], "row" | "column", number]>([
    ["of the outputs", { ...linear, dora_scale: tensor(4, 1) }, [4, 6], "row", 1],
    ["of the outputs in one dimension", { ...linear, dora_scale: tensor(4) }, [4, 6], "row", 1],
    ["of the inputs", { ...linear, dora_scale: tensor(1, 6) }, [4, 6], "column", 1],
    ["of PEFT", { ...linear, magnitude: tensor(4) }, [4, 6], "row", 1],
    ["of PEFT in two dimensions", { ...linear, magnitude: tensor(1, 4) }, [4, 6], "row", 1],
    [
      "of a convolution's inputs",
      { up: tensor(4, 2, 1, 1), down: tensor(2, 3, 1, 2), dora_scale: tensor(1, 3, 1, 1) },
      [4, 3, 1, 2],
      "column",
      2,
    ],
    [
      "of one output and one input",
      { up: tensor(1, 1), down: tensor(1, 1), dora_scale: tensor(1, 1) },
      [1, 1],
      "row",
      1,
    ],
    ["of a vector", { diff: tensor(4), dora_scale: tensor(1, 4) }, [4], "row", 1],
  ])("%s", (_, tensors, shape, axis, kernelArea) => {
    const found = weightOf(tensors, shape)!;
    const slot = tensors.magnitude ? "magnitude" : "dora_scale";
    const { values, ...rest } = found.magnitude!();
    expect(rest).toEqual({ axis, kernelArea });
    expect([...values]).toEqual(Array.from(values, (_, i) => i + 1));
    expect(found.used.at(-1)).toBe(slot);
  });

  test("is refused when its length is wrong or it belongs to a norm", () => {
    expect(() => weightOf({ ...linear, dora_scale: tensor(6, 1) }, [4, 6])).toThrow(
      "dora_scale is [6, 1], expected 4 values",
    );
    expect(() => weightOf({ ...linear, dora_scale: tensor(1, 4) }, [4, 6])).toThrow("expected 6 values");
    expect(() => weightOf({ ...linear, magnitude: tensor(6) }, [4, 6])).toThrow(
      "magnitude is [6], expected 4 values",
    );
    expect(() => weightOf({ w_norm: tensor(4), dora_scale: tensor(4) }, [4])).toThrow(
      "not a known combination",
    );
    expect(weightOf(linear, [4, 6])!.magnitude).toBeNull();
    expect(weightOf({ dora_scale: tensor(4) }, [4, 6])).toBeNull();
  });
});

describe("a scale", () => {
  const linear: Tensors = { up: tensor(4, 4), down: tensor(4, 6) };
  const scaleOf = (tensors: Tensors, given = settings()): unknown => {
    const found = weightOf({ ...linear, ...tensors }, [4, 6], given)!;
    const delta = found.delta();
    return [found.alpha, delta.kind === "low-rank" && delta.scale];
  };
  const one = (value: number): AdapterTensor => ({
    ...tensor(1),
    bytes: fromFloat32(Float32Array.of(value), "F32"),
  });

  test("is alpha by rank, or by its root, 1 without alpha, or as it is given", () => {
    expect(scaleOf({})).toEqual([null, 1]);
    expect(scaleOf({ alpha: one(2) })).toEqual([2, 0.5]);
    expect(scaleOf({ alpha: one(2) }, settings(8))).toEqual([2, 0.5]);
    expect(scaleOf({}, settings(8))).toEqual([8, 2]);
    expect(scaleOf({}, settings(8, true))).toEqual([8, 4]);
    expect(scaleOf({ alpha: one(0) })).toEqual([0, 0]);
    expect(scaleOf({ alpha: one(2), scale: one(3) })).toEqual([2, 3]);
    expect(scaleOf({ scale: one(3) })).toEqual([null, 3]);
    expect(weightOf({ ...linear, alpha: one(2), scale: one(3) }, [4, 6])!.used).toEqual([
      "up",
      "down",
      "alpha",
      "scale",
    ]);
    expect(() => scaleOf({ alpha: tensor(2) })).toThrow("alpha is [2], not a single number");
  });
});

describe("a bias", () => {
  const entry: ModuleEntry = {
    network: "unet",
    path: "m",
    weight: { name: "m.weight", shape: [4, 6] },
    bias: { name: "m.bias", shape: [4] },
    block: "OTHER",
  };
  const biasOf = (tensors: Tensors, module = entry, given = settings()) =>
    recogniseBias(slots(tensors), module, given);

  test("comes from one of its slots", () => {
    expect(biasOf({ diff: tensor(4, 6) })).toBeNull();
    expect(biasOf({ diff_b: tensor(4) })).toMatchObject({ family: "full", used: ["diff_b"] });
    expect(biasOf({ b_norm: tensor(4) })).toMatchObject({ family: "norm", used: ["b_norm"] });
    expect(biasOf({ diff_b: tensor(4) })!.delta()).toEqual({
      kind: "dense",
      values: Float32Array.of(1, 2, 3, 4),
    });
    expect(biasOf({ trained_bias: tensor(4) })!.delta()).toEqual({
      kind: "replacement",
      values: Float32Array.of(1, 2, 3, 4),
    });
    // The rank is the up part's second axis, whatever kernel it has.
    for (const up of [tensor(4, 2), tensor(4, 2, 1, 1), tensor(4, 2, 3, 3)])
      expect(biasOf({ up_bias: tensor(4), up }, entry, settings(4))!.delta()).toEqual({
        kind: "dense",
        values: Float32Array.of(2, 4, 6, 8),
      });
  });

  test("is scaled with the outputs by (IA)³, and not with the inputs", () => {
    const rows = biasOf({ ia3_l: tensor(4, 1) })!;
    expect(rows).toMatchObject({ family: "IA3", rank: null, alpha: null, used: ["ia3_l"], magnitude: null });
    expect(rows.delta()).toEqual({
      kind: "gain",
      axis: "row",
      values: Float32Array.of(0, 1, 2, 3),
      kernelArea: 1,
    });
    expect(biasOf({ ia3_l: tensor(1, 6) })).toBeNull();
    expect(biasOf({ ia3_l: tensor(1, 6), diff_b: tensor(4) })).toMatchObject({ used: ["diff_b"] });
  });

  test("is refused when it contradicts itself or has no place", () => {
    const none = { ...entry, bias: null };
    expect(biasOf({}, none)).toBeNull();
    expect(biasOf({ ia3_l: tensor(4, 1) }, none)).toBeNull();
    expect(() => biasOf({ diff_b: tensor(4) }, none)).toThrow("the model's module has none");
    expect(() => biasOf({ diff_b: tensor(4), b_norm: tensor(4) })).toThrow("in two ways, one of them b_norm");
    expect(() => biasOf({ diff_b: tensor(4), ia3_l: tensor(4, 1) })).toThrow(
      "in two ways, one of them diff_b",
    );
    expect(() => biasOf({ up_bias: tensor(4) })).toThrow("without the up part");
    expect(() => biasOf({ diff_b: tensor(5) })).toThrow("diff_b is [5], expected [4]");
  });
});

test("families and ranks by name alone, the most frequent first", () => {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    "unet:0:up": [4, 3],
    "unet:0:down": [3, 4],
    "unet:1:up": [4, 3],
    "unet:1:down": [3, 4],
    "a.lora_down.weight": [8, 4],
    "a.dora_scale": [4],
    "b.lora_down.weight": [8, 4, 3, 3],
    "b.lora_mid.weight": [8, 8, 3, 3],
    "c.lora_down.weight": [2, 4, 3, 3],
    "d.hada_w1_a": [4, 5],
    "d.hada_w1_b": [5, 4],
    "e.hada_w1_a": [4, 5],
    "e.hada_t1": [1],
    "f.lokr_w1": [4, 4],
    "f.lokr_w2_b": [6, 4],
    "g.lokr_w1_a": [4, 4],
    "g.lokr_w1_b": [7, 4],
    "g.magnitude": [4],
    "g.lora_magnitude_vector": [4],
    "h.b1.weight": [4, 4],
    "i.oft_blocks": [1, 4, 4],
    "j.oft_blocks": [1, 1, 4, 4],
    "k.oft_diag": [1, 4, 4],
    "l.oft_R.weight": [1, 4],
    "m.oft_r": [1, 4, 4],
    "n.boft_R": [1, 1, 4, 4],
    "o.diff": [4, 4],
    "p.w_norm": [4],
    "q.on_input": [],
    "r.ia3_l": [4, 1],
    "s.alpha": [],
    "t.lora_down.weight": [0, 4],
    nothing: [4],
  };
  const found = familiesByName(new Map(Object.entries(shapes).map(([key, shape]) => [key, { shape }])));
  expect(found).toEqual({
    families: [
      { family: "LoRA", modules: 4, dora: 1 },
      { family: "OFT", modules: 4, dora: 0 },
      { family: "LoKr", modules: 2, dora: 1 },
      { family: "BOFT", modules: 2, dora: 0 },
      { family: "IA3", modules: 2, dora: 0 },
      { family: "LoCon-Tucker", modules: 1, dora: 0 },
      { family: "LoCon", modules: 1, dora: 0 },
      { family: "LoHa", modules: 1, dora: 0 },
      { family: "LoHa-Tucker", modules: 1, dora: 0 },
      { family: "GLoRA", modules: 1, dora: 0 },
      { family: "full", modules: 1, dora: 0 },
      { family: "norm", modules: 1, dora: 0 },
    ],
    ranks: [2, 3, 5, 6, 7, 8],
  });
});
