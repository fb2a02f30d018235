// Builds one ONNX model. Every tensor has a type and static shape, and every operator checks its inputs and names a wrong
// tensor, so a bad config fails here with a name rather than inside the runtime.

import {
  type Attribute,
  type OnnxConstant,
  type OnnxNode,
  type OnnxType,
  type OnnxValue,
  writeOnnx,
} from "../formats/onnx.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { float32ToF16 } from "../shared/dtype.ts";
import type { NetworkId } from "../graph/graph.ts";
import type { OrtModel, OrtParameter, OrtTarget } from "./model.ts";

/** A value inside the model. */
export interface Tensor {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: "" | "com.microsoft";
  /** Prefix of the output names; the module the node belongs to. */
  readonly label?: string;
}

export const MICROSOFT = "com.microsoft";

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function describe(value: Tensor): string {
  return `${value.name} ${value.dtype}[${value.shape.join(", ")}]`;
}

/** A mismatched shape: the config and the tensors disagree. */
export function shapeError(message: string, ...values: Tensor[]): StylusError {
  return new StylusError("bad-file", say`${message}: ${values.map(describe).join(" · ")}`, {
    where: values[0]?.name ?? "graph",
    remedy: say`The model's config does not match its tensors; use a matching config.json.`,
  });
}

export class OnnxBuilder {
  readonly network: NetworkId;
  readonly target: OrtTarget;
  private readonly nodes: OnnxNode[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  private readonly constants = new Map<string, OnnxConstant>();
  private readonly parameters = new Map<string, { spec: OrtParameter; value: Tensor }>();

  constructor(network: NetworkId, target: OrtTarget) {
    this.network = network;
    this.target = target;
  }

  input(name: string, shape: readonly number[], dtype: OnnxType = "f32"): Tensor {
    const value = { name, dtype, shape };
    this.inputs.push(value);
    return value;
  }

  /** Declares the graph output `name`, float32 whatever the compute type. */
  output(name: string, value: Tensor): void {
    const op = value.dtype === "f32" ? "Identity" : "Cast";
    const attributes: Record<string, Attribute> = op === "Cast" ? { to: 1 } : {};
    this.nodes.push({ name, op, domain: "", inputs: [value.name], outputs: [name], attributes });
    this.outputs.push({ name, dtype: "f32", shape: value.shape });
  }

  /**
   * A parameter of the network, as a graph input. The same name always returns the same input.
   * @param shape shape in the checkpoint
   */
  parameter(
    name: string,
    shape: readonly number[],
    { layout = "same", inputShape }: { layout?: OrtParameter["layout"]; inputShape?: readonly number[] } = {},
  ): Tensor {
    const known = this.parameters.get(name);
    const wanted = inputShape ?? (layout === "transpose" ? [sizeOf(shape.slice(1)), shape[0]!] : shape);
    if (known) {
      if (known.value.shape.join() !== wanted.join())
        throw shapeError(`Parameter used with different shapes ([${wanted.join(", ")}])`, known.value);
      return known.value;
    }
    const value: Tensor = { name, dtype: this.target.dtype, shape: wanted };
    this.parameters.set(name, { spec: { name, shape, layout, inputShape: wanted }, value });
    return value;
  }

  /** Adds a node with outputs of the given shapes; `null` omits an optional output. */
  node(
    op: string,
    inputs: readonly (Tensor | null)[],
    outputs: readonly (Tensor["shape"] | null)[],
    options: NodeOptions & { dtype?: OnnxType } = {},
  ): Tensor[] {
    const index = this.nodes.length;
    const label = options.label ?? op;
    const dtype = options.dtype ?? inputs.find((input) => input !== null)?.dtype ?? this.target.dtype;
    const values = outputs.map((shape, i) => ({
      name: shape === null ? "" : `${label}#${index}${i === 0 ? "" : `.${i}`}`,
      dtype,
      shape: shape ?? [],
    }));
    this.nodes.push({
      name: `${label}/${op}#${index}`,
      op,
      domain: options.domain ?? "",
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: values.map((value) => value.name),
      attributes: options.attributes ?? {},
    });
    return values;
  }

  /** A node with one output. */
  one(
    op: string,
    inputs: readonly (Tensor | null)[],
    shape: readonly number[],
    options: NodeOptions & { dtype?: OnnxType } = {},
  ): Tensor {
    return this.node(op, inputs, [shape], options)[0]!;
  }

  int64(values: readonly number[]): Tensor {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.constant(`i64_${values.join("_")}`, { dtype: "i64", shape: [values.length], bytes });
  }

  int32(name: string, shape: readonly number[], values: readonly number[]): Tensor {
    return this.constant(name, {
      dtype: "i32",
      shape,
      bytes: new Uint8Array(Int32Array.from(values).buffer),
    });
  }

  /** A small constant in the graph's type, or in float32 on request. */
  floats(
    name: string,
    shape: readonly number[],
    values: Float32Array,
    dtype: "f32" | "f16" = this.target.dtype,
  ): Tensor {
    const typed = dtype === "f16" ? float32ToF16(values) : values;
    return this.constant(`${name}_${dtype}`, {
      dtype,
      shape,
      bytes: new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength),
    });
  }

  private constant(name: string, rest: Omit<OnnxConstant, "name">): Tensor {
    if (!this.constants.has(name)) this.constants.set(name, { name, ...rest });
    return { name, dtype: rest.dtype, shape: rest.shape };
  }

  finish(): OrtModel {
    const parameters = [...this.parameters.values()];
    const bytes = writeOnnx({
      name: this.network,
      nodes: this.nodes,
      inputs: [...this.inputs, ...parameters.map(({ value }) => value)],
      outputs: this.outputs,
      constants: [...this.constants.values()],
      opsets: { "": 20, [MICROSOFT]: 1 },
    });
    const { network, inputs, outputs } = this;
    return { network, bytes, inputs, outputs, parameters: parameters.map(({ spec }) => spec) };
  }
}
