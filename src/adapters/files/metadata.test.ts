// What trainers write into metadata: what is shown, which tags lead, and PEFT's settings of each module.
import { describe, expect, test } from "vitest";
import {
  maxMetadataText,
  settingsLookup,
  shownMetadata,
  shownValue,
  triggerCandidates,
  unreadPatterns,
} from "./metadata.ts";

const mapOf = (entries: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(entries));

describe("shown fields", () => {
  const fields = {
    "modelspec.title": "title",
    ss_output_name: "output name",
    "modelspec.author": "author",
    "modelspec.license": "licence",
    "modelspec.architecture": "architecture",
    ss_base_model_version: "base model version",
    ss_sd_model_name: "trained on",
    "modelspec.trigger_phrase": "trigger phrase",
    "modelspec.usage_hint": "usage hint",
    "modelspec.description": "description",
    ss_training_comment: "training comment",
    ss_network_module: "network module",
    ss_network_args: "network arguments",
    ss_network_dim: "network dim",
    ss_network_alpha: "network alpha",
    ss_resolution: "resolution",
    "modelspec.resolution": "resolution",
    ss_clip_skip: "clip skip",
    ss_num_train_images: "training images",
    ss_steps: "steps",
    ss_epoch: "epoch",
    ss_optimizer: "optimiser",
    software: "software",
  };

  test("all, in order, whatever the file's order; others and empty ones are left out", () => {
    const written = Object.keys(fields).map((key) => [key, `the ${key}`]);
    expect(shownMetadata(new Map([["other", "x"], ...written.toReversed()] as [string, string][]))).toEqual(
      Object.entries(fields).map(([key, label]) => ({ label, value: `the ${key}` })),
    );
    expect(shownMetadata(mapOf({ ss_steps: "", ss_epoch: "None", software: "none" }))).toEqual([
      { label: "software", value: "none" },
    ]);
  });

  test("values are cut and cleaned, and more so when printed", () => {
    const [shown] = shownMetadata(mapOf({ software: `a\u200b${"b".repeat(30_000)}` }));
    expect(shown!.value).toBe(`a${"b".repeat(maxMetadataText - 1)}`);
    expect(maxMetadataText).toBe(20_000);
    expect(shownValue("b".repeat(300))).toBe("b".repeat(300));
    expect(shownValue("b".repeat(301))).toBe(`${"b".repeat(299)}…`);
  });
});

describe("frequent tags", () => {
  const tags = (frequency: unknown, dirs?: unknown, limit?: number): unknown =>
    triggerCandidates(
      mapOf({
        ss_tag_frequency: JSON.stringify(frequency),
        ...(dirs === undefined ? {} : { ss_dataset_dirs: JSON.stringify(dirs) }),
      }),
      limit,
    );

  test("are summed over folders, most frequent first, then by letter", () => {
    expect(tags({ one: { b: 2, a: 2, " c\u200b ": 1 }, two: { c: 4, d: 1 } })).toEqual([
      { tag: "c", count: 5, share: null },
      { tag: "a", count: 2, share: null },
      { tag: "b", count: 2, share: null },
      { tag: "d", count: 1, share: null },
    ]);
  });

  test("count as a share of the pictures, at most all", () => {
    const dirs = {
      one: { img_count: 3 },
      two: { img_count: 1 },
      three: {},
      four: null,
      five: { img_count: "9" },
    };
    expect(tags({ one: { a: 1, b: 5 } }, dirs)).toEqual([
      { tag: "b", count: 5, share: 1 },
      { tag: "a", count: 1, share: 0.25 },
    ]);
    expect(tags({ one: { a: 1 } }, { one: { img_count: 0 } })).toEqual([{ tag: "a", count: 1, share: null }]);
    expect(tags({ one: { a: 1 } }, [{ img_count: 4 }])).toEqual([{ tag: "a", count: 1, share: null }]);
  });

  test("leave out what is no tag or no count", () => {
    expect(
      tags({ one: { "": 5, " ": 5, a: "1", b: 0, c: -1, d: null, e: 0.5 }, two: null, three: 5 }),
    ).toEqual([{ tag: "e", count: 0.5, share: null }]);
    for (const other of [null, 5, "x", []]) expect(tags(other)).toEqual([]);
    expect(triggerCandidates(mapOf({}))).toEqual([]);
    expect(triggerCandidates(mapOf({ ss_tag_frequency: "{" }))).toEqual([]);
  });

  test("are at most as many as asked for, by rule 100", () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`tag ${i}`, 200 - i]));
    expect(tags({ one: many }, undefined, 2)).toEqual([
      { tag: "tag 0", count: 200, share: null },
      { tag: "tag 1", count: 199, share: null },
    ]);
    expect(tags({ one: many })).toHaveLength(100);
  });
});

