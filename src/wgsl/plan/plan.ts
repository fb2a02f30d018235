// A graph as dispatches: every value gets a place in memory, channels last, and operators that a product can take along (bias,
// residual, activation, GEGLU, the time embedding's shift, upsampling before a convolution) become its last or first lines.
// Queries, keys and values are one dispatch; a concatenation's parts are written into place.

import type { Graph, GraphNode, NodeOf, Parameter, Value } from "../../graph/graph.ts";
import { assert } from "../../shared/assert.ts";
import { StylusError } from "../../shared/errors.ts";
import { ATTENTION_FIELDS, attentionKernel, queriesPerWorkgroup } from "../kernels/attention.ts";
import {
  BOUNDARY_FIELDS,
  BOUNDARY_SIZE,
  exportRows,
  importRows,
  TIME_EMBEDDING_FIELDS,
  TIME_EMBEDDING_SIZE,
  timeEmbedding,
} from "../kernels/boundary.ts";
import {
  ELEMENTWISE_FIELDS,
  ELEMENTWISE_SIZE,
  elementwise,
  type ElementwiseKind,
} from "../kernels/elementwise.ts";
import {
  GROUP_NORM_FIELDS,
  GROUP_SUMS_FIELDS,
  groupNormalise,
  groupParts,
  groupSums,
  normalisedRows,
} from "../kernels/group-norm.ts";
import {
  type Block,
  BYTES,
  type Dispatch,
  type ElementType,
  grid,
  roundUp,
  type View,
} from "../kernels/kernel.ts";
import { LAYER_NORM_FIELDS, layerNormKernel } from "../kernels/layer-norm.ts";
import type { Window } from "../kernels/operand.ts";
import { valuesOf } from "../kernels/wgsl.ts";
import { attentionShape } from "../tuning.ts";
import { planProduct, type ProductRequest } from "./product-dispatches.ts";
import type { PlanTarget } from "./target.ts";
import { planWideAttention } from "./wide-attention.ts";

/** Channels of a head that an invocation's registers hold well; wider ones are computed by products. */
const WIDE_HEAD = 256;

export interface Plan {
  readonly dispatches: readonly Dispatch[];
  readonly inputs: ReadonlyMap<string, Block>;
  /** The inputs that are maps. */
  readonly images: ReadonlySet<string>;
  /** float32, as the caller gets them. */
  readonly outputs: ReadonlyMap<string, Block>;
}

/** The dispatches that compute the outputs `wanted`. @throws StylusError `device` for a graph that the kernels cannot run */
export function planGraph(graph: Graph, target: PlanTarget, wanted: readonly string[]): Plan {
  return new Planner(graph, target, wanted).finish();
}

/** A product that has not been dispatched, so that what follows can join it. */
type Pending = Omit<ProductRequest, "out" | "groups"> & { readonly parameters: readonly Parameter[] };

/** A map that is upsampled by the convolution that reads it. */
interface Upsampled {
  readonly source: Value;
}

class Planner {
  readonly #target: PlanTarget;
  readonly #graph: Graph;
  readonly #outputs: Graph["outputs"];
  readonly #nodes: readonly GraphNode[];
  readonly #dispatches: Dispatch[] = [];
  readonly #views = new Map<Value, View>();
  readonly #pending = new Map<Value, Pending>();
  readonly #upsampled = new Map<Value, Upsampled>();
  readonly #readers = new Map<Value, number>();
  /** Where a part of a concatenation is to be written. */
  readonly #places = new Map<Value, Omit<View, "rows" | "columns">>();
  readonly #concatenations = new Map<Value, View>();
  readonly #inputs = new Map<string, Block>();
  readonly #parameters = new Map<string, Block>();

