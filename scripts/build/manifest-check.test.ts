// Checks manifests against a miniature hub.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ManifestFile } from "../../src/storage/manifest.ts";
import { openStubHub, sha256Of, type StubHub } from "../../tests/browser/stub-hub.ts";
import { checkFile, Offline } from "./manifest-check.ts";

const weights = Buffer.alloc(1000, 3);
const sound: ManifestFile = {
  path: "a.safetensors",
  sizeBytes: 1000,
  sizeExact: true,
  sha256: sha256Of(weights),
};
let hub: StubHub;
const address = (path: string, revision = hub.commit): string =>
  `${hub.url}/owner/model/resolve/${revision}/${path}`;

beforeAll(async () => {
  hub = await openStubHub("owner/model");
  hub.put("a.safetensors", weights);
  hub.put("config.json", Buffer.from("{}"), { lfs: false });
});
afterAll(() => hub.close());

test("accepts a matching file, large or small", async () => {
  expect(await checkFile(sound, address("a.safetensors"))).toEqual({ kind: "ok", text: "" });
  const small = { ...sound, path: "config.json", sizeBytes: 2, sha256: null };
  expect(await checkFile(small, address("config.json"))).toEqual({ kind: "ok", text: "" });
});

test("reports omitted fields", async () => {
  const file = { ...sound, sizeBytes: 900, sizeExact: false, sha256: null };
  expect(await checkFile(file, address("a.safetensors", "main"))).toEqual({
    kind: "open",
    text: `sizeBytes 1000, sha256 ${sound.sha256}, commit ${hub.commit}`,
  });
});

test("reports wrong fields", async () => {
  const file = { ...sound, sizeBytes: 999, sha256: "0".repeat(64) };
  expect(await checkFile(file, address("a.safetensors"))).toEqual({
    kind: "wrong",
    text: `sizeBytes is 1000, not 999; sha256 is ${sound.sha256}, not ${file.sha256}`,
  });
  expect(await checkFile(sound, address("gone.bin"))).toEqual({ kind: "wrong", text: "the hub answers 404" });
});

test("gives no verdict without a network", async () => {
  await expect(checkFile(sound, "http://127.0.0.1:1/owner/model/resolve/main/a")).rejects.toThrow(Offline);
});
