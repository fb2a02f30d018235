// Builds a Graph node by node. Every value has a static shape and every operator checks its inputs, so a bad config
// fails here with the tensor's name rather than inside a back end.

import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type {
  Graph,
  GraphNode,
  GraphOutput,
  NetworkId,
  NodeOf,
  Operator,
  Parameter,
  Value,
} from "./graph.ts";

export interface ConvOptions {
  readonly module: string;
  readonly channels: number;
  readonly kernel: 1 | 3;
  readonly stride?: 1 | 2;
  readonly padding?: "same" | "end";
  readonly smallMap?: boolean;
  /** A map added to the result of a 1×1 convolution. */
  readonly residual?: Value;
}

export interface GroupNormOptions {
  readonly module: string;
  readonly groups: number;
  readonly eps: number;
  readonly silu: boolean;
  /** [B, C] */
  readonly shift?: Value | undefined;
}

export interface LinearOptions {
  readonly module: string;
  readonly features: number;
  readonly bias: boolean;
  /** The checkpoint stores the weight as a 1×1 convolution [out, in, 1, 1]. */
  readonly pointwise?: boolean;
}

/** A node with one output, but for the output. */
type NewNode = {
  readonly [Op in Exclude<Operator, "AddLayerNorm">]: Pick<NodeOf<Op>, "op" | "inputs" | "attributes"> & {
    /** The operator's name if absent. */
    readonly module?: string;
    readonly shape: readonly number[];
  };
}[Exclude<Operator, "AddLayerNorm">];

/** Mismatched shapes: the config and the tensors disagree. */
function shapeError(message: string, ...values: Value[]): StylusError {
  const described = values.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(" · ");
  return new StylusError("bad-file", say`${message}: ${described}`, {
    where: values[0]?.name ?? "graph",
    remedy: say`The model's config does not match its tensors; use a matching config.json.`,
  });
}

export class GraphBuilder {
  readonly #network: NetworkId;
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: GraphOutput[] = [];
  readonly #parameters = new Map<string, Parameter>();

  constructor(network: NetworkId) {
    this.#network = network;
  }

  finish(): Graph {
    return {
      network: this.#network,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      parameters: [...this.#parameters.values()],
    };
  }

  input(name: string, shape: readonly number[]): Value {
    const value = { name, shape };
    this.#inputs.push(value);
    return value;
  }

  /** Declares the output `name`. */
  output(name: string, value: Value): void {
    this.#outputs.push({ name, shape: value.shape, value });
  }

  /** A parameter in the checkpoint's shape. The same name always returns the same value. */
  parameter(name: string, shape: readonly number[]): Parameter {
    const known = this.#parameters.get(name);
    if (known === undefined) {
      const parameter = { name, shape };
      this.#parameters.set(name, parameter);
      return parameter;
    }
    if (known.shape.join() !== shape.join())
      throw shapeError(`Parameter used with different shapes ([${shape.join(", ")}])`, known);
    return known;
  }

