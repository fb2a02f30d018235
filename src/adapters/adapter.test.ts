// Diagnosis: wrong bases are refused with the reason, odd files lose only what is odd, reports say what was found.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeAdapter } from "../../tests/fixtures/adapters/make-adapter.ts";
import {
  TINY_TEXT,
  TINY_UNET,
  textParameters,
  unetParameters,
} from "../../tests/fixtures/adapters/sd-parameters.ts";
import { writeSafetensors, type TensorData } from "../formats/safetensors.ts";
import { fromFloat32, type DType } from "../shared/dtype.ts";
import { inspectAdapter, parseAdapter } from "./adapter.ts";
import { moduleTable } from "./module-table.ts";
import { withPeftConfig } from "./peft-config.ts";
import { formatReport } from "./report.ts";
import { stableDiffusion15Table } from "./stable-diffusion-15.ts";

const tiny = moduleTable({ unet: unetParameters(TINY_UNET), text_encoder: textParameters(TINY_TEXT) });
const sd15 = stableDiffusion15Table();

type Entry = readonly [name: string, shape: readonly number[], values?: readonly number[]];

function file(entries: readonly Entry[], metadata: Record<string, string> = {}): Blob {
  const tensors = entries.map(([name, shape, values]): TensorData => {
    const count = shape.reduce((product, size) => product * size, 1);
    const filled = Float32Array.from({ length: count }, (_, i) => values?.[i] ?? 0.01 * (1 + (i % 7)));
    return { name, dtype: "F32", shape, bytes: fromFloat32(filled, "F32") };
  });
  return new Blob([writeSafetensors(tensors, metadata)]);
}

/** up and down of one module in kohya's naming. */
function pair(
  module: string,
  { out, input, rank = 4 }: { out: number; input: number; rank?: number },
): Entry[] {
  return [
    [`${module}.lora_up.weight`, [out, rank]],
    [`${module}.lora_down.weight`, [rank, input]],
  ];
}

const Q = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
const K = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const read = (blob: Blob, table = sd15) => inspectAdapter(blob, { fileName: "test.safetensors", table });

