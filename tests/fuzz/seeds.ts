// The repository's seed files: adapters of every family and pickles of every form.
import { readdirSync, readFileSync } from "node:fs";
import { moduleTable, type ParameterShape } from "../../src/adapters/names/module-table.ts";
import type { AdapterNetwork } from "../../src/adapters/adapter-networks.ts";
import { stableDiffusion15Table } from "../../src/adapters/names/stable-diffusion-15.ts";
import { readHeader } from "../../src/formats/safetensors.ts";
import type { Seed } from "./adapter-fuzzer.ts";

const FIXTURES = new URL("../fixtures/adapters/", import.meta.url);

export const sd15 = stableDiffusion15Table();

export async function goldenSeeds(): Promise<Seed[]> {
  const read = (file: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(new URL(file, FIXTURES)));
  const model = await readHeader(new Blob([read("goldens/model.safetensors")]), { fileName: "model" });
  const parameters: Record<AdapterNetwork, ParameterShape[]> = { unet: [], text_encoder: [] };
  for (const { name, shape } of model.tensors.values()) {
    const dot = name.indexOf(".");
    parameters[name.slice(0, dot) as AdapterNetwork].push({ name: name.slice(dot + 1), shape });
  }
  const table = moduleTable(parameters);
  const files = (folder: string): string[] =>
    readdirSync(new URL(folder, FIXTURES)).map((name) => folder + name);
  return [...files("goldens/"), ...files("pickles/")]
    .filter((name) => !/(model|expected)\.safetensors$/.test(name))
    .sort()
    .map((name) => ({ name, bytes: read(name), table }));
}
