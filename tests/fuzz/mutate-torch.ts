// Seeded mutations of torch.save files: other values, other containers, damage inside the pickle and the archive.
import {
  dictionary,
  Tuple,
  writeLegacyTorchFile,
  writeTorchFile,
  type StoredTensor,
  type Value,
} from "../fixtures/adapters/write-torch.ts";
import { below, ODD_NUMBERS, pick, type Bytes, type Mutation, type Random } from "./mutations.ts";

/** Every instruction of the pickle machine, and some that it lacks. */
const INSTRUCTIONS =
  "\x80\x95(0N\x88\x89KMJ\x8aGX\x8cUCTB)]}\x8f\x90\x91\x85\x86\x87tlaesuqr\x94hjc\x93QR\x81b.IioPS2d\x82\x8b\x92";

const NAMES: readonly (readonly [string, string])[] = [
  ["torch._utils", "_rebuild_tensor_v2"],
  ["torch._utils", "_rebuild_parameter"],
  ["torch", "FloatStorage"],
  ["torch.nn.modules.container", "ParameterDict"],
  ["collections", "OrderedDict"],
  ["collections", "defaultdict"],
  ["numpy.core.multiarray", "scalar"],
  ["_codecs", "encode"],
  ["argparse", "Namespace"],
  ["__builtin__", "set"],
  ["builtins", "list"],
  ["builtins", "eval"],
  ["posix", "system"],
  ["__main__", "Config"],
];
const KEYS = [
  "lora",
  "unet",
  "text_encoder",
  "state_dict",
  "string_to_param",
  "string_to_token",
  "*",
  "<s1>",
  "",
  ".",
  "__proto__",
];

export const TORCH_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "saved by torch": (file, random, others) => saved(file, random, others[0] ?? file),
  "instructions of the pickle": (file, random) => {
    const copy = inTorch(file, random);
    const [start, end] = pickleRange(copy);
    for (let n = 1 + below(4, random); n > 0; n--)
      copy[start + below(end - start, random)] = INSTRUCTIONS.charCodeAt(below(INSTRUCTIONS.length, random));
    return copy;
  },
  "parts of the pickle": (file, random) => {
    const copy = inTorch(file, random);
    const [start, end] = pickleRange(copy);
    const length = 1 + below(Math.min(64, end - start), random);
    const from = start + below(end - start - length + 1, random);
    copy.copyWithin(start + below(end - start - length + 1, random), from, from + length);
    return copy;
  },
  "fields of the archive": (file, random) => {
    const copy = inTorch(file, random);
    const view = new DataView(copy.buffer);
    const records = signatures(copy);
    if (records.length === 0) return copy;
    for (let n = 1 + below(2, random); n > 0; n--) {
      const at = pick(records, random) + 4 + 2 * below(20, random);
      const value = pick([0, 1, 0xffff, 0xffffffff, copy.length, below(copy.length, random)], random);
      if (at + 4 <= copy.length) view.setUint32(at, value, true);
    }
    return copy;
  },
};

/** The file if torch.save wrote it; otherwise its tensors in such a file. */
const inTorch = (file: Bytes, random: Random): Bytes =>
  file[0] === 0x50 || file[0] === 0x80 ? file.slice() : saved(file, random, file);

/** Start and end of the main pickle, about. */
function pickleRange(file: Bytes): [start: number, end: number] {
  if (file[0] !== 0x50) return [0, Math.min(file.length, 2048)];
  const next = signatures(file).find((at) => at > 0);
  return [Math.min(30, file.length - 1), Math.min(next ?? file.length, file.length)];
}

/** Positions of the archive's records. */
function signatures(file: Bytes): number[] {
  const found: number[] = [];
  for (let at = file.indexOf(0x50); at >= 0; at = file.indexOf(0x50, at + 1)) {
    if (file[at + 1] === 0x4b && file[at + 2]! <= 6 && file[at + 3] === file[at + 2]! + 1) found.push(at);
  }
  return found;
}

