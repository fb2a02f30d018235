// Assembles the few WebAssembly instructions that the scan kernel uses, from their text form: one instruction a line, names for
// locals, `;;` for comments (https://webassembly.github.io/spec/core/text). Hand-written kernels stay readable in the source, and no
// compiler is needed to build the site.

export type ValueType = "i32" | "v128";

export interface WasmFunction {
  readonly name: string;
  readonly params: Readonly<Record<string, ValueType>>;
  readonly result?: ValueType;
  readonly locals: Readonly<Record<string, ValueType>>;
  readonly code: string;
}

const valueTypes: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/** A stack machine's plain instructions: no immediate but what the table of kinds below says. */
const opcodes: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    end: [0x0b],
    "i32.add": [0x6a],
    "i32.sub": [0x6b],
    "i32.mul": [0x6c],
    "i32.shl": [0x74],
    "i32.le_u": [0x4d],
    "i32.lt_u": [0x49],
    "i64.xor": [0x85],
    "i64.add": [0x7c],
    "i64.popcnt": [0x7b],
    "i32.wrap_i64": [0xa7],
    "i8x16.gt_s": [0xfd, 0x27],
    "i8x16.bitmask": [0xfd, 0x64],
    "i32x4.splat": [0xfd, 0x11],
    "i32x4.add": [0xfd, 0xae, 0x01],
    "i32x4.dot_i16x8_s": [0xfd, 0xba, 0x01],
    "i16x8.extend_low_i8x16_s": [0xfd, 0x87, 0x01],
    "i16x8.extend_high_i8x16_s": [0xfd, 0x88, 0x01],
    // with a local
    "local.get": [0x20],
    "local.set": [0x21],
    "local.tee": [0x22],
    // with a number
    "i32.const": [0x41],
    // with a label's depth
    br_if: [0x0d],
    // with a block type, here always empty
    loop: [0x03],
    // with a lane
    "i32x4.extract_lane": [0xfd, 0x1b],
    // with alignment and offset
    "i32.load": [0x28],
    "i64.load": [0x29],
    "i32.load8_u": [0x2d],
    "i32.load16_u": [0x2f],
    "i32.store": [0x36],
    "i32.store16": [0x3b],
    "v128.load": [0xfd, 0x00],
  }),
);

/** "\0asm", version 1 */
const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

function instruction(line: string, locals: readonly string[]): number[] {
  const [name = "", argument] = line.split(/\s+/u);
  const opcode = opcodes.get(name);
  if (!opcode) throw new Error(`unknown instruction "${line}"`);
  if (name.startsWith("local.")) {
    const index = locals.indexOf(argument ?? "");
    if (index < 0) throw new Error(`unknown local in "${line}"`);
    return [...opcode, ...unsigned(index)];
  }
  if (name === "i32.const") return [...opcode, ...signed(Number(argument))];
  if (name === "br_if" || name.endsWith("extract_lane")) return [...opcode, ...unsigned(Number(argument))];
  if (name === "loop") return [...opcode, 0x40];
  // Alignment is a hint; 0 promises nothing.
  if (/\.(load|store)/u.test(name)) return [...opcode, 0, ...unsigned(Number(argument ?? 0))];
  return [...opcode];
}

function body({ params, locals, code }: WasmFunction): number[] {
  const names = [...Object.keys(params), ...Object.keys(locals)];
  const lines = code
    .split("\n")
    .map((line) => line.replace(/;;.*/u, "").trim())
    .filter((line) => line !== "");
  const bytes = [
    ...vector(Object.values(locals).map((type) => [1, valueTypes[type]])),
    ...lines.flatMap((line) => instruction(line, names)),
    opcodes.get("end")![0]!,
  ];
  return [...unsigned(bytes.length), ...bytes];
}

/**
 * A module that imports its memory as `env.memory` and exports the functions.
 * @throws Error on an instruction or a local that it does not know
 */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, result }) => [
    0x60,
    ...vector(Object.values(params).map((type) => [valueTypes[type]])),
    ...vector(result ? [[valueTypes[result]]] : []),
  ]);
  return Uint8Array.from([
    ...magic,
    ...section(1, vector(types)),
    ...section(2, vector([[...text("env"), ...text("memory"), 0x02, 0x00, 0x01]])), // a memory of at least one page
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map(body))),
  ]);
}
