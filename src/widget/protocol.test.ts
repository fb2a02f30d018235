// The messages between page and widget: what is understood, what is refused and in which words, what is not ours.
import { expect, test } from "vitest";
import { readCommand, readEvent } from "./protocol.ts";

const generate = { stylus: 1, type: "generate", id: "a" } as const;

test("a request with all options", () => {
  const options = {
    prompt: "a fox in the snow",
    negativePrompt: "blurry",
    pack: "pocket",
    adapters: [{ id: "clay", weight: 0.8 }],
    seed: 7,
    steps: 2,
    width: 64,
    height: 128,
    cfgScale: 1.5,
    sampler: "lcm",
    count: 4,
  };
  expect(readCommand({ ...generate, options })).toEqual({ message: { ...generate, options } });
});

test.each([
  [{ stylus: 1, type: "connect" }],
  [{ stylus: 1, type: "connect", settings: { theme: "dark", accent: "#0a5fe0" } }],
  [{ stylus: 1, type: "configure", settings: { seed: 0 } }],
  [generate],
  [{ stylus: 1, type: "cancel" }],
  [{ stylus: 1, type: "capabilities" }],
  [{ stylus: 1, type: "destroy" }],
])("%j", (message) => {
  expect(readCommand(message)).toEqual({ message });
});

test("fields of a later version are left out", () => {
  expect(readCommand({ ...generate, later: true, options: { steps: 2, later: 1 } })).toEqual({
    message: { ...generate, options: { steps: 2 } },
  });
});

test.each([
  [{ steps: 0 }, "options.steps"],
  [{ steps: 151 }, "options.steps"],
  [{ steps: 1.5 }, "options.steps"],
  [{ seed: -1 }, "options.seed"],
  [{ width: 65 }, "options.width"],
  [{ height: 2048 }, "options.height"],
  [{ count: 5 }, "options.count"],
  [{ cfgScale: NaN }, "options.cfgScale"],
  [{ sampler: "constructor" }, "options.sampler"],
  [{ prompt: 5 }, "options.prompt"],
  [{ prompt: "a".repeat(10_001) }, "options.prompt"],
  [{ adapters: "some" }, "options.adapters"],
  [{ adapters: Array.from({ length: 17 }, () => ({ id: "clay", weight: 1 })) }, "options.adapters"],
])("%j is refused, naming %s", (options, field) => {
  const read = readCommand({ ...generate, options });
  expect(read).toEqual({
    problem: { id: "a", code: "bad-message", message: expect.stringMatching(`^${field}: Invalid `) },
  });
});

test.each([
  [{ stylus: 1, type: "unheard" }, "bad-message", null],
  [{ stylus: 1, type: "generate" }, "bad-message", null],
  [{ stylus: 1, type: "generate", id: "a".repeat(65) }, "bad-message", "a".repeat(64)],
  [{ stylus: 2, type: "generate", id: "a" }, "version", "a"],
  [{ stylus: "1", type: "cancel" }, "version", null],
])("%j: %s", (data, code, id) => {
  expect(readCommand(data)).toMatchObject({ problem: { code, id } });
});

test.each([[null], [undefined], ["generate"], [5], [[1]], [{ type: "generate", id: "a" }]])(
  "%j is a message of another script",
  (data) => {
    expect(readCommand(data)).toBeNull();
    expect(readEvent(data)).toBeNull();
  },
);

test("events are checked too", () => {
  const progress = { stylus: 1, type: "progress", id: "a", stage: "generate", fraction: 0.5 } as const;
  expect(readEvent(progress)).toEqual(progress);
  expect(readEvent({ ...progress, stage: "cook" })).toBeNull();
  const image = {
    stylus: 1,
    type: "image",
    id: "a",
    index: 0,
    seed: 7,
    width: 64,
    height: 64,
    fileName: "a-7.png",
    png: new Blob([new Uint8Array(3)]),
    adapters: [{ id: "clay", title: "Clay Render", strength: 0.8 }],
  };
  expect(readEvent(image)).toEqual(image);
  expect(readEvent({ ...image, png: "data:image/png;base64," })).toBeNull();
  expect(readEvent({ stylus: 1, type: "resize", height: -1 })).toBeNull();
});