describe("files for another base are refused with the reason", () => {
  const cases: readonly (readonly [name: string, entries: readonly Entry[], made: string])[] = [
    [
      "SD 2.x by its cross attention",
      [...pair(Q, { out: 320, input: 320 }), ...pair(K, { out: 320, input: 1024 })],
      "Stable Diffusion 2.x",
    ],
    [
      "SDXL by its cross attention",
      pair("lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k", { out: 640, input: 2048 }),
      "SDXL",
    ],
    [
      "SDXL by its names",
      [
        ...pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", { out: 5120, input: 1280 }),
        ...pair("lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_q", { out: 1280, input: 1280 }),
      ],
      "SDXL",
    ],
    ["Flux (kohya)", pair("lora_unet_double_blocks_0_img_attn_qkv", { out: 96, input: 32 }), "Flux"],
    [
      "Flux (diffusers)",
      [
        ["transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight", [4, 32]],
        ["transformer.single_transformer_blocks.0.attn.to_q.lora_B.weight", [32, 4]],
      ],
      "Flux",
    ],
    [
      "Stable Diffusion 3",
      pair("lora_unet_joint_blocks_0_x_block_attn_qkv", { out: 96, input: 32 }),
      "Stable Diffusion 3",
    ],
    [
      "a video model",
      [
        ["diffusion_model.blocks.0.cross_attn.k.lora_down.weight", [4, 32]],
        ["diffusion_model.blocks.0.cross_attn.k.lora_up.weight", [32, 4]],
      ],
      "video",
    ],
    [
      "AnimateDiff",
      [["down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight", [320, 320]]],
      "video",
    ],
    [
      "a language model",
      [
        ["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", [4, 32]],
        ["base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", [32, 4]],
      ],
      "a language model",
    ],
    [
      "LoKr for SDXL",
      [
        [`${K}.lokr_w1`, [16, 32]],
        [`${K}.lokr_w2`, [20, 64]],
      ],
      "SDXL",
    ],
    [
      "LoHa for SD 2.x",
      ["hada_w1_a", "hada_w2_a"].flatMap((a): Entry[] => [
        [`${K}.${a}`, [320, 4]],
        [`${K}.${a.slice(0, -1)}b`, [4, 1024]],
      ]),
      "Stable Diffusion 2.x",
    ],
  ];
  test.each(cases)("%s", async (name, entries, made) => {
    const { report, updates } = await read(file(entries));
    expect(report.refusal).toMatchObject({ code: "unsupported" });
    expect(report.refusal!.message).toContain(made);
    expect(updates).toEqual([]);
    const family =
      /LoKr|LoHa/.exec(name)?.[0] ?? (made.includes("video") && !name.includes("a video") ? null : "LoRA");
    expect(report.families.map((entry) => entry.family)).toEqual(family === null ? [] : [family]);
    await expect(parseAdapter(file(entries), { fileName: "x", table: sd15 })).rejects.toMatchObject({
      code: "unsupported",
      where: "x",
    });
  });

  test("files without a UNet part are judged by their text part", async () => {
    const q = "lora_te_text_model_encoder_layers_0_self_attn_q_proj";
    const text2 = await read(file(pair(q, { out: 1024, input: 1024 })));
    expect(text2.report.refusal!.message).toBe(
      "Made for Stable Diffusion 2.x, not for the loaded model: it changes a text encoder of width 1024, that of the loaded model has width 768.",
    );
    const text1 = await read(file(pair(q, { out: 768, input: 768 })));
    expect(text1.report).toMatchObject({
      refusal: null,
      base: { name: "Stable Diffusion 1.x", textWidth: 768 },
    });
    const list: Entry[] = Array.from({ length: 4 }, (_, i) => [
      `text_encoder:${i >> 1}:${i % 2 ? "down" : "up"}`,
      i % 2 ? [1, 1024] : [1024, 1],
    ]);
    expect((await read(file(list))).report.refusal!.message).toContain("Stable Diffusion 2.x");
    const tokens = await read(file([["emb_params", [3, 1024]]]));
    expect(tokens.report.refusal!.message).toContain("its token vectors have width 1024");
    const narrow = await read(file([["emb_params", [3, 768]]]), tiny);
    expect(narrow.report.refusal!.message).toContain("Made for Stable Diffusion 1.x");
  });

  test("an SD 1.5 file on a narrower model, and the other way round", async () => {
    const wide = await read(file(pair(K, { out: 320, input: 768 })), tiny);
    expect(wide.report.refusal!.message).toContain("width 768, those of the loaded model have width 12");
    const narrow = await read(new Blob([makeAdapter(tiny, { kind: "lora", seed: 1 })]), sd15);
    expect(narrow.report.refusal!.message).toContain("width 12, those of the loaded model have width 768");
  });

  test("a few stray keys do not make another base of it", async () => {
    const modules = sd15.modules.filter(({ path }) => path.endsWith("attn2.to_k"));
    const entries = modules.flatMap(({ path, weight }) =>
      pair(`lora_unet_${path.replaceAll(".", "_")}`, { out: weight!.shape[0]!, input: 768 }),
    );
    const stray = pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", { out: 4, input: 4 }).slice(0, 1);
    const { report } = await read(file([...entries, ...stray]));
    expect(report.refusal).toBeNull();
    expect(report.base).toMatchObject({ name: "Stable Diffusion 1.x", foreignKeys: 1 });
  });

  test("a whole model", async () => {
    const entries: Entry[] = [
      ["model.diffusion_model.input_blocks.1.1.proj_in.weight", [320, 320, 1, 1]],
      ["first_stage_model.encoder.conv_in.weight", [128, 3, 3, 3]],
    ];
    expect((await read(file(entries))).report.refusal!.message).toBe(
      "This is a whole model, not an adapter.",
    );
  });

  test("a file of other things, and an empty one", async () => {
    expect((await read(file([["weights.0", [3]]]))).report.refusal!.message).toContain(
      "no known adapter format",
    );
    expect((await read(file([]))).report.refusal!.message).toBe("The file holds no tensors.");
  });
});

