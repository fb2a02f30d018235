// Partly malformed files keep their valid parts; an abort signal stops parsing.
import { describe, expect, test } from "vitest";
import { K, Q, file, pair, read, sd15, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import { writeSafetensors, type TensorData } from "../formats/safetensors.ts";
import { type DType } from "../shared/dtype.ts";
import { parseAdapter } from "./adapter.ts";
import { english } from "../shared/saying.ts";

describe("partly malformed files keep their valid parts", () => {
  const good = pair(Q, { out: 320, input: 320 });
  const cases: readonly (readonly [name: string, entries: readonly Entry[], cause: string])[] = [
    [
      "an unknown module",
      pair("lora_unet_down_blocks_7_proj", { out: 4, input: 4 }),
      "no module with that name",
    ],
    ["an up part alone", [[`${K}.lora_up.weight`, [320, 4]]], "without a down part"],
    [
      "the wrong width",
      pair("lora_unet_mid_block_attentions_0_proj_in", { out: 640, input: 1280 }),
      "up is [640, 4], expected [1280, 4]",
    ],
    [
      "different ranks",
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
    [
      "a DoRA magnitude for a norm",
      [
        ["lora_unet_down_blocks_0_resnets_0_norm1.w_norm", [320]],
        ["lora_unet_down_blocks_0_resnets_0_norm1.dora_scale", [320, 1]],
      ],
      "a norm with a DoRA magnitude is not a known combination",
    ],
  ];
  test.each(cases)("%s", async (_, entries, cause) => {
    const { report, updates } = await read(file([...good, ...entries]));
    expect(report.refusal).toBeNull();
    expect(updates).toHaveLength(1);
    expect(report.unmatched.map((group) => english(group.cause)).join("; ")).toContain(cause);
    const unused = report.unmatched.reduce((sum, { keys }) => sum + keys.length, 0);
    const are = unused === 1 ? "is" : "are";
    expect(report.warnings.map(english)[0]).toContain(
      `${unused} of ${report.tensors} tensors ${are} not used`,
    );
  });

  test("checks integers and f64 for NaN too", async () => {
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

  test("two spellings of the same part: uses the first, reports the second", async () => {
    const again: Entry[] = [
      ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", [4, 320]],
    ];
    const { report } = await read(file([...good, ...again]));
    expect(english(report.unmatched[0]!.cause)).toContain("the same part of the same module");
  });
});

test("the signal aborts parsing", async () => {
  const options = { fileName: "x", table: sd15, signal: AbortSignal.abort() };
  await expect(parseAdapter(file(pair(Q, { out: 320, input: 320 })), options)).rejects.toMatchObject({
    code: "cancelled",
  });
});
