// The inner loops of the vector scan in WebAssembly SIMD: dot products of an int16 query with int8 rows, and Hamming distances of
// sign bits. 307,000 rows of 256 dimensions are 79 million products a query; typed arrays take ten times as long for them.
import { assemble } from "./wasm-assembler.ts";

/** Rows are padded with zeros to a multiple of this many values. */
export const rowAlignment = 32;

/** Added to the distance of a row that may not be found: larger than any distance. */
export const maskedDistance = 1024;

/** Bins of the histogram of distances: masked rows fall into the upper half. */
export const distanceBins = 2 * maskedDistance;

const halves = [0, 16].map(
  (offset) => `
    local.get row
    v128.load ${offset}
    local.tee values
    i16x8.extend_low_i8x16_s
    local.get q
    v128.load ${2 * offset}
    i32x4.dot_i16x8_s
    local.get values
    i16x8.extend_high_i8x16_s
    local.get q
    v128.load ${2 * offset + 16}
    i32x4.dot_i16x8_s
    i32x4.add
    local.get sum
    i32x4.add
    local.set sum`,
);

const add = (local: string, bytes: number): string => `
    local.get ${local}
    i32.const ${bytes}
    i32.add
    local.set ${local}`;

const repeat = `
    local.get count
    i32.const 1
    i32.sub
    local.tee count
    br_if 0
  end`;

/** The dot product of the int16 values at `query` with the row at `row` goes to `out`, which moves on; `row` ends behind the row. */
const dotOfRow = `
    local.get query
    local.set q
    local.get row
    local.get stride
    i32.add
    local.set rowEnd
    i32.const 0
    i32x4.splat
    local.set sum
    loop ;; 32 values
      ${halves.join("\n")}
      ${add("q", 64)}
      local.get row
      i32.const 32
      i32.add
      local.tee row
      local.get rowEnd
      i32.lt_u
      br_if 0
    end
    local.get out
    ${[0, 1, 2, 3].map((lane) => `local.get sum\ni32x4.extract_lane ${lane}`).join("\n")}
    i32.add
    i32.add
    i32.add
    i32.store
    ${add("out", 4)}`;

const dotLocals = { q: "i32", rowEnd: "i32", values: "v128", sum: "v128" } as const;

/** `count` ≥ 1 rows of `stride` bytes from `row` on: int32 dot products with the query go to `out`. */
const dots = {
  name: "dots",
  params: { query: "i32", row: "i32", count: "i32", stride: "i32", out: "i32" },
  locals: dotLocals,
  code: `
  loop ;; rows
    ${dotOfRow}
    ${repeat}`,
} as const;

/** The same for the `count` ≥ 1 rows whose uint32 numbers stand at `chosen`; row 0 is at `rows`. */
const dotsOf = {
  name: "dotsOf",
  params: { query: "i32", rows: "i32", chosen: "i32", count: "i32", stride: "i32", out: "i32" },
  locals: { row: "i32", ...dotLocals },
  code: `
  loop ;; rows
    local.get rows
    local.get chosen
    i32.load
    local.get stride
    i32.mul
    i32.add
    local.set row
    ${dotOfRow}
    ${add("chosen", 4)}
    ${repeat}`,
} as const;

/**
 * Sign bits of `count` ≥ 1 rows of `stride` bytes from `row` on: bit i is 1 where value i is above the int8 value i at `thresholds`. Each row's
 * bits take `signStride` bytes at `out`; those behind the last value are left as they are.
 */
const signs = {
  name: "signs",
  params: { row: "i32", thresholds: "i32", count: "i32", stride: "i32", signStride: "i32", out: "i32" },
  locals: { threshold: "i32", rowEnd: "i32", bits: "i32" },
  code: `
  loop ;; rows
    local.get thresholds
    local.set threshold
    local.get out
    local.set bits
    local.get row
    local.get stride
    i32.add
    local.set rowEnd
    loop ;; 16 values
      local.get bits
      local.get row
      v128.load
      local.get threshold
      v128.load
      i8x16.gt_s
      i8x16.bitmask
      i32.store16
      ${add("bits", 2)}
      ${add("threshold", 16)}
      local.get row
      i32.const 16
      i32.add
      local.tee row
      local.get rowEnd
      i32.lt_u
      br_if 0
    end
    local.get out
    local.get signStride
    i32.add
    local.set out
    ${repeat}`,
} as const;

