// Names: the module table against the graph builders' own parameter lists, LDM names against the checkpoint reader's
// map (written independently), and every key format found in practice.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  SD15_TEXT,
  SD15_UNET,
  TINY_TEXT,
  TINY_UNET,
  textParameters,
  unetParameters,
} from "../../../tests/fixtures/adapters/sd-parameters.ts";
import { ldmUnetNames } from "../../graph/names.ts";
import { splitKey } from "./keys.ts";
import { ldmPaths } from "./ldm-names.ts";
import { flatten, moduleTable, type ModuleTable } from "./module-table.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";
import { stableDiffusion15Table } from "./stable-diffusion-15.ts";

const sd15 = moduleTable({ unet: unetParameters(SD15_UNET), text_encoder: textParameters(SD15_TEXT) });

test("the tests' parameter lists equal the graph builders'", () => {
  const built = stableDiffusion15Table();
  const list = (table: ModuleTable) =>
    table.modules
      .flatMap(({ network, weight, bias }) =>
        [weight, bias].flatMap((part) =>
          part ? [`${network} ${part.name} [${part.shape.join(", ")}]`] : [],
        ),
      )
      // The token embedding is looked up outside the graph.
      .filter((line) => !line.includes("token_embedding"))
      .sort();
  expect(list(built)).toEqual(list(sd15));
  expect([built.contextWidth, built.embeddingWidth]).toEqual([768, 768]);
});

test.each([
  ["SD 1.5", SD15_UNET],
  [
    "a miniature with one layer per block",
    { ...TINY_UNET, widths: [8, 16, 24], layers: 1, attention: [false, true, true] },
  ],
  ["a miniature with three layers per block", { ...TINY_UNET, layers: 3 }],
])("LDM names of %s are those of its single-file checkpoints", (_, shape) => {
  const parameters = unetParameters(shape);
  const candidates = new Map<string, string>();
  for (const { name } of parameters) {
    const dot = name.lastIndexOf(".");
    for (const ldm of ldmPaths(name.slice(0, dot), shape.layers)) candidates.set(ldm + name.slice(dot), name);
  }
  // An upsampler has two spellings; a real checkpoint has the one that its block's attention does not take.
  const real = [...candidates.keys()].filter((name) => {
    const upsampler = /^output_blocks\.(\d+)\.([12])\.conv\./.exec(name);
    if (!upsampler) return true;
    const hasAttention = candidates.has(`output_blocks.${upsampler[1]}.1.proj_in.weight`);
    return upsampler[2] === (hasAttention ? "2" : "1");
  });
  const map = ldmUnetNames(new Set(real));
  expect(map.size).toBe(parameters.length);
  for (const [ldm, diffusers] of map) expect(candidates.get(ldm)).toBe(diffusers);
});

test("known LDM positions of SD 1.5", () => {
  const find = (ldm: string) => sd15.find(flatten(ldm), "unet")?.path;
  expect(find("input_blocks.4.1.transformer_blocks.0.attn1.to_k")).toBe(
    "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_k",
  );
  expect(find("input_blocks.3.0.op")).toBe("down_blocks.0.downsamplers.0.conv");
  expect(find("input_blocks.11.0.out_layers.3")).toBe("down_blocks.3.resnets.1.conv2");
  expect(find("middle_block.2.emb_layers.1")).toBe("mid_block.resnets.1.time_emb_proj");
  expect(find("output_blocks.2.1.conv")).toBe("up_blocks.0.upsamplers.0.conv");
  expect(find("output_blocks.2.2.conv")).toBe("up_blocks.0.upsamplers.0.conv");
  expect(find("output_blocks.5.2.conv")).toBe("up_blocks.1.upsamplers.0.conv");
  expect(find("output_blocks.11.0.skip_connection")).toBe("up_blocks.3.resnets.2.conv_shortcut");
  expect(find("output_blocks.11.0.in_layers.0")).toBe("up_blocks.3.resnets.2.norm1");
  expect(find("time_embed.2")).toBe("time_embedding.linear_2");
  expect(find("output_blocks.12.0.in_layers.0")).toBeUndefined();
});

test("no two modules of SD 1.5 share a name, and every module has its kohya name", () => {
  for (const table of [
    sd15,
    moduleTable({ unet: unetParameters(TINY_UNET), text_encoder: textParameters(TINY_TEXT) }),
  ]) {
    for (const entry of table.modules) expect(table.find(flatten(entry.path), entry.network)).toBe(entry);
  }
  const transformer = sd15.modules.filter(
    ({ path, weight }) => path.includes("attentions") && (weight?.shape.length ?? 0) > 1,
  );
  expect(transformer.length).toBe(192); // what kohya's networks.lora trains in the UNet
  const text = sd15.modules.filter(
    ({ path, network }) => network === "text_encoder" && /self_attn|mlp/.test(path),
  );
  expect(text.length).toBe(72); // and in the text encoder
});

const ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0.attn1";
const TEXT = "text_model.encoder.layers.3.self_attn";

const KEYS: readonly (readonly [key: string, network: AdapterNetwork, path: string, slot: string])[] = [
  [`lora_unet_${flatten(ATTENTION)}_to_q.lora_down.weight`, "unet", `${ATTENTION}.to_q`, "down"],
  [`lora_unet_${flatten(ATTENTION)}_to_out_0.lora_up.weight`, "unet", `${ATTENTION}.to_out.0`, "up"],
  ["lora_unet_down_blocks_1_resnets_0_conv1.lora_mid.weight", "unet", "down_blocks.1.resnets.0.conv1", "mid"],
  ["lora_unet_input_blocks_4_1_proj_in.alpha", "unet", "down_blocks.1.attentions.0.proj_in", "alpha"],
  [
    "lora_unet_mid_block_attentions_0_transformer_blocks_0_ff_net_0_proj.hada_w1_a",
    "unet",
    "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj",
    "hada_w1_a",
  ],
  ["lora_unet_up_blocks_3_resnets_2_norm2.w_norm", "unet", "up_blocks.3.resnets.2.norm2", "w_norm"],
  [`lora_te_${flatten(TEXT)}_k_proj.lokr_w2_b`, "text_encoder", `${TEXT}.k_proj`, "lokr_w2_b"],
  [`lora_te1_${flatten(TEXT)}_out_proj.lora_up.weight`, "text_encoder", `${TEXT}.out_proj`, "up"],
  [
    "lora_te_text_model_encoder_layers_11_mlp_fc1.dora_scale",
    "text_encoder",
    "text_model.encoder.layers.11.mlp.fc1",
    "dora_scale",
  ],
  [`lycoris_${flatten(ATTENTION)}_to_v.oft_blocks`, "unet", `${ATTENTION}.to_v`, "oft_blocks"],
  [`lycoris_${flatten(TEXT)}_v_proj.lora_down.weight`, "text_encoder", `${TEXT}.v_proj`, "down"],
  [`${ATTENTION}.processor.to_q_lora.down.weight`, "unet", `${ATTENTION}.to_q`, "down"],
  [`unet.${ATTENTION}.processor.to_out_lora.up.weight`, "unet", `${ATTENTION}.to_out.0`, "up"],
  [`unet.${ATTENTION}.to_out.0.lora.up.weight`, "unet", `${ATTENTION}.to_out.0`, "up"],
  [`text_encoder.${TEXT}.q_proj.lora_linear_layer.up.weight`, "text_encoder", `${TEXT}.q_proj`, "up"],
  [`text_encoder.${TEXT}.to_out_lora.down.weight`, "text_encoder", `${TEXT}.out_proj`, "down"],
  [`unet.${ATTENTION}.to_k.lora_A.weight`, "unet", `${ATTENTION}.to_k`, "down"],
  [`base_model.model.${ATTENTION}.to_k.lora_B.weight`, "unet", `${ATTENTION}.to_k`, "up"],
  [`unet.base_model.model.${ATTENTION}.to_k.lora_A.default.weight`, "unet", `${ATTENTION}.to_k`, "down"],
  [
    `base_model.model.${TEXT}.q_proj.lora_magnitude_vector.default_0.weight`,
    "text_encoder",
    `${TEXT}.q_proj`,
    "magnitude",
  ],
  [`base_model.model.${TEXT}.q_proj.lora_magnitude_vector`, "text_encoder", `${TEXT}.q_proj`, "magnitude"],
  [`base_model.model.${ATTENTION}.to_k.oft_R.weight`, "unet", `${ATTENTION}.to_k`, "oft_R"],
  [`unet.${ATTENTION}.to_k.oft_R.default.weight`, "unet", `${ATTENTION}.to_k`, "oft_R"],
  [`base_model.model.${TEXT}.q_proj.oft_r`, "text_encoder", `${TEXT}.q_proj`, "oft_r"],
  [`base_model.model.${TEXT}.q_proj.oft_s.style`, "text_encoder", `${TEXT}.q_proj`, "oft_s"],
  [`base_model.model.${ATTENTION}.to_out.0.boft_R`, "unet", `${ATTENTION}.to_out.0`, "boft_R"],
  [`${ATTENTION}.to_out.0.boft_s.default_0`, "unet", `${ATTENTION}.to_out.0`, "boft_s"],
  [`base_model.model.${ATTENTION}.to_out.0.boft_P`, "unet", `${ATTENTION}.to_out.0`, "boft_P"],
  [`base_model.model.${ATTENTION}.to_v.ia3_l.default`, "unet", `${ATTENTION}.to_v`, "ia3_l"],
  [`base_model.model.${TEXT}.q_proj.lora_B.bias`, "text_encoder", `${TEXT}.q_proj`, "up_bias"],
  [`unet.${ATTENTION}.to_out.0.lora_B.default.bias`, "unet", `${ATTENTION}.to_out.0`, "up_bias"],
  [`unet.${ATTENTION}.to_out.0.base_layer.bias`, "unet", `${ATTENTION}.to_out.0`, "trained_bias"],
  [`base_model.model.${TEXT}.q_proj.bias`, "text_encoder", `${TEXT}.q_proj`, "trained_bias"],
  [`text_encoder.${TEXT}.q_proj.bias`, "text_encoder", `${TEXT}.q_proj`, "bias"],
  [
    "diffusion_model.input_blocks.1.1.proj_out.lora_down.weight",
    "unet",
    "down_blocks.0.attentions.0.proj_out",
    "down",
  ],
  [`text_encoders.clip_l.transformer.${TEXT}.q_proj.lora_up.weight`, "text_encoder", `${TEXT}.q_proj`, "up"],
  [`lora_unet.${ATTENTION}.to_q.lora_down.weight`, "unet", `${ATTENTION}.to_q`, "down"],
  [`lora_te1.${TEXT}.q_proj.alpha`, "text_encoder", `${TEXT}.q_proj`, "alpha"],
  ["lora_unet_conv_in.diff", "unet", "conv_in", "diff"],
  ["lora_unet_time_embedding_linear_1.diff_b", "unet", "time_embedding.linear_1", "diff_b"],
  [
    "lora_unet_down_blocks_0_downsamplers_0_conv.b1.weight",
    "unet",
    "down_blocks.0.downsamplers.0.conv",
    "b1",
  ],
];

