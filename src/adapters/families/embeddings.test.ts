// Textual inversions in every shape that programs write, and what is none.
import { describe, expect, test } from "vitest";
import { file, refusalOf, sd15 } from "../../../tests/fixtures/adapters/small-files.ts";
import {
  dictionary,
  ramp,
  Tuple,
  writeLegacyTorchFile,
  writeTorchFile,
  type Value,
} from "../../../tests/fixtures/adapters/write-torch.ts";
import { inspectAdapter, type AdapterFile } from "../adapter.ts";
import { readEmbedding } from "./embeddings.ts";
import { type EmbeddingContext, splitEmbeddingKey } from "../names/embedding-keys.ts";

describe("textual inversions", () => {
  const only = (key: string, shape: readonly number[]): Promise<AdapterFile> =>
    inspectAdapter(file([[key, shape]]), { fileName: "folder/EasyThing.safetensors", table: sd15 });

  test.each([
    ["mytoken", [768], "mytoken", 1],
    ["mytoken", [4, 768], "mytoken", 4],
    ["<cat toy>", [1, 768], "<cat toy>", 1],
    ["emb_params", [1, 2, 768], "EasyThing", 2],
    ["emb_params", [1, 1, 75, 768], "EasyThing", 75],
    ["string_to_param.sks", [2, 768], "sks", 2],
    ["", [2, 768], "EasyThing", 2],
    ["clip_l", [2, 768], "EasyThing", 2],
    ["embedding_manager.string_to_param_dict.*", [2, 768], "EasyThing", 2],
  ])("%j of shape %j", async (key, shape, name, vectors) => {
    const { report, embeddings } = await only(key, shape);
    expect(report).toMatchObject({ refusal: null, unmatched: [] });
    expect(embeddings.map((one) => [one.name, one.vectors, one.values.length])).toEqual([
      [name, vectors, vectors * 768],
    ]);
  });

  test.each([
    ["mytoken", [3, 1024], "made for Stable Diffusion 2.x"],
    ["mytoken", [3, 5], "no known adapter format (for example mytoken)"],
    ["emb_params", [2, 3, 768], "no known adapter format (for example emb_params)"],
    ["emb_params", [76, 768], "at most 75 vectors at once (for example emb_params)"],
    ["", [77, 768], "at most 75 vectors at once (for example (unnamed))"],
    ["", [3], "no known adapter format (for example (unnamed))"],
  ])("%j of shape %j is refused", async (key, shape, reason) => {
    const { report } = await only(key, shape);
    expect(report.refusal!.message).toContain(reason);
    expect(report.refusal!.remedy).not.toBe("");
  });

  test("several tensors of any name are no textual inversion; SDXL's pair is SDXL's", async () => {
    expect(
      await refusalOf([
        ["a", [768]],
        ["b", [768]],
      ]),
    ).toContain("no known adapter format (for example a)");
    expect(
      await refusalOf([
        ["clip_g", [2, 1280]],
        ["clip_l", [2, 768]],
      ]),
    ).toContain("made for SDXL");
  });

  const step: Value = {
    made: ["numpy.core.multiarray", "scalar"],
    args: [
      {
        made: ["numpy", "dtype"],
        args: ["i8", false, true],
        state: new Tuple(3, "<", null, null, null, -1, -1, 0),
      },
      { made: ["_codecs", "encode"], args: ["ô\u0001", "latin1"] },
    ],
  };
  const noHooks = { made: ["collections", "OrderedDict"], args: [] } as const;
  const parameterDict = (tensor: Value): Value => ({
    made: ["torch.nn.modules.container", "ParameterDict"],
    args: [],
    isNew: true,
    state: dictionary({
      training: true,
      _parameters: {
        made: ["collections", "OrderedDict"],
        args: [
          [new Tuple("*", { made: ["torch._utils", "_rebuild_parameter"], args: [tensor, true, noHooks] })],
        ],
      },
      _buffers: noHooks,
      _non_persistent_buffers_set: { made: ["__builtin__", "set"], args: [[]] },
      _keys: dictionary({ "*": null }),
    }),
  });
  test.each<[string, Value]>([
    [
      "A1111's, with a step of numpy",
      dictionary({
        string_to_token: dictionary({ "*": 265 }),
        string_to_param: dictionary({ "*": ramp([2, 768]) }),
        step,
      }),
    ],
    [
      "the original repository's",
      dictionary({
        string_to_token: dictionary({ "*": ramp([]) }),
        string_to_param: parameterDict(ramp([2, 768])),
      }),
    ],
    ["a tensor alone", ramp([2, 768])],
  ])("pickles: %s", async (_, value) => {
    for (const bytes of [writeTorchFile(value), writeLegacyTorchFile(value)]) {
      const adapter = await inspectAdapter(new Blob([bytes]), { fileName: "folder/style.pt", table: sd15 });
      expect(adapter.report).toMatchObject({ refusal: null, unmatched: [] });
      expect(adapter.embeddings.map(({ name, values }) => [name, values])).toEqual([
        ["style", ramp([2, 768]).storage],
      ]);
    }
  });
});

