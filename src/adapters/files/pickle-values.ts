// Pickled values as inert data, and the only names a pickle may reference. "Calling" one of them runs code of this file
// that arranges data; nothing from the pickle ever runs.
// Source: torch/serialization.py (persistent ids), torch/_utils.py (`_rebuild_tensor_v2`, `_rebuild_parameter`).
import { english, say, type Saying } from "../../shared/saying.ts";

/** A name that the pickle references: one of ALLOWED. */
export interface PickleName {
  readonly kind: "name";
  readonly name: string;
}

/** A storage reference: raw numbers elsewhere in the file. */
export interface PickleStorage {
  readonly kind: "storage";
  /** Torch's class name: FloatStorage, HalfStorage … */
  readonly type: string;
  readonly key: string;
  readonly elements: number;
}

export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage;
  /** In elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Of the elements, where the storage does not say it: "float8_e4m3fn" … */
  readonly type?: string;
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleName
  | PickleStorage
  | PickleTensor
  /** List or tuple. */
  | PickleValue[]
  /** dict, OrderedDict, or the state of an object. */
  | Map<PickleValue, PickleValue>;

/** Why a pickle cannot be read. */
export class PickleProblem extends Error {
  readonly said: Saying;

  constructor(said: Saying) {
    super(english(said));
    this.said = said;
  }
}

/** The problem of a file that was not downloaded to its end. */
export const TRUNCATED = say`it is truncated`;

const STORAGES = [
  "FloatStorage",
  "HalfStorage",
  "BFloat16Storage",
  "DoubleStorage",
  "LongStorage",
  "IntStorage",
  "ShortStorage",
  "CharStorage",
  "ByteStorage",
  "BoolStorage",
];

/** Storages without a type, in bytes; the tensor names it (torch 2.1 and later, for new types). */
const UNTYPED = "UntypedStorage";

const ALLOWED: ReadonlySet<string> = new Set([
  ...STORAGES.map((name) => `torch ${name}`),
  ...["torch", "torch.storage"].map((module) => `${module} ${UNTYPED}`),
  "torch._utils _rebuild_tensor_v3",
  "torch._utils _rebuild_tensor_v2",
  "torch._utils _rebuild_tensor",
  "torch._utils _rebuild_parameter",
  "torch.nn.modules.container ParameterDict",
  "collections OrderedDict",
]);

const BUILTINS = ["__builtin__", "builtins"];
/** Sequences that Python makes from one argument; here each is a list. */
const SEQUENCES: ReadonlySet<string> = new Set(
  BUILTINS.flatMap((module) =>
    ["set", "frozenset", "list", "tuple"].map((name) => `${module} ${name}`),
  ).concat("collections deque"),
);

const DTYPE_NAMES =
  "float32 float16 bfloat16 float64 float8_e4m3fn float8_e5m2 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64".split(
    " ",
  );

/**
 * Notes that trainers leave beside tensors: step counts of numpy, arguments, paths. Each becomes an empty dictionary, whatever it is called
 * with; entries added to it are kept, because dictionaries are among them.
 */
const NOTES: ReadonlySet<string> = new Set([
  "numpy dtype",
  "_codecs encode",
  "argparse Namespace",
  "types SimpleNamespace",
  "collections defaultdict",
  "collections Counter",
  "copy_reg _reconstructor",
  "copyreg _reconstructor",
  "torch Size",
  "torch device",
  "torch.serialization _get_layout",
  "decimal Decimal",
  "fractions Fraction",
  "uuid UUID",
  ...DTYPE_NAMES.map((name) => `torch ${name}`),
  ...["float16", "float32", "float64", "int32", "int64", "bool_", "str_"].map((name) => `numpy ${name}`),
  ...["numpy.core.multiarray", "numpy._core.multiarray"].flatMap((module) => [
    `${module} scalar`,
    `${module} _reconstruct`,
  ]),
  "numpy ndarray",
  ...["PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"].map((name) => `pathlib ${name}`),
  ...["datetime", "date", "time", "timedelta", "timezone"].map((name) => `datetime ${name}`),
  ...BUILTINS.flatMap((module) =>
    [
      "range",
      "xrange",
      "slice",
      "Ellipsis",
      "dict",
      "object",
      "int",
      "float",
      "bool",
      "str",
      "bytes",
      "bytearray",
      "complex",
    ].map((name) => `${module} ${name}`),
  ),
]);

