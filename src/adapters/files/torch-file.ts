// Tensors of files written by torch.save (.pt, .bin, .ckpt), read with the pickle reader that executes nothing.
// Two containers: a ZIP archive with `data.pkl` and one entry per storage (torch ≥ 1.6), or a chain of pickles followed by
// the storages (older; torch/serialization.py, `_legacy_save`).
import { dtypeSizeBytes, type DType } from "../../shared/dtype.ts";
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { PickleProblem, TRUNCATED, type PickleTensor, type PickleValue } from "./pickle-values.ts";
import { readPickle } from "./pickle.ts";
import { elementCount, shownName, type AdapterTensor } from "./tensor.ts";
import { otherArchive, readStoredZip } from "./zip.ts";

/** Larger files are complete models, not adapters. */
const MAX_FILE_BYTES = 1_000_000_000;
const MAX_DEPTH = 32;
/** For tensors that repeat the numbers of a small storage, or share one; a tiny file must not ask for gigabytes. */
const MAX_REPEATED_BYTES = 64_000_000;

const DTYPES: ReadonlyMap<string, DType> = new Map(
  Object.entries({
    FloatStorage: "F32",
    HalfStorage: "F16",
    BFloat16Storage: "BF16",
    DoubleStorage: "F64",
    LongStorage: "I64",
    IntStorage: "I32",
    ShortStorage: "I16",
    CharStorage: "I8",
    ByteStorage: "U8",
    BoolStorage: "BOOL",
  }),
);

/** Types of tensors in storages without one. */
const NEW_DTYPES: ReadonlyMap<string, DType> = new Map([
  ["float8_e4m3fn", "F8_E4M3"],
  ["float8_e5m2", "F8_E5M2"],
  ["uint16", "U16"],
  ["uint32", "U32"],
  ["uint64", "U64"],
]);

/** Whether the first bytes are those of a torch.save file: a ZIP archive or a pickle of protocol 2 to 5. */
export function isTorchFile(start: Uint8Array): boolean {
  const isZip = start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
  const isPickle =
    start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5 && (start[2] !== 0 || start[8] !== 0x7b);
  return isZip || isPickle;
}

/**
 * Every tensor of the file by name: dictionary keys joined with ".", `list:N` for the tensors of a list. The places of dictionaries in a
 * list are no part of a name; a tensor alone has the name "".
 * @throws StylusError `unsupported` if the file contains anything but tensors, `bad-file` if it is damaged
 */
export async function readTorchFile(
  blob: Blob,
  { fileName }: { fileName: string },
): Promise<Map<string, AdapterTensor>> {
  if (blob.size > MAX_FILE_BYTES) {
    throw new StylusError(
      "unsupported",
      say`This pickle is too large for an adapter and probably a complete model.`,
      {
        where: fileName,
        remedy: say`Use its .safetensors version.`,
      },
    );
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  try {
    const { value, storages } = bytes[0] === 0x50 ? readZipped(bytes, fileName) : readLegacy(bytes);
    if (isHypernetwork(value))
      throw new StylusError("unsupported", say`This is a hypernetwork, not a LoRA or an embedding.`, {
        where: fileName,
        remedy: say`Use a LoRA for the same subject or style; Stylus does not support hypernetworks.`,
      });
    const tensors = new Map<string, AdapterTensor>();
    collect(value, {
      path: [],
      tensors,
      storages,
      depth: 0,
      seen: new Set(),
      budget: { bytes: blob.size, repeatedBytes: MAX_REPEATED_BYTES },
    });
    return tensors;
  } catch (error) {
    if (!(error instanceof PickleProblem)) throw error;
    if (error.said === TRUNCATED)
      throw new StylusError("bad-file", say`The file is truncated.`, {
        where: fileName,
        remedy: say`Download it again.`,
      });
    throw new StylusError("unsupported", say`This pickle cannot be read: ${error.said}.`, {
      where: fileName,
      remedy: say`Use the .safetensors version, or convert it with a tool you trust.`,
    });
  }
}

/** AUTOMATIC1111's: pairs of layers by the width of the attention that they belong to. */
const isHypernetwork = (value: PickleValue): boolean =>
  value instanceof Map &&
  [...value].some(([key, layers]) => typeof key === "number" && Array.isArray(layers) && layers.length === 2);

interface TorchFile {
  readonly value: PickleValue;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

function readZipped(bytes: Uint8Array, fileName: string): TorchFile {
  const entries = readStoredZip(bytes, { fileName });
  const main = [...entries.keys()].find((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  if (main === undefined) throw otherArchive(fileName);
  const folder = main.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== "little")
    throw new PickleProblem(say`its numbers are big-endian`);
  const prefix = `${folder}data/`;
  const storages = new Map(
    [...entries]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, data]) => [name.slice(prefix.length), data]),
  );
  return { value: readPickle(entries.get(main)!).value, storages };
}

const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

