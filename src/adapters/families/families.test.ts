// Every adapter family against recorded references (tests/fixtures/adapters/make_goldens.py, checked there against
// LyCORIS' own modules): each file, in its tool's own format, is parsed and merged and must give the recorded weights.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readHeader, writeSafetensors, type TensorData } from "../../formats/safetensors.ts";
import { readTensorF32 } from "../../formats/tensor-values.ts";
import { fromFloat32 } from "../../shared/dtype.ts";
import { parseAdapter, type AdapterFile } from "../adapter.ts";
import { mergeParameter } from "../merging/merge.ts";
import { moduleTable, type ParameterShape } from "../names/module-table.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";

const FOLDER = new URL("../../../tests/fixtures/adapters/goldens/", import.meta.url);

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface StoredFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

async function load(name: string): Promise<StoredFile> {
  const file = await readHeader(new Blob([readFileSync(new URL(`${name}.safetensors`, FOLDER))]), {
    fileName: name,
  });
  const tensors = new Map<string, Tensor>();
  for (const [key, source] of file.tensors) {
    tensors.set(key, { shape: source.shape, values: await readTensorF32(source) });
  }
  return { tensors, metadata: Object.fromEntries(file.metadata) };
}

const { tensors: model } = await load("model");
const { tensors: expected } = await load("expected");
const cases = readdirSync(FOLDER)
  .map((file) => file.replace(".safetensors", ""))
  .filter((name) => name !== "model" && name !== "expected");

const parameters: Record<AdapterNetwork, ParameterShape[]> = { unet: [], text_encoder: [] };
for (const [key, { shape }] of model) {
  const dot = key.indexOf(".");
  parameters[key.slice(0, dot) as AdapterNetwork].push({ name: key.slice(dot + 1), shape });
}
const table = moduleTable(parameters);

/** The adapter file with every tensor stored in `dtype`, after `change` has edited the values. */
function rewrite(
  file: StoredFile,
  dtype: "F32" | "F16" | "BF16" | "F8_E4M3" | "F8_E5M2",
  change: (key: string, values: Float32Array) => Float32Array = (_, values) => values,
): Blob {
  const data: TensorData[] = [...file.tensors].map(([name, { shape, values }]) => {
    return { name, dtype, shape, bytes: fromFloat32(change(name, values), dtype) };
  });
  return new Blob([writeSafetensors(data, file.metadata)]);
}

function parse(blob: Blob, fileName: string): Promise<AdapterFile> {
  return parseAdapter(blob, { fileName, table });
}

/** Merged values of every parameter the adapter changes, by `network.name`. */
function merge({ updates }: AdapterFile, strength: number): Map<string, Float32Array> {
  return new Map(
    updates.map((update) => {
      const key = `${update.network}.${update.name}`;
      const { shape, values } = model.get(key)!;
      return [key, mergeParameter(values, shape, [{ update, strength }])];
    }),
  );
}