describe("the word of a textual inversion", () => {
  const nameOf = (key: string, context: Partial<EmbeddingContext> = {}): string | undefined =>
    splitEmbeddingKey(key, {
      shape: [2, 768],
      isMarked: false,
      fileName: "a/b\\c.d.pt",
      tensors: 2,
      width: null,
      ...context,
    })?.name;

  test.each([
    ["emb_params", "c.d"],
    ["string_to_param.*", "c.d"],
    ["string_to_param.a.b", "a.b"],
    ["bundle_emb.cat.string_to_param.*", "cat"],
    ["bundle_emb.cat.emb_params", "cat"],
    ["bundle_emb.my.cat.vector", "my.cat"],
    ["bundle_emb.cat.clip_l", "cat"],
    ["bundle_emb.cat.*", "cat"],
    ["bundle_emb.cat.other", undefined],
    ["<cat>", "<cat>"],
    ["<ca>t>", undefined],
    ["x<cat>", undefined],
    ["<>", undefined],
    ["cat", undefined],
  ])("%s: %s", (key, name) => {
    expect(nameOf(key)).toBe(name);
  });

  test("is the key of the only tensor, or the file's name", () => {
    const only = { tensors: 1 };
    expect([nameOf(" cat ", only), nameOf("  ", only), nameOf("", only)]).toEqual(["cat", "c.d", "c.d"]);
    expect(nameOf("lora_unet_conv_in.alpha", only)).toBeUndefined();
    expect([768, 1024, 1280, 12].map((width) => nameOf("cat", { ...only, shape: [width] }))).toEqual([
      "cat",
      "cat",
      "cat",
      undefined,
    ]);
    expect(nameOf("cat", { ...only, shape: [12], width: 12 })).toBe("cat");
    expect(nameOf("cat", { isMarked: true })).toBe("cat");
  });

  test("does not exist without vectors", () => {
    expect(nameOf("emb_params", { shape: [] })).toBeUndefined();
    expect(nameOf("emb_params", { shape: [2, 1, 768] })).toBeUndefined();
    expect(nameOf("emb_params", { shape: [1, 1, 2, 768] })).toBe("c.d");
    const tensor = (...shape: number[]) => ({ dtype: "F32", shape, bytes: new Uint8Array(24) }) as const;
    expect(readEmbedding("a", tensor(2, 3), 3)).toMatchObject({ name: "a", vectors: 2, width: 3 });
    expect(readEmbedding("a", tensor(6), null)).toMatchObject({ vectors: 1, width: 6 });
    for (const [one, width] of [
      [tensor(2, 3), 4],
      [tensor(0, 3), null],
      [tensor(2, 0), null],
      [tensor(2, 3, 1), null],
    ] as const)
      expect(readEmbedding("a", one, width)).toBeNull();
  });
});
