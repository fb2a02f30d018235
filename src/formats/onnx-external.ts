// Lists the tensors that an ONNX file (protobuf wire format, onnx.proto3) keeps in an external file: names, shapes, offsets.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

export interface ExternalTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** File that holds it, relative to the ONNX file. */
  readonly location: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Field numbers of onnx.proto3. */
const fields = { graph: 7, initializer: 5, dims: 1, name: 8, externalData: 13, key: 1, value: 2 } as const;

const utf8 = new TextDecoder();

interface Field {
  readonly number: number;
  /** Of a varint; 0 for other wire types. */
  readonly value: number;
  /** Of a length-delimited field; empty for other wire types. */
  readonly bytes: Uint8Array;
}

/** Values above 2^53 lose their low bits; no field read here is that large. */
function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let shift = 0; at < bytes.length && shift < 64; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
  throw new RangeError("a number is cut off");
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    const number = Math.floor(tag.value / 8);
    const none = message.subarray(0, 0);
    const wireType = tag.value % 8;
    at = tag.end;
    if (wireType === 0) {
      const { value, end } = readVarint(message, at);
      yield { number, value, bytes: none };
      at = end;
      continue;
    }
    const length =
      wireType === 2
        ? readVarint(message, at)
        : { value: wireType === 1 ? 8 : wireType === 5 ? 4 : -1, end: at };
    const end = length.end + length.value;
    if (length.value < 0 || end > message.length) throw new RangeError(`field ${number} is cut off`);
    yield { number, value: 0, bytes: wireType === 2 ? message.subarray(length.end, end) : none };
    at = end;
  }
}

function* numbersOf({ value, bytes }: Field): Generator<number> {
  if (bytes.length === 0) yield value;
  for (let at = 0; at < bytes.length;) {
    const read = readVarint(bytes, at);
    yield read.value;
    at = read.end;
  }
}

function externalTensor(message: Uint8Array): ExternalTensor | null {
  const shape: number[] = [];
  const entries = new Map<string, string>();
  let name = "";
  for (const field of fieldsOf(message)) {
    if (field.number === fields.dims) shape.push(...numbersOf(field));
    else if (field.number === fields.name) name = utf8.decode(field.bytes);
    else if (field.number === fields.externalData) {
      let [key, value] = ["", ""];
      for (const part of fieldsOf(field.bytes)) {
        if (part.number === fields.key) key = utf8.decode(part.bytes);
        if (part.number === fields.value) value = utf8.decode(part.bytes);
      }
      entries.set(key, value);
    }
  }
  const location = entries.get("location");
  if (location === undefined) return null;
  return {
    name,
    shape,
    location,
    offset: Number(entries.get("offset") ?? 0),
    sizeBytes: Number(entries.get("length")),
  };
}

/**
 * The graph's initializers that are stored outside the file, in file order.
 * @throws StylusError (bad-file) if the bytes are not a protobuf message
 */
export function externalTensors(onnx: Uint8Array, fileName: string): readonly ExternalTensor[] {
  try {
    const tensors: ExternalTensor[] = [];
    for (const model of fieldsOf(onnx)) {
      if (model.number !== fields.graph) continue;
      for (const part of fieldsOf(model.bytes)) {
        const tensor = part.number === fields.initializer ? externalTensor(part.bytes) : null;
        if (tensor) tensors.push(tensor);
      }
    }
    return tensors;
  } catch (cause) {
    throw new StylusError("bad-file", say`${fileName} is not a complete ONNX file: ${String(cause)}.`, {
      where: fileName,
      remedy: say`Download the pack again.`,
      cause,
    });
  }
}
