// What counts as an answer of a chat server, and what it is called when it does not.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { say } from "../shared/saying.ts";
import { ask, type ChatAnswer } from "./chat-server.ts";

let close: (() => void) | null = null;
afterEach(() => close?.());

async function asked(respond: RequestListener): Promise<ChatAnswer> {
  const http = createServer(respond);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  close = () => {
    http.closeAllConnections();
    http.close();
  };
  const remedies = { key: say``, notFound: say``, refused: say``, silent: say`` };
  const server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    model: "m",
    apiKey: null,
    timeoutMs: 10_000,
    maxTokens: 100,
    format: "schema",
    alias: null,
    remedies,
  } as const;
  const answer = { name: "any", schema: {} };
  return ask(server, [], { signal: new AbortController().signal, temperature: 0, answer });
}

describe("ask", () => {
  it.each(["null", "[]", '"x"', "3", "{}", '{"choices": {}}', '{"choices": [null]}'])(
    "has no use for %s",
    async (body) => {
      await expect(asked((_, response) => void response.end(body))).rejects.toMatchObject({
        name: "PassingFailure",
        kind: "useless",
        message: "the response has no answer",
      });
    },
  );
});
