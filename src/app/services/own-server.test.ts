// What the check finds where the list of models can be read and the question gets no answer; tests/e2e/own-server.test.ts has the rest.
import type { RequestListener } from "node:http";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chatServerAt, listen } from "../../../tests/fixtures/chat-server.ts";
import type { ServerCheck } from "../../compose/llm/server-check.ts";
import { say } from "../../shared/saying.ts";
import { checkOwnServer } from "./own-server.ts";

const origin = "http://localhost:4173";
beforeEach(() => {
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("location", { origin, protocol: "http:" });
});
let close = async (): Promise<void> => {};
afterEach(() => {
  vi.unstubAllGlobals();
  return close();
});

/** @param answer to the question */
async function checked(
  answer: RequestListener,
  models: readonly string[] | RequestListener = ["m"],
): Promise<ServerCheck> {
  const server = await listen((request, response) => {
    response.setHeader("connection", "close");
    if (request.method === "POST") return answer(request, response);
    if (typeof models === "function") return models(request, response);
    response.end(JSON.stringify({ data: models.map((id) => ({ id })) }));
  });
  ({ close } = server);
  return checkOwnServer(chatServerAt(server.url), new AbortController().signal);
}

const failing = { kind: "failing", why: say`the connection broke` };

it("a question that is not let through, by a server that still lists its models, is CORS", async () => {
  expect(await checked((_, response) => response.destroy())).toEqual({ kind: "cors", origin });
});

it("a server that the question ends is failing", async () => {
  expect(await checked(() => void close())).toEqual(failing);
});

it("so is one that breaks its answer off", async () => {
  const half: RequestListener = (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("{", () => response.destroy());
  };
  expect(await checked(half)).toEqual(failing);
});

it("a question that is sent to another address is asked there by nobody; a list may be elsewhere", async () => {
  const urls: (string | undefined)[] = [];
  const elsewhere: RequestListener = ({ url }, response) => {
    urls.push(url);
    response.writeHead(307, { location: "/elsewhere" }).end();
  };
  expect(await checked(elsewhere)).toEqual({ kind: "redirects" });
  expect(urls).toEqual(["/v1/chat/completions"]);
  close();
  const greet: RequestListener = (_, response) =>
    void response.end(JSON.stringify({ choices: [{ message: { content: '{"hello": "world"}' } }] }));
  expect(await checked(greet, elsewhere)).toEqual({ kind: "works", models: [] });
  expect(urls.slice(1)).toEqual(["/v1/models"]);
});

it("the form gets the first five hundred models of a long list, and every model counts", async () => {
  const models = Array.from({ length: 600 }, (_, index) => `m${index}`);
  const refuse: RequestListener = (_, response) => void response.writeHead(400).end("no schemas");
  expect(await checked(refuse, [...models, "m"])).toEqual({
    kind: "refused",
    status: 400,
    said: "no schemas",
  });
  expect(await checked(refuse, models)).toEqual({ kind: "noModel", models: models.slice(0, 500) });
});
