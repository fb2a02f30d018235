// Adapters and words of a graph by the types of its nodes.
import { expect, it } from "vitest";
import { graph, node, settingsOfGraph } from "../../tests/fixtures/comfyui-graphs.ts";

const loader = (type: string, inputs: object) => ({
  "2": node(type, { model: ["1", 0], clip: ["1", 1], ...inputs }),
  "9": node("KSampler", { ...graph["9"].inputs, model: ["2", 0] }),
});

/** Three places, of which the node uses two. */
const stacker = (mode: string) =>
  node("LoRA Stacker", {
    input_mode: mode,
    lora_count: 2,
    ...Object.fromEntries(
      ["ink", "clay", "old"].flatMap((name, i) => [
        [`lora_name_${i + 1}`, `${name}.pt`],
        [`lora_wt_${i + 1}`, 0.5],
        [`model_str_${i + 1}`, 0.8],
        [`clip_str_${i + 1}`, 0.6],
      ]),
    ),
  });

it.each<[string, object, string]>([
  [
    "rgthree's list",
    loader("Power Lora Loader (rgthree)", {
      header: { type: "x" },
      lora_1: { on: true, lora: "style/ink.safetensors", strength: 0.8 },
      lora_2: { on: false, lora: "off.safetensors", strength: 1 },
      lora_3: { on: true, lora: "clay.safetensors", strength: 0.5, strengthTwo: 0.2 },
    }),
    "<lora:ink:0.8> <lora:clay:0.2:0.5>",
  ],
  [
    "rgthree's stack",
    loader("Lora Loader Stack (rgthree)", { lora_01: "ink.pt", strength_01: 0.8, lora_02: "None" }),
    "<lora:ink:0.8>",
  ],
  [
    "a stack of its own",
    {
      ...loader("CR Apply LoRA Stack", { lora_stack: ["30", 0] }),
      "30": node("CR LoRA Stack", {
        switch_1: "On",
        lora_name_1: "ink.pt",
        model_weight_1: 0.8,
        clip_weight_1: 0.6,
        switch_2: "Off",
        lora_name_2: "off.pt",
      }),
    },
    "<lora:ink:0.6:0.8>",
  ],
  [
    "the first places of a stack",
    {
      ...loader("Apply LoRA Stack", { lora_stack: ["30", 0] }),
      "30": stacker("advanced"),
    },
    "<lora:ink:0.6:0.8> <lora:clay:0.6:0.8>",
  ],
  [
    "a stack with one strength for both",
    {
      ...loader("Apply LoRA Stack", { lora_stack: ["30", 0] }),
      "30": stacker("simple"),
    },
    "<lora:ink:0.5> <lora:clay:0.5>",
  ],
  [
    "a list with previews",
    loader("LoraLoader|pysssss", { lora_name: { content: "ink.pt" }, strength_model: 1, strength_clip: 1 }),
    "<lora:ink:1>",
  ],
  ["tags", loader("Lora Loader (LoraManager)", { text: "<lora:ink:0.7>" }), "<lora:ink:0.7>"],
])("adapters in %s", async (_, changes, tags) => {
  const read = await settingsOfGraph(changes);
  expect(read).toMatchObject({ prompt: `a red fox ${tags}`, Model: "sd15.safetensors" });
  expect(read).not.toHaveProperty("Nodes");
});

it.each<[string, object, string]>([
  [
    "joined",
    {
      "5": node("StringConcatenate", { string_a: "a red", string_b: ["31", 0], delimiter: " " }),
      "31": node("PrimitiveString", { value: "fox" }),
    },
    "a red fox",
  ],
  [
    "drawn",
    { "6": node("ImpactWildcardEncode", { populated_text: "a red fox", wildcard_text: "{a}" }) },
    "a red fox",
  ],
  [
    "behind a node that passes them on",
    { "6": node("Any Switch", { any_01: ["31", 0] }), "31": node("CLIPTextEncode", { text: "a red fox" }) },
    "a red fox",
  ],
  [
    "of an embedding",
    { "6": node("CLIPTextEncode", { text: "embedding:my/fox.pt, (embedding:b:1.2)" }) },
    "fox, (b:1.2)",
  ],
])("words %s", async (_, changes, expected) => {
  expect((await settingsOfGraph(changes))!.prompt).toBe(`${expected} <lora:ink:0.5:0.8> <lora:clay:0:1>`);
});