function readLegacy(bytes: Uint8Array): TorchFile {
  const magic = readPickle(bytes);
  if (magic.value !== LEGACY_MAGIC) throw new PickleProblem(say`torch.save did not write it`);
  const version = readPickle(bytes, magic.end);
  const system = readPickle(bytes, version.end);
  if (system.value instanceof Map && system.value.get("little_endian") === false)
    throw new PickleProblem(say`its numbers are big-endian`);
  const main = readPickle(bytes, system.end);
  const keys = readPickle(bytes, main.end);
  if (!Array.isArray(keys.value)) throw new PickleProblem(say`its list of storages is malformed`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  let position = keys.end;
  for (const key of keys.value) {
    const storage = typeof key === "string" ? main.storages.get(key) : undefined;
    if (!storage) throw new PickleProblem(say`its list of storages is malformed`);
    if (position + 8 > bytes.length) throw new PickleProblem(TRUNCATED);
    const dtype = DTYPES.get(storage.type);
    const sizeBytes = Number(view.getBigUint64(position, true)) * (dtype ? dtypeSizeBytes(dtype) : 1);
    position += 8;
    if (position + sizeBytes > bytes.length) throw new PickleProblem(TRUNCATED);
    storages.set(storage.key, bytes.subarray(position, position + sizeBytes));
    position += sizeBytes;
  }
  return { value: main.value, storages };
}

interface Collection {
  readonly path: readonly string[];
  readonly tensors: Map<string, AdapterTensor>;
  readonly storages: ReadonlyMap<string, Uint8Array>;
  readonly depth: number;
  readonly seen: Set<object>;
  /** Bytes left for tensors: if together they exceed the file, they share storages. Those that repeat numbers have their own. */
  readonly budget: { bytes: number; repeatedBytes: number };
}

// The values form a graph that a hostile file can make cyclic, so each container is visited once.
function collect(value: PickleValue, place: Collection): void {
  if (value === null || typeof value !== "object") return;
  if (place.depth > MAX_DEPTH) throw new PickleProblem(say`${nameOf(place)} is nested too deeply`);
  if (Array.isArray(value) || value instanceof Map) {
    if (place.seen.has(value)) return;
    place.seen.add(value);
    const depth = place.depth + 1;
    if (value instanceof Map) {
      for (const [key, item] of value) {
        if (typeof key !== "string" && typeof key !== "number") continue;
        const path = place.depth === 0 && key === "state_dict" ? [] : [...place.path, String(key)];
        collect(item, { ...place, path, depth });
      }
    } else {
      value.forEach((item, index) => {
        const path = isTensor(item) ? [...place.path, `list:${index}`] : place.path;
        collect(item, { ...place, path, depth });
      });
    }
  } else if (isTensor(value)) {
    const name = place.path.join(".");
    if (place.tensors.has(name)) throw new PickleProblem(say`it names ${nameOf(place)} twice`);
    place.tensors.set(name, tensorBytes(value, place));
  }
}

function isTensor(value: PickleValue): value is PickleTensor {
  return value !== null && typeof value === "object" && "kind" in value && value.kind === "tensor";
}

function dtypeOf({ storage, type }: PickleTensor, place: Collection): DType {
  const dtype = type === undefined ? DTYPES.get(storage.type) : NEW_DTYPES.get(type);
  if (!dtype) throw new PickleProblem(say`${nameOf(place)} has the type ${type ?? storage.type}`);
  return dtype;
}

const nameOf = ({ path }: Collection): Saying =>
  path.length === 0 ? say`its only tensor` : say`"${shownName(path.join("."))}"`;

/** The tensor's elements in row-major order; a view of the file if it is stored that way. */
function tensorBytes(tensor: PickleTensor, place: Collection): AdapterTensor {
  const { storage, offset, shape, strides } = tensor;
  const dtype = dtypeOf(tensor, place);
  const size = dtypeSizeBytes(dtype);
  const data = place.storages.get(storage.key);
  const count = elementCount(shape);
  if (!data) throw new PickleProblem(say`the storage of ${nameOf(place)} is missing`);
  const last =
    count === 0
      ? offset - 1
      : shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
  if ((last + 1) * size > data.length)
    throw new PickleProblem(say`${nameOf(place)} extends past its storage`);
  const budget = place.budget;
  const repeats = count * size > data.length;
  if (repeats || count * size > budget.bytes) budget.repeatedBytes -= count * size;
  else budget.bytes -= count * size;
  if (budget.repeatedBytes < 0)
    throw new PickleProblem(
      repeats
        ? say`${nameOf(place)} repeats the numbers of a small storage too often`
        : say`its tensors share their storages, ${nameOf(place)} among them`,
    );
  if (isContiguous(shape, strides))
    return { dtype, shape, bytes: data.subarray(offset * size, (offset + count) * size) };
  const bytes = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const from = index.reduce((sum, at, axis) => sum + at * strides[axis]!, offset) * size;
    bytes.set(data.subarray(from, from + size), i * size);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return { dtype, shape, bytes };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