// The files are not available here, but their exact sizes are known and depend on every name and shape in the header.
test("few-step adapters: LCM-LoRA and Hyper-SD files have the sizes that their module names give", () => {
  const parts =
    /\.(to_[qkv]|to_out\.0|proj_in|proj_out|ff\.net\.0\.proj|ff\.net\.2|conv1|conv2|conv_shortcut|(down|up)samplers\.0\.conv|time_emb_proj)$/;
  const rank = 64;
  const tensors = sd15.modules
    .filter(({ network, path }) => network === "unet" && parts.test(path))
    .flatMap((entry): [key: string, shape: number[]][] => {
      const key = `lora_unet_${flatten(entry.path)}`;
      const [out, input, ...kernel] = entry.weight!.shape as [number, number, ...number[]];
      for (const [part, slot] of [
        ["lora_down.weight", "down"],
        ["lora_up.weight", "up"],
        ["alpha", "alpha"],
      ])
        expect(resolve(sd15, `${key}.${part}`)).toEqual(["unet", entry.path, slot]);
      return [
        [`${key}.alpha`, []],
        [`${key}.lora_down.weight`, [rank, input, ...kernel]],
        [`${key}.lora_up.weight`, [out, rank, ...kernel.map(() => 1)]],
      ];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(tensors.length).toBe(3 * 278);
  /** Size of the file as the safetensors library writes it. */
  const fileSize = (dtype: "F16" | "F32", metadata?: object): number => {
    let end = 0;
    const entries = tensors.map(([key, shape]) => {
      const start = end;
      end += shape.reduce((product, size) => product * size, dtype === "F16" ? 2 : 4);
      return [key, { dtype, shape, data_offsets: [start, end] }];
    });
    const header = JSON.stringify({
      ...(metadata && { __metadata__: metadata }),
      ...Object.fromEntries(entries),
    });
    return 8 + Math.ceil(header.length / 8) * 8 + end;
  };
  const sizes = (id: string): number[] => {
    const path = new URL(`../../../model-manifests/${id}.json`, import.meta.url);
    const { files } = JSON.parse(readFileSync(path, "utf8")) as { files: { sizeBytes: number }[] };
    return files.map(({ sizeBytes }) => sizeBytes);
  };
  expect(sizes("lcm-lora-sd15")).toEqual([fileSize("F16", { format: "pt" })]);
  const [oneStep, ...others] = sizes("hyper-sd15");
  expect(oneStep).toBe(fileSize("F32", { format: "pt" }));
  expect(new Set(others)).toEqual(new Set([fileSize("F32")]));
});

function resolve(table: ModuleTable, key: string): unknown {
  const parts = splitKey(key);
  const entry = parts && table.find(parts.module, parts.network);
  return entry && parts ? [entry.network, entry.path, parts.slot] : null;
}

test.each(KEYS)("%s", (key, network, path, slot) => {
  expect(resolve(sd15, key)).toEqual([network, path, slot]);
});

test.each([
  "lora_unet_down_blocks_9_attentions_0_proj_in.alpha",
  "lora_te2_text_model_encoder_layers_0_mlp_fc1.alpha",
  "lora_unet_down_blocks_0_attentions_0_proj_in.unknown",
  ".alpha",
  "alpha",
  "",
  "lora_unet_.lora_up.weight",
  "__proto__.alpha",
  "lora_unet_constructor.alpha",
])("%j names no module", (key) => {
  expect(resolve(sd15, key)).toBeNull();
});
