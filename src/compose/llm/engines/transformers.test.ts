// A miniature language model in real files: byte-level tokens, and an ONNX graph whose next token depends on the last one alone.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeOnnx } from "../../../formats/onnx.ts";
import type { CompletionOptions, JsonSchema, OpenLanguageModel } from "../language-model.ts";
import { type OnnxModel, openOnnxModel } from "./transformers.ts";

/** Byte-level BPE: printable bytes stand for themselves, the others follow from U+0100 on. */
const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
let others = 0x100;
const characters = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : others++),
);
const [end, stop] = [256, 257];
const vocabularySize = 258;

const json = (value: unknown): Blob => new Blob([JSON.stringify(value)]);

/** `writeOnnx` writes fixed sizes alone, and this one in as many bytes as the name "n" of an open one. */
const open = 255;
function withOpenSizes(file: Uint8Array<ArrayBuffer>): Blob {
  const latin1 = Buffer.from(file).toString("latin1");
  return new Blob([Buffer.from(latin1.replaceAll("\n\x03\x08\xff\x01", "\n\x03\x12\x01n"), "latin1")]);
}

/** Logits of the token after `id`. */
type LogitsAfter = (id: number) => (next: number) => number;

/** @param known tokens with logits; after any other, the graph fails */
function onnxFile(logitsAfter: LogitsAfter, known = vocabularySize): Blob {
  const logits = Float32Array.from({ length: known * vocabularySize }, (_, i) =>
    logitsAfter(Math.floor(i / vocabularySize))(i % vocabularySize),
  );
  const cache = { dtype: "f32", shape: [1, 1, open, 1] } as const; // [batch, heads, tokens, size]
  const node = (op: string, inputs: string[], output: string, attributes = {}) => ({
    name: output,
    op,
    domain: "",
    inputs,
    outputs: [output],
    attributes,
  });
  return withOpenSizes(
    writeOnnx({
      name: "miniature",
      nodes: [
        node("Gather", ["table", "input_ids"], "logits"),
        node("Cast", ["input_ids"], "numbers", { to: 1 }),
        node("Reshape", ["numbers", "cacheShape"], "own"),
        node("Concat", ["past_key_values.0.key", "own"], "present.0.key", { axis: 2 }),
        node("Concat", ["past_key_values.0.value", "own"], "present.0.value", { axis: 2 }),
      ],
      inputs: [
        { name: "input_ids", dtype: "i64", shape: [1, open] },
        { name: "attention_mask", dtype: "i64", shape: [1, open] },
        { name: "past_key_values.0.key", ...cache },
        { name: "past_key_values.0.value", ...cache },
      ],
      outputs: [
        { name: "logits", dtype: "f32", shape: [1, open, vocabularySize] },
        { name: "present.0.key", ...cache },
        { name: "present.0.value", ...cache },
      ],
      constants: [
        { name: "table", dtype: "f32", shape: [known, vocabularySize], bytes: new Uint8Array(logits.buffer) },
        {
          name: "cacheShape",
          dtype: "i64",
          shape: [4],
          bytes: new Uint8Array(BigInt64Array.of(1n, 1n, -1n, 1n).buffer),
        },
      ],
      opsets: { "": 21 },
    }),
  );
}

const tokenizer = {
  version: "1.0",
  added_tokens: [
    { id: end, content: "<end>", special: true },
    { id: stop, content: "<stop>", special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: Object.fromEntries(characters.map((it, id) => [it, id])), merges: [] },
};

function modelWith(
  onnx: Readonly<Record<string, Blob>>,
  more: Readonly<Record<string, Blob>> = {},
): OnnxModel {
  const files = {
    "config.json": json({
      model_type: "llama",
      hidden_size: 1,
      num_attention_heads: 1,
      num_key_value_heads: 1,
      num_hidden_layers: 1,
      vocab_size: vocabularySize,
    }),
    "generation_config.json": json({ eos_token_id: [end] }),
    "tokenizer.json": json(tokenizer),
    "tokenizer_config.json": json({
      tokenizer_class: "PreTrainedTokenizerFast",
      eos_token: "<stop>",
      chat_template: "{% for message in messages %}{{ message.role }} says {{ message.content }}{% endfor %}",
    }),
    ...Object.fromEntries(Object.entries(onnx).map(([name, blob]) => [`onnx/${name}.onnx`, blob])),
    ...more,
  };
  return { title: "Miniature", files: new Map(Object.entries(files)) };
}

const code = (character: string): number => character.charCodeAt(0);
/** Writes `text` over and over: after each of its characters, the next one is the likeliest by `lead`. */
const writes =
  (text: string, lead = 20): LogitsAfter =>
  (id) =>
  (next) =>
    next === code(text[(text.indexOf(String.fromCharCode(id)) + 1) % text.length]!) ? lead : 0;

const { signal } = new AbortController();
const question = [{ role: "user" as const, content: `say "` }];
const text = (maxLength: number): JsonSchema => ({ type: "string", maxLength });

let opened: OpenLanguageModel[] = [];
beforeEach(() => {
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((model) => model.close()));
});
async function opening(source: OnnxModel): Promise<OpenLanguageModel> {
  const model = await openOnnxModel(source, { signal });
  opened.push(model);
  return model;
}
const ask = (
  model: OpenLanguageModel,
  schema: JsonSchema,
  options: Partial<CompletionOptions> = {},
): Promise<string> => model.complete(question, schema, { signal, temperature: 0, seed: 1, ...options });