/** The tensors of a safetensors file, or some of no meaning, in a dictionary that has been through a program. */
function saved(file: Bytes, random: Random, other: Bytes): Bytes {
  const tensors = new Map<string, Value>([...tensorsOf(file), ...(random() < 0.1 ? tensorsOf(other) : [])]);
  if (tensors.size === 0) tensors.set(pick(KEYS, random), anyTensor(random));
  const names = [...tensors.keys()];
  for (let n = below(3, random); n > 0; n--) {
    const name = pick(names, random);
    const tensor = tensors.get(name);
    const isTensor = typeof tensor === "object" && tensor !== null && "storage" in tensor;
    tensors.set(name, isTensor && random() < 0.7 ? otherView(tensor, random) : anyValue(random, 0));
  }
  if (random() < 0.5) tensors.set(pick(KEYS, random), anyValue(random, 0));
  let value: Value = random() < 0.1 ? [...tensors.values()] : tensors;
  if (random() < 0.05) value = pick([...tensors.values()], random);
  for (let n = below(3, random); n > 0; n--)
    value = pick<Value>(
      [dictionary({ [pick(KEYS, random)]: value, step: 3 }), [value], new Tuple(1, value)],
      random,
    );
  return random() < 0.3 ? writeLegacyTorchFile(value) : writeTorchFile(value);
}

function tensorsOf(file: Bytes): [string, StoredTensor][] {
  try {
    const end = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as Record<
      string,
      { shape: number[]; data_offsets: [number, number]; dtype: string }
    >;
    return Object.entries(header).flatMap(([name, { shape, data_offsets, dtype }]) => {
      if (dtype !== "F32") return [];
      const bytes = file.slice(end + data_offsets[0], end + data_offsets[1]);
      return [[name, { storage: new Float32Array(bytes.buffer), shape }]];
    });
  } catch {
    return [];
  }
}

const size = (random: Random): number => pick([0, 1, 2, 3, 4, 12, 320, 768, 2 ** 31, 2 ** 40], random);

const anyTensor = (random: Random): StoredTensor => ({
  storage: new Float32Array(below(64, random)),
  shape: Array.from({ length: below(4, random) }, () => size(random)),
});

/** Another window of the same storage: transposed, shifted, repeated, or out of bounds. */
function otherView(tensor: StoredTensor, random: Random): Value {
  const { storage, shape } = tensor;
  const strides = shape.map(() => pick([0, 0, 1, 2, 4, 320, 2 ** 31], random));
  return pick<Value>(
    [
      { ...tensor, strides },
      { ...tensor, strides: strides.map(() => 0) },
      { ...tensor, shape: shape.toReversed() },
      { ...tensor, shape: [1, ...shape] },
      { ...tensor, shape: [...shape, 1] },
      { ...tensor, shape: shape.map(() => size(random)), strides },
      { ...tensor, offset: below(2 * storage.length + 2, random) },
      { storage: storage.map(() => pick([0, Number.NaN, Infinity, 1e-40, 3e38], random)), shape },
      anyTensor(random),
    ],
    random,
  );
}

function anyValue(random: Random, depth: number): Value {
  const inner = (): Value => anyValue(random, depth + 1);
  const kind = depth > 4 ? below(3, random) : below(8, random);
  switch (kind) {
    case 0:
      return anyTensor(random);
    case 1:
      return pick(KEYS, random);
    case 2: {
      const odd = pick(ODD_NUMBERS, random);
      return typeof odd === "object" ? null : (odd as Value);
    }
    case 3:
      return [inner(), inner()];
    case 4:
      return new Tuple(inner());
    case 5:
      return new Map<string | number, Value>([
        [pick(KEYS, random), inner()],
        [below(9, random), inner()],
      ]);
    case 6:
      return { made: pick(NAMES, random), args: [inner()], isNew: random() < 0.3 };
    default:
      return { made: pick(NAMES, random), args: [], state: inner() };
  }
}
