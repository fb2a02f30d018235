// The reader is opened when first asked for; dropped, it starts no worker any more.
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  closeRemotes,
  remote,
  StandInStorage,
  standInClient,
} from "../../../tests/fixtures/stand-in-workers.ts";
import type { ComposerService } from "../../compose/service.ts";
import { createReaderWorker } from "./reader-worker.ts";

beforeEach(() => void vi.stubGlobal("document", { baseURI: "https://stylus.test/" }));
afterEach(() => void vi.unstubAllGlobals());
afterAll(closeRemotes);

function setup() {
  const log: string[] = [];
  const running = { alive: 0, starts: 0 };
  let begin!: () => void;
  let download!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const downloaded = new Promise<void>((resolve) => (download = resolve));
  const service = remote<ComposerService>({ loadReader: () => void log.push("load") });
  const reader = createReaderWorker({
    storage: new StandInStorage({
      async openPack() {
        begin();
        await downloaded;
        return { files: new Map([["reader/a", new Blob()]]), downloadedBytes: 1, totalBytes: 1 };
      },
    }),
    composer: standInClient(service, running),
  });
  return { reader, running, log, begun, download };
}

it("opens the reader once", async () => {
  const { reader, running, log, download } = setup();
  download();
  expect([await reader.ready(), await reader.ready()]).toEqual([true, true]);
  expect({ ...running, log }).toEqual({ alive: 1, starts: 1, log: ["load"] });
});

it("starts no worker when it is dropped during its download, and is opened when asked for again", async () => {
  const { reader, running, log, begun, download } = setup();
  const dropped = reader.ready();
  await begun;
  reader.drop();
  const asked = reader.ready();
  download();
  await expect(dropped).rejects.toMatchObject({ code: "cancelled" });
  expect(await asked).toBe(true);
  expect({ ...running, log }).toEqual({ alive: 1, starts: 1, log: ["load"] });
});
