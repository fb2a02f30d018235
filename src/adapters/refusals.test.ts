// Files for another base are rejected with the reason.
import { describe, expect, test } from "vitest";
import { makeAdapter } from "../../tests/fixtures/adapters/make-adapter.ts";
import { K, Q, file, pair, read, sd15, tiny, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import { parseAdapter } from "./adapter.ts";
import { formatReport } from "./report.ts";

describe("files for another base are rejected with the reason", () => {
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
      "Qwen-Image and its like",
      [
        ["transformer_blocks.0.attn.to_q.lora_A.weight", [4, 32]],
        ["transformer_blocks.0.attn.to_q.lora_B.weight", [32, 4]],
      ],
      "a diffusion transformer",
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

  test("judges files without a U-Net part by their text part", async () => {
    const q = "lora_te_text_model_encoder_layers_0_self_attn_q_proj";
    const text2 = await read(file(pair(q, { out: 1024, input: 1024 })));
    expect(text2.report.refusal!.message).toBe(
      "This adapter was made for Stable Diffusion 2.x: it changes a text encoder of width 1024, but the loaded model's has width 768.",
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
    expect(narrow.report.refusal!.message).toContain("made for Stable Diffusion 1.x");
  });

  test("an SD 1.5 file on a narrower model, and vice versa", async () => {
    const wide = await read(file(pair(K, { out: 320, input: 768 })), tiny);
    expect(wide.report.refusal!.message).toContain("width 768, but the loaded model's have width 12");
    const narrow = await read(new Blob([makeAdapter(tiny, { kind: "lora", seed: 1 })]), sd15);
    expect(narrow.report.refusal!.message).toContain("width 12, but the loaded model's have width 768");
  });

  test("a narrower model's file is not an SD 1.x file, whatever base its metadata states", async () => {
    const entries = pair(K, { out: 8, input: 12 });
    const { report } = await read(file(entries, { ss_base_model_version: "sd_v1" }), tiny);
    expect(report).toMatchObject({ refusal: null, base: { name: null, contextWidth: 12 } });
    expect(formatReport(report, { model: "the tiny model" })).toMatch(
      /base model +fits the sizes of the tiny model; its cross attention reads text features of width 12; its metadata says sd_v1\n/,
    );
  });

  test("a few stray keys do not change the base", async () => {
    const modules = sd15.modules.filter(({ path }) => path.endsWith("attn2.to_k"));
    const entries = modules.flatMap(({ path, weight }) =>
      pair(`lora_unet_${path.replaceAll(".", "_")}`, { out: weight!.shape[0]!, input: 768 }),
    );
    const stray = pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", { out: 4, input: 4 }).slice(0, 1);
    const { report } = await read(file([...entries, ...stray]));
    expect(report.refusal).toBeNull();
    expect(report.base).toMatchObject({ name: "Stable Diffusion 1.x", foreignKeys: 1 });
  });

  test("a complete model", async () => {
    const entries: Entry[] = [
      ["model.diffusion_model.input_blocks.1.1.proj_in.weight", [320, 320, 1, 1]],
      ["first_stage_model.encoder.conv_in.weight", [128, 3, 3, 3]],
    ];
    expect((await read(file(entries))).report.refusal!.message).toBe(
      "This is a complete model, not an adapter.",
    );
  });

  test("nothing but NaN: reported as broken, whatever its base", async () => {
    const nan = Array<number>(4 * 768).fill(Number.NaN);
    const lora = pair(K, { out: 320, input: 768 }).map(([name, shape]): Entry => [name, shape, nan]);
    for (const entries of [lora, [["emb_params", [2, 768], nan]] satisfies Entry[]]) {
      const { report } = await read(file(entries));
      expect(report.refusal).toMatchObject({
        message: "Its tensors contain broken values (NaN or infinity).",
        remedy: "Its training or conversion failed; use another version.",
      });
    }
  });

  test("a file of unrelated tensors, and an empty one", async () => {
    expect((await read(file([["weights.0", [3]]]))).report.refusal!.message).toContain(
      "no known adapter format",
    );
    expect((await read(file([]))).report.refusal!.message).toBe("The file contains no tensors.");
  });
});

test("an IP-Adapter is named as one", async () => {
  const { report } = await read(
    file([
      ["image_proj.proj.weight", [32, 4]],
      ["ip_adapter.1.to_k_ip.weight", [32, 8]],
    ]),
  );
  expect(report.refusal!.message).toContain("IP-Adapter (an image as a prompt, not a LoRA)");
});
