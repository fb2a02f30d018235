// Opens lab.html in a Chromium with WebGPU: on the machine's GPU or on Chromium's software GPU. Builds the page first,
// unless STYLUS_LAB names a folder with a built page (for a machine without the packages).
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { UsageError } from "../../scripts/arguments.mjs";
import { serve } from "../../scripts/server.mjs";
import { bin, browserArguments, ensureBrowser, root, run, webgpuArguments } from "../../scripts/setup.mjs";

const folder = process.env.STYLUS_LAB ?? path.join(root, "out", "lab");

/** Builds the page into a folder, by default out/lab. */
export function buildLab(target = folder) {
  const config = path.join(root, "tests", "bench", "lab.vite.config.ts");
  run(bin("vite"), ["build", "--config", config, "--outDir", target, "--logLevel", "warn"], {
    env: { NODE_ENV: "production" },
  });
}

export const labDevices = ["hardware", "software", "wasm"];

/** Help text about the browser for the scripts that use this page. */
export const browserHelp = "The browser is CHROME_PATH, with STYLUS_CHROME_FLAGS as additional arguments.";

/**
 * @param {{device: "hardware" | "software" | "wasm", onRow: (row: any) => void, references?: string}} options
 *   hardware is the machine's GPU, software is Chromium's software WebGPU;
 *   references: a file served at /references.safetensors
 * @throws {UsageError} if the browser has no such GPU
 */
export async function openLab({ device, onRow, references }) {
  if (!process.env.STYLUS_LAB) buildLab();
  const executablePath = await ensureBrowser();
  const { chromium } = await import("playwright");
  const server = await serve(folder, {
    intercept(request, response) {
      if (!references || request.url !== "/references.safetensors") return false;
      response.writeHead(200, { "Content-Length": statSync(references).size });
      createReadStream(references).pipe(response);
      return true;
    },
  });
  const profile = mkdtempSync(path.join(os.tmpdir(), "stylus-web-lab-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...browserArguments(), ...webgpuArguments(device === "hardware" ? "hardware" : "software")],
  });
  await context.exposeFunction("reportRow", onRow);
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.error(`[page] ${message.text()}`);
  });
  /** A fresh page, because ONNX Runtime loads once per page. */
  const fresh = async () => {
    await page.goto(`${server.url}lab.html`);
    await page.waitForFunction(() => "lab" in globalThis);
  };
  const close = async () => {
    await context.close();
    await server.close();
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    await fresh();
    const adapter = device === "wasm" ? null : await page.evaluate(() => globalThis.lab.adapter());
    if (device !== "wasm" && !adapter)
      throw new UsageError("Chromium found no GPU. See docs/performance.md for its arguments.");
    if (device === "hardware" && adapter.software)
      throw new UsageError(
        `Chromium found only a software GPU (${adapter.name}). Use it with --device software.`,
      );
    const types = adapter?.features.includes("shader-f16") ? ["f16", "f32"] : ["f32"];
    return {
      adapter,
      /** The device's compute types. */
      types,
      machine: machineFacts(context.browser()?.version() ?? "of unknown version"),
      /**
       * Calls a function of lab.ts in a fresh page, in float16 or float32; returns its processes' memory.
       * @throws {UsageError} if the device does not support that type, since float32 would silently replace it
       */
      async run(name, { type, ...options }) {
        if (!types.includes(type))
          throw new UsageError(`This device supports ${types.join(", ")}, not ${type}.`);
        await fresh();
        const given = { ...options, device: device === "wasm" ? "wasm" : "webgpu", float16: type === "f16" };
        return watchingMemory(() =>
          page.evaluate(([call, argument]) => globalThis.lab[call](argument), [name, given]),
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
 * @returns {Promise<{rendererBytes: number | null, gpuProcessBytes: number | null, cardBytes: number | null}>}
 */
async function watchingMemory(work) {
  const most = { rendererBytes: null, gpuProcessBytes: null, cardBytes: null };
  const raise = (key, bytes) => {
    if (bytes !== null) most[key] = Math.max(most[key] ?? 0, bytes);
  };
  const sample = () => {
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

function browserProcesses() {
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
function isOurs(pid) {
  for (let id = pid; id !== "0" && id !== "1";) {
    if (Number(id) === process.pid) return true;
    id = /\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"))?.[1] ?? "0";
  }
  return false;
}

function cardMemory() {
  try {
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
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
export const megabytes = (bytes) => (bytes === null ? "unknown" : `${(bytes / 1e6).toFixed(0)} MB`);

/** The context of the figures. */
function machineFacts(browser) {
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
