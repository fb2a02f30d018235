// `npm run inspect -- FILE…`: shows what an adapter file is, which parts fit, and which do not and why.
import { existsSync, openAsBlob, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inspectAdapter } from "../../src/adapters/adapter.ts";
import { embeddingOfImage } from "../../src/adapters/files/image-embedding.ts";
import { moduleTable, type ModuleTable } from "../../src/adapters/names/module-table.ts";
import { formatReport, type AdapterReport } from "../../src/adapters/report.ts";
import { stableDiffusion15Table } from "../../src/adapters/names/stable-diffusion-15.ts";
import { openCheckpoint, type ModelFile } from "../../src/graph/checkpoint.ts";
import { StylusError, toPlainError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { parseOptions, runMain, UsageError } from "./arguments.ts";

const help = `Usage: npm run inspect -- FILE… [options]

  --model PATH   examine against this model: a diffusers folder or a single .safetensors file
                 (default: Stable Diffusion 1.5, then the embedded Pocket pack; the first that fits)
  --json         print the reports as JSON

An adapter_config.json beside a file is read with it. Ends with code 1 when a file cannot be used.`;

interface Model {
  readonly name: string;
  readonly table: ModuleTable;
}

const POCKET = path.join(import.meta.dirname, "../../public/packs/pocket");

async function main(): Promise<void> {
  const { values, positionals } = parseOptions({
    model: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean" },
  });
  if (values["help"]) {
    console.log(help);
    return;
  }
  if (positionals.length === 0) throw new UsageError("Name at least one file.");
  const models =
    typeof values["model"] === "string" ? [await openModel(values["model"])] : await defaultModels();
  const results = [];
  for (const file of positionals) results.push(await inspect(file, models));
  if (values["json"]) console.log(JSON.stringify(results, withoutStack, 2));
  else console.log(results.map(describe).join("\n\n"));
  if (results.some((result) => result.error !== null || result.report?.refusal)) process.exitCode = 1;
}

/** Expected failures have no stack trace. */
const withoutStack = (key: string, value: unknown): unknown => (key === "stack" ? undefined : value);

interface Result {
  readonly file: string;
  /** The model that it was inspected for. */
  readonly model: string | null;
  readonly report: AdapterReport | null;
  readonly error: { readonly message: string; readonly remedy?: string | undefined } | null;
}

async function inspect(file: string, models: readonly Model[]): Promise<Result> {
  let refused: Result | null = null;
  try {
    if (!existsSync(file)) throw new StylusError("not-found", say`There is no such file.`, { where: file });
    if (statSync(file).isDirectory())
      throw new StylusError("bad-input", say`It is a folder.`, {
        where: file,
        remedy: say`Name the files in it, for example with a pattern: loras/*.safetensors.`,
      });
    const opened = await openAsBlob(file);
    const embedding = await embeddingOfImage(new File([opened], path.basename(file)));
    const blob = embedding ?? opened;
    const adapterConfig = readConfigBeside(file);
    for (const { name, table } of models) {
      const { report } = await inspectAdapter(blob, {
        fileName: embedding?.name ?? file,
        table,
        adapterConfig,
        withHashes: true,
      });
      const result = { file, model: name, report, error: null };
      if (!report.refusal) return result;
      refused ??= result;
    }
    return refused!;
  } catch (error) {
    if (!(error instanceof StylusError)) throw error;
    return { file, model: null, report: null, error: toPlainError(error) };
  }
}

function readConfigBeside(file: string): unknown {
  const beside = path.join(path.dirname(file), "adapter_config.json");
  if (!existsSync(beside)) return undefined;
  try {
    return JSON.parse(readFileSync(beside, "utf8"));
  } catch (cause) {
    throw new StylusError("bad-file", say`The adapter_config.json next to it is not valid JSON.`, {
      where: beside,
      remedy: say`Download it again, or move it away to inspect the adapter without it.`,
      cause,
    });
  }
}

function describe({ file, model, report, error }: Result): string {
  if (!report)
    return [`${file}\n  not readable  ${error!.message}`, error!.remedy]
      .filter(Boolean)
      .join("\n                ");
  return `${formatReport(report, { model: model! })}\n  inspected for ${model}`;
}

async function defaultModels(): Promise<Model[]> {
  const models = [{ name: "Stable Diffusion 1.5", table: stableDiffusion15Table() }];
  if (existsSync(path.join(POCKET, "unet")))
    models.push({ ...(await openModel(POCKET)), name: "the Pocket pack" });
  return models;
}

/** The modules of a model on disk, from its headers. */
async function openModel(location: string): Promise<Model> {
  if (!existsSync(location))
    throw new StylusError("not-found", say`There is no model at ${location}.`, {
      remedy: say`Check --model.`,
    });
  const { unet, text_encoder } = await openCheckpoint(await modelFiles(location));
  const list = (network: {
    tensors: ReadonlyMap<string, { shape: readonly number[] }>;
  }): { name: string; shape: readonly number[] }[] =>
    [...network.tensors].map(([name, { shape }]) => ({ name, shape }));
  return { name: location, table: moduleTable({ unet: list(unet), text_encoder: list(text_encoder) }) };
}

async function modelFiles(location: string): Promise<ModelFile[]> {
  if (statSync(location).isFile())
    return [{ path: path.basename(location), blob: await openAsBlob(location) }];
  const files: ModelFile[] = [];
  for (const folder of ["", "unet", "text_encoder", "vae", "scheduler"]) {
    const full = path.join(location, folder);
    if (!existsSync(full)) continue;
    for (const name of readdirSync(full)) {
      if (!/\.(json|safetensors)$/.test(name)) continue;
      files.push({ path: path.posix.join(folder, name), blob: await openAsBlob(path.join(full, name)) });
    }
  }
  return files;
}

await runMain(main, help);
