// Options that a run refuses before the engine has them: the field, the message and the remedy.
import { describe, expect, it } from "vitest";
import { refusal } from "../../tests/fixtures/stand-in-services.ts";
import type { run } from "./run.ts";

describe("run", () => {
  it("refuses an empty prompt before loading anything", async () => {
    const error = await refusal({ prompt: "  " });
    expect(error).toMatchObject({ code: "bad-input", where: "prompt" });
  });

  it.each([
    { prompt: "a", adapters: [{ id: "nothing", weight: 1 }], advice: "The list of adapters" },
    { prompt: "a", pins: ["gone"], advice: "The list of adapters" },
  ])("names an unknown adapter: %j", async ({ advice, ...options }) => {
    const error = await refusal(options);
    expect(error).toMatchObject({ code: "bad-input", where: "adapters" });
    expect(error.message).toMatch(/nothing|gone/);
    expect(error.remedy).toContain(advice);
  });

  it.each([
    ["device", { device: "gpu" }, "Device cannot be “gpu”.", "Use one of auto, webgpu, low-vram, wasm."],
    [
      "preset",
      { preset: "constructor" },
      "Preset cannot be “constructor”.",
      "Use one of balanced, paper, reference.",
    ],
    ["combine", { combine: "valueOf" }, "Combine cannot be “valueOf”.", "Use one of merge, switch."],
    [
      "method",
      { method: "toString" },
      "Method cannot be “toString”.",
      "Use one of stylus, sd, retriever, reranker, random.",
    ],
    [
      "sampler",
      { sampler: "__proto__" },
      "Sampler cannot be “__proto__”.",
      "Use one of euler, euler_a, dpmpp_2m, dpmpp_sde, dpmpp_2m_sde, ddim, unipc, lcm.",
    ],
    [
      "schedule",
      { schedule: "valueOf" },
      "Schedule cannot be “valueOf”.",
      "Use one of uniform, karras, exponential, sgm_uniform, simple, beta, ays, trailing, lcm.",
    ],
    ["noise", { noise: "gpu" }, "Noise cannot be “gpu”.", "Use one of cpu, nv."],
    ["bans", { bans: "ink" }, "Adapters are named by a list of ids.", "Give a list, which may be empty."],
    [
      "adapters",
      { adapters: "ink" },
      "Adapters must be “auto”, “none” or a list.",
      "List them as { id, weight }.",
    ],
    ["prompt", { prompt: 7 }, "The prompt is empty.", "Describe an image, for example “a fox in the snow”."],
  ])("refuses an unknown %s before the engine has it: %j", async (where, change, message, remedy) => {
    const error = await refusal({ prompt: "a fox", ...change } as Parameters<typeof run>[0]);
    expect(error).toMatchObject({ code: "bad-input", where, message, remedy });
  });
});
