// Tags in a prompt and the names of adapters, from the prompt to the engine.
import { describe, expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { pack, refusal, standInServices } from "../../tests/fixtures/stand-in-services.ts";
import { run } from "./run.ts";
import type { RunEvent } from "./run-types.ts";
import { english } from "../shared/saying.ts";

describe("run", () => {
  it("takes tags out of the prompt, maps spans back, and lets tags win", async () => {
    const { services, requests, seen } = standInServices();
    const prompt = "<lora:ink:0.3>clay fox<lora:clay:1.2>";
    const { report } = await run({ prompt, negativePrompt: "rain<lora:clay:1>", fewStep: false }, services);
    expect(seen).toEqual(["clay fox", "clay fox"]);
    expect(requests[0]).toMatchObject({ prompt: "clay fox", negativePrompt: "rain" });
    expect(requests[0]!.images[0]!.adapters).toEqual([
      { id: "ink", unetStrength: 0.3, textStrength: 0.3 },
      { id: "clay", unetStrength: 1.2, textStrength: 1.2 },
    ]);
    const composed = report.stages.find(({ id }) => id === "compose")!.outputs as {
      tasks: { start: number; end: number }[];
    };
    expect(prompt.slice(composed.tasks[0]!.start, composed.tasks[0]!.end)).toBe("clay");
  });

  it("places the rules' tasks once where the reader cannot choose", async () => {
    const { services } = standInServices();
    const prompt = "<lora:ink:0.3>a clay fox in a deep snowy forest";
    const { report } = await run({ prompt, composer: "reader", fewStep: false }, services);
    const composed = report.stages.find(({ id }) => id === "compose")!.outputs as {
      tasks: { start: number; end: number }[];
      composer: { instead?: string };
    };
    expect(composed.composer.instead).toBe("no reader");
    expect(prompt.slice(composed.tasks[0]!.start, composed.tasks[0]!.end)).toBe("clay");
  });

  it("brings all that a tag says to the engine, and refuses what it cannot understand", async () => {
    const { services, requests } = standInServices();
    const prompt = "a fox <lora:ink:0.3:-0.8:lbw=M00=0.5:step=1-3>";
    await run({ prompt, fewStep: false, method: "sd" }, services);
    expect(requests[0]!.images[0]!.adapters).toEqual([
      {
        id: "ink",
        textStrength: 0.3,
        unetStrength: -0.8,
        blockWeights: { M00: 0.5 },
        steps: { start: 1, end: 3 },
      },
    ]);
    await expect(run({ prompt: "a fox <lora:ink:lbw=1,2>" }, services)).rejects.toMatchObject({
      code: "bad-input",
      where: "prompt",
      message: expect.stringContaining("2 numbers instead of 17 or 26"),
    });
  });

  it("knows an adapter by its title and in any case, everywhere in a run", async () => {
    const { services, requests } = standInServices();
    const cards = [card("clay", "style"), card("ink", "style", { title: "Ink line art" })];
    const { report } = await run(
      { prompt: "a fox <lora:INK LINE ART:0.5> <lora:Clay:0.25>", fewStep: false },
      { ...services, load: async () => ({ ...pack, cards }) },
    );
    const expected = [
      { id: "ink", unetStrength: 0.5, textStrength: 0.5 },
      { id: "clay", unetStrength: 0.25, textStrength: 0.25 },
    ];
    expect(requests[0]).toMatchObject({ prompt: "a fox  ", images: [{ adapters: expected }] });
    expect(report.images[0]!.formulas).toEqual({ ink: "tag in the prompt", clay: "tag in the prompt" });
  });

  it.each(["<lora:>", "<hypernet:anime:1>", "<lora:ink:90>", "<lora:ink:0.8"])(
    "refuses a tag that does nothing: %s",
    async (tag) => {
      const error = await refusal({ prompt: `a fox ${tag}`, fewStep: false });
      expect(error).toMatchObject({ code: "bad-input", where: "prompt" });
      expect(error.message).toContain(tag.includes("9") ? "ink: a strength of 90" : tag);
      expect(error.remedy).toBe("Correct the tag, or remove it.");
    },
  );

  it("goes on without an adapter that a tag asks for and that is not there, and says so", async () => {
    const { services, requests } = standInServices();
    const events: RunEvent[] = [];
    const { notes } = await run(
      { prompt: "a <lora:clayy:1> fox <lora:clay:0.5>", method: "sd", fewStep: false },
      services,
      { onEvent: (event) => events.push(event) },
    );
    expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "clay", unetStrength: 0.5, textStrength: 0.5 }]);
    expect(requests[0]!.prompt).toBe("a  fox ");
    expect(notes.map(english)).toEqual([
      expect.stringMatching(
        /^<lora:clayy:1> does nothing: .* has no adapter “clayy”\. Did you mean “clay”\?$/,
      ),
    ]);
    expect(events.filter(({ type }) => type === "notes")).toEqual([{ type: "notes", notes }]);
  });

  it.each(["constructor", "toString", "__proto__"])("an adapter may be called %s", async (id) => {
    const { services, requests } = standInServices();
    const named = { ...pack, cards: [card(id, "style")] };
    const context = {
      ...services,
      load: async () => named,
      search: async () => [{ id, similarity: 0.5 }],
    };
    const { report } = await run({ prompt: "clay", fewStep: false }, context);
    await run({ prompt: `clay <lora:${id}:0.5>`, fewStep: false }, context);
    await run({ prompt: "clay", fewStep: false, strengths: JSON.parse(`{"${id}": 0.25}`) }, context);
    await run({ prompt: "clay", fewStep: false, adapters: [{ id, weight: 1.5 }] }, context);
    expect(requests.map(({ images }) => images[0]!.adapters)).toEqual(
      [0.8, 0.5, 0.25, 1.5].map((strength) => [{ id, unetStrength: strength, textStrength: strength }]),
    );
    expect(Object.entries(report.images[0]!.formulas)).toEqual([[id, "0.8"]]);
  });
});