test("writes the likeliest answer that the schema allows, piece by piece, without the tokens that end it", async () => {
  const model = await opening(modelWith({ model_q4: onnxFile(writes(`"ab c`)) }));
  expect(model.name).toBe("Miniature");
  const pieces: string[] = [];
  expect(await ask(model, text(7), { onToken: (piece) => pieces.push(piece) })).toBe(`"ab c"`);
  expect(pieces.join("")).toBe(`"ab c"`);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces).not.toContain("");
  expect(await ask(model, { type: "string", enum: ["abba", "ad"] })).toBe(`"abba"`);
  expect(await ask(model, text(3))).toBe(`"ab "`);
});

test.each([
  [
    "the generation's settings",
    end,
    { "tokenizer_config.json": json({ tokenizer_class: "GPT2Tokenizer", chat_template: "?" }) },
  ],
  ["the tokenizer", stop, { "generation_config.json": json({}) }],
])("ends with the end token that only %s name", async (_, last, more) => {
  const model = await opening(modelWith({ model_q4: onnxFile(writes(`"a`), last) }, more)); // fails if it goes on after it
  expect(await ask(model, text(9))).toBe(`"a"`);
});

test("ends after 1024 tokens", async () => {
  const model = await opening(modelWith({ model_q4: onnxFile(writes("a b")) }));
  expect(await ask(model, text(5_000))).toBe(`"${"a b".repeat(512)}`.slice(0, 1_024));
});

test("samples by temperature and seed", async () => {
  // Any letter may follow, "z" a little rather than others: e times as likely as each of the 25.
  const model = await opening(
    modelWith({
      model_q4: onnxFile(
        () => (next) => (next === code("z") ? 1 : next >= code("a") && next < code("z") ? 0 : -99),
      ),
    }),
  );
  const sampled = (temperature: number, seed: number): Promise<string> =>
    ask(model, text(8), { temperature, seed });
  const all = `"zzzzzzzz"`;
  expect(await sampled(0, 1)).toBe(all);
  expect(await sampled(0.05, 1)).toBe(all);
  const first = await sampled(1, 1);
  expect(first).toMatch(/^"[a-z]{8}"$/);
  expect(first).not.toBe(all);
  expect(await sampled(1, 2)).not.toBe(first);
  expect(await sampled(1, 1)).toBe(first);
});

test("takes the file of 4 bits first, that of 8 bits without it", async () => {
  const model_q4 = onnxFile(writes(`"4`));
  const model_quantized = onnxFile(writes(`"8`));
  expect(await ask(await opening(modelWith({ model_quantized, model_q4 })), text(9))).toBe(`"4"`);
  expect(await ask(await opening(modelWith({ model_quantized })), text(9))).toBe(`"8"`);
});

test("a cancellation ends the answer, and no piece follows it", async () => {
  const source = modelWith({ model_q4: onnxFile(writes("a b")) });
  await expect(openOnnxModel(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
  const model = await opening(source);
  const pieces: string[] = [];
  const controller = new AbortController();
  const stopped = ask(model, text(500), {
    signal: controller.signal,
    onToken(piece) {
      pieces.push(piece);
      if (pieces.length === 3) controller.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  expect(pieces).toHaveLength(3);
  await expect(ask(model, text(5), { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(await ask(model, text(3))).toBe(`"a b"`); // the next question is answered
});

test.each<[string, OnnxModel, { code: string; where: string }]>([
  ["no ONNX file", modelWith({}), { code: "bad-file", where: "onnx/model_q4.onnx" }],
  [
    "a damaged ONNX file",
    modelWith({ model_quantized: new Blob(["no"]) }),
    { code: "bad-file", where: "onnx/model_quantized.onnx" },
  ],
  [
    "no tokenizer",
    { title: "x", files: new Map([...modelWith({}).files].filter(([name]) => name !== "tokenizer.json")) },
    { code: "bad-file", where: "tokenizer.json" },
  ],
  [
    "a damaged tokenizer",
    modelWith({}, { "tokenizer.json": new Blob(["{"]) }),
    { code: "bad-file", where: "tokenizer.json" },
  ],
  [
    "a tokenizer that is not byte-level",
    modelWith({}, { "tokenizer.json": json({ ...tokenizer, decoder: { type: "Metaspace" } }) }),
    { code: "unsupported", where: "tokenizer.json" },
  ],
  [
    "a tokenizer without decoder",
    modelWith({}, { "tokenizer.json": json({ ...tokenizer, decoder: undefined }) }),
    { code: "unsupported", where: "tokenizer.json" },
  ],
])("refuses a model with %s", async (_, source, error) => {
  await expect(opening(source)).rejects.toMatchObject(error);
});

test("says that the device failed when the graph does", async () => {
  vi.spyOn(console, "error").mockReturnValue(); // transformers.js prints the tensors
  const model = await opening(modelWith({ model_q4: onnxFile(writes(`"ab`), code("b")) })); // knows "a", not "b"
  await expect(ask(model, text(9))).rejects.toMatchObject({ code: "device" });
});

test("frees the session when it is closed", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const model = await openOnnxModel(modelWith({ model_q4: onnxFile(writes(`"a`)) }), { signal });
  await model.close();
  await expect(ask(model, text(9))).rejects.toMatchObject({ code: "device" });
});
