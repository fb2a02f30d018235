// Lowers a graph to ONNX Runtime's operators: each node becomes the device's layer (layers-wasm.ts, layers-webgpu.ts).
// Sums and biases stay pending until something reads them, so that layers can fuse them.

import type { Graph, GraphNode, Value } from "../graph/graph.ts";
import { attention, causalMask } from "./attention.ts";
import type { Biased, FeatureMap, Layers } from "./layers.ts";
import { WasmLayers } from "./layers-wasm.ts";
import { WebgpuLayers } from "./layers-webgpu.ts";
import type { OrtModel, OrtTarget } from "./model.ts";
import { OnnxBuilder, type Tensor } from "./onnx-builder.ts";
import { add, cast, expand, layerNorm, quickGelu, slice, unary } from "./ops.ts";
import { timeEmbedding } from "./time-embedding.ts";

/** The model of a graph. */
export function lower(graph: Graph, target: OrtTarget): OrtModel {
  const g = new OnnxBuilder(graph.network, target);
  const layers = target.device === "webgpu" ? new WebgpuLayers(g) : new WasmLayers(g);
  const lowering = new Lowering(layers, graph);
  for (const node of graph.nodes) lowering.lower(node);
  return g.finish();
}

const ALPHA = { silu: 1, quick_gelu: 1.702 };

class Lowering {
  private readonly layers: Layers;
  private readonly g: OnnxBuilder;
  private readonly maps = new Map<Value, FeatureMap>();
  private readonly rows = new Map<Value, Biased>();
  /** Output names of a value. */
  private readonly outputs = new Map<Value, string[]>();
  /** Values that a concatenation reads; a sum among them has two readers, the next layer and the skip connection. */
  private readonly concatenated: ReadonlySet<Value>;

  constructor(layers: Layers, graph: Graph) {
    this.layers = layers;
    this.g = layers.g;
    this.concatenated = new Set(graph.nodes.flatMap((node) => (node.op === "Concat" ? node.inputs : [])));
    for (const { name, value } of graph.outputs)
      this.outputs.set(value, [...(this.outputs.get(value) ?? []), name]);
    for (const value of graph.inputs) this.input(value);
  }

  private input(value: Value): void {
    const tensor = this.g.input(value.name, value.shape);
    if (value.shape.length === 4) this.maps.set(value, this.layers.fromImage(tensor));
    else if (value.shape.length === 1) this.rows.set(value, settled(tensor)); // a timestep is exact in float32 only
    else this.rows.set(value, settled(cast(this.g, tensor, this.g.target.dtype)));
  }

  private map(value: Value): FeatureMap {
    return this.maps.get(value)!;
  }

  /** Tokens or rows with a pending bias. */
  private biased(value: Value): Biased {
    return this.rows.get(value) ?? settled(this.g.parameter(value.name, value.shape));
  }

  /** Settled tokens or rows; computes a pending value once. */
  private tensor(value: Value): Tensor {
    const tensor = this.layers.settleLinear(this.biased(value));
    this.rows.set(value, settled(tensor));
    return tensor;
  }

  private setMap(value: Value, map: FeatureMap): void {
    const isShared = this.concatenated.has(value);
    this.maps.set(value, isShared ? this.layers.settle(map) : map);
    for (const name of this.outputs.get(value) ?? [])
      this.g.output(name, this.layers.toImage(this.map(value)));
  }

  private setRows(value: Value, rows: Biased): void {
    this.rows.set(value, rows);
    for (const name of this.outputs.get(value) ?? []) this.g.output(name, this.tensor(value));
  }