describe("settings of a module", () => {
  const path = "down_blocks.0.attentions.0.to_q";
  const packed = (fields: Readonly<Record<string, unknown>>) =>
    settingsLookup(mapOf({ lora_adapter_metadata: JSON.stringify(fields) }), undefined);
  const alphaOf = (config: unknown, module = path): number | null =>
    settingsLookup(mapOf({}), config)("unet", module).alpha;

  test.each<[string, unknown, number | null]>([
    ["nothing", undefined, null],
    ["no object", 5, null],
    ["null", null, null],
    ["lora_alpha", { lora_alpha: 8, alpha: 4 }, 8],
    ["alpha", { alpha: 4 }, 4],
    ["lora_alpha that is no number", { lora_alpha: "8", alpha: 4 }, 4],
    ["infinite alpha", { alpha: Infinity }, null],
    ["alpha 0", { lora_alpha: 0, alpha: 4 }, 0],
    ["a pattern of the end", { alpha_pattern: { to_q: 2 }, lora_alpha: 8 }, 2],
    ["a pattern of several parts", { alpha_pattern: { "attentions.0.to_q": 2 }, lora_alpha: 8 }, 2],
    ["a pattern of the whole path", { alpha_pattern: { [path]: 2 }, lora_alpha: 8 }, 2],
    ["an anchored, escaped pattern", { alpha_pattern: { [`^${path.replaceAll(".", "\\.")}$`]: 2 } }, 2],
    ["an anchored end", { alpha_pattern: { "^to_q": 2 }, lora_alpha: 8 }, 8],
    ["a dot for any character", { alpha_pattern: { "0.to.q": 2 } }, 2],
    ["an escaped dot for itself", { alpha_pattern: { "0.to\\.q": 2 }, lora_alpha: 8 }, 8],
    ["a pattern of a longer path", { alpha_pattern: { [`a.${path}`]: 2 }, lora_alpha: 8 }, 8],
    ["an expression for the end", { alpha_pattern: { "attentions\\.[0-3]\\.to_(q|k)": 2 } }, 2],
    ["an expression for the whole path", { alpha_pattern: { "^down.*q": 2 } }, 2],
    ["an expression that ends before the path", { alpha_pattern: { "down.*_": 2 }, lora_alpha: 8 }, 8],
    ["an expression within a name", { alpha_pattern: { "o_[q]": 2 }, lora_alpha: 8 }, 8],
    ["the first of two expressions", { alpha_pattern: { ".*q": 2, "to_.": 3 } }, 2],
    ["an expression that is none", { alpha_pattern: { "to_(q": 2 }, lora_alpha: 8 }, 8],
    ["an array of patterns", { alpha_pattern: [2, 3], lora_alpha: 8 }, 8],
    ["a pattern of another module", { alpha_pattern: { to_k: 2, q: 3 }, lora_alpha: 8 }, 8],
    ["a pattern of the beginning", { alpha_pattern: { down_blocks: 2 }, lora_alpha: 8 }, 8],
    ["the first of two patterns", { alpha_pattern: { to_q: 2, "0.to_q": 3 } }, 2],
    ["a pattern without a number", { alpha_pattern: { to_q: "2" }, lora_alpha: 8 }, 8],
    ["patterns that are none", { alpha_pattern: 5, lora_alpha: 8 }, 8],
    ["null patterns", { alpha_pattern: null, lora_alpha: 8 }, 8],
  ])("alpha by %s", (_, config, alpha) => {
    expect(alphaOf(config)).toBe(alpha);
  });

  test("rank by the same patterns", () => {
    const rankOf = (config: unknown) => settingsLookup(mapOf({}), config)("unet", path).rank;
    expect(rankOf({ r: 8, rank_pattern: { to_q: 2 } })).toBe(2);
    expect(rankOf({ r: 8, rank_pattern: { ".*to_(q|k)": 4 } })).toBe(4);
    expect(rankOf({ r: 8, rank_pattern: { "to_(k|v)": 4 } })).toBe(8);
  });

  test("expressions of one file have 1,000 parts together; names have any number", () => {
    const long = (letter: string): string => `(${letter}?){300}`;
    const patterns = Object.fromEntries(["a", "b", "c"].map((letter) => [long(letter), 1]));
    const names = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`name_${i}`, 1]));
    const config = { alpha_pattern: { ...names, [path]: 2, ...patterns } };
    expect(unreadPatterns(mapOf({}), config)).toEqual([long("b"), long("c")]);
    expect(alphaOf(config)).toBe(2);
    const endless = "a".repeat(20_000_000);
    expect(unreadPatterns(mapOf({}), { alpha_pattern: { [endless]: 1, b: 1 } })).toEqual([endless]);
  });

  test("rsLoRA only where it is true", () => {
    const isStable = (value: unknown): boolean =>
      settingsLookup(mapOf({}), { use_rslora: value })("unet", path).rankStabilised;
    expect([true, false, "true", 1, undefined].map(isStable)).toEqual([true, false, false, false, false]);
  });

  test("the network's own field goes before the common one, and the metadata before the file beside it", () => {
    const settings = packed({ "unet.lora_alpha": 1, lora_alpha: 2, "text_encoder.alpha": null, alpha: 3 });
    expect(settings("unet", path).alpha).toBe(1);
    expect(settings("text_encoder", path).alpha).toBe(2);
    expect(settings("text_encoder", path).field("alpha")).toBeNull();
    expect(settings("unet", path).field("alpha")).toBe(3);
    const both = settingsLookup(mapOf({ lora_adapter_metadata: '{"lora_alpha":2}' }), {
      lora_alpha: 9,
      eps: 5,
    });
    expect([both("unet", path).alpha, both("unet", path).field("eps")]).toEqual([2, 5]);
    const broken = settingsLookup(mapOf({ lora_adapter_metadata: "[1]" }), { lora_alpha: 9 });
    expect(broken("unet", path).alpha).toBe(9);
  });
});
