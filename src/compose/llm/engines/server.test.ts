import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { chatServerAt, listen } from "../../../../tests/fixtures/chat-server.ts";
import type { ChatServer } from "../../../refine/chat-server.ts";
import { serverModel } from "./server.ts";

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

/** A server that answers its requests in turn with these statuses. @param retryAfter seconds that it asks to wait */
async function serve(
  statuses: readonly number[],
  retryAfter = "0",
): Promise<{ server: ChatServer; bodies: Record<string, unknown>[] }> {
  const bodies: Record<string, unknown>[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = statuses[bodies.length] ?? 200;
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    const choices = [{ finish_reason: "stop", message: { content: "{}" } }];
    response.writeHead(status, { "retry-after": retryAfter }).end(JSON.stringify({ choices }));
  };
  const http = await listen((request, response) => void respond(request, response));
  ({ close } = http);
  return { bodies, server: chatServerAt(http.url) };
}

const options = { signal: new AbortController().signal, temperature: 0.5, seed: 3 };
const schema = { type: "string", enum: ["a"] } as const;

test("asks under the schema, with temperature and seed", async () => {
  const { server, bodies } = await serve([]);
  expect(await serverModel(server).complete([{ role: "user", content: "x" }], schema, options)).toBe("{}");
  expect(bodies).toEqual([
    {
      model: "m",
      messages: [{ role: "user", content: "x" }],
      temperature: 0.5,
      seed: 3,
      max_tokens: 100,
      response_format: {
        type: "json_schema",
        json_schema: { name: "chosen_adapters", strict: true, schema },
      },
    },
  ]);
});

test("a server that is busy is asked again, one that stays broken is named", async () => {
  const busy = await serve([429, 503]);
  expect(await serverModel(busy.server).complete([], schema, options)).toBe("{}");
  await close?.();
  const broken = await serve([503, 503, 503]);
  await expect(serverModel(broken.server).complete([], schema, options)).rejects.toMatchObject({
    code: "network",
    where: broken.server.url,
    message: `${broken.server.url}: the server answers 503.`,
    said: { message: { template: "{0}: {1}." } },
  });
  expect(broken.bodies).toHaveLength(3);
});

test("one that refuses the key is asked once", async () => {
  const { server, bodies } = await serve([401]);
  await expect(serverModel(server).complete([], schema, options)).rejects.toMatchObject({
    name: "StylusError",
    status: 401,
    remedy: "Check the key.",
  });
  expect(bodies).toHaveLength(1);
});

test("waits as long as a busy server asks, until it is stopped", async () => {
  const brief = await serve([429], "0.2");
  const start = performance.now();
  expect(await serverModel(brief.server).complete([], schema, options)).toBe("{}");
  expect(performance.now() - start).toBeGreaterThan(190);
  await close?.();
  const busy = await serve([429], "5");
  const stop = new AbortController();
  const asked = serverModel(busy.server).complete([], schema, { ...options, signal: stop.signal });
  await vi.waitUntil(() => busy.bodies.length === 1, { interval: 1 });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "cancelled" });
  expect(busy.bodies).toHaveLength(1);
});
