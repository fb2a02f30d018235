// Runs ONNX files with external data on ONNX Runtime's CPU kernels.
import type { FileNetwork, FloatOutputs, NetworkFile, NetworkInputs } from "../runtime/file-network.ts";
import { chooseThreads } from "../runtime/device.ts";
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import { type InferenceSession, loadOrt, type OrtModule, startingRuntime } from "./ort.ts";

/** More threads do not help small networks, and image generation needs its own. */
const maxThreads = 2;

class OrtFileNetwork implements FileNetwork {
  readonly #ort: OrtModule;
  readonly #session: InferenceSession;
  readonly #name: Saying;

  constructor(session: InferenceSession, { ort, name }: { ort: OrtModule; name: Saying }) {
    this.#session = session;
    this.#ort = ort;
    this.#name = name;
  }

  async run(inputs: NetworkInputs, { shape }: { readonly shape: readonly number[] }): Promise<FloatOutputs> {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [
        name,
        values instanceof Float32Array
          ? new this.#ort.Tensor("float32", values, shape)
          : new this.#ort.Tensor("int64", values, shape),
      ]),
    );
    try {
      const results = await this.#session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]),
      );
    } catch (cause) {
      throw failure(say`${this.#name} failed to run`, cause);
    }
  }

  dispose(): Promise<void> {
    return this.#session.release();
  }
}

const failure = (problem: Saying, cause: unknown): StylusError =>
  new StylusError("device", say`${problem}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    remedy: say`Close other tabs to free memory, then reload the page.`,
    cause,
  });

/** @throws StylusError `device` if the runtime cannot be loaded, rejects the file or runs out of memory */
export async function openFileNetwork({ name, onnx, external }: NetworkFile): Promise<FileNetwork> {
  const threads = Math.min(maxThreads, chooseThreads().threads);
  const { ort } = await loadOrt({ device: "wasm", threads });
  try {
    const session = await startingRuntime(ort, () =>
      ort.InferenceSession.create(onnx, {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
        // A thread that waits by spinning takes the core that image generation or the page wants.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
        externalData: [...external].map(([path, data]) => ({ path, data })),
      }),
    );
    return new OrtFileNetwork(session, { ort, name });
  } catch (cause) {
    if (cause instanceof StylusError) throw cause;
    throw failure(say`${name} could not be prepared`, cause);
  }
}
