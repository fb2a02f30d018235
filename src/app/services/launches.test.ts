// Files that other programs hand over: what is shared, and what the page is opened with.
import { afterEach, expect, it, vi } from "vitest";
import { acceptShared, fileNameHeader } from "../../shared/site-versions.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import { takeLaunches } from "./launches.ts";

afterEach(() => void vi.unstubAllGlobals());

type Consumer = (launch: { readonly files?: readonly ReturnType<typeof handle>[] }) => void;

/** A page, in a tab that remembers `session`. */
function open({
  type = "navigate",
  session = new Map<string, string>(),
  shared = [],
}: {
  readonly type?: string;
  readonly session?: Map<string, string>;
  readonly shared?: readonly File[];
} = {}) {
  let launch: Consumer | undefined;
  vi.stubGlobal("window", { launchQueue: { setConsumer: (consumer: Consumer) => (launch = consumer) } });
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => session.get(key) ?? null,
    setItem: (key: string, value: string) => session.set(key, value),
  });
  vi.stubGlobal("performance", { getEntriesByType: () => [{ type }] });
  const kept = new Map(shared.map((file) => [file.name, file]));
  const cache = {
    keys: async () => [...kept.keys()],
    match: async (key: string) =>
      new Response(kept.get(key), {
        headers: { "Content-Type": kept.get(key)!.type, [fileNameHeader]: encodeURIComponent(key) },
      }),
    delete: async (key: string) => kept.delete(key),
  };
  vi.stubGlobal("caches", { has: async () => shared.length > 0, open: async () => cache });
  const picks: Promise<DiskPick>[] = [];
  takeLaunches((pick) => void picks.push(Promise.resolve(pick)));
  return {
    kept,
    session,
    launch: launch!,
    names: async () => (await Promise.all(picks)).map(({ files }) => files.map(({ path }) => path)),
  };
}

const handle = (name: string) => ({ kind: "file", name, getFile: async () => new File([], name) });

it("takes the files it is opened with once, though the browser gives them again after a reload", async () => {
  const first = open();
  first.launch({});
  first.launch({ files: [handle("a.png")] });
  expect(await first.names()).toEqual([["a.png"]]);

  const again = open({ type: "reload", session: first.session });
  again.launch({ files: [handle("a.png")] });
  again.launch({ files: [handle("b.png")] });
  expect(await again.names()).toEqual([["b.png"]]);

  const other = open({ type: "reload" });
  other.launch({ files: [handle("c.png")] });
  expect(await other.names()).toEqual([["c.png"]]);
});

it("takes images of what is shared, by name too, and leaves nothing behind", async () => {
  const file = (name: string): File => new File(["x"], name, { type: "image/png" });
  const { kept, names } = open({ shared: [file("바다.png"), file("evil.safetensors"), file("a.pt")] });
  await vi.waitUntil(async () => (await names()).length > 0, { interval: 1 });
  expect(await names()).toEqual([["바다.png"]]);
  expect(kept.size).toBe(0);
});

it("keeps few images of what is sent to the app, none of them huge", () => {
  const form = new FormData();
  form.append("title", "A title");
  form.append("files", new File(["x"], "styles.csv", { type: "text/csv" }));
  form.append("files", new File([new Uint8Array((64 << 20) + 1)], "huge.png", { type: "image/png" }));
  for (let i = 0; i < 6; i++) form.append("files", new File(["x"], `${i}.webp`, { type: "image/webp" }));
  expect(acceptShared(form).map(({ name }) => name)).toEqual(["0.webp", "1.webp", "2.webp", "3.webp"]);
});