describe("odd files lose only what is odd", () => {
  const good = pair(Q, { out: 320, input: 320 });
  const cases: readonly (readonly [name: string, entries: readonly Entry[], cause: string])[] = [
    [
      "an unknown module",
      pair("lora_unet_down_blocks_7_proj", { out: 4, input: 4 }),
      "no module of that name",
    ],
    ["an up part alone", [[`${K}.lora_up.weight`, [320, 4]]], "without a down part"],
    [
      "a wrong width",
      pair("lora_unet_mid_block_attentions_0_proj_in", { out: 640, input: 1280 }),
      "up is [640, 4], expected [1280, 4]",
    ],
    [
      "ranks that differ",
      [
        ["lora_unet_conv_out.lora_up.weight", [4, 3]],
        ["lora_unet_conv_out.lora_down.weight", [2, 320, 3, 3]],
      ],
      "expected [3, 2880]",
    ],
    [
      "rank zero",
      [
        ["lora_unet_conv_out.lora_up.weight", [4, 0]],
        ["lora_unet_conv_out.lora_down.weight", [0, 320, 3, 3]],
      ],
      "not a matrix",
    ],
    [
      "NaN",
      [
        [`${K}.lora_up.weight`, [320, 1], [Number.NaN]],
        [`${K}.lora_down.weight`, [1, 768]],
      ],
      "not numbers",
    ],
    [
      "infinity in alpha",
      [...pair(K, { out: 320, input: 768 }), [`${K}.alpha`, [], [Infinity]]],
      "not numbers",
    ],
    ["alpha as a list", [...pair(K, { out: 320, input: 768 }), [`${K}.alpha`, [3]]], "not a single number"],
    ["an unused tensor", [[`${Q}.lokr_t2`, [1, 1]]], "nothing in the module's family uses it"],
    ["a bias for a module that has none", [[`${K}.diff_b`, [320]]], "the model's module has none"],
    [
      "a second encoder",
      pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", { out: 5, input: 5 }),
      "second text encoder",
    ],
    ["PEFT's own OFT", [[`${Q}.oft_R.weight`, [4, 6]]], "as PEFT writes them"],
    [
      "PEFT's own (IA)³",
      [["base_model.model.mid_block.attentions.0.proj_in.ia3_l", [1280, 1]]],
      "(IA)³ as PEFT writes it",
    ],
    ["a bias inside a LoRA layer", [["unet.conv_in.lora_B.bias", [320]]], "a bias inside"],
    ["DyLoRA in training form", [[`${K}.up_list.0`, [320, 1]]], "not exported"],
    ["a sparse bias", [[`${K}.bias_indices`, [2, 1]]], "sparse bias"],
    [
      "Custom Diffusion",
      [["mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_k_custom_diffusion.weight", [4, 4]]],
      "Custom Diffusion",
    ],
    ["half a LoHa", [[`${K}.hada_w1_a`, [320, 4]]], "LoHa without hada_w1_b"],
    [
      "a LoKr that does not divide",
      [
        ["lora_unet_conv_in.lokr_w1", [7, 7]],
        ["lora_unet_conv_in.lokr_w2", [7, 7]],
      ],
      "Kronecker product is [49, 49]",
    ],
    ["OFT blocks of the wrong size", [[`${K}.oft_blocks`, [3, 5, 5]]], "blocks for 320 outputs"],
    ["BOFT with too many stages", [[`${K}.oft_blocks`, [40, 160, 2, 2]]], "blocks for 320 outputs"],
    [
      "(IA)³ of the wrong length",
      [
        [`${K}.weight`, [7]],
        [`${K}.on_input`, []],
      ],
      "expected 768 values",
    ],
    [
      "a DoRA magnitude of the wrong length",
      [...pair(K, { out: 320, input: 768 }), [`${K}.dora_scale`, [7, 1]]],
      "expected 320 values",
    ],
  ];
  test.each(cases)("%s", async (_, entries, cause) => {
    const { report, updates } = await read(file([...good, ...entries]));
    expect(report.refusal).toBeNull();
    expect(updates).toHaveLength(1);
    expect(report.unmatched.map((group) => group.cause).join("; ")).toContain(cause);
    expect(report.warnings[0]).toMatch(/tensors are not used/);
  });

  test("integers and f64 are checked for NaN too", async () => {
    const tensors = (
      ["F64", "F16", "BF16", "F8_E4M3", "F8_E5M2"] as const satisfies readonly DType[]
    ).flatMap((dtype, i): TensorData[] => {
      const bad = {
        F64: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
        F16: [0, 0x7e],
        BF16: [0xc0, 0x7f],
        F8_E4M3: [0x7f],
        F8_E5M2: [0x7e],
      }[dtype];
      const down = new Uint8Array(bad.length * 320);
      down.set(bad, bad.length * 5);
      const module = `lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_${["q", "k", "v", "out_0"][i] ?? ""}`;
      const name = i < 4 ? module : "lora_unet_down_blocks_0_attentions_1_proj_in";
      return [
        { name: `${name}.lora_down.weight`, dtype, shape: [1, 320], bytes: down },
        { name: `${name}.lora_up.weight`, dtype, shape: [320, 1], bytes: new Uint8Array(bad.length * 320) },
      ];
    });
    const { report } = await read(new Blob([writeSafetensors(tensors)]));
    expect(report.unmatched).toHaveLength(1);
    expect(report.unmatched[0]!.keys).toHaveLength(10);
  });

  test("two spellings of the same part: the first is used, the second reported", async () => {
    const again: Entry[] = [
      ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", [4, 320]],
    ];
    const { report } = await read(file([...good, ...again]));
    expect(report.unmatched[0]!.cause).toContain("the same part of the same module");
  });
});

