// What is said of a file once its parts are known: each message whole, and what decides between them.
import { describe, expect, test } from "vitest";
import { sd15, tiny } from "../../tests/fixtures/adapters/small-files.ts";
import { PLAIN_WEIGHT } from "./names/assign.ts";
import type { BaseClaim, BaseVerdict } from "./names/base-model.ts";
import type { ModuleTable } from "./names/module-table.ts";
import type { ParameterUpdate } from "./parameter-update.ts";
import {
  countFamilies,
  countModules,
  distinct,
  groupProblems,
  NOT_NUMBERS,
  refuseBase,
  refuseUnused,
  warningsFor,
} from "./verdicts.ts";
import { english, say, verbatim, type Saying } from "../shared/saying.ts";

const noBase: BaseVerdict = { name: null, evidence: [], contextWidth: null, textWidth: null, foreignKeys: 0 };

describe("another base", () => {
  const refuse = (
    base: Partial<BaseVerdict>,
    {
      claim = null,
      unmatched = 0,
      entryCount = 10,
      table = sd15,
    }: { claim?: BaseClaim | null; unmatched?: number; entryCount?: number; table?: ModuleTable } = {},
  ): readonly [string, string | undefined] | null => {
    const assignment = { unmatched: Array.from({ length: unmatched }) };
    const error = refuseBase({ ...noBase, ...base }, { table, assignment, claim, entryCount });
    return error && [error.message, error.remedy];
  };
  const remedy = "Use a version for the loaded model's base, or load a model that it fits.";

  test("is recognized by the width of the cross attention first, else by that of the text", () => {
    expect(refuse({ contextWidth: 768, textWidth: 1024 })).toBeNull();
    expect(
      refuse({ contextWidth: 1024, textWidth: 768, name: "SD 2", evidence: [say`it reads 1024`, say`more`] }),
    ).toEqual([
      "This adapter was made for SD 2: it reads 1024, but the loaded model's have width 768.",
      remedy,
    ]);
    expect(refuse({ textWidth: 1024, evidence: [say`it has 1024`] })).toEqual([
      "This adapter was made for a model with a text encoder of width 1024: it has 1024, but the loaded model's has width 768.",
      remedy,
    ]);
    const alone = { ...sd15, contextWidth: null, embeddingWidth: null };
    expect(refuse({ contextWidth: 1024 }, { table: alone })).toBeNull();
    expect(refuse({ textWidth: 1024 }, { table: alone })).toBeNull();
    expect(
      refuse({ contextWidth: 1024, foreignKeys: 1, name: "SDXL", evidence: [say`it reads`, say`its keys`] }),
    ).toEqual(["This adapter was made for SDXL: it reads; its keys.", remedy]);
  });

  test("is recognized by foreign keys when more than half of the tensors have no place", () => {
    const foreign = { name: "Flux", evidence: [say`3 of its 10 keys belong to Flux`], foreignKeys: 3 };
    expect(refuse(foreign, { unmatched: 5 })).toBeNull();
    expect(refuse({ ...foreign, foreignKeys: 0 }, { unmatched: 6 })).toBeNull();
    expect(refuse(foreign, { unmatched: 6 })?.[0]).toBe(
      "This adapter was made for Flux: 3 of its 10 keys belong to Flux.",
    );
  });

  test("is recognized by what it claims", () => {
    const claim = { name: "SDXL", text: `sdxl${"x".repeat(80)}`, isConfig: true };
    expect(refuse({ contextWidth: 768 }, { claim })).toEqual([
      `This adapter was made for SDXL: its adapter_config.json names sdxl${"x".repeat(76)} as its base.`,
      "Use a version for the loaded model's base; if the adapter_config.json belongs to another adapter, add this one without it.",
    ]);
    expect(refuse({}, { claim: { ...claim, isConfig: false, text: "sdxl" } })).toEqual([
      "This adapter was made for SDXL: its metadata names sdxl as its base.",
      remedy,
    ]);
    expect(refuse({ contextWidth: 768 }, { claim: { ...claim, isConfig: false } })).toBeNull();
  });
});