/** ‖a − b‖ / ‖b‖ */
function relativeError(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

function expectations(name: string): { parameter: string; kind: string; values: Float32Array }[] {
  return [...expected].flatMap(([key, { values }]) => {
    const [owner, parameter, kind] = key.split("|") as [string, string, string];
    return owner === name ? [{ parameter, kind, values }] : [];
  });
}

/** The largest error of a file's results against the recorded ones. */
function worstError(name: string, adapter: AdapterFile): number {
  let worst = 0;
  for (const { parameter, kind, values } of expectations(name)) {
    if (kind.startsWith("wrong")) continue;
    worst = Math.max(worst, relativeError(merge(adapter, Number(kind)).get(parameter)!, values));
  }
  return worst;
}

test("the goldens cover every family", async () => {
  const families = new Set<string>();
  let dora = 0;
  for (const name of cases) {
    const { report } = await parse(rewrite(await load(name), "F32"), name);
    report.families.forEach((entry) => families.add(entry.family));
    dora += report.families.reduce((sum, entry) => sum + entry.dora, 0);
  }
  expect([...families].sort()).toEqual([
    "BOFT",
    "GLoRA",
    "IA3",
    "LoCon",
    "LoCon-Tucker",
    "LoHa",
    "LoHa-Tucker",
    "LoKr",
    "LoRA",
    "OFT",
    "full",
    "norm",
  ]);
  expect(cases.length).toBe(46);
  expect(dora).toBe(18);
});

test.each(cases)("%s: matches the reference in f32 to 1e-5", async (name) => {
  const adapter = await parse(rewrite(await load(name), "F32"), name);
  expect(adapter.report.unmatched).toEqual([]);
  const wanted = new Set(expectations(name).map(({ parameter }) => parameter));
  expect(new Set(adapter.updates.map((update) => `${update.network}.${update.name}`))).toEqual(wanted);
  expect(worstError(name, adapter)).toBeLessThan(1e-5);
});

test.each(cases)("%s: matches the reference to 1e-3 when stored as f16", async (name) => {
  expect(worstError(name, await parse(rewrite(await load(name), "F16"), name))).toBeLessThan(1e-3);
});

test.each(cases)("%s: plausible mistakes exceed the tolerance by far", async (name) => {
  const merged = merge(await parse(rewrite(await load(name), "F32"), name), 1);
  for (const { parameter, kind, values } of expectations(name)) {
    if (kind.startsWith("wrong"))
      expect(relativeError(merged.get(parameter)!, values), kind).toBeGreaterThan(1e-2);
  }
});

/** Tensors without effect in these files, by the formats' own rules. */
const IDLE = new Set([
  "kohya-scale-tensor alpha", // a scale tensor overrides it
  "lokr-both-full alpha", // both factors complete: scale 1
  "dora-loha-lokr alpha lokr",
  "simpletuner-onetrainer alpha lokr",
]);

test.each(cases)("%s: every tensor matters: a 1 % change in half of its values shows", async (name) => {
  const file = await load(name);
  for (const [changed, { values }] of file.tensors) {
    const slot = changed.split(".").at(-1)!;
    const besideLokr = file.tensors.has(changed.replace(/alpha$/, "lokr_w2")) ? `${name} ${slot} lokr` : "";
    if (
      IDLE.has(`${name} ${slot}`) ||
      IDLE.has(besideLokr) ||
      slot === "on_input" ||
      changed.startsWith("bundle_emb")
    )
      continue;
    if (values.every((value) => value === 0)) continue; // OFT's alpha 0: no constraint
    const adapter = await parse(
      rewrite(file, "F32", (key, old) =>
        key === changed ? old.map((value, i) => (i % 2 === 0 ? value * 1.01 : value)) : old,
      ),
      name,
    );
    expect(worstError(name, adapter), changed).toBeGreaterThan(1e-5);
  }
});

test("bf16 and f8 files read like f32 files of the same rounded values", async () => {
  const file = await load("kohya-linear");
  for (const dtype of ["BF16", "F8_E4M3", "F8_E5M2"] as const) {
    const stored = rewrite(file, dtype);
    const narrow = await parse(stored, dtype);
    const header = await readHeader(stored, { fileName: dtype });
    const rounded = new Map<string, Float32Array>();
    for (const [key, source] of header.tensors) rounded.set(key, await readTensorF32(source));
    const wide = await parse(
      rewrite(file, "F32", (key) => rounded.get(key)!),
      "f32",
    );
    expect(merge(narrow, 0.8)).toEqual(merge(wide, 0.8));
    expect(narrow.report.dtypes).toEqual([dtype]);
  }
});

test("strength 0 is the pristine weight, bit for bit, for every family", async () => {
  for (const name of cases) {
    const adapter = await parse(rewrite(await load(name), "F32"), name);
    for (const [key, values] of merge(adapter, 0)) expect(values).toEqual(model.get(key)!.values);
  }
});
