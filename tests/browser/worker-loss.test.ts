// Workers that end without a word, never start, or are busy for long: their callers learn of the first two and wait for the third.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fragile } from "./fragile-worker.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;
beforeAll(async () => void (browser = await openTestBrowser()));
afterAll(() => browser?.close());

test("a worker that ends without an error event rejects its callers, and the next call starts another", async () => {
  const seen = await browser.page.evaluate(async () => {
    const { WorkerClient } = await load("/src/rpc/client.ts");
    const client = new WorkerClient(
      "fragile",
      () => new Worker("/tests/browser/fragile-worker.ts", { type: "module" }),
    );
    const first = await client.call((service: Fragile) => service.echo(1));
    // Before the page waits for the worker's lock, only the limit of a start would tell.
    const watches = async (): Promise<boolean> =>
      (await navigator.locks.query()).pending!.some(({ name }) => name!.startsWith("stylus-worker-"));
    while (!(await watches())) await new Promise((resolve) => setTimeout(resolve, 10));
    const lost = await client
      .call((service: Fragile) => service.end())
      .catch(({ code, message, remedy }: Record<string, string>) => ({ code, message, remedy }));
    const again = await client.call((service: Fragile) => service.echo(2));
    // Longer than a heartbeat would wait; the lock is held by a busy worker, too.
    const busy = await client.call((service: Fragile) => service.block(3_000));
    const { starts } = client;
    client.terminate();
    return { first, lost, again, busy, starts };
  });
  expect(seen).toEqual({
    first: 1,
    lost: {
      code: "device-lost",
      message: "The fragile worker stopped: it ended unexpectedly.",
      remedy: expect.stringContaining("Try again; the worker restarts."),
    },
    again: 2,
    busy: "done",
    starts: 2,
  });
});

test("a script that is missing, and one that shows no life, are said to be lost", async () => {
  const seen = await browser.page.evaluate(async () => {
    const { WorkerClient } = await load("/src/rpc/client.ts");
    const { watchLife } = await load("/src/rpc/liveness.ts");
    const { english } = await load("/src/shared/saying.ts");
    const client = new WorkerClient("absent", () => new Worker("/tests/browser/none.ts", { type: "module" }));
    const missing = await client
      .call((service: Fragile) => service.echo(1))
      .catch(({ message }: Error) => message);
    const mute = new Worker("/src/shared/words.ts", { type: "module" });
    const silent = await new Promise((resolve) => watchLife(mute, resolve, { startLimit: 200 }));
    mute.terminate();
    return [missing, english(silent)];
  });
  expect(seen).toEqual(["The absent worker stopped: it could not be loaded.", "it did not start in time"]);
});
