// LoRA files as pickles: read and applied as their twins in safetensors, or refused with a reason that names the tensor.
import { describe, expect, test } from "vitest";
import { effect } from "../../../tests/fixtures/adapters/effect.ts";
import { file, openTorch, Q, read } from "../../../tests/fixtures/adapters/small-files.ts";
import { dictionary, ramp, Tuple, type Value } from "../../../tests/fixtures/adapters/write-torch.ts";

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