describe("nothing of use", () => {
  const refuse = (
    causes: readonly (string | Saying)[],
    { base = noBase, table = sd15, updates = [] as unknown[], embeddings = [] as unknown[] } = {},
  ): readonly [string, string | undefined] | null => {
    const problems = causes.map((cause, i) => ({
      key: `key ${i}`,
      cause: typeof cause === "string" ? verbatim(cause) : cause,
    }));
    const error = refuseUnused({ updates, embeddings, problems, base, table });
    return error && [error.message, error.remedy];
  };

  test("is refused with what most tensors lack", () => {
    expect(refuse(["a"], { updates: [1] })).toBeNull();
    expect(refuse(["a"], { embeddings: [1] })).toBeNull();
    expect(refuse([])).toEqual(["The file contains no tensors.", "Download it again or use another file."]);
    expect(refuse(["a", "b", "b"])).toEqual([
      "Nothing in it fits the loaded model: b (for example key 1).",
      "Check which base model it was made for, or use another version of it.",
    ]);
    expect(refuse(["a", "a", PLAIN_WEIGHT])).toEqual([
      "This is a complete model, not an adapter.",
      "Open it as a checkpoint instead.",
    ]);
    expect(refuse([NOT_NUMBERS, NOT_NUMBERS, "a"])).toEqual([
      "Its tensors contain broken values (NaN or infinity).",
      "Its training or conversion failed; use another version.",
    ]);
    expect(refuse([NOT_NUMBERS, "a", "a"])?.[0]).toContain("Nothing in it fits");
    expect(refuse(["only its adapter_config.json shows it"])).toEqual([
      "Its settings are missing: only its adapter_config.json shows it.",
      "Choose it together with its adapter_config.json.",
    ]);
  });

  test.each<[Partial<BaseVerdict>, boolean]>([
    [{}, true],
    [{ contextWidth: 768 }, false],
    [{ contextWidth: 12 }, true],
    [{ textWidth: 768 }, false],
    [{ textWidth: 12 }, true],
    [{ contextWidth: 768, textWidth: 768 }, false],
    [{ contextWidth: 768, textWidth: 12 }, true],
  ])("names the base that its widths %j speak for: %s", (widths, isOther) => {
    const [, remedy] = refuse(["a"], { base: { ...noBase, name: "SDXL", ...widths } })!;
    expect(remedy).toBe(
      isOther
        ? "Use it with SDXL, for which it seems to be made."
        : "Check which base model it was made for, or use another version of it.",
    );
  });
});

const update = (over: Partial<ParameterUpdate>): ParameterUpdate =>
  ({
    network: "unet",
    name: "conv_in.weight",
    shape: [],
    block: "IN00",
    family: "LoRA",
    rank: 4,
    alpha: 4,
    delta: () => ({ kind: "dense", values: new Float32Array(0) }),
    magnitude: null,
    ...over,
  }) as ParameterUpdate;

test("problems are grouped by cause, the largest group first", () => {
  const problems = [
    { key: "1", cause: say`a` },
    { key: "2", cause: say`b` },
    { key: "3", cause: say`b` },
    { key: "4", cause: say`c` },
  ];
  expect(groupProblems(problems)).toEqual([
    { cause: say`b`, keys: ["2", "3"] },
    { cause: say`a`, keys: ["1"] },
    { cause: say`c`, keys: ["4"] },
  ]);
});

test("families, modules and values are counted", () => {
  const magnitude = () => ({ axis: "row", values: new Float32Array(0), kernelArea: 1 }) as const;
  const updates = [
    update({ family: "LoHa" }),
    update({ name: "conv_in.bias" }),
    update({ network: "text_encoder", name: "a.weight.weight", magnitude }),
  ];
  expect(countFamilies(updates)).toEqual([
    { family: "LoRA", modules: 2, dora: 1 },
    { family: "LoHa", modules: 1, dora: 0 },
  ]);
  expect(countModules(updates, tiny)).toEqual([
    { network: "unet", modules: 1, of: tiny.modules.filter(({ network }) => network === "unet").length },
    {
      network: "text_encoder",
      modules: 1,
      of: tiny.modules.filter(({ network }) => network === "text_encoder").length,
    },
  ]);
  expect(countModules(updates, { ...tiny, modules: tiny.modules.slice(0, 1) })).toEqual([
    { network: "unet", modules: 1, of: 1 },
  ]);
  expect(distinct([10, null, 9, 10, 100])).toEqual([9, 10, 100]);
});