const differing = [0, 8].map(
  (offset) => `
      local.get signs
      i64.load ${offset}
      local.get q
      i64.load ${offset}
      i64.xor
      i64.popcnt
      i32.wrap_i64`,
);

/**
 * Distances of `count` ≥ 1 rows of sign bits, `stride` bytes (a multiple of 16) each, to the bits at `query`: uint16 at `out`, and counted in
 * the histogram of uint32. A row whose byte in `mask` is 1 is put out of reach.
 */
const hamming = {
  name: "hamming",
  params: {
    query: "i32",
    signs: "i32",
    count: "i32",
    stride: "i32",
    mask: "i32",
    out: "i32",
    histogram: "i32",
  },
  locals: { q: "i32", rowEnd: "i32", distance: "i32", bin: "i32" },
  code: `
  loop ;; rows
    local.get query
    local.set q
    local.get signs
    local.get stride
    i32.add
    local.set rowEnd
    local.get mask
    i32.load8_u
    i32.const 10
    i32.shl ;; 1024: maskedDistance
    local.set distance
    loop ;; 128 bits
      ${differing.join("\n")}
      i32.add
      local.get distance
      i32.add
      local.set distance
      ${add("q", 16)}
      local.get signs
      i32.const 16
      i32.add
      local.tee signs
      local.get rowEnd
      i32.lt_u
      br_if 0
    end
    local.get out
    local.get distance
    i32.store16
    local.get histogram
    local.get distance
    i32.const 2
    i32.shl
    i32.add
    local.tee bin
    local.get bin
    i32.load
    i32.const 1
    i32.add
    i32.store
    ${add("mask", 1)}
    ${add("out", 2)}
    ${repeat}`,
} as const;

/** Numbers of the rows, `count` ≥ 1 in all, whose distance is at most `radius` go to `out`; answers the address behind them. */
const within = {
  name: "within",
  params: { distances: "i32", count: "i32", radius: "i32", out: "i32" },
  result: "i32",
  locals: { row: "i32" },
  code: `
  loop ;; rows
    local.get out
    local.get row
    i32.store ;; written over unless it is near
    local.get distances
    i32.load16_u
    local.get radius
    i32.le_u
    i32.const 2
    i32.shl
    local.get out
    i32.add
    local.set out
    ${add("row", 1)}
    ${add("distances", 2)}
    ${repeat}
  local.get out`,
} as const;

type Call<Function extends { readonly params: object }, Result> = (
  args: Readonly<Record<keyof Function["params"], number>>,
) => Result;

/** Arguments are counts, and addresses in bytes. */
export interface ScanKernel {
  readonly dots: Call<typeof dots, void>;
  readonly dotsOf: Call<typeof dotsOf, void>;
  readonly signs: Call<typeof signs, void>;
  readonly hamming: Call<typeof hamming, void>;
  readonly within: Call<typeof within, number>;
}

let compiled: WebAssembly.Module | null = null;

/** The kernel on a memory. */
export function scanKernel(memory: WebAssembly.Memory): ScanKernel {
  const functions = [dots, dotsOf, signs, hamming, within];
  compiled ??= new WebAssembly.Module(assemble(functions));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const callOf = <Name extends string>({
    name,
    params,
  }: {
    readonly name: string;
    readonly params: Readonly<Record<Name, string>>;
  }): ((args: Readonly<Record<Name, number>>) => number) => {
    const run = exports[name] as (...args: number[]) => number;
    const order = Object.keys(params) as Name[];
    return (args) => run(...order.map((each) => args[each]));
  };
  return {
    dots: callOf(dots),
    dotsOf: callOf(dotsOf),
    signs: callOf(signs),
    hamming: callOf(hamming),
    within: callOf(within),
  };
}
