// The report of an adapter file.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { K, Q, file, pair, read, sd15, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import { inspectAdapter } from "./adapter.ts";
import { withPeftConfig } from "./files/peft-config.ts";
import { type AdapterReport, formatReport } from "./report.ts";
import { english, say } from "../shared/saying.ts";

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
    const text = formatReport(report, { model: "SD 1.5" });
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

  test("ignores broken metadata", async () => {
    const broken = {
      ss_tag_frequency: "{not json",
      ss_dataset_dirs: "[]",
      lora_adapter_metadata: "7",
      ss_base_model_version: "x".repeat(5000),
    };
    const { report } = await read(file(pair(Q, { out: 320, input: 320 }), broken));
    expect(report.triggers).toEqual([]);
    expect(report.refusal).toBeNull();
    expect(report.base.evidence.map(english).join().length).toBeLessThan(300);
  });

  test("a PEFT configuration next to the file sets alpha and rsLoRA", async () => {
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
    expect(alone.report.warnings.map(english).join()).toContain("adapter_config.json");
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
    expect(english(part.report.unmatched[0]!.cause)).toContain("token vectors have width 768");
  });
});

test("no report has an empty place where a name belongs", async () => {
  for (const key of ["", " ", "x".repeat(10_000)]) {
    const { report } = await read(file([[key, [3]]]));
    const text = formatReport(report, { model: "it" });
    expect(report.refusal!.message).not.toMatch(/for example \s*\)/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(400);
  }
});

test("an error that is no fault of the file is not swallowed", async () => {
  const adapterConfig = {
    get coft(): boolean {
      throw new TypeError("a bug");
    },
  };
  const options = { fileName: "x", table: sd15, adapterConfig };
  const oft: Entry = ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.oft_r", [8, 40, 40]];
  await expect(inspectAdapter(file([oft]), options)).rejects.toThrow("a bug");
});

test("a module may change its bias alone", async () => {
  const { report, updates } = await read(file([["lora_unet_conv_in.diff_b", [320]]]));
  expect(updates.map(({ name }) => name)).toEqual(["conv_in.bias"]);
  expect(report).toMatchObject({
    refusal: null,
    unmatched: [],
    families: [{ family: "full", modules: 1, dora: 0 }],
  });
});

describe("the text of a report", () => {
  const whole: AdapterReport = {
    fileName: "style.safetensors",
    sizeBytes: 12_345,
    container: "safetensors",
    tensors: 1,
    dtypes: ["F16", "F32"],
    namings: ["kohya", "peft"],
    families: [
      { family: "LoRA", modules: 3, dora: 0 },
      { family: "LoHa", modules: 2, dora: 1 },
    ],
    ranks: [4, 8],
    alphas: [0.1 + 0.2, 1],
    matched: [
      { network: "unet", modules: 5, of: 391 },
      { network: "text_encoder", modules: 0, of: 98 },
    ],
    unmatched: [
      { cause: say`no place`, keys: ["a", "b", "c", "d", "e", "f", "g", "h"] },
      { cause: say`no name`, keys: [" "] },
    ],
    base: {
      name: "SDXL",
      evidence: [say`it reads`, say`it says`],
      contextWidth: null,
      textWidth: null,
      foreignKeys: 0,
    },
    embeddings: [{ name: "cat", vectors: 2, width: 768 }],
    metadata: [{ label: "title", value: "Style" }],
    triggers: Array.from({ length: 21 }, (_, i) => ({ tag: `t${i}`, count: 30 - i, share: null })),
    hashes: { sha256: "abcdef", autoV2: "abc", autoV3: "def" },
    warnings: [say`take care`],
    refusal: null,
  };
  const linesOf = (report: Partial<AdapterReport>): string[] =>
    formatReport({ ...whole, ...report }, { model: "SD 1.5" }).split("\n");
  const labels = (report: Partial<AdapterReport>): string[] =>
    linesOf(report)
      .slice(1)
      .map((line) => line.slice(2, 18).trimEnd())
      .filter((label) => label !== "");

  test("has a line for everything", () => {
    expect(linesOf({})).toEqual([
      "style.safetensors  (safetensors, 12,345 bytes, 1 tensor)",
      "  family           LoRA × 3, LoHa + DoRA (1) × 2",
      "  rank             4, 8",
      "  alpha            0.3, 1",
      "  stored as        F16, F32",
      "  key names        kohya, peft",
      "  base model       SDXL; it reads; it says",
      "  unet             5 of 391 modules",
      "  text_encoder     0 of 98 modules",
      "  embedding        cat: 2 × 768",
      "  AutoV2           abc",
      "  AutoV3           def",
      "  SHA-256          abcdef",
      "  title            Style",
      `  frequent tags    ${Array.from({ length: 20 }, (_, i) => `t${i} (${30 - i})`).join(", ")}`,
      "  note             take care",
      "  not used         8 tensors: no place",
      ...["a", "b", "c", "d", "e", "f", "… and 2 more"].map((key) => " ".repeat(19) + key),
      "  not used         1 tensor: no name",
      `${" ".repeat(19)}(unnamed)`,
    ]);
  });

  test("leaves out what there is not", () => {
    const nothing = { families: [], ranks: [], alphas: [], namings: [], embeddings: [], hashes: null };
    const rest = { metadata: [], triggers: [], warnings: [], unmatched: [] };
    expect(labels({ ...nothing, ...rest })).toEqual(["stored as", "base model"]);
    expect(linesOf({ ...nothing, ...rest, embeddings: whole.embeddings })[1]).toBe(
      "  family           textual inversion",
    );
    expect(labels({ ...nothing, ...rest, hashes: { ...whole.hashes!, autoV3: null } })).toEqual([
      "stored as",
      "base model",
      "AutoV2",
      "SHA-256",
    ]);
  });

  test("begins with a refusal, and does not count modules then", () => {
    const refusal = { code: "unsupported", message: "No.", remedy: "Use another." } as const;
    expect(linesOf({ refusal }).slice(1, 3)).toEqual([
      "  refused          No.",
      "                   Use another.",
    ]);
    expect(labels({ refusal })).not.toContain("unet");
    expect(linesOf({ refusal: { code: "unsupported", message: "No." } })[2]).toMatch(/^ {2}family/);
    const base = { ...whole.base, name: null, evidence: [] };
    expect(linesOf({ refusal, base })).toContain("  base model       not recognised");
    expect(linesOf({ base })).toContain("  base model       fits the sizes of SD 1.5");
  });

  test("gives the ends of a long list of numbers", () => {
    const count = (length: number): string => linesOf({ ranks: Array.from({ length }, (_, i) => i + 1) })[2]!;
    expect(count(8)).toBe("  rank             1, 2, 3, 4, 5, 6, 7, 8");
    expect(count(9)).toBe("  rank             1 … 9 (9 different)");
    const keys = ["a", "b", "c", "d", "e", "f"];
    expect(linesOf({ unmatched: [{ cause: say`x`, keys }] }).at(-1)).toBe(`${" ".repeat(19)}f`);
  });
});