describe("warnings", () => {
  const warn = (
    keys: readonly string[],
    {
      updates = [update({})],
      problems = 0,
      metadata = {},
      adapterConfig,
    }: {
      updates?: readonly ParameterUpdate[];
      problems?: number;
      metadata?: Readonly<Record<string, string>>;
      adapterConfig?: unknown;
    } = {},
  ): readonly string[] =>
    warningsFor({
      file: {
        entries: new Map(keys.map((key) => [key, { dtype: "F32", shape: [] }])),
        metadata: new Map(Object.entries(metadata)),
      },
      updates,
      problems: Array.from({ length: problems }, () => ({ key: "", cause: say`` })),
      adapterConfig,
    }).map(english);
  const scale =
    "PEFT stores this file's scale in a separate adapter_config.json, which is missing. Stylus assumes a scale of 1; the right strength may differ.";
  const coft =
    "PEFT stores this file's settings in a separate adapter_config.json, which is missing. Stylus assumes OFT without constraint (COFT).";

  test("name tensors that are not used", () => {
    expect(warn(["a", "b", "c"])).toEqual([]);
    expect(warn(["a", "b", "c"], { problems: 1 })).toEqual([
      "1 of 3 tensors is not used; the effect may differ from the author's.",
    ]);
    expect(warn(["a", "b", "c"], { problems: 2 })).toEqual([
      "2 of 3 tensors are not used; the effect may differ from the author's.",
    ]);
    expect(warn(["a", "b", "c"], { problems: 2, updates: [] })).toEqual([]);
  });

  test("name changes with alpha 0, unless a scale replaces it", () => {
    const idle = update({ alpha: 0 });
    expect(warn(["a.alpha"], { updates: [idle, update({ alpha: null })] })).toEqual([
      "1 of its changes has alpha 0 and therefore no effect.",
    ]);
    expect(warn(["a.alpha"], { updates: [idle, idle] })).toEqual([
      "2 of its changes have alpha 0 and therefore no effect.",
    ]);
    expect(warn(["a.alpha", "a.scale"], { updates: [idle] })).toEqual([]);
  });

  test("name expressions in patterns, with their place", () => {
    const packed = { lora_adapter_metadata: '{"unet.alpha_pattern": {"(?=a)": 1}}' };
    const warning = (place: string, pattern: string): string =>
      `alpha_pattern of ${place} has expressions that are not evaluated: ${pattern}. What they name has the alpha of all others.`;
    const beside = { alpha_pattern: { "b**": 1 } };
    expect(warn(["a"], { adapterConfig: beside })).toEqual([warning("adapter_config.json", "b**")]);
    expect(warn(["a"], { metadata: packed })).toEqual([
      warning("the metadata's lora_adapter_metadata", "(?=a)"),
    ]);
  });

  test.each<[string, string[]]>([
    ["base_model.model.a.lora_A.weight", [scale]],
    ["unet.a.lora_A.weight", []],
    ["base_model.model.a.oft_R.weight", []],
    ["base_model.model.a.oft_r", [coft]],
    ["base_model.model.a.oft_r.default", [coft]],
    ["unet.a.oft_r", [coft]],
    ["base_model.model.a.oft_s", []],
    ["base_model.model.a.boft_R", []],
    ["base_model.model.a.boft_s", []],
    ["base_model.model.a.boft_P", []],
    ["base_model.model.a.ia3_l", []],
    ["base_model.model.a.bias", []],
    ["base_model.model.a.biased", [scale]],
  ])("name a missing configuration for %s", (key, warnings) => {
    expect(warn([key])).toEqual(warnings);
    expect(warn([key, "base_model.model.b.ia3_l"])).toEqual(warnings);
    expect(warn([key], { adapterConfig: null })).toEqual([]);
    expect(warn([key], { metadata: { lora_adapter_metadata: "{}" } })).toEqual([]);
    expect(warn([key], { updates: [] })).toEqual([]);
    expect(warn([key, "b.alpha"])).toEqual(warnings.filter((one) => one === coft));
  });
});
