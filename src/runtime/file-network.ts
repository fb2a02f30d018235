// A network from an ONNX file instead of a Graph. A back end opens it (src/ort/file-network.ts); its users depend on this
// interface alone.
import type { Saying } from "../shared/saying.ts";

/** Integers or floats, by the names of the inputs. */
export type NetworkInputs = Readonly<Record<string, BigInt64Array | Float32Array>>;
export type FloatOutputs = Readonly<Record<string, Float32Array>>;

export interface FileNetwork {
  /**
   * One run.
   * @param options.shape of every input
   * @throws StylusError `device`
   */
  run(inputs: NetworkInputs, options: { readonly shape: readonly number[] }): Promise<FloatOutputs>;
  dispose(): Promise<void>;
}

export interface NetworkFile {
  /** For errors; starts a sentence. */
  readonly name: Saying;
  readonly onnx: Uint8Array;
  /** Files that the ONNX file references, by the names it uses. */
  readonly external: ReadonlyMap<string, Uint8Array>;
}

/** Opens a network on the CPU. @throws StylusError `device` if the file is rejected or memory runs out */
export type OpenFileNetwork = (file: NetworkFile) => Promise<FileNetwork>;
