import * as fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import {
  SD15_TEXT,
  SD15_UNET,
  TINY_TEXT,
  TINY_UNET,
  textParameters,
  unetParameters,
} from "../../../tests/fixtures/adapters/sd-parameters.ts";
import { makeAdapter, randomWeights } from "../../../tests/fixtures/adapters/make-adapter.ts";
import { parseAdapter } from "../adapter.ts";
import { formatBlockWeights, parseBlockWeights } from "./block-weights.ts";
import { mergeParameter } from "./merge.ts";
import { moduleTable } from "../names/module-table.ts";
import type { AppliedAdapter } from "./applied-adapter.ts";
import { planMerge, PRISTINE, type MergeState } from "./merge-plan.ts";
import { isAtWork, stepSegments } from "./step-window.ts";

const parameters = { unet: unetParameters(TINY_UNET), text_encoder: textParameters(TINY_TEXT) };
const table = moduleTable(parameters);
const shapes = new Map(
  (["unet", "text_encoder"] as const).flatMap((network) =>
    parameters[network].map(({ name, shape }) => [`${network}/${name}`, shape] as const),
  ),
);
const pristine = randomWeights(shapes, 1);

const kinds = ["lora", "loha", "lokr", "dora", "full", "oft"] as const;
const files = await Promise.all(
  kinds.map((kind, i) =>
    parseAdapter(new Blob([makeAdapter(table, { kind, seed: i + 1, every: i + 2 })]), {
      fileName: kind,
      table,
    }),
  ),
);

/** Names of the parameters whose bytes differ. */
function differing(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): string[] {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return [...b.keys()].filter((key) => !bytes(a.get(key)!).equals(bytes(b.get(key)!)));
}

/** A store like the runtime's: current values, rewritten by plans. */
class Store {
  readonly values = new Map<string, Float32Array>(
    [...pristine].map(([key, values]) => [key, values.slice()]),
  );
  state: MergeState = PRISTINE;
  writes = 0;

  apply(wanted: readonly AppliedAdapter[]): void {
    const plan = planMerge(this.state, wanted);
    for (const { network, name, shape, contributions } of plan.writes) {
      const key = `${network}/${name}`;
      this.values.set(key, mergeParameter(pristine.get(key)!, shape, contributions));
    }
    for (const { network, name } of plan.restores)
      this.values.set(`${network}/${name}`, pristine.get(`${network}/${name}`)!.slice());
    this.writes += plan.writes.length;
    this.state = plan.next;
  }
}

function adapter(index: number, unetStrength: number, textStrength = unetStrength): AppliedAdapter {
  return { id: kinds[index]!, updates: files[index]!.updates, unetStrength, textStrength };
}

const strength = fc.constantFrom(-1, -0.3, 0, 0.25, 0.8, 1, 1.5);
const steps = fc.array(
  fc.uniqueArray(fc.record({ index: fc.nat(kinds.length - 1), unet: strength, text: strength }), {
    selector: ({ index }) => index,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 6 },
);

test("any sequence of adding, removing and re-weighting gives the bytes of a merge from scratch", () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const gradual = new Store();
      for (const set of sequence)
        gradual.apply(set.map(({ index, unet, text }) => adapter(index, unet, text)));
      const scratch = new Store();
      scratch.apply(
        sequence
          .at(-1)!
          .map(({ index, unet, text }) => adapter(index, unet, text))
          .reverse(),
      );
      expect(differing(gradual.values, scratch.values)).toEqual([]);
      gradual.apply([]);
      expect(differing(gradual.values, pristine)).toEqual([]);
      expect(gradual.state.size).toBe(0);
    }),
    propertyRuns(60),
  );
});

test("a plan writes only what changes", () => {
  const first = planMerge(PRISTINE, [adapter(0, 1), adapter(1, 1)]);
  const touchedByOne = files[1]!.updates.length;
  const second = planMerge(first.next, [adapter(0, 1), adapter(1, 0.5)]);
  expect(second.writes.length).toBe(touchedByOne);
  expect(second.restores).toEqual([]);
  const third = planMerge(second.next, [adapter(0, 1)]);
  expect(third.writes.length + third.restores.length).toBe(touchedByOne);
  expect(planMerge(third.next, [adapter(0, 1)])).toMatchObject({ writes: [], restores: [] });
  const textOnly = planMerge(first.next, [adapter(0, 1, 0.5), adapter(1, 1)]);
  expect(textOnly.writes.every(({ network }) => network === "text_encoder")).toBe(true);
});

test("a file that is read again counts as changed", async () => {
  const before = planMerge(PRISTINE, [adapter(0, 1)]);
  const again = await parseAdapter(new Blob([makeAdapter(table, { kind: "lora", seed: 1, every: 2 })]), {
    fileName: "lora",
    table,
  });
  const plan = planMerge(before.next, [{ ...adapter(0, 1), updates: again.updates }]);
  expect(plan.writes.length).toBe(again.updates.length);
});

