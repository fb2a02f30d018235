// What no unit test can notice, for a reason: read by a person, and counted apart from the score.

/** Files and folders that do nothing outside of a browser, with the browser tests that cover them. */
export const browserOnly: ReadonlyMap<string, string> = new Map([
  ["src/adapters/gpu/", "WebGPU: tests/browser/merge-gpu.test.ts"],
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
];