  constructor(graph: Graph, target: PlanTarget, wanted: readonly string[]) {
    this.#graph = graph;
    this.#target = target;
    this.#outputs = graph.outputs.filter(({ name }) => wanted.includes(name));
    this.#nodes = needed(graph, this.#outputs);
    for (const { inputs } of this.#nodes) for (const value of inputs) if (value) this.#count(value);
    for (const { value } of this.#outputs) this.#count(value);
  }

  #count(value: Value): void {
    this.#readers.set(value, (this.#readers.get(value) ?? 0) + 1);
  }

  finish(): Plan {
    for (const value of this.#graph.inputs) this.#import(value);
    for (const node of this.#nodes) if (node.op === "Concat") this.#placeParts(node);
    for (const node of this.#nodes) this.#plan(node);
    const outputs = new Map(
      this.#outputs.map(({ name, shape, value }) => [name, this.#export(name, shape, this.#view(value))]),
    );
    const images = new Set(
      this.#graph.inputs.filter(({ shape }) => shape.length === 4).map(({ name }) => name),
    );
    return { dispatches: this.#dispatches, inputs: this.#inputs, images, outputs };
  }

  #plan(node: GraphNode): void {
    switch (node.op) {
      case "Conv":
        return this.#conv(node);
      case "Linear": {
        const [x, weight, bias] = node.inputs;
        const input = this.#view(x);
        return this.#defer(node.outputs[0], {
          ...NOTHING_AFTER,
          label: node.module,
          input,
          window: null,
          parameters: bias ? [weight, bias] : [weight],
          columns: weight.shape[0]!,
          rowsPerImage: x.shape.length === 3 ? x.shape[1]! : 1,
        });
      }
      case "GroupNorm":
        return this.#groupNorm(node);
      case "LayerNorm":
        return this.#layerNorm(node, node.outputs[0], this.#view(node.inputs[0]));
      case "AddLayerNorm": {
        const [x, residual] = node.inputs;
        const [normed, sum] = node.outputs;
        this.#add(x, residual, sum, node.module);
        return this.#layerNorm(node, normed, this.#view(sum));
      }
      case "Attention":
        return this.#attention(node);
      case "Geglu": {
        const [x] = node.inputs;
        const pending = this.#joinable(x);
        if (pending && pending.columns % 8 === 0)
          return this.#defer(node.outputs[0], { ...pending, activation: "geglu" });
        return this.#elementwise("geglu", { node, input: this.#view(x), out: node.outputs[0] });
      }
      case "Activation": {
        const [x] = node.inputs;
        const { kind } = node.attributes;
        const pending = this.#joinable(x);
        if (pending) return this.#defer(node.outputs[0], { ...pending, activation: kind });
        return this.#elementwise(kind, { node, input: this.#view(x), out: node.outputs[0] });
      }
      case "Add": {
        const [a, b] = node.inputs;
        return this.#add(a, b, node.outputs[0], node.module);
      }
      case "Concat":
        return this.#concat(node);
      case "Upsample":
        this.#upsampled.set(node.outputs[0], { source: node.inputs[0] });
        return;
      case "ToTokens":
      case "FromTokens":
        return this.#alias(node.inputs[0], node.outputs[0]);
      case "TimeEmbedding":
        return this.#timeEmbedding(node);
      case "RepeatRow": {
        const [x] = node.inputs;
        const [out] = node.outputs;
        this.#views.set(out, { ...this.#view(x), stride: 0, rows: out.shape[0]! });
        return;
      }
      case "FirstRows": {
        const [out] = node.outputs;
        this.#views.set(out, { ...this.#view(node.inputs[0]), rows: out.shape[0]! });
        return;
      }
      default:
        node satisfies never;
    }
  }

  /** The same rows under another shape. */
  #alias(from: Value, to: Value): void {
    const pending = this.#pending.get(from);
    if (pending && this.#isReadOnce(from)) {
      this.#pending.delete(from);
      this.#pending.set(to, pending);
    } else this.#views.set(to, this.#view(from));
  }

  #isReadOnce(value: Value): boolean {
    return this.#readers.get(value) === 1;
  }