  #value(module: string, shape: readonly number[]): Value {
    return { name: `${module}#${this.#nodes.length}`, shape };
  }

  /** A node with one output of the given shape. */
  #add({ module, shape, ...node }: NewNode): Value {
    const named = module ?? node.op;
    const value = this.#value(named, shape);
    this.#nodes.push({ ...node, module: named, outputs: [value] });
    return value;
  }

  /** map [B, C, H, W] → [B, channels, H′, W′] */
  conv(
    x: Value,
    { module, channels, kernel, stride = 1, padding = "same", smallMap = false, residual }: ConvOptions,
  ): Value {
    const [batch, inputs, height, width] = sizesOfMap(x);
    const padded = padding === "same" ? kernel - 1 : 1;
    const size = (length: number): number => Math.floor((length + padded - kernel) / stride) + 1;
    const shape = [batch, channels, size(height), size(width)];
    if (residual && residual.shape.join() !== shape.join()) throw shapeError("Shapes differ", residual, x);
    const weight = this.parameter(`${module}.weight`, [channels, inputs, kernel, kernel]);
    const bias = this.parameter(`${module}.bias`, [channels]);
    return this.#add({
      op: "Conv",
      module,
      shape,
      inputs: [x, weight, bias, residual ?? null],
      attributes: { stride, padding, smallMap },
    });
  }

  groupNorm(x: Value, { module, groups, eps, silu, shift }: GroupNormOptions): Value {
    const [batch, channels] = sizesOfMap(x);
    if (channels % groups !== 0)
      throw shapeError(`${channels} channels cannot be split into ${groups} groups`, x);
    if (shift && shift.shape.join() !== [batch, channels].join())
      throw shapeError("Shift does not fit", shift, x);
    const [weight, bias] = this.#normParameters(module, channels);
    return this.#add({
      op: "GroupNorm",
      module,
      shape: x.shape,
      inputs: [x, weight, bias, shift ?? null],
      attributes: { groups, eps, silu },
    });
  }

  layerNorm(x: Value, { module, eps }: { module: string; eps: number }): Value {
    const [weight, bias] = this.#normParameters(module, x.shape.at(-1)!);
    return this.#add({
      op: "LayerNorm",
      module,
      shape: x.shape,
      inputs: [x, weight, bias],
      attributes: { eps },
    });
  }

  /** The sum x + residual, and its layer norm. */
  addLayerNorm(
    x: Value,
    { module, residual, eps }: { module: string; residual: Value; eps: number },
  ): { normed: Value; sum: Value } {
    if (x.shape.join() !== residual.shape.join()) throw shapeError("Residual does not fit", x, residual);
    const [weight, bias] = this.#normParameters(module, x.shape.at(-1)!);
    const normed = this.#value(module, x.shape);
    const sum = { ...normed, name: `${normed.name}.sum` };
    this.#nodes.push({
      op: "AddLayerNorm",
      module,
      inputs: [x, residual, weight, bias],
      attributes: { eps },
      outputs: [normed, sum],
    });
    return { normed, sum };
  }

  #normParameters(module: string, channels: number): [weight: Parameter, bias: Parameter] {
    return [this.parameter(`${module}.weight`, [channels]), this.parameter(`${module}.bias`, [channels])];
  }

  /** x [..., in] → [..., features] */
  linear(x: Value, { module, features, bias, pointwise = false }: LinearOptions): Value {
    const inputs = x.shape.at(-1)!;
    const shape = pointwise ? [features, inputs, 1, 1] : [features, inputs];
    return this.#add({
      op: "Linear",
      module,
      shape: [...x.shape.slice(0, -1), features],
      inputs: [
        x,
        this.parameter(`${module}.weight`, shape),
        bias ? this.parameter(`${module}.bias`, [features]) : null,
      ],
      attributes: {},
    });
  }

  /** query [B, S, C], key and value [B, T, C] → [B, S, C] */
  attention(
    query: Value,
    {
      module,
      key,
      value,
      heads,
      causal = false,
    }: { module: string; key: Value; value: Value; heads: number; causal?: boolean },
  ): Value {
    const channels = query.shape.at(-1)!;
    if (channels % heads !== 0)
      throw shapeError(`${channels} channels cannot be split among ${heads} heads`, query);
    if (key.shape.join() !== value.shape.join() || key.shape.at(-1) !== channels)
      throw shapeError("Attention does not fit", query, key, value);
    return this.#add({
      op: "Attention",
      module,
      shape: query.shape,
      inputs: [query, key, value],
      attributes: { heads, causal },
    });
  }

  geglu(x: Value): Value {
    const width = x.shape.at(-1)!;
    if (width % 2 !== 0) throw shapeError("Cannot halve the last axis", x);
    return this.#add({
      op: "Geglu",
      shape: [...x.shape.slice(0, -1), width / 2],
      inputs: [x],
      attributes: {},
    });
  }

  activation(x: Value, kind: NodeOf<"Activation">["attributes"]["kind"]): Value {
    return this.#add({ op: "Activation", shape: x.shape, inputs: [x], attributes: { kind } });
  }

  /** a + b, where b may lack leading axes. */
  add(a: Value, b: Value): Value {
    if (a.shape.slice(a.shape.length - b.shape.length).join() !== b.shape.join())
      throw shapeError("Cannot add", a, b);
    return this.#add({ op: "Add", shape: a.shape, inputs: [a, b], attributes: {} });
  }

  concatChannels(a: Value, b: Value): Value {
    const [batch, channels, height, width] = sizesOfMap(a);
    const [, others] = sizesOfMap(b);
    if (b.shape.join() !== [batch, others, height, width].join())
      throw shapeError("Cannot concatenate", a, b);
    const shape = [batch, channels + others, height, width];
    return this.#add({ op: "Concat", shape, inputs: [a, b], attributes: {} });
  }

  /** Doubles the size, minus one where the larger map had an odd length. */
  upsample(x: Value, { height, width }: { height: number; width: number }): Value {
    const [batch, channels] = sizesOfMap(x);
    return this.#add({
      op: "Upsample",
      shape: [batch, channels, height, width],
      inputs: [x],
      attributes: {},
    });
  }

  toTokens(map: Value): Value {
    const [batch, channels, height, width] = sizesOfMap(map);
    return this.#add({
      op: "ToTokens",
      shape: [batch, height * width, channels],
      inputs: [map],
      attributes: {},
    });
  }

  /** @param like a map with the tokens' height and width */
  fromTokens(tokens: Value, like: Value): Value {
    const [batch, count, channels] = tokens.shape as [number, number, number];
    const [, , height, width] = sizesOfMap(like);
    if (count !== height * width) throw shapeError("Tokens do not fill the map", tokens, like);
    return this.#add({
      op: "FromTokens",
      shape: [batch, channels, height, width],
      inputs: [tokens],
      attributes: {},
    });
  }

  /** timestep [1] → [1, channels] */
  timeEmbedding(
    timestep: Value,
    { channels, ...attributes }: { channels: number; flipSinToCos: boolean; freqShift: number },
  ): Value {
    return this.#add({ op: "TimeEmbedding", shape: [1, channels], inputs: [timestep], attributes });
  }

  /** [1, C] → [count, C] */
  repeatRow(x: Value, count: number): Value {
    if (x.shape[0] === count) return x;
    if (x.shape[0] !== 1) throw shapeError("Not one row", x);
    return this.#add({ op: "RepeatRow", shape: [count, ...x.shape.slice(1)], inputs: [x], attributes: {} });
  }

  /** [R, C] → [count, C] */
  firstRows(table: Value, count: number): Value {
    if (table.shape[0] === count) return table;
    if (count > table.shape[0]!) throw shapeError(`Fewer than ${count} rows`, table);
    return this.#add({
      op: "FirstRows",
      shape: [count, ...table.shape.slice(1)],
      inputs: [table],
      attributes: {},
    });
  }
}

/** [B, C, H, W] */
function sizesOfMap(map: Value): readonly [batch: number, channels: number, height: number, width: number] {
  if (map.shape.length !== 4) throw shapeError("Not a map", map);
  return map.shape as readonly [number, number, number, number];
}