export function named(module: string, name: string): PickleName {
  const full = `${module} ${name}`;
  if (!ALLOWED.has(full) && !SEQUENCES.has(full) && !NOTES.has(full))
    throw new PickleProblem(say`it references ${module}.${name}, which a tensor file does not need`);
  return { kind: "name", name: full };
}

/** A persistent id of torch: ("storage", class, key, location, elements), in old files also ("module", class, file, source). */
export function persistent(id: PickleValue): PickleStorage | PickleName {
  if (Array.isArray(id) && id[0] === "module" && isName(id[1])) return id[1];
  if (
    !Array.isArray(id) ||
    id[0] !== "storage" ||
    !isName(id[1]) ||
    typeof id[2] !== "string" ||
    !isCount(id[4])
  ) {
    throw new PickleProblem(say`a storage reference is malformed`);
  }
  const type = id[1].name.replace(/^torch(?:\.storage)? /, "");
  if (!STORAGES.includes(type) && type !== UNTYPED)
    throw new PickleProblem(say`a storage reference is malformed`);
  return { kind: "storage", type, key: id[2], elements: id[4] };
}

/** Replaces Python's call: creates data for the allowed names and runs nothing. */
export function call(callable: PickleValue, args: PickleValue): PickleValue {
  if (!isName(callable) || !Array.isArray(args))
    throw new PickleProblem(say`it calls something that is not a name`);
  switch (callable.name) {
    case "torch._utils _rebuild_tensor":
    case "torch._utils _rebuild_tensor_v2":
      return tensorOf(args);
    case "torch._utils _rebuild_tensor_v3": {
      const type = args[6];
      if (!isName(type)) throw new PickleProblem(say`a tensor is malformed`);
      return { ...tensorOf(args), type: type.name.replace("torch ", "") };
    }
    case "torch._utils _rebuild_parameter": {
      const tensor = args[0];
      if (!isKind(tensor, "tensor")) throw new PickleProblem(say`a parameter contains no tensor`);
      return tensor;
    }
    case "collections OrderedDict":
      return new Map(pairsOf(args[0]));
    case "torch.nn.modules.container ParameterDict":
      return new Map();
    default:
      if (SEQUENCES.has(callable.name)) return Array.isArray(args[0]) ? [...args[0]] : [];
      if (NOTES.has(callable.name)) return new Map();
      throw new PickleProblem(say`it calls ${callable.name}`);
  }
}

function tensorOf([storage, offset, shape, strides]: PickleValue[]): PickleTensor {
  if (
    !isKind(storage, "storage") ||
    !isCount(offset) ||
    !isCountList(shape) ||
    !isCountList(strides) ||
    shape.length !== strides.length
  ) {
    throw new PickleProblem(say`a tensor is malformed`);
  }
  return { kind: "tensor", storage, offset, shape, strides };
}

function pairsOf(value: PickleValue | undefined): [PickleValue, PickleValue][] {
  if (!Array.isArray(value)) return [];
  return value.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new PickleProblem(say`a dictionary is malformed`);
    return [pair[0]!, pair[1]!];
  });
}

/** An old ParameterDict stores its tensors under `_parameters`; the states of other objects contain no tensors. */
export function adoptState(target: Map<PickleValue, PickleValue>, state: PickleValue): void {
  if (!(state instanceof Map)) return;
  const parameters = state.get("_parameters");
  if (parameters instanceof Map) for (const [key, value] of parameters) target.set(key, value);
}

function isName(value: PickleValue | undefined): value is PickleName {
  return isKind(value, "name");
}

function isKind<K extends "name" | "storage" | "tensor">(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    value.kind === kind
  );
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCountList(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
