// The report of an adapter file.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { K, Q, file, pair, read, sd15, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import { inspectAdapter } from "./adapter.ts";
import { withPeftConfig } from "./files/peft-config.ts";
import { formatReport } from "./report.ts";

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
    expect(report.base.evidence.join().length).toBeLessThan(300);
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

test("no report has an empty place where a name belongs", async () => {
  for (const key of ["", " ", "x".repeat(10_000)]) {
    const { report } = await read(file([[key, [3]]]));
    const text = formatReport(report, { model: "it" });
    expect(report.refusal!.message).not.toMatch(/for example \s*\)/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(400);
  }
});
