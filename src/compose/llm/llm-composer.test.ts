// The composer that asks, on scripted models: well-behaved, talkative, wrong, cut off, silent.
import { describe, expect, test, vi } from "vitest";
import { readingCandidates } from "../../../tests/fixtures/reading-candidates.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Composition } from "../composition.ts";
import { composeByAsking, type AskOptions, type AskRequest } from "./llm-composer.ts";
import type { ChatMessage, CompletionOptions, LanguageModel } from "./language-model.ts";

const prompt = "a unicorn in candy land, clay render";
const answer = (...tasks: [string, ...string[]][]): string =>
  JSON.stringify({
    tasks: tasks.map(([text, ...ids]) => ({ text, adapters: ids.map((id) => ({ id, reason: "fits" })) })),
  });
const good = answer(["unicorn", "unicorn"], ["candy land", "candy"], ["clay render", "clay"]);

class ScriptedModel implements LanguageModel {
  readonly name = "Scripted 1B";
  readonly asked: { readonly messages: readonly ChatMessage[]; readonly options: CompletionOptions }[] = [];
  readonly #answers: (string | Error)[];

  constructor(...answers: (string | Error)[]) {
    this.#answers = answers;
  }

  async complete(messages: readonly ChatMessage[], _schema: unknown, options: CompletionOptions) {
    this.asked.push({ messages, options });
    const next = this.#answers.shift();
    if (next === undefined) return new Promise<never>(() => {}); // silent, whatever is aborted
    if (typeof next !== "string") throw next;
    for (const piece of next.match(/[\s\S]{1,7}/g) ?? []) options.onToken?.(piece);
    return next;
  }
}

const ask = (
  model: LanguageModel,
  { request = {}, options = {} }: { request?: Partial<AskRequest>; options?: Partial<AskOptions> } = {},
) =>
  composeByAsking(
    {
      prompt,
      preset: "balanced",
      candidates: readingCandidates(prompt),
      pinned: [],
      temperature: 0.3,
      seed: 5,
      ...request,
    },
    { model, signal: new AbortController().signal, ...options },
  );
const chosen = ({ tasks }: Composition): string[] =>
  tasks.flatMap(({ text, picks }) => picks.map(({ id }) => `${text}: ${id}`));
const all = ["unicorn: unicorn", "candy land: candy", "clay render: clay"];

describe("one answer", () => {
  test("is enough when it has no faults", async () => {
    const model = new ScriptedModel(good);
    const composition = await ask(model);
    expect(chosen(composition)).toEqual(all);
    expect(composition.composer).toEqual({ name: "Scripted 1B", kind: "llm" });
    expect(model.asked).toHaveLength(1);
    expect(model.asked[0]!.options).toMatchObject({ temperature: 0.3, seed: 5 });
  });

  test("tasks appear as they are found", async () => {
    const seen: string[][] = [];
    await ask(new ScriptedModel(good), { options: { onComposition: (soFar) => seen.push(chosen(soFar)) } });
    expect(seen).toEqual([all.slice(0, 1), all.slice(0, 2), all]);
  });

  test("an adapter that the prompt denies is neither shown nor taken for other words", async () => {
    const model = new ScriptedModel(answer(["unicorn", "unicorn", "clay"], ["plain walls", "clay"]));
    const text = "a unicorn, plain walls, no clay render";
    const request = { prompt: text, candidates: readingCandidates(text) };
    const composition = await ask(model, { request });
    expect(chosen(composition)).toEqual(["unicorn: unicorn"]);
    expect(composition.rejected).toContainEqual({
      id: "clay",
      reason: { kind: "excluded", words: "no clay render" },
    });
    expect(model.asked).toHaveLength(1);
    const question = JSON.stringify(model.asked[0]!.messages).replaceAll("\\", "");
    expect(question).toContain('"id":"unicorn"');
    expect(question).not.toContain('"id":"clay"');
  });

  test("is not requested when there is nothing to choose", async () => {
    const model = new ScriptedModel();
    const composition = await ask(model, { request: { candidates: [] } });
    expect(composition.tasks.map(({ text }) => text)).toEqual(["unicorn", "in candy land", "clay render"]);
    expect(model.asked).toHaveLength(0);
  });

  test("an adapter far from its task is dropped without a second question", async () => {
    const model = new ScriptedModel(answer(["unicorn", "clay"], ["candy land", "candy"]));
    const composition = await ask(model);
    expect(chosen(composition)).toEqual(["candy land: candy"]);
    expect(composition.rejected[0]).toMatchObject({ id: "clay" });
    expect(model.asked).toHaveLength(1);
  });
});

