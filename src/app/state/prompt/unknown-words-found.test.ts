// Unknown words of a long text: what is asked for them.
import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { Composition } from "../../../compose/composition.ts";
import { createUnknownWords } from "./unknown-words.ts";

// Node gets Solid's build for servers, whose signals move nothing.
vi.mock("solid-js", () => vi.importActual("solid-js/dist/solid.js"));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pack = {
  ...loadedPack(),
  vocabulary: new Set(["fox"]),
  things: {
    drawn: 1,
    names: ["castle"],
    near: new Map([["lighthouse", "castle"]]),
    values: new Int8Array([127, 0]),
    scales: new Float32Array([1 / 127]),
  },
};

const none: Pick<Composition, "tasks"> = { tasks: [] };

/** Letters only, so that each is a word. */
const madeUp = (index: number): string =>
  `zq${[...String(index)].map((digit) => String.fromCharCode(97 + Number(digit))).join("")}x`;

it("twelve of many are looked up, one at a time; all are marked", async () => {
  let inProgress = 0;
  let most = 0;
  const asked: string[] = [];
  const embedText = async (text: string): Promise<Float32Array<ArrayBuffer>> => {
    asked.push(text);
    most = Math.max(most, ++inProgress);
    await Promise.resolve();
    inProgress -= 1;
    return new Float32Array([0, 1]);
  };
  const words = Array.from({ length: 1500 }, (_, index) => madeUp(index));
  const [prompt, type] = createSignal(`a fox at a lighthouse ${words.join(" ")}`);
  const unknown = createRoot(() =>
    createUnknownWords({ services: { embedText }, pack: () => pack, prompt, composition: () => none }),
  );
  expect(unknown()).toEqual([]);
  await vi.advanceTimersByTimeAsync(600);
  expect(asked).toEqual(words.slice(0, 11));
  expect(most).toBe(1);
  expect(unknown().length).toBe(1501);
  expect(
    unknown()
      .filter(({ nearest }) => nearest !== null)
      .map(({ text }) => text),
  ).toEqual(["lighthouse"]);

  // What is new among the first is looked up; what was looked up is not asked again.
  type(`a lighthouse ${words.slice(5).join(" ")}`);
  await vi.advanceTimersByTimeAsync(600);
  expect(asked.slice(11)).toEqual(words.slice(11, 16));
});

it("a word that an adapter is chosen for is not marked", async () => {
  const embedText = async () => new Float32Array([0, 1]);
  const reason = { kind: "fits", words: "synthwave", score: 0.9 } as const;
  const picks = [{ id: "neon", reason, similarity: 0.9, weight: 1 }];
  const [composition, choose] = createSignal(none);
  const unknown = createRoot(() =>
    createUnknownWords({
      services: { embedText },
      pack: () => pack,
      prompt: () => "a zorblax fox, Synthwave",
      composition,
    }),
  );
  const marked = () => unknown().map(({ text }) => text);
  await vi.advanceTimersByTimeAsync(600);
  expect(marked()).toEqual(["zorblax", "synthwave"]);
  choose({ tasks: [{ text: "Synthwave", start: 15, end: 24, picks }] });
  expect(marked()).toEqual(["zorblax"]);
});
