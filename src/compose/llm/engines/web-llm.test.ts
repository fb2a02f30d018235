// The adapter to web-llm, held to the package's own types and to its own check of requests.
import { say } from "../../../shared/saying.ts";
import {
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  ModelType,
  postInitAndCheckFieldsChatCompletion,
} from "@mlc-ai/web-llm";
import { expect, test, vi } from "vitest";
import { StylusError } from "../../../shared/errors.ts";
import type { JsonSchema } from "../language-model.ts";
import { type ChatEngine, chatOf } from "./web-llm.ts";

const schema: JsonSchema = { type: "string", enum: ["a"] };

/** null: without choices, as the chunk that only counts tokens. */
const chunk = (content: string | null): ChatCompletionChunk => ({
  id: "1",
  created: 0,
  model: "m",
  object: "chat.completion.chunk",
  choices: content === null ? [] : [{ index: 0, finish_reason: null, delta: { content } }],
});

function engine(pieces: readonly (string | null | Error)[]) {
  const requests: ChatCompletionRequest[] = [];
  let interrupted = false;
  async function* stream(): AsyncGenerator<ChatCompletionChunk> {
    for (const piece of pieces) {
      if (interrupted) return; // as the package: the stream ends
      if (piece instanceof Error) throw piece;
      yield chunk(piece);
      await Promise.resolve();
    }
  }
  const chat: ChatEngine = {
    async chatCompletion(request) {
      requests.push(request);
      return stream();
    },
    interruptGenerate: vi.fn(() => void (interrupted = true)),
  };
  return { chat, requests };
}

const messages = [
  { role: "system", content: "Choose." },
  { role: "user", content: "{}" },
  { role: "assistant", content: "no" },
  { role: "user", content: "Again." },
] as const;
const m = { title: "M", thinksAloud: true };
const options = (signal = new AbortController().signal) => ({ signal, temperature: 0, seed: 4294967295 });

test("a request that the package accepts: schema as a string, no thinking, a seed that it can hold", async () => {
  const { chat, requests } = engine(["a"]);
  await chatOf(chat, m).complete(messages, schema, options());
  const request = structuredClone(requests[0]!);
  expect(() =>
    postInitAndCheckFieldsChatCompletion(request, "Qwen3-1.7B-q4f16_1-MLC", ModelType.LLM),
  ).not.toThrow();
  expect(requests[0]).toMatchObject({
    stream: true,
    temperature: 0,
    response_format: { type: "json_object", schema: JSON.stringify(schema) },
    extra_body: { enable_thinking: false },
  });
  expect(requests[0]!.seed).toBeLessThan(2 ** 31);
});

test("writes longer texts under any schema", async () => {
  const { chat, requests } = engine(["a"]);
  expect(await chatOf(chat, m).write(messages, { type: "array", minItems: 40 }, options())).toBe("a");
  expect(requests[0]).toMatchObject({
    max_tokens: 2048,
    response_format: { schema: '{"type":"array","minItems":40}' },
  });
});

test("models that do not think aloud are not told anything about it", async () => {
  const { chat, requests } = engine(["a"]);
  await chatOf(chat, { title: "M", thinksAloud: false }).complete(messages, schema, options());
  expect(requests[0]!.extra_body).toBeUndefined();
});

test("pieces come as they are generated and make the answer", async () => {
  const { chat } = engine(["{", "", '"a"', null, "}"]);
  const pieces: string[] = [];
  const answer = await chatOf(chat, m).complete(messages, schema, {
    ...options(),
    onToken: (piece) => pieces.push(piece),
  });
  expect(answer).toBe('{"a"}');
  expect(pieces).toEqual(["{", '"a"', "}"]);
});

test("an abort interrupts the engine", async () => {
  const { chat } = engine(["1", "2", "3"]);
  const controller = new AbortController();
  const pieces: string[] = [];
  const asked = chatOf(chat, m).complete(messages, schema, {
    ...options(controller.signal),
    onToken: (piece) => {
      pieces.push(piece);
      controller.abort();
    },
  });
  await expect(asked).rejects.toMatchObject({ code: "cancelled" });
  expect(pieces).toEqual(["1"]);
  expect(chat.interruptGenerate).toHaveBeenCalledTimes(1);
});

test("an abort ends the answer also where the engine forgets the interruption", async () => {
  const controller = new AbortController();
  let asked = 0;
  async function* stream(): AsyncGenerator<ChatCompletionChunk> {
    for (; asked < 9; asked++) yield chunk("1");
  }
  const chat: ChatEngine = { chatCompletion: async () => stream(), interruptGenerate: async () => {} };
  const onToken = (): void => controller.abort();
  await expect(
    chatOf(chat, m).complete(messages, schema, { ...options(controller.signal), onToken }),
  ).rejects.toMatchObject({ code: "cancelled" });
  expect(asked).toBe(1);
});

test("a question that is cancelled beforehand is not asked", async () => {
  const { chat, requests } = engine(["a"]);
  await expect(
    chatOf(chat, m).complete(messages, schema, options(AbortSignal.abort())),
  ).rejects.toMatchObject({ code: "cancelled" });
  expect(requests).toEqual([]);
});

test.each([
  [new Error("Failed to fetch"), "network"],
  [new Error("Cache.add() encountered a network error"), "network"],
  [Object.assign(new Error("gone"), { name: "NetworkError" }), "network"],
  [Object.assign(new Error("full"), { name: "QuotaExceededError" }), "quota"],
  [new Error("Device was lost"), "device-lost"],
  [new Error("Out of memory"), "device-lost"],
  [Object.assign(new Error("The device is gone"), { name: "DeviceLostError" }), "device-lost"],
  [new Error("Invalid shader"), "device"],
])("%s is an expected failure", async (error, code) => {
  const { chat } = engine([error]);
  await expect(chatOf(chat, m).complete(messages, schema, options())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/\bM\b/),
  });
});

test.each([
  [new Error("Invalid shader"), "M failed on the GPU: Invalid shader"],
  ["Invalid shader", "M failed on the GPU: Invalid shader"],
  [new Error("Failed to fetch"), "M could not be downloaded: Failed to fetch"],
])("the failure has the words of the engine: %s", async (cause, message) => {
  const chat: ChatEngine = {
    chatCompletion: () => Promise.reject(cause),
    interruptGenerate: async () => {},
  };
  await expect(chatOf(chat, m).complete(messages, schema, options())).rejects.toMatchObject({ message });
});

test("an expected failure within the engine stays what it is", async () => {
  const error = new StylusError("quota", say`x`);
  const { chat } = engine([error]);
  await expect(chatOf(chat, m).complete(messages, schema, options())).rejects.toBe(error);
});
