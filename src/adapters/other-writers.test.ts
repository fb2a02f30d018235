// Files in the shapes that other programs write or accept: each is read and applied as its plain twin, or refused with a reason that names
// the tensor.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { K, Q, file, pair, read, sd15, tiny, type Entry } from "../../tests/fixtures/adapters/small-files.ts";
import {
  dictionary,
  ramp,
  Tuple,
  writeLegacyTorchFile,
  writeTorchFile,
  type Value,
} from "../../tests/fixtures/adapters/write-torch.ts";
import { inspectAdapter, type AdapterFile } from "./adapter.ts";
import { withPeftConfig } from "./files/peft-config.ts";
import { mergeParameter } from "./merging/merge.ts";
import { splitKey } from "./names/keys.ts";
import { flatten, moduleTable, type ModuleEntry } from "./names/module-table.ts";
import { formatReport } from "./report.ts";

const plain = pair(Q, { out: 320, input: 320 });
const named = (change: (name: string) => string): Entry[] =>
  plain.map(([name, shape, values]) => [change(name), shape, values!]);

const hashOf = (values: Float32Array): string =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

/** What a file does to its weights, all of them from 0.25: the bytes' hashes. */
const effect = ({ updates }: AdapterFile): unknown =>
  updates.map((update) => {
    const size = update.shape.reduce((product, length) => product * length, 1);
    const merged = mergeParameter(new Float32Array(size).fill(0.25), update.shape, [
      { update, strength: 0.7 },
    ]);
    return [update.network, update.name, hashOf(merged)];
  });

const refusalOf = async (entries: readonly Entry[], table = sd15): Promise<string> =>
  (await read(file(entries), table)).report.refusal!.message;

const openTorch = (value: Value, table = sd15): Promise<AdapterFile> =>
  inspectAdapter(new Blob([writeTorchFile(value)]), { fileName: "folder/style.pt", table });

describe("names", () => {
  const dotted = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
  const asPeft =
    (prefix: string, path: string, adapter = "") =>
    (name: string) =>
      `${prefix}${path}.lora_${name.includes("lora_up") ? "B" : "A"}${adapter}.weight`;
  const spellings: readonly (readonly [what: string, change: (name: string) => string])[] = [
    ["a doubled prefix", (name) => `lora_unet_${name}`],
    ["torch.compile behind kohya's prefix", (name) => name.replace("lora_unet_", "lora_unet__orig_mod_")],
    ["torch.compile inside a kohya name", (name) => name.replace("attentions", "_orig_mod_attentions")],
    ["torch.compile inside a path", asPeft("unet.", dotted.replace("0.att", "0._orig_mod.att"))],
    ["FSDP inside a path", asPeft("unet.", dotted.replace("attn1", "attn1._fsdp_wrapped_module"))],
    ["DDP before a path", asPeft("module.unet.", dotted)],
    ["DDP behind a prefix", asPeft("unet.module.", dotted)],
    ["PEFT in a model in DDP", asPeft("module.base_model.model.", dotted)],
    ["a model in a model", asPeft("model.", dotted)],
    ["an adapter's name with dots", asPeft("unet.", dotted, ".my.style")],
    ["a trailing underscore", (name) => name.replace("_to_q.", "_to_q_.")],
    ["a module in capitals", (name) => name.replace(Q, Q.toUpperCase())],
    ["all in capitals", (name) => name.toUpperCase()],
    ["a container", (name) => `my_lora.weights.${name}`],
  ];
  test.each(spellings)("%s", async (_, change) => {
    const file_ = await read(file(named(change)));
    expect(file_.report).toMatchObject({ refusal: null, unmatched: [] });
    expect(effect(file_)).toEqual(effect(await read(file(plain))));
  });

  test("a text encoder in a wrapper", async () => {
    const layer = "text_model_encoder_layers_0_self_attn_k_proj";
    const { report, updates } = await read(
      file(pair(`lora_te_wrapped_transformer_${layer}`, { out: 768, input: 768 })),
    );
    expect(report.unmatched).toEqual([]);
    expect(updates.map(({ name }) => name)).toEqual(["text_model.encoder.layers.0.self_attn.k_proj.weight"]);
  });

  const entries = fc.constantFrom(...sd15.modules.filter(({ weight }) => weight !== null));
  const resolved = (key: string): ModuleEntry | undefined => {
    const parts = splitKey(key);
    return parts ? sd15.find(parts.module, parts.network) : undefined;
  };

  test("any module behind any wrappers is found", () => {
    const wrapper = fc.constantFrom("module", "model", "base_model.model", "_orig_mod", "lora", "weights");
    fc.assert(
      fc.property(
        entries,
        fc.array(wrapper, { maxLength: 3 }),
        fc.record({
          inside: fc.nat(9),
          flat: fc.boolean(),
          capitals: fc.boolean(),
          tail: fc.constantFrom("", "_"),
        }),
        ({ network, path }, wrappers, { inside, flat, capitals, tail }) => {
          const parts = path.split(".");
          parts.splice(inside % parts.length, 0, "_orig_mod");
          const whole = [...wrappers, ...parts].join(".");
          const module = flat ? flatten(whole) : whole;
          const prefix = { unet: ["lora_unet_", "unet."], text_encoder: ["lora_te_", "text_encoder."] }[
            network
          ];
          const key = `${prefix[flat ? 0 : 1]}${capitals ? module.toUpperCase() : module}${tail}.lora_down.weight`;
          expect(resolved(key), key).toMatchObject({ network, path });
        },
      ),
    );
  });

  test("no module of another network is taken for one of these", () => {
    const foreign = fc.constantFrom(
      "lora_te2_",
      "lora_vae_",
      "lora_prior_",
      "text_encoder_2.",
      "vae.",
      "controlnet.",
      "first_stage_model.",
      "image_encoder.vision_model.",
      "text_encoders.clip_g.transformer.",
    );
    fc.assert(
      fc.property(entries, foreign, ({ path }, prefix) => {
        const module = prefix.endsWith("_") ? flatten(path) : path;
        expect(resolved(`${prefix}${module}.lora_down.weight`)).toBeUndefined();
      }),
    );
  });
});

