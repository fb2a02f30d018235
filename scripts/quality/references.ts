// The scorer's statistics of the evaluation prompts' reference renders. The renders come from `python3 -m
// pocket.references`; the statistics (training/pocket/references.safetensors) are small enough for the repository:
// `mean` [D] and `covariance` [D, D] (lower triangle, row by row) over scenes 1 and up of every prompt, against which methods
// are measured; `features` [N, D] and `embeddings` [N, E] of each prompt's scene 0, the row "reference renders" of the report.
import { openAsBlob, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readHeader, writeSafetensors } from "../../src/formats/safetensors.ts";
import { readTensorF32 } from "../../src/formats/tensor-values.ts";
import { fromFloat32 } from "../../src/shared/dtype.ts";
import type { ImageVectors, Scorer } from "./scorer.ts";
import { featureStatistics, type FeatureStatistics } from "./statistics.ts";

export interface References {
  readonly statistics: FeatureStatistics;
  /** Of each prompt's first render, by prompt id. */
  readonly renders: ReadonlyMap<string, ImageVectors>;
}

const fileName = "training/pocket/references.safetensors";

const flat = (rows: readonly Float32Array[]): Float32Array => {
  const width = rows[0]!.length;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, index) => all.set(row, index * width));
  return all;
};

const tensor = (
  name: string,
  values: Float32Array,
  { dtype, shape }: { dtype: "F32" | "F16"; shape: number[] },
) => ({
  name,
  dtype,
  shape,
  bytes: fromFloat32(values, dtype),
});

/** Creates the file from a folder of renders `ID-K.png`. */
export async function writeReferences(
  folder: string,
  ids: readonly string[],
  options: { scorer: Scorer; root: string },
): Promise<void> {
  const files = new Set(readdirSync(folder));
  const first = ids.map((id) => `${id}-0.png`);
  const rest = [...files].filter((file) => /^e\d+-[1-9]\d*\.png$/.test(file)).sort();
  const missing = first.find((file) => !files.has(file));
  if (missing)
    throw new Error(`${path.join(folder, missing)} is missing: run \`python3 -m pocket.references\` first.`);
  const vectors = (names: readonly string[]): Promise<ImageVectors[]> =>
    options.scorer.images(names.map((name) => readFileSync(path.join(folder, name))));
  const renders = await vectors(first);
  const { count, mean, covariance } = featureStatistics(
    (await vectors(rest)).map(({ features }) => features),
  );
  const size = mean.length;
  const triangle = Float32Array.from(
    Array.from({ length: size }, (_, i) => [...covariance.subarray(i * size, i * size + i + 1)]).flat(),
  );
  const bytes = writeSafetensors(
    [
      tensor("mean", mean, { dtype: "F32", shape: [size] }),
      tensor("covariance", triangle, { dtype: "F32", shape: [triangle.length] }),
      tensor("features", flat(renders.map(({ features }) => features)), {
        dtype: "F16",
        shape: [ids.length, size],
      }),
      tensor("embeddings", flat(renders.map(({ embedding }) => embedding)), {
        dtype: "F16",
        shape: [ids.length, renders[0]!.embedding.length],
      }),
    ],
    { ids: ids.join(" "), count: String(count) },
  );
  writeFileSync(path.join(options.root, fileName), bytes);
  console.log(`${fileName}: ${count} + ${ids.length} renders, ${bytes.byteLength} bytes`);
}

/** @throws Error with the command for a missing file */
export async function readReferences(root: string): Promise<References> {
  const location = path.join(root, fileName);
  if (!existsSync(location)) {
    throw new Error(
      `${fileName} is missing. Make it with \`PYTHONPATH=training python3 -m pocket.references\` (needs STYLUS_DATA), then \`npm run eval -- --references .cache/quality/references\`.`,
    );
  }
  const file = await readHeader(await openAsBlob(location), { fileName });
  const values = (name: string): Promise<Float32Array> => readTensorF32(file.tensors.get(name)!);
  const [mean, triangle, features, embeddings] = await Promise.all(
    ["mean", "covariance", "features", "embeddings"].map(values),
  );
  const size = mean!.length;
  const covariance = new Float32Array(size * size);
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      covariance[i * size + j] = triangle![at]!;
      covariance[j * size + i] = triangle![at]!;
    }
  }
  const ids = file.metadata.get("ids")!.split(" ");
  const width = embeddings!.length / ids.length;
  return {
    statistics: { count: Number(file.metadata.get("count")), mean: mean!, covariance },
    renders: new Map(
      ids.map((id, i) => [
        id,
        {
          embedding: embeddings!.subarray(i * width, (i + 1) * width),
          features: features!.subarray(i * size, (i + 1) * size),
        },
      ]),
    ),
  };
}
