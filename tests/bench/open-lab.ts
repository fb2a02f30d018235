// Opens lab.html in a Chromium with WebGPU: on the machine's GPU or on Chromium's software GPU. Builds the page first,
// unless STYLUS_LAB names a folder with a built page (for a machine without the packages).
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Page } from "playwright";
import { UsageError } from "../../scripts/run/arguments.ts";
import { serve } from "../../scripts/run/server.ts";
import { bin, browserArguments, ensureBrowser, root, run, webgpuArguments } from "../../scripts/run/setup.ts";
import type { Lab } from "./lab.ts";

declare global {
  var lab: Lab;
}

const folder = process.env["STYLUS_LAB"] ?? path.join(root, "out", "lab");

/** A browser profile that is kept, with the random weights in it; the port belongs to the page's origin. */
const keptProfile = process.env["STYLUS_LAB_PROFILE"];
const port = keptProfile ? 8917 : 0;

/** Builds the page into a folder, by default out/lab. */
function buildLab(target = folder): void {
  const config = path.join(root, "tests", "bench", "lab.vite.config.ts");
  run(bin("vite"), ["build", "--config", config, "--outDir", target, "--logLevel", "warn"], {
    env: { NODE_ENV: "production" },
  });
}

export const labDevices = ["hardware", "software", "wasm"] as const;

export type ComputeType = "f16" | "f32";

/** Peak memory by kind of process, and on the GPU; null if unknown. */
export interface LabMemory {
  rendererBytes: number | null;
  gpuProcessBytes: number | null;
  cardBytes: number | null;
}

interface LabOptions<Row> {
  /** hardware is the machine's GPU, software is Chromium's software WebGPU. */
  readonly device: (typeof labDevices)[number];
  readonly onRow: (row: Row) => void;
  /** A file served at /references.safetensors. */
  readonly references?: string;
}

/** Help text about the browser for the scripts that use this page. */
export const browserHelp = "The browser is CHROME_PATH, with STYLUS_CHROME_FLAGS as additional arguments.";

/** @throws UsageError if the browser has no such GPU */
export async function openLab<Row>({ device, onRow, references }: LabOptions<Row>) {
  if (!process.env["STYLUS_LAB"]) buildLab();
  const executablePath = await ensureBrowser();
  const { chromium } = await import("playwright");
  const server = await serve(folder, {
    port,
    intercept(request, response) {
      if (!references || request.url !== "/references.safetensors") return false;
      response.writeHead(200, { "Content-Length": statSync(references).size });
      createReadStream(references).pipe(response);
      return true;
    },
  });
  const profile = keptProfile ?? mkdtempSync(path.join(os.tmpdir(), "stylus-web-lab-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...browserArguments(), ...webgpuArguments(device === "hardware" ? "hardware" : "software")],
  });
  await context.exposeFunction("reportRow", onRow);
  const page: Page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.error(`[page] ${message.text()}`);
  });
  /** A fresh page, because ONNX Runtime loads once per page. */
  const fresh = async (): Promise<void> => {
    await page.goto(`${server.url}lab.html`);
    await page.waitForFunction(() => "lab" in globalThis);
  };
  const close = async (): Promise<void> => {
    await context.close();
    await server.close();
    if (!keptProfile) rmSync(profile, { recursive: true, force: true });
  };
  try {
    await fresh();
    const adapter = device === "wasm" ? null : await page.evaluate(() => globalThis.lab.adapter());
    if (device !== "wasm" && !adapter)
      throw new UsageError("Chromium found no GPU. See docs/performance.md for its arguments.");
    if (device === "hardware" && adapter?.software)
      throw new UsageError(
        `Chromium found only a software GPU (${adapter.name}). Use it with --device software.`,
      );
    const types: ComputeType[] = adapter?.features.includes("shader-f16") ? ["f16", "f32"] : ["f32"];
    return {
      adapter,
      /** The device's compute types. */
      types,
      machine: machineFacts(context.browser()?.version() ?? "of unknown version"),
      /**
       * Calls a function of lab.ts in a fresh page, in float16 or float32; returns its processes' memory.
       * @throws UsageError if the device does not support that type, since float32 would silently replace it
       */
      async run(
        name: Exclude<keyof Lab, "adapter">,
        { type, ...options }: { type: ComputeType } & Readonly<Record<string, unknown>>,
      ): Promise<LabMemory> {
        if (!types.includes(type))
          throw new UsageError(`This device supports ${types.join(", ")}, not ${type}.`);
        await fresh();
        const given = { ...options, device: device === "wasm" ? "wasm" : "webgpu", float16: type === "f16" };
        return watchingMemory(() =>
          page.evaluate(
            // `name` and its options belong together; TypeScript can't say so.
            ({ call, argument }) => (globalThis.lab[call] as (options: unknown) => Promise<void>)(argument),
            { call: name, argument: given },
          ),
        );
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Watches the memory of the browser's processes while `work` runs: peak resident memory by kind of process, and peak GPU
 * memory if nvidia-smi reports it. Linux only; null elsewhere.
 */
async function watchingMemory(work: () => Promise<unknown>): Promise<LabMemory> {
  const most: LabMemory = { rendererBytes: null, gpuProcessBytes: null, cardBytes: null };
  const raise = (key: keyof LabMemory, bytes: number | null): void => {
    if (bytes !== null) most[key] = Math.max(most[key] ?? 0, bytes);
  };
  const sample = (): void => {
    for (const { kind, bytes } of browserProcesses())
      raise(kind === "renderer" ? "rendererBytes" : "gpuProcessBytes", bytes);
  };
  const resident = setInterval(sample, 100);
  const card = setInterval(() => raise("cardBytes", cardMemory()), 1000);
  try {
    await work();
    return most;
  } finally {
    clearInterval(resident);
    clearInterval(card);
  }
}

function browserProcesses(): { kind: string; bytes: number }[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        const kind = /--type=(renderer|gpu-process)/.exec(command)?.[1];
        if (!kind || !isOurs(pid)) return [];
        const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
        return [{ kind, bytes: pages * 4096 }];
      } catch {
        return []; // it has ended
      }
    });
}

/** Whether a process descends from this one. */
function isOurs(pid: string): boolean {
  for (let id = pid; id !== "0" && id !== "1";) {
    if (Number(id) === process.pid) return true;
    id = /\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"))?.[1] ?? "0";
  }
  return false;
}

function cardMemory(): number | null {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    };
    const text = execFileSync(
      "nvidia-smi",
      ["--query-gpu=memory.used", "--format=csv,noheader,nounits"],
      options,
    );
    return Number(text.trim().split("\n")[0]) * 2 ** 20;
  } catch {
    return null; // no NVIDIA GPU
  }
}

/** Formats bytes as megabytes. */
export const megabytes = (bytes: number | null): string =>
  bytes === null ? "unknown" : `${(bytes / 1e6).toFixed(0)} MB`;

/** The context of the figures. */
function machineFacts(browser: string) {
  const { version, dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return {
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    browser,
    app: version,
    onnxruntime: dependencies["onnxruntime-web"],
    loadBefore: os.loadavg()[0],
  };
}