describe("the report", () => {
  const metadata = {
    ss_tag_frequency: JSON.stringify({
      "10_ohwx": { ohwx: 30, "red hat ": 12, smile: 3 },
      "1_extra": { ohwx: 8, "": 4, broken: "x" },
    }),
    ss_dataset_dirs: JSON.stringify({
      "10_ohwx": { n_repeats: 10, img_count: 32 },
      "1_extra": { n_repeats: 1, img_count: 8 },
    }),
    ss_base_model_version: "sd_v1",
    "modelspec.title": "Ohwx style",
    ss_network_dim: "4",
  };

  test("names family, rank, alpha, parts, base, tags, hashes", async () => {
    const blob = file(
      [
        ...pair(Q, { out: 320, input: 320 }),
        [`${Q}.alpha`, [], [2]],
        ...pair(K, { out: 320, input: 768, rank: 8 }),
      ],
      metadata,
    );
    const { report } = await inspectAdapter(blob, {
      fileName: "ohwx.safetensors",
      table: sd15,
      withHashes: true,
    });
    expect(report).toMatchObject({
      families: [{ family: "LoRA", modules: 2, dora: 0 }],
      ranks: [4, 8],
      alphas: [2],
      namings: ["kohya"],
      matched: [
        { network: "unet", modules: 2, of: 391 },
        { network: "text_encoder", modules: 0, of: 98 },
      ],
      unmatched: [],
      base: { name: "Stable Diffusion 1.x", contextWidth: 768 },
      refusal: null,
    });
    expect(report.triggers).toEqual([
      { tag: "ohwx", count: 38, share: 0.95 },
      { tag: "red hat", count: 12, share: 0.3 },
      { tag: "smile", count: 3, share: 0.075 },
    ]);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const sha = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(report.hashes).toEqual({
      sha256: sha(bytes),
      autoV2: sha(bytes).slice(0, 10),
      autoV3: sha(bytes.subarray(header)).slice(0, 12),
    });
    const text = formatReport(report);
    for (const part of [
      "LoRA × 2",
      "4, 8",
      "2 of 391 modules",
      "ohwx (38)",
      "Ohwx style",
      report.hashes!.autoV3!,
    ])
      expect(text).toContain(part);
  });

  test("broken metadata does no harm", async () => {
    const broken = {
      ss_tag_frequency: "{not json",
      ss_dataset_dirs: "[]",
      lora_adapter_metadata: "7",
      ss_base_model_version: "x".repeat(5000),
    };
    const { report } = await read(file(pair(Q, { out: 320, input: 320 }), broken));
    expect(report.triggers).toEqual([]);
    expect(report.refusal).toBeNull();
    expect(report.base.evidence.join().length).toBeLessThan(300);
  });

  test("a PEFT configuration beside the file sets alpha and rsLoRA", async () => {
    const entries: Entry[] = [
      ["base_model.model.mid_block.attentions.0.proj_in.lora_A.weight", [4, 1280]],
      ["base_model.model.mid_block.attentions.0.proj_in.lora_B.weight", [1280, 4]],
    ];
    const adapterConfig = { lora_alpha: 16, use_rslora: true };
    const { report, updates } = await inspectAdapter(file(entries), {
      fileName: "adapter_model.safetensors",
      table: sd15,
      adapterConfig,
    });
    expect(updates[0]!.alpha).toBe(16);
    expect(updates[0]!.delta()).toMatchObject({ scale: 8 });
    expect(report.warnings).toEqual([]);
    const joined = await withPeftConfig(file(entries), adapterConfig, {
      fileName: "adapter_model.safetensors",
    });
    const whole = await inspectAdapter(joined, { fileName: "whole", table: sd15, withHashes: true });
    expect(whole.updates[0]!.delta()).toMatchObject({ scale: 8 });
    expect(whole.report.warnings).toEqual([]);
    const alone = await inspectAdapter(file(entries), { fileName: "alone", table: sd15, withHashes: true });
    expect(whole.report.hashes!.autoV3).toBe(alone.report.hashes!.autoV3);
    expect(await withPeftConfig(joined, { lora_alpha: 1 }, { fileName: "whole" })).toBe(joined);
    expect(alone.updates[0]!.delta()).toMatchObject({ scale: 1 });
    expect(alone.report.warnings.join()).toContain("adapter_config.json");
  });

  test("textual inversions: alone, bundled, of the wrong width", async () => {
    const alone = await inspectAdapter(file([["emb_params", [3, 768]]]), {
      fileName: "folder/EasyThing.safetensors",
      table: sd15,
    });
    expect(alone.embeddings.map(({ name, vectors, width }) => [name, vectors, width])).toEqual([
      ["EasyThing", 3, 768],
    ]);
    expect(alone.report.refusal).toBeNull();
    const bundled = await read(
      file([
        ...pair(Q, { out: 320, input: 320 }),
        ["bundle_emb.ohwx.string_to_param.*", [2, 768]],
        ["<s1>", [768]],
      ]),
    );
    expect(bundled.embeddings.map(({ name }) => name)).toEqual(["<s1>", "ohwx"]);
    const part = await read(file([...pair(Q, { out: 320, input: 320 }), ["<s2>", [1280]]]));
    expect(part.report.unmatched[0]!.cause).toContain("token vectors have width 768");
  });
});

test("parsing is stopped by its signal", async () => {
  const options = { fileName: "x", table: sd15, signal: AbortSignal.abort() };
  await expect(parseAdapter(file(pair(Q, { out: 320, input: 320 })), options)).rejects.toMatchObject({
    code: "cancelled",
  });
});