describe("the repair", () => {
  test.each([
    ["prose", "Sure! I would use clay.", 'it holds no JSON object with "tasks"'],
    ["an answer that breaks off", good.slice(0, 90), "the JSON is not valid: it breaks off"],
    ["an invented id", answer(["unicorn", "pegasus"]), "the adapter “pegasus” is not in the list"],
    ["an invented task", answer(["dragon", "clay"]), "the task “dragon” is not in the prompt"],
  ])("%s", async (_, first, fault) => {
    const model = new ScriptedModel(first, good);
    expect(chosen(await ask(model))).toEqual(all);
    const [question, repair] = model.asked;
    expect(repair!.messages.slice(0, 2)).toEqual(question!.messages);
    expect(repair!.messages[2]).toEqual({ role: "assistant", content: first });
    expect(repair!.messages[3]!.content).toContain(`- ${fault}`);
  });

  test("what was right in the first answer stays when the second is worse, or none", async () => {
    const first = answer(["unicorn", "unicorn"], ["clay render", "pegasus"]);
    const worse = answer(["horse", "unicorn"], ["sky", "clay"]);
    const broken = new StylusError("device", say`The GPU is gone.`);
    for (const second of ["I am sorry.", worse, broken])
      expect(chosen(await ask(new ScriptedModel(first, second)))).toEqual(["unicorn: unicorn"]);
  });

  test("of two answers with as many faults the second counts", async () => {
    const first = answer(["unicorn", "unicorn"], ["clay render", "pegasus"]);
    const second = answer(["unicorn", "pegasus"], ["clay render", "clay"]);
    expect(chosen(await ask(new ScriptedModel(first, second)))).toEqual(["clay render: clay"]);
  });

  test("two answers without any to read are a failure with the reason", async () => {
    await expect(ask(new ScriptedModel("No.", "No!"))).rejects.toMatchObject({
      code: "bad-file",
      message: 'Scripted 1B gave no answer that can be read: it holds no JSON object with "tasks".',
    });
  });
});

describe("models that fail", () => {
  test("errors of the engine come through", async () => {
    const lost = new StylusError("device-lost", say`The GPU was lost.`);
    await expect(ask(new ScriptedModel(lost))).rejects.toBe(lost);
  });

  test("a prompt that is too long is not asked about", async () => {
    const model = new ScriptedModel(good);
    await expect(ask(model, { request: { prompt: `${prompt} `.repeat(100) } })).rejects.toMatchObject({
      code: "bad-input",
    });
    expect(model.asked).toHaveLength(0);
  });

  test("a silent model is given up after the time limit", async () => {
    const model = new ScriptedModel();
    await expect(ask(model, { options: { timeoutMilliseconds: 1 } })).rejects.toMatchObject({
      code: "device",
      message: "Scripted 1B gave no answer in 0.001 seconds.",
    });
    expect(model.asked[0]!.options.signal.aborted).toBe(true);
  });

  test("a cancellation ends the wait at once, tells the engine, and shows nothing more", async () => {
    const controller = new AbortController();
    const model = new ScriptedModel();
    const onComposition = vi.fn();
    const asked = ask(model, { options: { signal: controller.signal, onComposition } });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
    const { options } = model.asked[0]!;
    expect(options.signal.aborted).toBe(true);
    options.onToken!(good);
    expect(onComposition).not.toHaveBeenCalled();
  });
});