describe("alpha", () => {
  const scaleOf = async (entries: readonly Entry[]): Promise<unknown> => {
    const { updates } = await read(file([...plain, ...entries]));
    return updates[0]?.delta();
  };

  test("missing, a number, a number for each rank", async () => {
    expect(await scaleOf([])).toMatchObject({ scale: 1 });
    expect(await scaleOf([[`${Q}.alpha`, [], [2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [1], [2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [4], [2, 2, 2, 2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [], [-2]]])).toMatchObject({ scale: -0.5 });
  });

  test("of different numbers is refused by name", async () => {
    expect(await refusalOf([...plain, [`${Q}.alpha`, [4], [1, 2, 3, 4]]])).toBe(
      `Nothing in it fits the loaded model: alpha is [4], not a single number (for example ${Q}.alpha).`,
    );
    expect(await refusalOf([...plain, [`${Q}.alpha`, [0]]])).toContain(`for example ${Q}.alpha`);
  });

  test("0 has no effect, and says so", async () => {
    const adapter = await read(file([...plain, [`${Q}.alpha`, [], [0]]]));
    expect(adapter.updates[0]!.delta()).toMatchObject({ scale: 0 });
    expect(effect(adapter)).toEqual([
      ["unet", adapter.updates[0]!.name, hashOf(new Float32Array(320 * 320).fill(0.25))],
    ]);
    expect(adapter.report.warnings).toEqual(["1 of its changes has alpha 0 and therefore no effect."]);
    const scaled = await read(file([...plain, [`${Q}.alpha`, [], [0]], [`${Q}.scale`, [], [0.5]]]));
    expect(scaled.updates[0]!.delta()).toMatchObject({ scale: 0.5 });
    expect(scaled.report.warnings).toEqual([]);
  });

  test("0 in PEFT's configuration", async () => {
    const { updates } = await inspectAdapter(file(plain), {
      fileName: "x",
      table: sd15,
      adapterConfig: { lora_alpha: 0 },
    });
    expect(updates[0]!.delta()).toMatchObject({ scale: 0 });
  });
});

describe("convolutions whose up part has a kernel", () => {
  const conv = "lora_unet_down_blocks_0_resnets_0_conv1"; // [8, 8, 3, 3] in the tiny model
  const random = (count: number, seed: number): number[] =>
    Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7));

  test.each([
    { up: [3, 3], down: [1, 1] },
    { up: [3, 1], down: [1, 3] },
    { up: [1, 3], down: [3, 1] },
    { up: [2, 2], down: [2, 2] },
  ])("$up after $down is one convolution", async ({ up, down }) => {
    const [rank, size] = [2, 8];
    const [upArea, downArea] = [up[0]! * up[1]!, down[0]! * down[1]!];
    const ups = Float32Array.from(random(size * rank * upArea, 1));
    const downs = Float32Array.from(random(rank * size * downArea, 2));
    const { report, updates } = await read(
      file([
        [`${conv}.lora_up.weight`, [size, rank, ...up], [...ups]],
        [`${conv}.lora_down.weight`, [rank, size, ...down], [...downs]],
        [`${conv}.alpha`, [], [1]],
      ]),
      tiny,
    );
    expect(report).toMatchObject({
      refusal: null,
      unmatched: [],
      ranks: [rank],
      families: [{ family: "LoCon" }],
    });
    const merged = mergeParameter(new Float32Array(size * size * 9), updates[0]!.shape, [
      { update: updates[0]!, strength: 2 },
    ]);
    // Every pair of kernel positions by itself: an independent order of sums.
    const expected = new Float64Array(size * size * 9);
    for (let a = 0; a < upArea; a++)
      for (let b = 0; b < downArea; b++) {
        const y = Math.floor(a / up[1]!) + Math.floor(b / down[1]!);
        const x = (a % up[1]!) + (b % down[1]!);
        for (let o = 0; o < size; o++)
          for (let i = 0; i < size; i++)
            for (let r = 0; r < rank; r++)
              // strength 2 · alpha 1 / rank 2
              expected[(o * size + i) * 9 + y * 3 + x]! +=
                ups[(o * rank + r) * upArea + a]! * downs[(r * size + i) * downArea + b]!;
      }
    for (const [i, value] of merged.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  test("kernels that do not add up to the layer's", async () => {
    const refused = (up: readonly number[], down: readonly number[]): Promise<string> =>
      refusalOf(
        [
          [`${conv}.lora_up.weight`, up],
          [`${conv}.lora_down.weight`, down],
        ],
        tiny,
      );
    expect(await refused([8, 2, 3, 3], [2, 8, 3, 3])).toContain(
      "down is [2, 8, 3, 3], expected [2, 8, 1, 1]",
    );
    expect(await refused([8, 2, 5, 5], [2, 8, 1, 1])).toContain("up is [8, 2, 5, 5], expected [8, 2] with");
    expect(await refused([8, 2, 3, 3], [3, 8, 1, 1])).toContain(`for example ${conv}.lora_down.weight`);
    expect(await refused([8, 0, 3, 3], [0, 8, 1, 1])).toContain("expected a matrix or a convolution");
  });
});

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

describe("pickles", () => {
  const up = ramp([320, 4]);
  const down = ramp([4, 320], 5);
  const lora = dictionary({
    [`${Q}.lora_up.weight`]: up,
    [`${Q}.lora_down.weight`]: down,
    [`${Q}.alpha`]: ramp([]),
  });
  const twin = file([
    [`${Q}.lora_up.weight`, [320, 4], [...up.storage]],
    [`${Q}.lora_down.weight`, [4, 320], [...down.storage]],
    [`${Q}.alpha`, [], [-3 / 8]],
  ]);
  const namespace: Value = {
    made: ["argparse", "Namespace"],
    args: [],
    isNew: true,
    state: dictionary({ rank: 4, output: { made: ["pathlib", "PosixPath"], args: ["out", "style"] } }),
  };

  test.each<[string, Value]>([
    ["a dictionary", lora],
    ["a dictionary in a dictionary", dictionary({ lora })],
    [
      "three levels",
      dictionary({ result: dictionary({ state_dict: dictionary({ any_name: lora }) }), epoch: 3 }),
    ],
    ["a dictionary in a list", [lora]],
    ["a tuple of settings and a dictionary", new Tuple("style", 0.5, lora)],
    ["beside arguments", new Map([...lora, ["args", namespace]])],
    [
      "parts in their own dictionaries",
      dictionary({
        unet: new Map([...lora].map(([key, value]) => [key.replace("lora_unet_", ""), value])),
      }),
    ],
    [
      "a defaultdict",
      {
        made: ["collections", "defaultdict"],
        args: [{ made: ["builtins", "dict"], args: [] }],
        entries: lora,
      },
    ],
  ])("%s", async (_, value) => {
    const adapter = await openTorch(value);
    expect(adapter.report).toMatchObject({ refusal: null, unmatched: [], tensors: 3 });
    expect(effect(adapter)).toEqual(effect(await read(twin)));
  });

  test("tensors that repeat their numbers (stride 0)", async () => {
    const column = Float32Array.of(0.5, -1, 2, 0.25);
    const repeated = { storage: column, shape: [320, 4], strides: [0, 1] };
    const adapter = await openTorch(new Map<string, Value>([...lora, [`${Q}.lora_up.weight`, repeated]]));
    const written = await openTorch(
      new Map<string, Value>([
        ...lora,
        [
          `${Q}.lora_up.weight`,
          { storage: Float32Array.from({ length: 1280 }, (_, i) => column[i % 4]!), shape: [320, 4] },
        ],
      ]),
    );
    expect(effect(adapter)).toEqual(effect(written));
    for (const shape of [
      [1e6, 1e6],
      [5e6, 4],
      [2 ** 40, 2 ** 40],
    ]) {
      const huge = { storage: column, shape, strides: [0, 0] };
      await expect(openTorch(dictionary({ "a.b": huge }))).rejects.toMatchObject({
        code: "unsupported",
        where: "folder/style.pt",
        message: 'This pickle cannot be read: "a.b" repeats the numbers of a small storage too often.',
      });
    }
  });

  test("names the tensor that ends past its storage, and the function that a file would call", async () => {
    const cut = { storage: Float32Array.of(1, 2), shape: [3], strides: [1] };
    await expect(openTorch(dictionary({ part: dictionary({ cut }) }))).rejects.toMatchObject({
      message: 'This pickle cannot be read: "part.cut" extends past its storage.',
    });
    for (const made of [
      ["posix", "system"],
      ["builtins", "eval"],
      ["builtins", "getattr"],
    ] as const)
      await expect(openTorch(new Map([...lora, ["x", { made, args: ["x"] }]]))).rejects.toMatchObject({
        message: expect.stringContaining(made.join(".")),
      });
  });

  test("tensors in a list of a dictionary are not lost", async () => {
    const { report } = await openTorch(new Map<string, Value>([...lora, ["extra", [ramp([2]), ramp([3])]]]));
    expect(report.unmatched.flatMap(({ keys }) => keys)).toEqual(["extra.list:0", "extra.list:1"]);
  });

  test("nesting deeper than any file's is refused by name", async () => {
    let deep: Value = lora;
    for (let level = 0; level < 40; level++) deep = dictionary({ a: deep });
    await expect(openTorch(deep)).rejects.toMatchObject({
      message: expect.stringContaining("nested too deeply"),
    });
  });
});

describe("cloneofsimo's lists", () => {
  const attention = (name: string): string[] => ["q", "k", "v", "out.0"].map((part) => `${name}.to_${part}`);
  const ORDERS = {
    old: [...attention("attn1"), "ff.net.0.proj", ...attention("attn2")],
    new: [...attention("attn1"), ...attention("attn2"), "ff.net.0.proj"],
    "attention only": [...attention("attn1"), ...attention("attn2")],
  };
  /** The tiny U-Net's transformers in the order of PyTorch's traversal. */
  const blocks = [
    ...[0, 1, 2].flatMap((level) => [0, 1].map((i) => `down_blocks.${level}.attentions.${i}`)),
    ...[1, 2, 3].flatMap((level) => [0, 1, 2].map((i) => `up_blocks.${level}.attentions.${i}`)),
    "mid_block.attentions.0",
  ];
  const pathsOf = (parts: readonly string[]): string[] =>
    blocks.flatMap((block) => parts.map((part) => `${block}.transformer_blocks.0.${part}`));
  const entryOf = (path: string): ModuleEntry => tiny.find(flatten(path), "unet")!;
  /** Each up part holds its index, so that a wrong place shows. */
  const tensorsOf = (paths: readonly string[]): { up: Value; down: Value; shapes: number[][] }[] =>
    paths.map((path, index) => {
      const [out, input] = entryOf(path).weight!.shape as [number, number];
      return {
        up: { storage: new Float32Array(out).fill(index + 1), shape: [out, 1] },
        down: { storage: new Float32Array(input).fill(1), shape: [1, input] },
        shapes: [
          [out, 1],
          [1, input],
        ],
      };
    });
  const places = ({ updates }: AdapterFile): Map<string, number> =>
    new Map(
      updates.map((update) => {
        const delta = update.delta();
        return [update.name, delta.kind === "low-rank" ? delta.up.values[0]! : NaN];
      }),
    );

  test.each(Object.entries(ORDERS))("the %s order", async (_, parts) => {
    const paths = pathsOf(parts);
    const expected = new Map(paths.map((path, index) => [`${path}.weight`, index + 1]));
    const tensors = tensorsOf(paths);
    const list = tensors.flatMap(({ up, down }) => [up, down]);
    for (const value of [list, dictionary({ unet: list })]) {
      const adapter = await openTorch(value, tiny);
      expect(adapter.report).toMatchObject({ refusal: null, unmatched: [] });
      expect(places(adapter)).toEqual(expected);
    }
    const safetensors = tensors.flatMap(({ shapes }, index): Entry[] => [
      [`unet:${index}:up`, shapes[0]!, Array<number>(shapes[0]![0]!).fill(index + 1)],
      [`unet:${index}:down`, shapes[1]!],
    ]);
    expect(places(await read(file(safetensors), tiny))).toEqual(expected);
  });

  test("of the text encoder, with and without its feed-forward layers", async () => {
    for (const parts of [[], ["mlp.fc1", "mlp.fc2"]]) {
      const paths = [0, 1].flatMap((layer) =>
        [...["k", "v", "q", "out"].map((part) => `self_attn.${part}_proj`), ...parts].map(
          (part) => `text_model.encoder.layers.${layer}.${part}`,
        ),
      );
      const entries = paths.flatMap((path, index): Entry[] => {
        const [out, input] = tiny.find(flatten(path), "text_encoder")!.weight!.shape as [number, number];
        return [
          [`text_encoder:${index}:up`, [out, 1], Array<number>(out).fill(index + 1)],
          [`text_encoder:${index}:down`, [1, input]],
        ];
      });
      const adapter = await read(file(entries), tiny);
      expect(places(adapter)).toEqual(new Map(paths.map((path, index) => [`${path}.weight`, index + 1])));
    }
  });

  test("that fit two orders are refused", async () => {
    const names = ORDERS.new.map((part) => `down_blocks.0.attentions.0.transformer_blocks.0.${part}.weight`);
    const table = moduleTable({ unet: names.map((name) => ({ name, shape: [4, 4] })) });
    const list = names.flatMap(() => [ramp([4, 1]), ramp([1, 4])]);
    const { report } = await openTorch(list, table);
    expect(report.refusal!.message).toBe(
      "Nothing in it fits the loaded model: its position in the list fits 2 module orders of this model, and nothing shows which is meant (for example list:0).",
    );
  });

  test("of other lengths or shapes are refused", async () => {
    const list = tensorsOf(pathsOf(ORDERS.new)).flatMap(({ up, down }) => [up, down]);
    for (const other of [list.slice(2), list.toReversed(), list.slice(0, -1), [list[2]!, ...list]])
      expect((await openTorch(other, tiny)).report.refusal!.message).toMatch(/fits no module order|made for/);
  });
});

describe("what a file says of its base", () => {
  const peft: Entry[] = named((name) => name.replace("lora_down", "lora_A").replace("lora_up", "lora_B"));
  const withConfig = async (base: unknown, entries = peft): Promise<string | undefined> => {
    const adapterConfig = { lora_alpha: 8, base_model_name_or_path: base };
    const options = { fileName: "adapter_model.safetensors", table: sd15 };
    const beside = await inspectAdapter(file(entries), { ...options, adapterConfig });
    const joined = await withPeftConfig(file(entries), adapterConfig, options);
    const inside = await inspectAdapter(joined, options);
    expect(inside.report.refusal?.message).toBe(beside.report.refusal?.message);
    return inside.report.refusal?.message;
  };

  test.each([
    ["stabilityai/stable-diffusion-xl-base-1.0", "SDXL"],
    ["Lykon/dreamshaper-xl-1-0", "SDXL"],
    ["stabilityai/sdxl-turbo", "SDXL"],
    ["stabilityai/stable-diffusion-2-1", "Stable Diffusion 2.x"],
    ["stabilityai/sd-turbo", "Stable Diffusion 2.x"],
    ["stabilityai/stable-diffusion-3.5-large", "Stable Diffusion 3"],
    ["black-forest-labs/FLUX.1-dev", "Flux"],
    ["PixArt-alpha/PixArt-XL-2-1024-MS", "PixArt"],
    ["meta-llama/Llama-2-7b-hf", "a language model"],
  ])("another one in adapter_config.json: %s", async (base, made) => {
    const message = `This adapter was made for ${made}: its adapter_config.json names ${base} as its base.`;
    expect(await withConfig(base)).toBe(message);
    // Then the scale in it is another adapter's, too.
    expect(await withConfig(base, pair(K, { out: 320, input: 768 }))).toBe(message);
  });

  test.each([
    "runwayml/stable-diffusion-v1-5",
    "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "CompVis/stable-diffusion-v1-4",
    "/home/me/sdxl-tools/sd15",
    "/models/dreamshaper_8",
    "fluxus/oil",
    "",
    null,
    7,
  ])("no other one: %j", async (base) => {
    expect(await withConfig(base)).toBeUndefined();
  });

  test("in other metadata: believed where no width contradicts it", async () => {
    const stated = async (entries: readonly Entry[], text: string): Promise<unknown> =>
      (await read(file(entries, { ss_base_model_version: text }))).report.refusal?.message;
    expect(await stated(plain, "sdxl_base_v1-0")).toBe(
      "This adapter was made for SDXL: its metadata names sdxl_base_v1-0 as its base.",
    );
    expect(await stated(plain, "sd_v1")).toBeUndefined();
    expect(await stated(pair(K, { out: 320, input: 768 }), "sdxl_base_v1-0")).toBeUndefined();
    const text = pair("lora_te1_text_model_encoder_layers_0_self_attn_q_proj", { out: 768, input: 768 });
    expect(await stated(text, "sdxl_base_v1-0")).toContain("made for SDXL");
    expect(await stated(text, "sd_v2")).toBeUndefined();
  });

  test("a pickle keeps the scale of its configuration", async () => {
    const value = dictionary({
      [`base_model.model.${"down_blocks.0.attentions.0.proj_in"}.lora_A.weight`]: ramp([4, 320]),
      [`base_model.model.${"down_blocks.0.attentions.0.proj_in"}.lora_B.weight`]: ramp([320, 4]),
    });
    const fileName = "adapter_model.bin";
    const joined = await withPeftConfig(new Blob([writeTorchFile(value)]), { lora_alpha: 8 }, { fileName });
    const { report, updates } = await inspectAdapter(joined, { fileName, table: sd15 });
    expect(updates[0]!.delta()).toMatchObject({ scale: 2, down: { values: ramp([4, 320]).storage } });
    expect(report.warnings).toEqual([]);
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