it("an adapter's strengths by whatever names its node has for them", async () => {
  const tagOf = async (type: string, inputs: object): Promise<string> =>
    (await settingsOfGraph(loader(type, inputs)))!.prompt.replace("a red fox", "").trim();
  const one = { lora_name: "ink.pt" };
  for (const unet of ["strength_model", "lora_model_strength", "strength"]) {
    expect([unet, await tagOf("LoraLoader", { ...one, [unet]: 0.8 })]).toEqual([unet, "<lora:ink:0.8>"]);
    for (const text of ["strength_clip", "lora_clip_strength"]) {
      expect(await tagOf("LoraLoader", { ...one, [unet]: 0.8, [text]: 0.6 })).toBe("<lora:ink:0.6:0.8>");
      expect(await tagOf("LoraLoader", { ...one, [unet]: 0.8, [text]: 0.8 })).toBe("<lora:ink:0.8>");
      expect(await tagOf("LoraLoaderModelOnly", { ...one, [unet]: 0.8, [text]: 0.6 })).toBe(
        "<lora:ink:0:0.8>",
      );
    }
  }
  for (const place of [{ lora_1: "ink.pt" }, { lora_name_1: "ink.pt" }]) {
    for (const unet of ["model_weight_1", "model_str_1", "strength_1", "lora_wt_1"]) {
      expect([unet, await tagOf("Stack", { ...place, [unet]: 0.8 })]).toEqual([unet, "<lora:ink:0.8>"]);
      for (const text of ["clip_weight_1", "clip_str_1"])
        expect(await tagOf("Stack", { ...place, [unet]: 0.8, [text]: 0.6 })).toBe("<lora:ink:0.6:0.8>");
    }
    const simple = { ...place, input_mode: "simple", model_str_1: 0.3 };
    for (const weight of ["lora_wt_1", "lora_weight_1"])
      expect(await tagOf("Stack", { ...simple, [weight]: 0.8 })).toBe("<lora:ink:0.8>");
  }
});

it("an adapter that is named none, or stands beyond the count, is none", async () => {
  const of = async (inputs: object): Promise<string> =>
    (await settingsOfGraph(loader("Stack", inputs)))!.prompt;
  for (const name of ["None", "none", "NONE", ""]) expect(await of({ lora_name: name })).toBe("a red fox");
  const places = { lora_name_1: "a.pt", lora_name_2: "b.pt", lora_name_3: "c.pt" };
  expect(await of({ ...places, lora_count: 2 })).toBe("a red fox <lora:a> <lora:b>");
  expect(await of({ ...places, lora_count: "1" })).toBe("a red fox <lora:a>");
  expect(await of({ ...places, switch_2: "Off", switch_3: "On" })).toBe("a red fox <lora:a> <lora:c>");
});

it("texts are joined by what stands between them, in the order of their names", async () => {
  const of = async (inputs: object): Promise<string> =>
    (await settingsOfGraph({ "5": node("Join", inputs) }))!.prompt.split(" <lora")[0]!;
  for (const [first, second] of [
    ["string_a", "string_b"],
    ["text1", "text2"],
    ["text_a", "text_h"],
    ["STRING_1", "STRING_2"],
    ["stringa", "stringb"],
  ] as const) {
    const texts = { [second]: "fox", [first]: "red" };
    expect(await of(texts)).toBe("redfox");
    expect(await of({ ...texts, delimiter: "-" })).toBe("red-fox");
    expect(await of({ ...texts, separator: ", " })).toBe("red, fox");
    expect(await of({ ...texts, [second]: "" })).toBe("red");
    expect(await of({ ...texts, delimiter: 5, separator: "+" })).toBe("red+fox");
  }
});

it("embeddings are named without their folder and ending", async () => {
  const of = async (text: string): Promise<string> =>
    (await settingsOfGraph({ "6": node("CLIPTextEncode", { text }) }))!.prompt.split(" <lora")[0]!;
  expect(await of("embedding:a/b\\c.PT x Embedding: d.bin, (embedding:e.safetensors:1.2)")).toBe(
    "c x d, (e:1.2)",
  );
  expect(await of("myembedding:a embedding:a.v2.pt")).toBe("myembedding:a a.v2");
});
