// What counts as an answer of a chat server, and what it is called when it does not.
import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { chatServerAt, listen } from "../../tests/fixtures/chat-server.ts";
import { ask, type ChatAnswer } from "./chat-server.ts";

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

async function asked(respond: RequestListener): Promise<ChatAnswer> {
  const server = await listen(respond);
  ({ close } = server);
  const answer = { name: "any", schema: {} };
  return ask(chatServerAt(server.url), [], { signal: new AbortController().signal, temperature: 0, answer });
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

  it("follows no redirect", async () => {
    const urls: (string | undefined)[] = [];
    const redirected = asked(({ url }, response) => {
      urls.push(url);
      response.writeHead(308, { location: "/elsewhere" }).end();
    });
    await expect(redirected).rejects.toMatchObject({
      code: "network",
      message: expect.stringMatching(/^http:\S+ redirects to another address\.$/),
    });
    expect(urls).toEqual(["/v1/chat/completions"]);
  });

  it("reads no more than a megabyte, and letters that chunks cut in two", async () => {
    let written = 0;
    const endless = asked((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(100_000, " "))) written += 100_000;
      };
      response.on("drain", write);
      write();
    });
    await expect(endless).rejects.toMatchObject({
      kind: "useless",
      message: "the response is larger than 1 MB",
    });
    expect(written).toBeLessThan(20_000_000);
    await close?.();
    const json = Buffer.from(JSON.stringify({ choices: [{ message: { content: "한글" } }] }));
    const cut = json.indexOf("한") + 1;
    const halves = await asked((_, response) => {
      response.write(json.subarray(0, cut), () => setImmediate(() => response.end(json.subarray(cut))));
    });
    expect(halves.text).toBe("한글");
  });
});
