// What pickles may reference and call: each argument that is not as torch writes it is refused.
import { expect, it } from "vitest";
import { adoptState, call, named, persistent, type PickleValue } from "./pickle-values.ts";
import { readPickle } from "./pickle.ts";

const name = (text: string): PickleValue => ({ kind: "name", name: text });
const id: PickleValue[] = ["storage", name("torch HalfStorage"), "7", "cpu", 12];
const storage = persistent(id);
const args: PickleValue[] = [storage, 2, [3, 4], [4, 1]];
const rebuild = (values: PickleValue): PickleValue => call(name("torch._utils _rebuild_tensor_v2"), values);

it("reads a storage and a tensor over it", () => {
  expect(storage).toEqual({ kind: "storage", type: "HalfStorage", key: "7", elements: 12 });
  const tensor = { kind: "tensor", storage, offset: 2, shape: [3, 4], strides: [4, 1] };
  expect(rebuild(args)).toEqual(tensor);
  expect(call(name("torch._utils _rebuild_tensor"), args)).toEqual(tensor);
  expect(call(name("torch._utils _rebuild_parameter"), [rebuild(args), true])).toEqual(tensor);
});

it("a tensor over a storage without a type names its own", () => {
  const untyped = persistent(id.with(1, name("torch.storage UntypedStorage")));
  expect(untyped).toMatchObject({ type: "UntypedStorage", elements: 12 });
  const third = (type: PickleValue): PickleValue =>
    call(name("torch._utils _rebuild_tensor_v3"), [untyped, 2, [3], [1], false, new Map(), type]);
  expect(third(name("torch float8_e5m2"))).toMatchObject({ offset: 2, type: "float8_e5m2" });
  expect(() => third("float8_e5m2")).toThrow("a tensor is malformed");
});

it.each<[string, number, PickleValue]>([
  ["kind", 0, "Storage"],
  ["class", 1, "torch HalfStorage"],
  ["class that is none", 1, name("torch Tensor")],
  ["key", 2, 7],
  ["count", 4, -1],
  ["whole count", 4, 1.5],
])("a storage without its %s is malformed", (_, at, value) => {
  expect(() => persistent(id.with(at, value))).toThrow("a storage reference is malformed");
});

it("an id that is no list, or a module without a name, is malformed; a module is its class", () => {
  for (const other of [null, "storage", ["module", "x"]])
    expect(() => persistent(other)).toThrow("a storage reference is malformed");
  expect(persistent(["module", name("a b")])).toEqual(name("a b"));
});

it.each<[string, number, PickleValue]>([
  ["storage", 0, null],
  ["storage that is a list", 0, []],
  ["storage that is a dictionary", 0, new Map()],
  ["storage that is a name", 0, name("torch HalfStorage")],
  ["offset", 1, -1],
  ["shape", 2, 3],
  ["sizes in its shape", 2, [3, "4"]],
  ["strides", 3, null],
  ["stride for each size", 3, [1]],
  ["sizes in its strides", 3, [4, 0.5]],
])("a tensor without a %s is malformed", (_, at, value) => {
  expect(() => rebuild(args.with(at, value))).toThrow("a tensor is malformed");
});

it("calls nothing but what arranges data", () => {
  expect(() => call("print", [])).toThrow("it calls something that is not a name");
  expect(() => call(name("builtins print"), "x")).toThrow("it calls something that is not a name");
  expect(() => call(name("builtins print"), [])).toThrow("it calls builtins print");
  expect(() => call(name("torch._utils _rebuild_parameter"), [1])).toThrow("a parameter contains no tensor");
  const ordered = (pairs: PickleValue): PickleValue => call(name("collections OrderedDict"), [pairs]);
  expect(ordered([["a", 1]])).toEqual(new Map([["a", 1]]));
  expect(call(name("collections OrderedDict"), [])).toEqual(new Map());
  for (const pair of ["ab", ["a"], ["a", 1, 2]])
    expect(() => ordered([pair])).toThrow("a dictionary is malformed");
});

it("takes an old ParameterDict's tensors out of its state, and nothing out of others", () => {
  const target = new Map<PickleValue, PickleValue>();
  adoptState(target, "state");
  adoptState(target, new Map([["_buffers", new Map([["a", 1]])]]));
  adoptState(target, new Map([["_parameters", "x"]]));
  expect(target.size).toBe(0);
  adoptState(target, new Map([["_parameters", new Map([["a", 1]])]]));
  expect(target).toEqual(new Map([["a", 1]]));
});

it.each([
  ["one byte", "q\u0005", "h\u0005"],
  ["four bytes", "r\u0005\u0001\0\0", "j\u0005\u0001\0\0"],
  ["its order", "\x94", "h\0"],
])("remembers a value under a number of %s", (_, put, get) => {
  const bytes = Uint8Array.from(`\x80\u0002(K\u0007${put}${get}t.`, (character) => character.charCodeAt(0));
  expect(readPickle(bytes).value).toEqual([7, 7]);
});

const storages = ["Float", "Half", "BFloat16", "Double", "Long", "Int", "Short", "Char", "Byte", "Bool"];
const builtins =
  "range xrange slice Ellipsis set frozenset list tuple dict object int float bool str bytes bytearray complex";

it.each([
  [
    "torch",
    `${storages.map((type) => `${type}Storage`).join(" ")} UntypedStorage Size device float32 float16 bfloat16 float64 float8_e4m3fn int64 uint8 bool`,
  ],
  ["torch._utils", "_rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_tensor _rebuild_parameter"],
  ["torch.storage", "UntypedStorage"],
  ["torch.serialization", "_get_layout"],
  ["torch.nn.modules.container", "ParameterDict"],
  ["collections", "OrderedDict defaultdict Counter deque"],
  ["numpy", "dtype ndarray float32 int64 bool_"],
  ["numpy.core.multiarray", "scalar _reconstruct"],
  ["numpy._core.multiarray", "scalar _reconstruct"],
  ["_codecs", "encode"],
  ["argparse", "Namespace"],
  ["types", "SimpleNamespace"],
  ["copy_reg", "_reconstructor"],
  ["copyreg", "_reconstructor"],
  ["pathlib", "PosixPath WindowsPath PurePosixPath PureWindowsPath"],
  ["datetime", "datetime date time timedelta timezone"],
  ["decimal", "Decimal"],
  ["fractions", "Fraction"],
  ["uuid", "UUID"],
  ["builtins", builtins],
  ["__builtin__", builtins],
])("a pickle may use the module %s only for %s", (module, names) => {
  for (const one of names.split(" "))
    expect(named(module, one)).toEqual({ kind: "name", name: `${module} ${one}` });
  for (const other of ["", "eval", "Tensor", "system", `${names.split(" ")[0]!}x`])
    expect(() => named(module, other)).toThrow(
      `it references ${module}.${other}, which a tensor file does not need`,
    );
});

it("makes a list of one argument of the sequences, an empty dictionary of the notes", () => {
  for (const module of ["builtins", "__builtin__"])
    for (const one of ["set", "frozenset", "list", "tuple"]) {
      expect(call(name(`${module} ${one}`), [[1, 2]])).toEqual([1, 2]);
      expect(call(name(`${module} ${one}`), [5])).toEqual([]);
    }
  for (const one of ["numpy dtype", "builtins dict", "torch Size"])
    expect(call(name(one), [[1, 2]])).toEqual(new Map());
  expect(call(name("torch.nn.modules.container ParameterDict"), [1])).toEqual(new Map());
});
