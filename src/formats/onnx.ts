// Writer for ONNX model files (protobuf wire format; field numbers from onnx.proto3, IR version 9).
// Covers static graphs: nodes, typed inputs and outputs with fixed shapes, and small constants.

export type OnnxType = "f32" | "f16" | "i32" | "i64" | "bool";

const TENSOR_TYPE: Readonly<Record<OnnxType, number>> = { f32: 1, i32: 6, i64: 7, bool: 9, f16: 10 };

/** The `TensorProto.DataType` of a type, for the `to` attribute of Cast. */
export function onnxTypeCode(type: OnnxType): number {
  return TENSOR_TYPE[type];
}

/** Attribute values; a plain number is an integer, `{ float }` a float. */
export type Attribute = number | string | { readonly float: number } | readonly number[];

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** An empty name omits an optional input or output. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
}

export interface OnnxConstant extends OnnxValue {
  readonly bytes: Uint8Array;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  /** Version of each operator set, by domain. */
  readonly opsets: Readonly<Record<string, number>>;
}

const utf8 = new TextEncoder();

/** Appends protobuf fields; a nested message is another writer's bytes. */
class ProtoWriter {
  private readonly parts: Uint8Array[] = [];
  private sizeBytes = 0;

  private push(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.sizeBytes += bytes.length;
    return this;
  }

  private varint(value: number): this {
    const bytes: number[] = [];
    // Negative integers take ten bytes of two's complement; everything else here is below 2^53.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    return this.push(Uint8Array.from(bytes));
  }

  integer(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }

  float(field: number, value: number): this {
    this.varint((field << 3) | 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.varint((field << 3) | 2)
      .varint(value.length)
      .push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.sizeBytes);
    let offset = 0;
    for (const part of this.parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }
}

function attributeProto(name: string, value: Attribute): Uint8Array {
  const out = new ProtoWriter().text(1, name);
  if (typeof value === "number") out.integer(3, value).integer(20, 2);
  else if (typeof value === "string") out.text(4, value).integer(20, 3);
  else if ("float" in value) out.float(2, value.float).integer(20, 1);
  else {
    for (const item of value) out.integer(8, item);
    out.integer(20, 7);
  }
  return out.finish();
}

function nodeProto(node: OnnxNode): Uint8Array {
  const out = new ProtoWriter();
  for (const input of node.inputs) out.text(1, input);
  for (const output of node.outputs) out.text(2, output);
  out.text(3, node.name).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) out.bytes(5, attributeProto(name, value));
  if (node.domain !== "") out.text(7, node.domain);
  return out.finish();
}

function valueInfoProto({ name, dtype, shape }: OnnxValue): Uint8Array {
  const dimensions = new ProtoWriter();
  for (const size of shape) dimensions.bytes(1, new ProtoWriter().integer(1, size).finish());
  const tensor = new ProtoWriter().integer(1, TENSOR_TYPE[dtype]).bytes(2, dimensions.finish()).finish();
  return new ProtoWriter().text(1, name).bytes(2, new ProtoWriter().bytes(1, tensor).finish()).finish();
}

function tensorProto({ name, dtype, shape, bytes }: OnnxConstant): Uint8Array {
  const out = new ProtoWriter();
  for (const size of shape) out.integer(1, size);
  return out.integer(2, TENSOR_TYPE[dtype]).text(8, name).bytes(9, bytes).finish();
}

/** The model file of a graph. */
export function writeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const body = new ProtoWriter();
  for (const node of graph.nodes) body.bytes(1, nodeProto(node));
  body.text(2, graph.name);
  for (const constant of graph.constants) body.bytes(5, tensorProto(constant));
  for (const input of graph.inputs) body.bytes(11, valueInfoProto(input));
  for (const output of graph.outputs) body.bytes(12, valueInfoProto(output));
  const model = new ProtoWriter().integer(1, 9).text(2, "stylus-web").bytes(7, body.finish());
  for (const [domain, version] of Object.entries(graph.opsets)) {
    model.bytes(8, new ProtoWriter().text(1, domain).integer(2, version).finish());
  }
  return model.finish();
}
