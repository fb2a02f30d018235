// A graph as dispatches: every value gets a place in memory, channels last, and operators that a product can take along (bias,
// residual, activation, GEGLU, the time embedding's shift, upsampling before a convolution) become its last or first lines.
// Queries, keys and values are one dispatch; a concatenation's parts are written into place.

import type { Graph, GraphNode, Value } from "../../graph/graph.ts";
import type { Block, Dispatch } from "../kernels/kernel.ts";
import { storedParameters } from "../parameters.ts";
import { planAttention } from "./operators/attention.ts";
import { exportOutput, importInput } from "./operators/boundaries.ts";
import { planConcatenation, reserveParts } from "./operators/concatenation.ts";
import { planConvolution } from "./operators/convolution.ts";
import { planActivation, planAdd, planGeglu } from "./operators/elementwise.ts";
import { planGroupNorm } from "./operators/group-norm.ts";
import { planAddLayerNorm, planLayerNorm } from "./operators/layer-norm.ts";
import { planLinear } from "./operators/linear.ts";
import { planFirstRows, planRepeatRow, planReshape } from "./operators/same-memory.ts";
import { planTimeEmbedding } from "./operators/time-embedding.ts";
import { deferUpsampling } from "./operators/upsampling.ts";
import type { ProductRequest } from "./product-dispatches.ts";
import { PlanState } from "./state.ts";
import type { PlanTarget } from "./target.ts";

export interface Plan {
  readonly dispatches: readonly Dispatch[];
  readonly inputs: ReadonlyMap<string, Block>;
  /** The inputs that are maps. */
  readonly images: ReadonlySet<string>;
  /** float32, as the caller gets them. */
  readonly outputs: ReadonlyMap<string, Block>;
  /** What the dispatches of products were made from. */
  readonly products: readonly ProductRequest[];
}

/** The dispatches that compute the outputs `wanted`. @throws StylusError `device` for a graph that the kernels cannot run */
export function planGraph(graph: Graph, target: PlanTarget, wanted: readonly string[]): Plan {
  const results = graph.outputs.filter(({ name }) => wanted.includes(name));
  const nodes = needed(graph, results);
  const stored = new Map(storedParameters(graph, target).map((parameter) => [parameter.name, parameter]));
  const state = new PlanState(target, { readers: readersOf(nodes, results), stored });
  for (const value of graph.inputs) importInput(value, state);
  for (const node of nodes) if (node.op === "Concat") reserveParts(node, state);
  for (const node of nodes) planNode(node, state);
  const outputs = new Map(results.map((result) => [result.name, exportOutput(result, state)]));
  const images = new Set(graph.inputs.filter(({ shape }) => shape.length === 4).map(({ name }) => name));
  return { dispatches: state.dispatches, inputs: state.inputs, images, outputs, products: state.products };
}

function planNode(node: GraphNode, state: PlanState): void {
  switch (node.op) {
    case "Conv":
      return planConvolution(node, state);
    case "Linear":
      return planLinear(node, state);
    case "GroupNorm":
      return planGroupNorm(node, state);
    case "LayerNorm":
      return planLayerNorm(node, state);
    case "AddLayerNorm":
      return planAddLayerNorm(node, state);
    case "Attention":
      return planAttention(node, state);
    case "Geglu":
      return planGeglu(node, state);
    case "Activation":
      return planActivation(node, state);
    case "Add":
      return planAdd(node, state);
    case "Concat":
      return planConcatenation(node, state);
    case "Upsample":
      return deferUpsampling(node, state);
    case "ToTokens":
    case "FromTokens":
      return planReshape(node, state);
    case "TimeEmbedding":
      return planTimeEmbedding(node, state);
    case "RepeatRow":
      return planRepeatRow(node, state);
    case "FirstRows":
      return planFirstRows(node, state);
    default:
      node satisfies never;
  }
}

/** The nodes that the outputs depend on. */
function needed(graph: Graph, outputs: Graph["outputs"]): GraphNode[] {
  const wanted = new Set<Value>(outputs.map(({ value }) => value));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => wanted.has(value))) continue;
    nodes.push(node);
    for (const value of node.inputs) if (value) wanted.add(value);
  }
  return nodes.toReversed();
}

/** How many operators and outputs read each value. */
function readersOf(nodes: readonly GraphNode[], outputs: Graph["outputs"]): Map<Value, number> {
  const readers = new Map<Value, number>();
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)];
  for (const value of read) if (value) readers.set(value, (readers.get(value) ?? 0) + 1);
  return readers;
}
