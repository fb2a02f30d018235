// Who chooses the adapters of a run: a reader or a language model, and what stands in for one that cannot.
import { describe, expect, it } from "vitest";
import { refusal, standInServices } from "../../tests/fixtures/stand-in-services.ts";
import type { Composition } from "../compose/composition.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { RunServices } from "./ports.ts";
import { run } from "./run.ts";
import type { RunEvent } from "./run-types.ts";

describe("run", () => {
  describe("with a reader", () => {
    const byReader = {
      tasks: [
        { text: "fox", start: 2, end: 5, picks: [{ id: "ink", reason: "r", similarity: 0.9, weight: 0.7 }] },
      ],
      rejected: [],
      composer: { name: "reader", kind: "reader" },
    } as const;
    const chosen = async (read: RunServices["read"], options: Partial<Parameters<typeof run>[0]> = {}) => {
      const { services, requests } = standInServices();
      const events: RunEvent[] = [];
      await run(
        { prompt: "a fox, clay", fewStep: false, ...options },
        { ...services, read },
        {
          onEvent: (event) => events.push(event),
        },
      );
      return {
        composers: events.flatMap((event): unknown[] =>
          event.type === "composition"
            ? [event.composition.composer]
            : event.type === "stage-start"
              ? [event.stage]
              : [],
        ),
        adapters: requests[0]!.images[0]!.adapters.map(({ id }) => id),
      };
    };
    const rules = { name: "rules", kind: "rules" };

    it("shows what the rules choose, then takes what the reader chooses", async () => {
      const asked: unknown[] = [];
      const { composers, adapters } = await chosen(
        async (request, { patienceMilliseconds }) => (
          asked.push({ ...request, patienceMilliseconds }),
          byReader
        ),
        { pins: ["clay"] },
      );
      expect(composers.slice(3)).toEqual(["compose", rules, byReader.composer, "plan", "generate"]);
      expect(adapters.toSorted()).toEqual(["clay", "ink"]);
      const common = asked.map((request) => ({ ...(request as object), commonTags: null }));
      expect(common).toEqual([
        {
          prompt: "a fox, clay",
          preset: "balanced",
          pins: ["clay"],
          bans: [],
          commercialOnly: false,
          commonTags: null,
          patienceMilliseconds: 5000,
        },
      ]);
    });

    it("keeps what the rules chose, with the reason, where the reader cannot choose", async () => {
      const late = await chosen(async () => ({ unavailable: "late" }));
      expect(late.composers.at(-3)).toEqual({ ...rules, instead: "late" });
      expect(late.adapters).toEqual(["clay"]);
      const broken = await chosen(() => Promise.reject(new StylusError("bad-file", say`It is cut off.`)));
      expect(broken.composers.at(-3)).toEqual({ ...rules, instead: say`It is cut off.` });
    });

    it("asks no reader where rules or a baseline are to choose", async () => {
      const read = (): Promise<never> => Promise.reject(new Error("asked"));
      expect((await chosen(read, { composer: "rules" })).composers.slice(3, 5)).toEqual(["compose", rules]);
      expect((await chosen(read, { method: "retriever" })).composers.slice(3, 5)).toEqual(["compose", rules]);
    });
  });

  describe("with a language model", () => {
    const prompt = "<lora:ink:0.3>clay fox";
    const languageModel = { id: "m", temperature: 0.5 };
    const options = { prompt, composer: "llm", languageModel, seed: 3, fewStep: false } as const;
    const composition = (ids: readonly string[], composer: Composition["composer"]): Composition => ({
      tasks: [
        {
          text: "clay",
          start: 0,
          end: 4,
          picks: ids.map((id) => ({ id, reason: "r", similarity: 0.9, weight: 0.7 })),
        },
      ],
      rejected: [],
      composer,
    });
    const reader = { name: "reader", kind: "reader" } as const;
    const llm = { name: "Model", kind: "llm" } as const;
    const seenBy = async (consult: RunServices["consult"], more: object = {}) => {
      const seen: {
        readonly kind: string;
        readonly pending?: true | undefined;
        readonly start: number | null;
      }[] = [];
      const { report } = await run(
        { ...options, ...more },
        { ...standInServices().services, read: async () => composition(["clay"], reader), consult },
        {
          onEvent: (event) => {
            if (event.type !== "composition") return;
            const { composer, pending, tasks } = event.composition;
            seen.push({ kind: composer.kind, pending, start: tasks[0]?.start ?? null });
          },
        },
      );
      const { outputs } = report.stages.find(({ id }) => id === "compose")!;
      return { seen, final: outputs as Composition };
    };

    it("shows the reader’s choice, then the model’s as it grows, at their places in the prompt", async () => {
      const asked: unknown[] = [];
      const { seen, final } = await seenBy(
        async (request, { onComposition }) => {
          asked.push(request);
          onComposition(composition([], llm));
          return composition(["clay"], llm);
        },
        { pins: ["ink"] },
      );
      expect(asked).toEqual([
        {
          prompt: "clay fox",
          preset: "balanced",
          pins: ["ink"],
          bans: [],
          commercialOnly: false,
          pinned: ["ink"],
          seed: 3,
          languageModel,
        },
      ]);
      const start = prompt.indexOf("clay");
      expect(seen).toEqual([
        { kind: "rules", pending: undefined, start },
        { kind: "reader", pending: true, start },
        { kind: "llm", pending: true, start },
        { kind: "llm", pending: undefined, start },
      ]);
      expect(final).toMatchObject({ composer: llm, tasks: [{ start, picks: [{ id: "clay" }] }] });
      expect(final.pending).toBeUndefined();
    });

    it("keeps the reader’s choice, with the reason, where the model cannot choose", async () => {
      const absent = await seenBy(async () => ({ unavailable: "It is not here." }));
      expect(absent.final.composer).toEqual({ ...reader, instead: "It is not here." });
      const failing = await seenBy(() =>
        Promise.reject(new StylusError("device-lost", say`The GPU is gone.`)),
      );
      expect(failing.final).toMatchObject({
        composer: { ...reader, instead: say`The GPU is gone.` },
        tasks: [{ picks: [{ id: "clay" }] }],
      });
    });

    it("asks none where the reader is to choose", async () => {
      const consult = (): Promise<never> => Promise.reject(new Error("asked"));
      expect((await seenBy(consult, { composer: "reader" })).final.composer).toEqual(reader);
    });

    it("refuses a temperature out of range", async () => {
      const error = await refusal({ ...options, languageModel: { id: "m", temperature: 2 } });
      expect(error).toMatchObject({ code: "bad-input", where: "languageModel" });
    });
  });
});