  lower(node: GraphNode): void {
    const { g, layers } = this;
    const { module: name } = node;
    switch (node.op) {
      case "Conv": {
        const [x, weight, , residual] = node.inputs;
        const [channels, , kernel] = weight.shape as [number, number, number];
        const [out] = node.outputs;
        if (residual) this.setMap(out, layers.addShortcut(this.map(residual), this.map(x), { name }));
        else if (kernel === 1) this.setMap(out, layers.conv1x1(this.map(x), { name, channels }));
        else this.setMap(out, layers.conv3x3(this.map(x), { name, channels, ...node.attributes }));
        return;
      }
      case "GroupNorm": {
        const [x, , , shift] = node.inputs;
        const options = { name, ...node.attributes, ...(shift && { shift: this.biased(shift) }) };
        const { normed, input } = layers.groupNorm(this.map(x), options);
        this.maps.set(x, input);
        this.setMap(node.outputs[0], normed);
        return;
      }
      case "LayerNorm":
        return this.setRows(
          node.outputs[0],
          settled(layerNorm(g, this.tensor(node.inputs[0]), { name, ...node.attributes })),
        );
      case "AddLayerNorm": {
        const [x, residual] = node.inputs;
        const options = { residual: this.tensor(residual), name, ...node.attributes };
        const { normed, sum } = layers.skipLayerNorm(this.biased(x), options);
        this.setRows(node.outputs[0], settled(normed));
        this.setRows(node.outputs[1], settled(sum));
        return;
      }
      case "Linear": {
        const [x, weight, bias] = node.inputs;
        const options = {
          name,
          features: weight.shape[0]!,
          bias: bias !== null,
          pointwise: weight.shape.length === 4,
        };
        return this.setRows(node.outputs[0], layers.linear(this.tensor(x), options));
      }
      case "Attention": {
        const [query, key, value] = node.inputs.map((input) => this.tensor(input)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const { heads, causal } = node.attributes;
        const bias = causal && { bias: causalMask(g, query.shape[1]!) };
        const attended = attention(g, query, { key, value, heads, label: name, ...bias });
        return this.setRows(node.outputs[0], settled(attended));
      }
      case "Geglu":
        return this.setRows(node.outputs[0], settled(layers.geglu(this.biased(node.inputs[0]))));
      case "Activation": {
        const x = this.tensor(node.inputs[0]);
        const { kind } = node.attributes;
        return this.setRows(
          node.outputs[0],
          settled(kind === "gelu" ? unary(g, "Gelu", x) : quickGelu(g, x, ALPHA[kind])),
        );
      }
      case "Add": {
        const [a, b] = node.inputs;
        if (this.maps.has(a)) return this.setMap(node.outputs[0], layers.addMaps(this.map(a), this.map(b)));
        const sum =
          a.shape.length === b.shape.length
            ? layers.addResidual(this.biased(a), this.tensor(b))
            : add(g, this.tensor(a), this.tensor(b));
        return this.setRows(node.outputs[0], settled(sum));
      }
      case "Concat": {
        const [a, b] = node.inputs;
        return this.setMap(node.outputs[0], layers.concatChannels(this.map(a), this.map(b)));
      }
      case "Upsample": {
        const [out] = node.outputs;
        return this.setMap(out, layers.upsample(this.map(node.inputs[0]), sizeOfMap(out)));
      }
      case "ToTokens":
        return this.setRows(node.outputs[0], settled(layers.toTokens(this.map(node.inputs[0]))));
      case "FromTokens": {
        const [out] = node.outputs;
        return this.setMap(out, layers.fromTokens(this.tensor(node.inputs[0]), sizeOfMap(out)));
      }
      case "TimeEmbedding": {
        const [out] = node.outputs;
        const options = { channels: out.shape[1]!, ...node.attributes };
        return this.setRows(out, settled(timeEmbedding(g, this.tensor(node.inputs[0]), options)));
      }
      case "RepeatRow": {
        const [out] = node.outputs;
        return this.setRows(out, settled(expand(g, this.tensor(node.inputs[0]), out.shape)));
      }
      case "FirstRows": {
        const [out] = node.outputs;
        const rows = slice(g, this.tensor(node.inputs[0]), { axis: 0, begin: 0, end: out.shape[0]! });
        return this.setRows(out, settled(rows));
      }
      default:
        node satisfies never;
    }
  }
}

function settled(value: Tensor): Biased {
  return { value, bias: null };
}

function sizeOfMap({ shape }: Value): { height: number; width: number } {
  const [, , height, width] = shape as [number, number, number, number];
  return { height, width };
}
