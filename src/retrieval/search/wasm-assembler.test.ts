import { describe, expect, test } from "vitest";
import { assemble, type WasmFunction } from "./wasm-assembler.ts";

function run(code: string, ...args: number[]): number {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const fn: WasmFunction = {
    name: "f",
    params: { a: "i32", b: "i32" },
    result: "i32",
    locals: { sum: "i32" },
    code,
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble([fn])), { env: { memory } });
  return (exports["f"] as (...args: number[]) => number)(...args);
}

describe("the assembler", () => {
  test.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 65_535, 0x7fff_ffff, -0x8000_0000])(
    "encodes the constant %i",
    (value) => expect(run(`i32.const ${value}`)).toBe(value),
  );

  test("locals by name, a loop, comments", () => {
    const code = `
      loop ;; adds b to the sum, a times
        local.get sum
        local.get b
        i32.add
        local.set sum
        local.get a
        i32.const 1
        i32.sub
        local.tee a
        br_if 0
      end
      local.get sum`;
    expect(run(code, 300, 7)).toBe(2100);
  });

  test("memory offsets beyond one byte", () =>
    expect(run("i32.const 8\nlocal.get a\ni32.store 1000\ni32.const 1000\ni32.load 8", 12_345)).toBe(12_345));

  test("names what it does not know", () => {
    expect(() => run("i32.divide")).toThrow('unknown instruction "i32.divide"');
    expect(() => run("local.get c")).toThrow('unknown local in "local.get c"');
  });
});
