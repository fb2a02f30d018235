// What no unit test can notice, for a reason: read by a person, and counted apart from the score.

/** Files, folders and classes (`file#class`) that do nothing outside of a browser, with the browser tests that cover them. */
export const browserOnly: ReadonlyMap<string, string> = new Map([
  ["src/adapters/gpu/", "WebGPU: tests/browser/merge-gpu.test.ts"],
  ["src/engine/merging/merger.ts#GpuStoreMerger", "WebGPU: tests/browser/merge-sequences.test.ts"],
  ["src/engine/merging/part-readers.ts", "workers: tests/browser/part-readers.test.ts"],
  ["src/engine/merging/part-service.ts", "workers: tests/browser/part-readers.test.ts"],
  ["src/storage/opfs-store.ts", "OPFS: tests/browser/storage.test.ts, storage-hub.test.ts"],
  ["src/storage/records/database.ts", "IndexedDB: tests/browser/records.test.ts"],
  ["src/storage/records/set-aside.ts", "IndexedDB: tests/browser/records.test.ts"],
]);

export interface Equivalent {
  readonly file: string;
  /** The whole line, trimmed. */
  readonly source: string;
  readonly original: string;
  readonly replacement: string;
  /** Why nothing that anyone can observe differs. */
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: "src/adapters/families/rotation.ts",
    source: "for (let i = 0; i < area; i++) {",
    original: "<",
    replacement: "<=",
    reason: "typed arrays ignore what is written behind their end",
  },
  {
    file: "src/adapters/families/peft-families.ts",
    source: "for (let i = 0; i < n; i++) {",
    original: "<",
    replacement: "<=",
    reason: "the row too many is written over by the next block, or lies behind the end",
  },
  {
    file: "src/storage/hash-frontier.ts",
    source: "if (length <= 0) return true;",
    original: "<=",
    replacement: "<",
    reason: "a step of no bytes changes nothing, and says the same",
  },
  {
    file: "src/adapters/names/positional.ts",
    source: 'const sideRank = side === "down" ? 0 : side === "up" ? 1 : 2;',
    original: "2",
    replacement: "3",
    reason: "only the order of the ranks counts",
  },
  {
    file: "src/adapters/names/base-model.ts",
    source: "if (factor === undefined) continue;",
    original: "factor === undefined",
    replacement: "false",
    reason: "what is not a factor is kept under a name that nothing reads",
  },
  {
    file: "src/engine/networks.ts",
    source: '["unet", buildUnet(unet.config, { batch: 1, ...SMALLEST, contextTokens: 1 }), unet.tensors],',
    original: "1",
    replacement: "2",
    reason: "only the parameters are taken from this graph, and they depend on no size",
  },
  {
    file: "src/engine/networks.ts",
    source: '["text_encoder", buildTextEncoder(text_encoder.config, { batch: 1 }), text_encoder.tensors],',
    original: "1",
    replacement: "2",
    reason: "only the parameters are taken from this graph, and they depend on no size",
  },
  {
    file: "src/engine/networks.ts",
    source: '["vae", buildVaeDecoder(vae.config, { batch: 1, ...SMALLEST }), vae.tensors],',
    original: "1",
    replacement: "2",
    reason: "only the parameters are taken from this graph, and they depend on no size",
  },
  {
    file: "src/engine/prompt/tokenizer.ts",
    source: "if (before[at]! >= 0) wait(before[at]!);",
    original: "before[at]! >= 0",
    replacement: "true",
    reason: "no pair begins before the first symbol, so that nothing waits",
  },
  {
    file: "src/compose/rules/phrase-kinds.ts",
    source: 'export const noLead: Lead = { kind: "none", start: -1 };',
    original: "1",
    replacement: "2",
    reason: "any start below 0 is none",
  },
  {
    file: "src/compose/llm/engines/constrained-decoding.ts",
    source: "if (top.length === count && value <= logits[top.at(-1)!]!) continue;",
    original: "<=",
    replacement: "<",
    reason: "one that equals the last is put behind it, as one too many, and dropped again",
  },
  {
    file: "src/compose/reader/selection.ts",
    source:
      "const byProbability = (a: Offer, b: Offer): number => b.wanted - a.wanted || (a.id < b.id ? -1 : 1);",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/compose/rules/rules-composer.ts",
    source: "(a.score.candidate.card.id < b.score.candidate.card.id ? -1 : 1) ||",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/compose/rules/rules-composer.ts",
    source: ".sort(([a, { strength: x }], [b, { strength: y }]) => y - x || (a < b ? -1 : 1))",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/compose/baselines.ts",
    source: "const rest = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/engine/merging/adapter-library.ts",
    source: "return combineUses(uses).sort((a, b) => (useKind(a) < useKind(b) ? -1 : 1));",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/formats/safetensors.ts",
    source: "(a, b) => dtypeSizeBytes(b.dtype) - dtypeSizeBytes(a.dtype) || (a.name < b.name ? -1 : 1),",
    original: "1",
    replacement: "2",
    reason: "only the sign of a comparison counts",
  },
  {
    file: "src/engine/noise/noise.ts",
    source: "for (let i = 0; i < MT_SIZE; i++) {",
    original: "<",
    replacement: "<=",
    reason: "typed arrays ignore what is written behind their end",
  },
  {
    file: "src/engine/image/pixels.ts",
    source: "for (let i = 0; i < size; i++) {",
    original: "<",
    replacement: "<=",
    reason: "typed arrays ignore what is written behind their end",
  },
  {
    file: "src/engine/image/pixels.ts",
    source:
      "for (let i = 0; i < size; i++) rgba[i * 4 + rgb] = 127.5 * (image[rgb * size + i]! + 1); // rounds and clamps",
    original: "<",
    replacement: "<=",
    reason: "typed arrays ignore what is written behind their end",
  },
  {
    file: "src/engine/image/pixels.ts",
    source: "const rgba = new Uint8ClampedArray(size * 4).fill(255);",
    original: "255",
    replacement: "256",
    reason: "the array clamps it to 255",
  },
  {
    file: "src/engine/image/init-image.ts",
    source: "const rgba = new Uint8ClampedArray(4 * size).fill(255);",
    original: "255",
    replacement: "256",
    reason: "the array clamps it to 255",
  },
  {
    file: "src/engine/image/resample.ts",
    source: "if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;",
    original: "<",
    replacement: "<=",
    reason: "both pieces of the cubic are 0 at 1",
  },
  {
    file: "src/engine/image/resample.ts",
    source: "if (to.height === from.height) return values;",
    original: "to.height === from.height",
    replacement: "false",
    reason: "the weights of a length that stays are 1 and, to the last bits, 0: no byte differs",
  },
  {
    file: "src/engine/image/resample.ts",
    source: "if (to.width !== from.width) {",
    original: "to.width !== from.width",
    replacement: "true",
    reason: "the weights of a length that stays are 1 and, to the last bits, 0: no byte differs",
  },
  {
    file: "src/engine/image/inpaint-mask.ts",
    source: "if (first < 0) [first, last] = [0, last - first];",
    original: "<",
    replacement: "<=",
    reason: "a span that begins at 0 stays",
  },
  {
    file: "src/engine/noise/float32-math.ts",
    source: "bits.setUint32(4, low | 1);",
    original: "1",
    replacement: "2",
    reason:
      "either bit puts the sum off the middle between two float32 numbers, and a sum that has it already is not there",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "this.#cache.set(node, increment);",
    original: "this.#cache.set(node, increment);",
    replacement: ";",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "this.#cache.delete(node);",
    original: "this.#cache.delete(node);",
    replacement: ";",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);",
    original: ">",
    replacement: ">=",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);",
    original: ">",
    replacement: "<=",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);",
    original: "this.#cache.size > CACHED_NODES",
    replacement: "true",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);",
    original: "this.#cache.size > CACHED_NODES",
    replacement: "false",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/noise/brownian.ts",
    source: "if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);",
    original: "this.#cache.delete(this.#cache.keys().next().value!);",
    replacement: ";",
    reason: "the cache only saves time: an increment always comes out the same",
  },
  {
    file: "src/engine/sampling/unipc.ts",
    source: "if (history.length > MAX_ORDER + 1) history.shift();",
    original: "history.shift();",
    replacement: ";",
    reason: "only memory: the newest are counted from the end",
  },
  {
    file: "src/compose/llm/answer.ts",
    source: "const found = inner instanceof RelaxedObject ? tasksIn(inner, depth + 1) : null;",
    original: "1",
    replacement: "2",
    reason: "a depth is only compared with 0",
  },
  {
    file: "src/compose/reader/readable-prompt.ts",
    source: "const changes = new Int32Array(text.length + 1);",
    original: "1",
    replacement: "2",
    reason: "one more is never read",
  },
  {
    file: "src/compose/rules/segment.ts",
    source: "this.#startPhrase({ ...standing.lead, start: -1 });",
    original: "1",
    replacement: "2",
    reason: "any start below 0 is none",
  },
  {
    file: "src/compose/rules/segment.ts",
    source: 'if (lead.kind !== "none") this.#lead = { ...lead, start: -1 };',
    original: "1",
    replacement: "2",
    reason: "any start below 0 is none",
  },
];
