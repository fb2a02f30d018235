// The report's facts besides images: parity of the networks, sizes, and the evaluations recorded by the training runs.
import { existsSync, openAsBlob, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openOrtBackend } from "../../src/ort/backend.ts";
import { readGoldens, relativeError, runCase } from "../../tests/parity/cases.ts";

/** Relative error (norm of the difference over norm of the reference) of each miniature network, WASM against torch, f32. */
export async function parityErrors(): Promise<Record<string, number>> {
  const file = new URL("../../tests/parity/goldens/miniature.safetensors", import.meta.url);
  const goldens = await readGoldens(await openAsBlob(fileURLToPath(file)));
  const backend = await openOrtBackend({ preference: "wasm" });
  const errors: Record<string, number> = {};
  for (const [name, expected] of goldens.outputs) {
    errors[name] = relativeError(await runCase(goldens.cases[name]!, { backend }), expected);
  }
  return errors;
}

export interface Sizes {
  /** Bytes of the pack's files by top-level folder. */
  readonly pack: Readonly<Record<string, number>>;
  readonly packTotal: number;
  readonly largestFile: { readonly path: string; readonly sizeBytes: number };
  readonly adapterFiles: number;
  /** Bytes of the built site without the pack, by kind. */
  readonly site: Readonly<Record<"code" | "wasm" | "other", number>>;
}

const add = (sums: Record<string, number>, key: string, bytes: number): void => {
  sums[key] = (sums[key] ?? 0) + bytes;
};

export function sizes(root: string): Sizes {
  const manifest = JSON.parse(readFileSync(path.join(root, "model-manifests/pocket.json"), "utf8")) as {
    files: { path: string; sizeBytes: number }[];
  };
  const pack: Record<string, number> = {};
  for (const file of manifest.files) {
    add(pack, file.path.includes("/") ? file.path.split("/")[0]! : "other", file.sizeBytes);
  }
  const site = { code: 0, wasm: 0, other: 0 };
  const dist = path.join(root, "dist");
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const { size } = statSync(path.join(dist, file));
    const inPack = file.split(path.sep)[0] === "packs";
    if (inPack || file.endsWith(".map") || statSync(path.join(dist, file)).isDirectory()) continue;
    const kind = /\.(?:m?js|css|html)$/.test(file) ? "code" : file.endsWith(".wasm") ? "wasm" : "other";
    site[kind] += size;
  }
  return {
    pack,
    packTotal: manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    largestFile: manifest.files.reduce((a, b) => (b.sizeBytes > a.sizeBytes ? b : a)),
    adapterFiles: manifest.files.filter((file) => /^adapters\/[^/]+\.safetensors$/.test(file.path)).length,
    site,
  };
}

interface Recall {
  readonly "r@1": number;
  readonly "r@5": number;
  readonly "r@10": number;
  readonly mrr: number;
}

type RecallSet = { readonly queries: number } & Readonly<Record<string, Recall | number>>;

/** training/embedder/evaluation.json, of the run whose embedder is in the pack. */
export interface EmbedderEvaluation {
  readonly cards: number;
  readonly strict: RecallSet;
  readonly prompts: RecallSet;
  readonly pack?: RecallSet & { readonly cards: number };
  readonly sanity: { readonly passed: number; readonly total: number };
}

interface CaptionRanking {
  readonly images: number;
  readonly candidates: number;
  readonly top1: number;
  readonly top5: number;
}

/** training/scorer/evaluation.json. */
export interface ScorerEvaluation {
  readonly base_captions: CaptionRanking;
  readonly all_captions: CaptionRanking;
  readonly styles: {
    readonly looks: number;
    readonly accuracy: number;
    /** Each look that training showed. */
    readonly by_look: Readonly<Record<string, number>>;
  };
}

/** A training run's recorded evaluation; null if it is not in the checkout. */
export function recorded<Evaluation>(root: string, file: string): Evaluation | null {
  const location = path.join(root, file);
  return existsSync(location) ? (JSON.parse(readFileSync(location, "utf8")) as Evaluation) : null;
}

export type { Recall, RecallSet };
