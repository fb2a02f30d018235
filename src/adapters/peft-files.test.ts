// Files of PEFT's own families: which need its configuration, and which do not.
import { describe, expect, test } from "vitest";
import { file, sd15, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import { inspectAdapter, type AdapterFile } from "./adapter.ts";
import { mergeParameter } from "./merging/merge.ts";
import { withPeftConfig } from "./files/peft-config.ts";
import { english } from "../shared/saying.ts";

const ATTENTION = "down_blocks.0.attentions.0";
const CONV = "base_model.model.down_blocks.0.resnets.0.conv1";
const PROJ = `base_model.model.${ATTENTION}.proj_in`;
const Q = `base_model.model.${ATTENTION}.transformer_blocks.0.attn1.to_q`;
const OUT = `base_model.model.${ATTENTION}.transformer_blocks.0.attn1.to_out.0`;

function read(entries: readonly Entry[], adapterConfig?: unknown): Promise<AdapterFile> {
  return inspectAdapter(file(entries), { fileName: "adapter_model.safetensors", table: sd15, adapterConfig });
}

async function refusal(entries: readonly Entry[], adapterConfig?: unknown): Promise<string> {
  const { report } = await read(entries, adapterConfig);
  return report.refusal?.message ?? "read";
}

const VECTORS: readonly Entry[] = [[`${Q}.oft_R.weight`, [80, 6]]];
const series = { use_cayley_neumann: true, num_cayley_neumann_terms: 5, peft_version: "0.18.0" };

describe("OFT", () => {
  test("needs the configuration for vectors, beside the file or in it", async () => {
    const refused = (await read(VECTORS)).report;
    expect(refused.refusal).toMatchObject({
      message:
        "Its settings are missing: only its adapter_config.json (use_cayley_neumann) shows which of two opposite rotations its OFT uses.",
      remedy: "Choose it together with its adapter_config.json.",
    });
    expect(refused.families).toEqual([{ family: "OFT", modules: 1, dora: 0 }]);
    expect(await refusal(VECTORS, { oft_block_size: 4 })).toContain("use_cayley_neumann");
    const { updates, report } = await read(VECTORS, series);
    expect(updates.map(({ family }) => family)).toEqual(["OFT"]);
    expect(report.warnings).toEqual([]);
    const joined = await withPeftConfig(file(VECTORS), series, { fileName: "x" });
    const inside = await inspectAdapter(joined, { fileName: "x", table: sd15 });
    expect(inside.updates[0]!.delta()).toEqual(updates[0]!.delta());
    const early = await read(VECTORS, { ...series, peft_version: undefined });
    expect(early.updates[0]!.delta()).not.toEqual(updates[0]!.delta());
    const plain = await read(VECTORS, { ...series, num_cayley_neumann_terms: undefined });
    expect(plain.updates[0]!.delta()).toEqual(updates[0]!.delta());
  });

  test("is refused with an invalid series", async () => {
    for (const num_cayley_neumann_terms of [0, 2.5, 1e9, "5", Number.NaN])
      expect(await refusal(VECTORS, { ...series, num_cayley_neumann_terms })).toContain(
        "not a valid number of terms",
      );
  });

  test("is refused for a 3×3 convolution in vectors, or with vectors of another length", async () => {
    expect(await refusal([[`${CONV}.oft_R.weight`, [720, 6]]], series)).toContain("no merged weight");
    for (const shape of [[80, 5], [79, 6], [80, 0], [1, 21], [80, 6, 1], [6]])
      expect(await refusal([[`${Q}.oft_R.weight`, shape]], series)).toContain("blocks for 320 inputs");
  });

  test("works in matrices without the configuration, with a warning", async () => {
    for (const entries of [
      [[`${Q}.oft_r`, [8, 40, 40]]],
      [
        [`${Q}.oft_r`, [8, 40, 40]],
        [`${Q}.oft_s`, [320, 1]],
      ],
    ] satisfies Entry[][]) {
      const { updates, report } = await read(entries);
      expect(updates).toHaveLength(1);
      expect(report.warnings.map(english).join()).toContain("without constraint (COFT)");
      expect((await read(entries, { coft: false })).report.warnings).toEqual([]);
    }
    expect(await refusal([[`${Q}.oft_r`, [7, 46, 46]]])).toContain("blocks for 320 outputs");
    const wrongGain = [
      [`${Q}.oft_r`, [8, 40, 40]],
      [`${Q}.oft_s`, [40, 1]],
    ] satisfies Entry[];
    expect(await refusal(wrongGain)).toContain("oft_s is [40, 1], expected 320 values");
  });
});

describe("BOFT", () => {
  const blocks = (module: string, stages: number): Entry[] => [
    [`${module}.boft_R`, [stages, 20, 16, 16]],
    [`${module}.boft_s`, [320, 1]],
  ];

  test("works without a configuration", async () => {
    const { updates, report } = await read(blocks(Q, 2));
    expect(updates.map(({ family }) => family)).toEqual(["BOFT"]);
    expect(report.warnings).toEqual([]);
    expect(report.unmatched).toEqual([]);
  });

  test("needs PEFT 0.14 or later for a convolution", async () => {
    expect(await refusal(blocks(PROJ, 1))).toContain("before PEFT 0.14");
    expect(await refusal(blocks(PROJ, 1), { boft_block_size: 16 })).toContain("before PEFT 0.14");
    const config = { boft_block_size: 16, exclude_modules: null };
    expect((await read(blocks(PROJ, 1), config)).updates).toHaveLength(1);
    const joined = await withPeftConfig(file(blocks(PROJ, 1)), config, { fileName: "x" });
    expect((await inspectAdapter(joined, { fileName: "x", table: sd15 })).updates).toHaveLength(1);
  });

  test("is read from early files, which contain the permutation", async () => {
    const early: Entry[] = [...blocks(Q, 1), [`${Q}.boft_P`, [1, 320, 320]]];
    expect((await read(early)).report).toMatchObject({ unmatched: [], refusal: null });
    expect(
      await refusal([...blocks(PROJ, 1), [`${PROJ}.boft_P`, [1, 320, 320]]], { exclude_modules: null }),
    ).toContain("before PEFT 0.14");
  });

  test("is refused with other sizes", async () => {
    expect(await refusal(blocks(Q, 4))).toContain("blocks for 320 inputs"); // 20 blocks are not a multiple of 8
    expect(await refusal(blocks(Q, 1).slice(0, 1))).toContain("BOFT without boft_s");
    expect(await refusal([blocks(Q, 1)[0]!, [`${Q}.boft_s`, [319, 1]]])).toContain("boft_s is [319, 1]");
  });
});

describe("(IA)³", () => {
  test("gets its axis from its shape, and scales the bias with the outputs", async () => {
    const { updates, report } = await read([[`${OUT}.ia3_l`, [320, 1]]]);
    expect(updates.map(({ name }) => name.slice(-6))).toEqual(["weight", "0.bias"]);
    expect(report.warnings).toEqual([]);
    expect((await read([[`${OUT}.ia3_l`, [1, 320]]])).updates).toHaveLength(1);
    expect((await read([[`${Q}.ia3_l`, [320, 1]]])).updates).toHaveLength(1); // it has no bias
    expect(await refusal([[`${OUT}.ia3_l`, [1, 319]]])).toContain("one factor for each");
  });

  test("needs the configuration for a square convolution", async () => {
    const entries: Entry[] = [[`${PROJ}.ia3_l`, [1, 320, 1, 1]]];
    for (const config of [undefined, {}, { feedforward_modules: "(?=a)b" }, { feedforward_modules: null }])
      expect(await refusal(entries, config)).toContain("feedforward_modules");
    for (const feedforward_modules of [["ff.net.2", "proj_in"], ".*(proj_in|ff\\.net\\.2)"]) {
      const inputs = await read(entries, { feedforward_modules });
      expect(inputs.updates.map((update) => update.delta())).toMatchObject([{ axis: "column" }]);
    }
    // An expression is for the whole path.
    for (const feedforward_modules of [[], "proj_in", "(a+)+$"]) {
      const outputs = await read(entries, { feedforward_modules });
      expect(outputs.updates.map((update) => update.delta())).toMatchObject([
        { axis: "row" },
        { axis: "row" },
      ]);
    }
  });
});

describe("biases", () => {
  const lora: readonly Entry[] = [
    [`${OUT}.lora_A.weight`, [4, 320]],
    [`${OUT}.lora_B.weight`, [320, 4]],
  ];

  test("a trained one replaces the old one", async () => {
    const { updates } = await read([...lora, [`${OUT}.base_layer.bias`, [320]]], { lora_alpha: 4 });
    const update = updates.find(({ name }) => name.endsWith("bias"))!;
    const merged = mergeParameter(new Float32Array(320).fill(5), [320], [{ update, strength: 1 }]);
    expect(merged[3]).toBeCloseTo(0.04);
  });

  test("are refused when the model lacks them or they occur twice", async () => {
    const q = lora.map(([name, shape]): Entry => [name.replace(OUT, Q), shape]);
    expect(await refusal([...q, [`${Q}.lora_B.bias`, [320]]])).toContain("the model's module has none");
    const twice: Entry[] = [...lora, [`${OUT}.lora_B.bias`, [320]], [`${OUT}.base_layer.bias`, [320]]];
    expect(await refusal(twice)).toContain("in two ways");
    expect(await refusal([[`${OUT}.lora_B.bias`, [320]]])).toContain("without the up part");
    expect(
      await refusal([
        [`${OUT}.ia3_l`, [320, 1]],
        [`${OUT}.bias`, [320]],
      ]),
    ).toContain("in two ways");
  });

  test("next to their weights belong to a complete model", async () => {
    const whole: Entry[] = [
      [`${OUT}.weight`, [320, 320]],
      [`${OUT}.bias`, [320]],
    ];
    expect(await refusal(whole)).toContain("a complete model");
    const { updates, report } = await read([...lora, ...whole]);
    expect(updates).toHaveLength(1);
    expect(report.unmatched[0]!.keys).toHaveLength(2);
  });
});

describe("what the configuration says", () => {
  const lora: readonly Entry[] = [
    [`${Q}.lora_A.weight`, [4, 320]],
    [`${Q}.lora_B.weight`, [320, 4]],
  ];
  const scaleOf = ({ updates }: AdapterFile): unknown => (updates[0]!.delta() as { scale?: number }).scale;

  test("AdaLoRA has a factor for each rank", async () => {
    const down = Array.from({ length: 4 }, (_, r) => Array<number>(320).fill(r + 1)).flat();
    const entries: Entry[] = [
      [`${Q}.lora_A`, [4, 320], down],
      [`${Q}.lora_B`, [320, 4]],
      [`${Q}.lora_E`, [4, 1], [1, 10, 100, 0]],
    ];
    const { updates, report } = await read(entries, { lora_alpha: 8 });
    expect(report.unmatched).toEqual([]);
    const delta = updates[0]!.delta() as { scale: number; down: { values: Float32Array } };
    expect(delta.scale).toBe(2);
    expect([0, 320, 640, 960].map((at) => delta.down.values[at])).toEqual([1, 20, 300, 0]);
    expect(await refusal([...entries.slice(0, 2), [`${Q}.lora_E`, [3, 1]]])).toContain(
      "lora_E is [3, 1], expected 4 values",
    );
  });

  test("AdaLoRA's modules of rank 0 change nothing, and are no fault", async () => {
    const pruned: Entry[] = [
      [`${OUT}.lora_A`, [0, 320]],
      [`${OUT}.lora_B`, [320, 0]],
      [`${OUT}.lora_E`, [0, 1]],
    ];
    const { updates, report } = await read([...lora, ...pruned], { lora_alpha: 8 });
    expect(updates).toHaveLength(1);
    expect([report.unmatched, report.warnings]).toEqual([[], []]);
    const bias = await read([...lora, ...pruned, [`${OUT}.bias`, [320]]], { lora_alpha: 8 });
    expect(bias.updates.map(({ name }) => name.split(".").at(-1)).sort()).toEqual(["bias", "weight"]);
  });

  test("PEFT scales a LoKr of two full factors, LyCORIS does not", async () => {
    const full = (module: string): Entry[] => [
      [`${module}.lokr_w1`, [8, 8]],
      [`${module}.lokr_w2`, [40, 40]],
    ];
    expect(scaleOf(await read(full(Q), { r: 8, alpha: 2 }))).toBe(0.25);
    expect(scaleOf(await read(full(Q), { r: 8, alpha: 2, rank_pattern: { to_q: 4 } }))).toBe(0.5);
    expect(scaleOf(await read([...full(Q), [`${Q}.alpha`, [], [3]]], { r: 8, alpha: 2 }))).toBe(1);
    expect(scaleOf(await read(full(Q)))).toBe(1);
  });

  test("a module of modules_to_save replaces the model's", async () => {
    const conv: Entry[] = [
      ["base_model.model.conv_in.modules_to_save.default.weight", [320, 4, 3, 3]],
      ["base_model.model.conv_in.modules_to_save.default.bias", [320]],
    ];
    const { updates, report } = await read([...conv, ...lora], { lora_alpha: 4 });
    expect(report.unmatched).toEqual([]);
    const [weight, bias] = ["conv_in.weight", "conv_in.bias"].map((name) =>
      updates.find((update) => update.name === name)!,
    );
    const merged = mergeParameter(
      new Float32Array(320 * 36).fill(5),
      [320, 4, 3, 3],
      [{ update: weight!, strength: 1 }],
    );
    expect(merged[3]).toBeCloseTo(0.04);
    expect(bias!.delta()).toMatchObject({ kind: "replacement" });
  });

  test("modules_to_save are known behind any prefix", async () => {
    const conv: Entry = ["unet.conv_in.modules_to_save.default.weight", [320, 4, 3, 3]];
    const { updates, report } = await read([conv, ...lora], { lora_alpha: 4 });
    expect(report.unmatched).toEqual([]);
    expect(updates[0]!.delta()).toMatchObject({ kind: "replacement" });
  });

  test("a LoRA of changed weights is refused", async () => {
    for (const init_lora_weights of ["pissa", "pissa_niter_16", "olora", "corda"])
      expect(await refusal(lora, { lora_alpha: 4, init_lora_weights })).toBe(
        `It changes weights that its training has changed before: its adapter_config.json names ${init_lora_weights} as init_lora_weights.`,
      );
    for (const init_lora_weights of [true, "gaussian", "eva", "loftq"])
      expect(await refusal(lora, { lora_alpha: 4, init_lora_weights })).toBe("read");
  });

  test("expressions of alpha_pattern scale the modules that they match", async () => {
    const alphasOf = async (alpha_pattern: unknown) =>
      (await read(lora, { lora_alpha: 4, alpha_pattern })).report.alphas;
    expect(await alphasOf({ ".*attn1.*": 8 })).toEqual([8]);
    expect(await alphasOf({ ".*attn2.*": 8, "to_(q|k)": 2 })).toEqual([2]);
    expect(await alphasOf({ "down_blocks\\.\\d+": 8 })).toEqual([4]); // not the whole end of the path
  });

  test("expressions of alpha_pattern that are not evaluated are named", async () => {
    const warnings = async (alpha_pattern: unknown): Promise<readonly string[]> =>
      (await read(lora, { lora_alpha: 4, alpha_pattern })).report.warnings.map(english);
    expect(await warnings({ "(?!text).*attn1.*": 8, ".*attn1.*": 8, to_q: 8 })).toEqual([
      "alpha_pattern of adapter_config.json has expressions that are not evaluated: (?!text).*attn1.*. What they name has the alpha of all others.",
    ]);
    for (const known of [{ to_q: 8, ".*attn1.*": 8 }, "x", ["(?=a)"], null])
      expect(await warnings(known)).toEqual([]);
  });
});
