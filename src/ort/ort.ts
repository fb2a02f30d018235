// The only import of ONNX Runtime. Its JavaScript comes from the package, its WASM from the site's origin; the device and
// the browser's features determine the build.

import type * as Ort from "onnxruntime-web";
import { runtimeFault } from "../runtime/wasm-file.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

export type { InferenceSession, Tensor } from "onnxruntime-web";
export type OrtModule = typeof Ort;

/**
 * jspi: WebGPU, suspends through `WebAssembly.Suspending` (smaller, faster); asyncify: WebGPU in browsers without it;
 * wasm: CPU only; node: CPU only, files from disk.
 */
export type OrtBuild = "jspi" | "asyncify" | "wasm" | "node";

interface LoadOptions {
  readonly device: "wasm" | "webgpu";
  /** Threads of the CPU kernels; fixed once the runtime is loaded. */
  readonly threads: number;
}

interface BuildFiles {
  readonly module: () => Promise<OrtModule>;
  readonly glue: () => Promise<{ default: string }>;
  readonly wasm: () => Promise<{ default: string }>;
}

const BROWSER_BUILDS: Readonly<Record<Exclude<OrtBuild, "node">, BuildFiles>> = {
  jspi: {
    module: () => import("onnxruntime-web/jspi"),
    glue: () => import("onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url"),
    wasm: () => import("onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url"),
  },
  asyncify: {
    module: () => import("onnxruntime-web/webgpu"),
    glue: () => import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url"),
    wasm: () => import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
  },
  wasm: {
    module: () => import("onnxruntime-web/wasm"),
    glue: () => import("onnxruntime-web/ort-wasm-simd-threaded.mjs?url"),
    wasm: () => import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
  },
};

function chooseBuild(device: "wasm" | "webgpu"): OrtBuild {
  if (!("location" in globalThis)) return "node";
  if (device === "wasm") return "wasm";
  return "Suspending" in WebAssembly ? "jspi" : "asyncify";
}

let loaded: { build: OrtBuild; threads: number; ort: Promise<OrtModule> } | undefined;

/**
 * Loads ONNX Runtime, once per worker: a second device or thread count needs a new worker.
 * @throws StylusError `device` if the files cannot be loaded or WASM is not available
 */
export async function loadOrt({
  device,
  threads,
}: LoadOptions): Promise<{ ort: OrtModule; build: OrtBuild }> {
  const build = chooseBuild(device);
  loaded ??= { build, threads, ort: load(build, threads) };
  if (loaded.build !== build || loaded.threads !== threads) {
    throw new Error(
      `ONNX Runtime is loaded as ${loaded.build} with ${loaded.threads} threads; use a new worker for ${build} with ${threads}`,
    );
  }
  try {
    return { ort: await loaded.ort, build };
  } catch (cause) {
    loaded = undefined;
    throw new StylusError("device", say`The machine-learning runtime could not be loaded.`, {
      where: build,
      remedy: say`Try again. If that does not help, reload the page, or use a current browser with WebAssembly.`,
      cause,
    });
  }
}

/** Whether a session was ever created: ONNX Runtime loads its WebAssembly with the first one. */
let isStarted = false;

/**
 * Runs `create`, which creates a session; a failure of the runtime itself is distinguished from one of the network.
 * @throws StylusError not-found, bad-file or network (the runtime's file), `device-lost` (only a new worker can start it), and
 * whatever `create` throws once the runtime has started
 */
export async function startingRuntime<Value>(ort: OrtModule, create: () => Promise<Value>): Promise<Value> {
  try {
    const value = await create();
    isStarted = true;
    return value;
  } catch (cause) {
    const paths = ort.env.wasm.wasmPaths;
    if (isStarted || typeof paths !== "object" || !paths.wasm) throw cause;
    throw (await runtimeFault(String(paths.wasm), cause)) ?? cause;
  }
}

async function load(build: OrtBuild, threads: number): Promise<OrtModule> {
  const ort = build === "node" ? await importInNode() : await importInBrowser(BROWSER_BUILDS[build]);
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  return ort;
}

async function importInBrowser({ module, glue, wasm }: BuildFiles): Promise<OrtModule> {
  const [ort, glueUrl, wasmUrl] = await Promise.all([module(), glue(), wasm()]);
  const absolute = (url: string): string => new URL(url, globalThis.location.href).href;
  ort.env.wasm.wasmPaths = { mjs: absolute(glueUrl.default), wasm: absolute(wasmUrl.default) };
  return ort;
}

async function importInNode(): Promise<OrtModule> {
  const specifier = "onnxruntime-web"; // a variable, so that bundlers leave Node's build alone
  return (await import(/* @vite-ignore */ specifier)) as OrtModule;
}