  #defer(value: Value, pending: Pending): void {
    this.#pending.set(value, pending);
  }

  /** The pending product of a value that only the caller reads, if something can still follow its bias; it is then the caller's. */
  #joinable(value: Value): Pending | null {
    const pending = this.#pending.get(value);
    if (!pending || !this.#isReadOnce(value) || pending.activation || pending.residual) return null;
    this.#pending.delete(value);
    return pending;
  }

  /** Where a value lies; dispatches what computes it. */
  #view(value: Value): View {
    const known = this.#views.get(value);
    if (known) return known;
    const pending = this.#pending.get(value);
    if (pending) {
      this.#pending.delete(value);
      return this.#dispatchProduct(value, pending);
    }
    const upsampled = this.#upsampled.get(value);
    if (upsampled) {
      const map = { source: upsampled.source, to: value };
      return this.#upsample(map);
    }
    const view = { block: this.#parameter(value), offset: 0, ...matrixOf(value.shape) };
    const { rows, columns } = view;
    if (columns % 4 !== 0) throw unsupported(value, "its rows are not a multiple of four");
    const parameter = { ...view, stride: columns, rows };
    this.#views.set(value, parameter);
    return parameter;
  }

  #parameter({ name, shape }: Parameter): Block {
    let block = this.#parameters.get(name);
    if (!block) {
      block = { role: "parameter", name, sizeBytes: BYTES[this.#target.type] * sizeOf(shape) };
      this.#parameters.set(name, block);
    }
    return block;
  }

  #temporary(name: string, elements: number, type: ElementType = this.#target.type): Block {
    return { role: "temporary", name, sizeBytes: BYTES[type] * roundUp(elements) };
  }

  /** A new place for a value, in its concatenation unless that is among the blocks that its dispatch reads. */
  #allocate(value: Value, reads: readonly Block[], rows = matrixOf(value.shape).rows): View {
    const { columns } = matrixOf(value.shape);
    const place = this.#places.get(value);
    const stride = roundUp(columns);
    const view =
      place && !reads.includes(place.block)
        ? { ...place, rows, columns }
        : { block: this.#temporary(value.name, rows * stride), offset: 0, stride, rows, columns };
    this.#views.set(value, view);
    return view;
  }

  #dispatch(dispatch: Dispatch): void {
    assert(!dispatch.reads.includes(dispatch.write), `${dispatch.label} writes what it reads`);
    this.#dispatches.push(dispatch);
  }

  #dispatchProduct(value: Value, pending: Pending): View {
    const { input, residual, shift } = pending;
    // Rows that are all the same are computed once.
    const isOneRow = input.stride === 0 && input.rows > 1 && !pending.window && !residual;
    const request = isOneRow ? { ...pending, input: { ...input, rows: 1 } } : pending;
    const reads = [input.block, ...(residual ? [residual.block] : []), ...(shift ? [shift.block] : [])];
    const { rows } = matrixOf(value.shape);
    const out = this.#allocate(value, reads, isOneRow ? 1 : rows);
    this.#product([request], out);
    if (!isOneRow) return out;
    const repeated = { ...out, rows, stride: 0 };
    this.#views.set(value, repeated);
    return repeated;
  }

  /** Products of the same operand, one after the other in `out`. */
  #product(requests: readonly Pending[], out: View): void {
    const blocks = requests.map(({ parameters }) => parameters.map((one) => this.#parameter(one)));
    const groups = blocks.map(([weight, bias]) => ({ weight: weight!, bias: bias ?? null }));
    const temporary = (name: string, elements: number): Block => this.#temporary(name, elements, "f32");
    const request = { ...requests[0]!, groups, out };
    for (const dispatch of planProduct(request, { ...this.#target, temporary })) this.#dispatch(dispatch);
  }

  #conv(node: NodeOf<"Conv">): void {
    const [x, weight, bias, residual] = node.inputs;
    const [out] = node.outputs;
    const [columns, , kernel] = weight.shape as [number, number, number];
    const [, , outHeight, outWidth] = out.shape as [number, number, number, number];
    const upsampled = kernel === 3 && this.#isReadOnce(x) ? this.#upsampled.get(x) : undefined;
    const [, , height, width] = x.shape as [number, number, number, number];
    const [, , inHeight, inWidth] = (upsampled?.source ?? x).shape as [number, number, number, number];
    const input = this.#view(upsampled?.source ?? x);
    const { stride, padding } = node.attributes;
    const before = padding === "same" ? 1 : 0;
    const window: Window | null =
      kernel === 3 ? { inHeight, inWidth, height, width, outHeight, outWidth, stride, before } : null;
    if (!window && stride !== 1) throw unsupported(x, "a 1×1 convolution with a stride");
    this.#defer(out, {
      ...NOTHING_AFTER,
      label: node.module,
      input,
      window,
      parameters: [weight, bias],
      columns,
      rowsPerImage: outHeight * outWidth,
      residual: residual && this.#view(residual),
    });
  }

  #add(a: Value, b: Value, out: Value, label: string): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one.shape.join() !== other.shape.join()) break;
      // The other operand is computed before the product, so it must not wait for the same value.
      if (one === other || !this.#pending.has(one)) continue;
      const pending = this.#joinable(one);
      if (pending) return this.#defer(out, { ...pending, residual: this.#view(other) });
    }
    const [input, other] = [this.#view(a), this.#view(b)];
    this.#elementwise("add", { node: { module: label }, input, other, out });
  }

  #groupNorm(node: NodeOf<"GroupNorm">): void {
    const [x, scale, bias, shiftValue] = node.inputs;
    const [out] = node.outputs;
    const [images, channels, height, width] = x.shape as [number, number, number, number];
    const { groups, eps, silu } = node.attributes;
    const { type } = this.#target;
    if (channels % 4 !== 0) throw unsupported(x, "its channels are not a multiple of four");
    let shift = shiftValue && this.#view(shiftValue);
    const pending = shift && this.#joinable(x);
    if (pending) {
      this.#dispatchProduct(x, { ...pending, shift });
      shift = null;
    }
    const input = this.#view(x);
    const rowsPerImage = height * width;
    const groupChannels = channels / groups;
    const parts = groupParts(rowsPerImage, groupChannels);
    const rowsPerPart = Math.ceil(rowsPerImage / parts);
    const sums = this.#temporary(`${node.module} sums`, 2 * images * groups * parts, "f32");
    const shared = {
      rowsPerImage,
      groupChannels,
      inOffset: input.offset,
      inStride: input.stride,
      shiftOffset: shift?.offset ?? 0,
      shiftStride: shift?.stride ?? 0,
    };
    const shifts = shift ? [shift.block] : [];
    this.#dispatch({
      label: node.module,
      kernel: groupSums({ type, shift: shift !== null }),
      reads: [input.block, ...shifts],
      write: sums,
      values: valuesOf(GROUP_SUMS_FIELDS, { ...shared, rowsPerPart }),
      workgroups: [parts, groups, images],
      operations: 3 * input.rows * channels,
    });
    const reads = [input.block, sums, this.#parameter(scale), this.#parameter(bias), ...shifts];
    const to = this.#allocate(out, reads);
    const rowsPerWorkgroup = normalisedRows(channels);
    this.#dispatch({
      label: node.module,
      kernel: groupNormalise({ type, shift: shift !== null, groups, eps, silu }),
      reads,
      write: to.block,
      values: valuesOf(GROUP_NORM_FIELDS, {
        ...shared,
        groups,
        parts,
        channels,
        rowsPerWorkgroup,
        outOffset: to.offset,
        outStride: to.stride,
      }),
      workgroups: [Math.ceil(rowsPerImage / rowsPerWorkgroup), images, 1],
      operations: 4 * input.rows * channels,
    });
  }

  #layerNorm(node: NodeOf<"LayerNorm" | "AddLayerNorm">, out: Value, input: View): void {
    const [scale, bias] = node.inputs.slice(-2) as [Parameter, Parameter];
    const { rows, columns } = input;
    if (columns % 4 !== 0) throw unsupported(out, "its channels are not a multiple of four");
    const reads = [input.block, this.#parameter(scale), this.#parameter(bias)];
    const to = this.#allocate(out, reads);
    this.#dispatch({
      label: node.module,
      kernel: layerNormKernel({ type: this.#target.type, eps: node.attributes.eps }),
      reads,
      write: to.block,
      values: valuesOf(LAYER_NORM_FIELDS, {
        rows,
        channels: columns,
        inOffset: input.offset,
        inStride: input.stride,
        outOffset: to.offset,
        outStride: to.stride,
      }),
      workgroups: grid(rows, 1),
      operations: 7 * rows * columns,
    });
  }

  #attention(node: NodeOf<"Attention">): void {
    const [q, k, v] = node.inputs;
    const [out] = node.outputs;
    const [images, queries, channels] = q.shape as [number, number, number];
    const keys = k.shape[1]!;
    const { heads, causal } = node.attributes;
    const width = channels / heads;
    if (width % 4 !== 0) throw unsupported(q, `${width} channels of a head are not a multiple of four`);
    const byProducts = width > WIDE_HEAD && heads === 1 && images === 1 && keys % 8 === 0 && !causal;
    // A product's right operand has a block of its own.
    if (!byProducts && !this.#together([q, k, v])) this.#together([k, v]);
    const [query, key, value] = [this.#view(q), this.#view(k), this.#view(v)];
    const { type, memory, tuning } = this.#target;
    const reads = [query.block, key.block, value.block];
    const to = this.#allocate(out, reads);
    if (byProducts && value.offset === 0 && value.stride === width) {
      const request = { label: node.module, query, key, value, out: to };
      const temporary = this.#temporary.bind(this);
      for (const dispatch of planWideAttention(request, { ...this.#target, temporary }))
        this.#dispatch(dispatch);
      return;
    }
    const variant = { type, width, causal, memory, shape: attentionShape(width, tuning) };
    this.#dispatch({
      label: node.module,
      kernel: attentionKernel(variant),
      reads,
      write: to.block,
      values: valuesOf(ATTENTION_FIELDS, {
        queries,
        keys,
        queryOffset: query.offset,
        queryStride: query.stride,
        keyOffset: key.offset,
        keyStride: key.stride,
        valueOffset: value.offset,
        valueStride: value.stride,
        outOffset: to.offset,
        outStride: to.stride,
      }),
      workgroups: [Math.ceil(queries / queriesPerWorkgroup(variant)), heads, images],
      operations: 4 * images * queries * keys * channels,
    });
  }

  /** Dispatches products of the same operand as one, if all are still pending. */
  #together(values: readonly Value[]): boolean {
    const all = values.map((value) => (this.#isReadOnce(value) ? this.#pending.get(value) : undefined));
    const [first] = all;
    if (!first) return false;
    const fits = all.every(
      (one) =>
        one &&
        !one.window &&
        !one.residual &&
        !one.activation &&
        one.input === first.input &&
        one.columns === first.columns &&
        one.parameters.length === first.parameters.length,
    );
    const blocks = 2 + values.length * first.parameters.length;
    if (!fits || first.columns % 4 !== 0 || first.input.rows <= 4 || blocks > this.#target.blocks)
      return false;
    const { rows, columns } = matrixOf(values[0]!.shape);
    const block = this.#temporary(values[0]!.name, values.length * rows * columns);
    const views = values.map((_, i) => ({
      block,
      offset: i * rows * columns,
      stride: columns,
      rows,
      columns,
    }));
    this.#product(all as Pending[], views[0]!);
    values.forEach((value, i) => {
      this.#pending.delete(value);
      this.#views.set(value, views[i]!);
    });
    return true;
  }

  #placeParts({ inputs: [a, b], outputs: [out] }: NodeOf<"Concat">): void {
    const { rows, columns } = matrixOf(out.shape);
    const stride = roundUp(columns);
    const block = this.#temporary(out.name, rows * stride);
    this.#concatenations.set(out, { block, offset: 0, stride, rows, columns });
    const place = (value: Value, offset: number): void => {
      if (!this.#places.has(value)) this.#places.set(value, { block, offset, stride });
    };
    if (matrixOf(a.shape).columns % 4 !== 0) throw unsupported(a, "its channels are not a multiple of four");
    place(a, 0);
    place(b, matrixOf(a.shape).columns);
  }

  #concat(node: NodeOf<"Concat">): void {
    const [out] = node.outputs;
    const whole = this.#concatenations.get(out)!;
    let offset = 0;
    for (const part of node.inputs) {
      const view = this.#view(part);
      if (view.block !== whole.block || view.offset !== offset)
        this.#elementwise("copy", { node, input: view, to: { ...whole, offset, columns: view.columns } });
      offset += view.columns;
    }
    this.#views.set(out, whole);
  }

  #upsample({ source, to }: { source: Value; to: Value }): View {
    const [, , inHeight, inWidth] = source.shape as [number, number, number, number];
    const [, , outHeight, outWidth] = to.shape as [number, number, number, number];
    const map = { inHeight, inWidth, outHeight, outWidth };
    this.#elementwise("upsample", { node: { module: to.name }, input: this.#view(source), out: to, map });
    return this.#views.get(to)!;
  }

  #elementwise(
    kind: ElementwiseKind,
    {
      node,
      input,
      other,
      out,
      to,
      map = { inHeight: 1, inWidth: 1, outHeight: 1, outWidth: 1 },
    }: {
      node: { readonly module: string };
      input: View;
      other?: View;
      map?: { inHeight: number; inWidth: number; outHeight: number; outWidth: number };
      /** The value that is computed, or the place that is written. */
      out?: Value;
      to?: View;
    },
  ): void {
    const reads = [input.block, ...(other ? [other.block] : [])];
    const target = to ?? this.#allocate(out!, reads);
    const fours = Math.ceil(target.columns / 4);
    const count = target.rows * fours;
    this.#dispatch({
      label: node.module,
      kernel: elementwise(kind, this.#target.type),
      reads,
      write: target.block,
      values: valuesOf(ELEMENTWISE_FIELDS, {
        count,
        fours,
        outOffset: target.offset,
        outStride: target.stride,
        inOffset: input.offset,
        inStride: input.stride,
        otherOffset: other?.offset ?? 0,
        otherStride: other?.stride ?? 0,
        otherRows: other?.rows ?? 1,
        ...map,
      }),
      workgroups: grid(count, ELEMENTWISE_SIZE),
      operations: 4 * count,
    });
  }

  #timeEmbedding(node: NodeOf<"TimeEmbedding">): void {
    const [out] = node.outputs;
    const channels = out.shape[1]!;
    if (channels % 4 !== 0) throw unsupported(out, "its channels are not a multiple of four");
    const block = this.#inputs.get(node.inputs[0].name)!;
    this.#dispatch({
      label: node.module,
      kernel: timeEmbedding({ type: this.#target.type, channels, ...node.attributes }),
      reads: [block],
      write: this.#allocate(out, []).block,
      values: valuesOf(TIME_EMBEDDING_FIELDS, { channels }),
      workgroups: [Math.ceil(channels / 4 / TIME_EMBEDDING_SIZE), 1, 1],
      operations: 20 * channels,
    });
  }

  #import(value: Value): void {
    const block: Block = { role: "input", name: value.name, sizeBytes: 4 * sizeOf(value.shape) };
    this.#inputs.set(value.name, block);
    if (value.shape.length === 1) return; // a timestep is exact in float32 only, and read there
    const { rows, columns, positions } = matrixOf(value.shape);
    const to = this.#allocate(value, []);
    this.#boundary({
      label: value.name,
      kernel: importRows(this.#target.type),
      read: block,
      write: to.block,
      view: to,
      // Tokens are rows already.
      positions,
      count: (rows * to.stride) / 4,
      channels: columns,
    });
  }

  #export(name: string, shape: readonly number[], view: View): Block {
    const block: Block = { role: "output", name, sizeBytes: 4 * sizeOf(shape) };
    const { columns, positions } = matrixOf(shape);
    this.#boundary({
      label: name,
      kernel: exportRows(this.#target.type),
      read: view.block,
      write: block,
      view,
      positions,
      count: sizeOf(shape),
      channels: columns,
    });
    return block;
  }

  #boundary({
    label,
    kernel,
    read,
    write,
    view,
    positions,
    count,
    channels,
  }: {
    label: string;
    kernel: Dispatch["kernel"];
    read: Block;
    write: Block;
    view: View;
    positions: number;
    count: number;
    channels: number;
  }): void {
    this.#dispatch({
      label,
      kernel,
      reads: [read],
      write,
      values: valuesOf(BOUNDARY_FIELDS, {
        count,
        channels,
        fours: Math.ceil(channels / 4),
        positions,
        offset: view.offset,
        stride: view.stride,
      }),
      workgroups: grid(count, BOUNDARY_SIZE),
      operations: count,
    });
  }
}

const NOTHING_AFTER = { shift: null, activation: null, residual: null } as const;

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

/** A map's rows are its positions, whatever has another shape has a row per vector; `positions` of an image that lie apart in the graph's order. */
function matrixOf(shape: readonly number[]): { rows: number; columns: number; positions: number } {
  if (shape.length !== 4) {
    const columns = shape.at(-1)!;
    return { rows: sizeOf(shape) / columns, columns, positions: 1 };
  }
  const [images, columns, height, width] = shape as [number, number, number, number];
  return { rows: images * height * width, columns, positions: height * width };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function unsupported({ name, shape }: Value, why: string): StylusError {
  return new StylusError("device", `The WGSL kernels cannot compute ${name} [${shape.join(", ")}]: ${why}.`, {
    remedy: "Use ONNX Runtime for this model.",
  });
}
