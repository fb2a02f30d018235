// web-llm with a real model on WebGPU, in the worker and by itself. Library and weights are not in the repository: STYLUS_WEB_LLM names a folder with them
// (docs/language-models.md). A software GPU takes minutes for a dozen tokens.
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenLanguageModel } from "../../src/compose/llm/language-model.ts";
import type { WebLlmModel } from "../../src/compose/llm/engines/web-llm.ts";
import type { LanguageModelService } from "../../src/compose/llm/service.ts";
import type { WorkerClient } from "../../src/rpc/client.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const folder = process.env["STYLUS_WEB_LLM"] ?? "";
const library = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith(".wasm")) : undefined;

/** Two candidates, and the form of an answer that holds one of their ids. */
const question = [{ role: "user" as const, content: "Clay or ink?" }];
const candidates = ["clay", "ink"];
const schema = {
  type: "object" as const,
  required: ["id"],
  additionalProperties: false as const,
  properties: { id: { type: "string" as const, enum: candidates } },
};

describe.skipIf(library === undefined)("web-llm (needs STYLUS_WEB_LLM)", { timeout: 1_800_000 }, () => {
  let host: Server;
  let browser: TestBrowser;
  let model: WebLlmModel;

  beforeAll(async () => {
    host = createServer(({ url }, response) => {
      const file = path.join(folder, path.basename(url!));
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
      if (!existsSync(file)) return void response.writeHead(404).end();
      response.setHeader("Content-Length", statSync(file).size);
      createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
    model = {
      id: "small",
      title: "Small",
      modelUrl: `${origin}model`,
      libraryUrl: origin + library!,
      requiredFeatures: [],
      thinksAloud: false,
    };
    browser = await openTestBrowser({ webgpu: "software" });
  });

  afterAll(async () => {
    await browser?.close();
    host?.close();
  });

  test("the worker downloads a model, answers under the schema, and gives the model up for another", async () => {
    const seen = await browser.page.evaluate(
      async ({ model, question, schema }) => {
        const { WorkerClient: Client } = await load("/src/rpc/client.ts");
        const start = (): Worker => new Worker("/workers/language-model.ts", { type: "module" });
        const worker = new Client("language model", start) as WorkerClient<LanguageModelService>;
        const { signal } = new AbortController();
        const shares: number[] = [];
        const onProgress = (share: number): void => void shares.push(share);
        const write = (): Promise<string> =>
          worker.call((service) =>
            service.write({ messages: question, schema }, { signal, temperature: 0, seed: 1 }),
          );
        await worker.call((service) => service.open({ engine: "web-llm", model }, { onProgress, signal }));
        const stored = await worker.call((service) => service.stored([model]));
        const answer = await write();
        const server = { url: "http://127.0.0.1:9/v1", model: "other", alias: null } as never;
        await worker.call((service) => service.open({ engine: "server", server }, { signal }));
        const after = await write().catch((error: Error) => error.message);
        await worker.call((service) => service.remove(model));
        const left = await worker.call((service) => service.stored([model]));
        worker.terminate();
        return { shares, stored, answer, after, left };
      },
      { model, question, schema },
    );
    expect(Math.min(...seen.shares)).toBeLessThan(1);
    expect(seen.shares.at(-1)).toBe(1);
    expect(seen.stored).toEqual(["small"]);
    const answer = JSON.parse(seen.answer) as { readonly id: string };
    expect(Object.keys(answer)).toEqual(["id"]);
    expect(candidates).toContain(answer.id);
    expect(seen.after).toBe("other is too small to write.");
    expect(seen.left).toEqual([]);
  });

  test("the first piece arrives while it answers, a cancellation ends the answer, and a closed model answers no more", async () => {
    const seen = await browser.page.evaluate(
      async ({ model, question, schema }) => {
        const { openWebLlm } = await load("/src/compose/llm/engines/web-llm.ts");
        const controller = new AbortController();
        const { signal } = controller;
        const open = (await openWebLlm(model, { onProgress: () => {}, signal })) as OpenLanguageModel;
        const pieces: string[] = [];
        const codeOf = (error: { readonly code: string }): string => error.code;
        const onToken = (piece: string): void => {
          pieces.push(piece);
          controller.abort();
        };
        const options = { temperature: 0, seed: 1 };
        const stopped = await open.complete(question, schema, { ...options, signal, onToken }).catch(codeOf);
        await open.close();
        const { signal: other } = new AbortController();
        const closed = await open.complete(question, schema, { ...options, signal: other }).catch(codeOf);
        return { pieces, stopped, closed };
      },
      { model, question, schema },
    );
    expect(seen.pieces).toHaveLength(1);
    expect(seen.pieces[0]).toMatch(/^\{/);
    expect(seen).toMatchObject({ stopped: "cancelled", closed: "device" });
  });
});