test("the order of adapters in a request does not change the result", () => {
  const forward = new Store();
  forward.apply([adapter(0, 0.7), adapter(3, 0.9), adapter(5, 0.4)]);
  const backward = new Store();
  backward.apply([adapter(5, 0.4), adapter(3, 0.9), adapter(0, 0.7)]);
  expect(differing(forward.values, backward.values)).toEqual([]);
  expect(differing(forward.values, pristine).length).toBeGreaterThan(100);
});

test("block weights scale the blocks they name", () => {
  const weights = parseBlockWeights("BASE=0, M00=0, OUT03=0.5");
  const plan = planMerge(PRISTINE, [{ ...adapter(0, 0.8), blockWeights: weights }]);
  expect(plan.writes.some(({ network }) => network === "text_encoder")).toBe(false);
  expect(plan.writes.some(({ name }) => name.startsWith("mid_block"))).toBe(false);
  const strengths = new Map(plan.writes.map(({ name, contributions }) => [name, contributions[0]!.strength]));
  for (const [name, value] of strengths)
    expect(value).toBeCloseTo(
      name.startsWith("up_blocks.1.attentions.0") || name.startsWith("up_blocks.1.resnets.0") ? 0.4 : 0.8,
      12,
    );
});

test("reads block weights as 17 or 26 numbers or by name", () => {
  const short = parseBlockWeights("1,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1,0.25");
  expect(short).toMatchObject({ BASE: 1, IN01: 0, IN08: 0, M00: 0.5, OUT03: 1, OUT11: 0.25 });
  expect(short).toMatchObject({ IN00: 0, IN03: 0, IN11: 0, OUT00: 0, OUT02: 0 });
  for (const [preset, factor] of [
    ["NONE", 0],
    ["all", 1],
    ["ALL0.5", 0.5],
  ] as const)
    expect(new Set(Object.values(parseBlockWeights(preset)))).toEqual(new Set([factor]));
  expect(Object.keys(parseBlockWeights(Array(26).fill("1").join(",")))).toHaveLength(26);
  expect(parseBlockWeights("OUTALL")).toMatchObject({ BASE: 1, IN01: 0, M00: 0, OUT03: 1, OUT11: 1 });
  expect(parseBlockWeights("midd")).toMatchObject({ BASE: 1, IN04: 0, IN05: 1, M00: 1, OUT06: 1, OUT07: 0 });
  expect(() => parseBlockWeights("1,2,3")).toThrow(/3 numbers/);
  expect(() => parseBlockWeights("IN11=x")).toThrow(/not a number/);
  expect(() => parseBlockWeights("UP=1")).toThrow(/not a block/);
});

test.each([
  ["1,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1,0.25"],
  ["1,0,1,1,1,0,0,0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0.5"],
  ["IN00=0,OUT11=0.5"],
  ["OTHER=0.5,IN00=0"],
])("block weights %s round-trip", (text) => {
  expect(formatBlockWeights(parseBlockWeights(text))).toBe(text);
});

test("every block of SD 1.5 has its LDM name", () => {
  const blocks = moduleTable({
    unet: unetParameters(SD15_UNET),
    text_encoder: textParameters(SD15_TEXT),
  }).modules.map((entry) => entry.block);
  const numbered = (name: string) => Array.from({ length: 12 }, (_, i) => name + String(i).padStart(2, "0"));
  expect(new Set(blocks)).toEqual(new Set(["BASE", "M00", "OTHER", ...numbered("IN"), ...numbered("OUT")]));
});

test("step windows split a run into segments; text parts stay", () => {
  const windowed: AppliedAdapter = { ...adapter(0, 1), steps: { start: 2, end: 5 } };
  const segments = stepSegments([windowed, adapter(1, 0.5)], 8);
  expect(
    segments.map(({ begin, end, adapters }) => [begin, end, adapters.map((a) => a.unetStrength)]),
  ).toEqual([
    [0, 2, [0, 0.5]],
    [2, 5, [1, 0.5]],
    [5, 8, [0, 0.5]],
  ]);
  expect(segments.every(({ adapters }) => adapters[0]!.textStrength === 1)).toBe(true);
  expect(stepSegments([adapter(0, 1)], 20)).toHaveLength(1);
});

test("adapters that take turns are active one at a time", () => {
  const windows = [0, 1, 2].map((index) => ({ start: 0, turn: { index, count: 3, hold: 2 } }));
  const active = Array.from({ length: 12 }, (_, step) => windows.map((window) => isAtWork(window, step)));
  expect(active.every((row) => row.filter(Boolean).length === 1)).toBe(true);
  expect(active.map((row) => row.indexOf(true))).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
});
