import { afterEach, describe, expect, it, vi } from "vitest";
import { baseAddress, isKey, keepOwnServer, readOwnServer, type OwnServer } from "./own-server.ts";

describe("baseAddress", () => {
  it.each([
    ["http://localhost:11434/v1", "http://localhost:11434/v1"],
    ["localhost:11434", "http://localhost:11434/v1"],
    [" 127.0.0.1:8080/ ", "http://127.0.0.1:8080/v1"],
    ["http://localhost:1234/v1/chat/completions", "http://localhost:1234/v1"],
    ["http://localhost:1234/v1/models/", "http://localhost:1234/v1"],
    ["llm.example.org", "https://llm.example.org/v1"],
    ["https://llm.example.org/api/v1/?key=x#y", "https://llm.example.org/api/v1"],
    ["", null],
    ["ftp://localhost/v1", null],
    ["http://me:secret@localhost/v1", null],
    ["http://", null],
  ])("%s → %s", (typed, meant) => expect(baseAddress(typed)).toBe(meant));
});

it.each([
  ["sk-0_A/b+c=~!", true],
  ["", true],
  ["two words", false],
  ["“key”", false],
  ["키", false],
  ["a\u200Bb", false],
])("key %j: %s", (typed, can) => expect(isKey(typed)).toBe(can));

describe("what the browser keeps", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    keepOwnServer(null);
  });
  const server: OwnServer = { url: "http://localhost:1/v1", model: "m", apiKey: null, format: "schema" };
  const storage = (kept: Record<string, string>) => ({
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, text: string) => void (kept[name] = text),
    removeItem: (name: string) => void delete kept[name],
  });

  it("is there on the next visit, until it is forgotten, here or in another tab", () => {
    const kept: Record<string, string> = {};
    vi.stubGlobal("localStorage", storage(kept));
    keepOwnServer(server);
    expect(readOwnServer()).toEqual(server);
    delete kept["stylus-web/own-server/1"];
    expect(readOwnServer()).toBeNull();
    keepOwnServer(server);
    keepOwnServer(null);
    expect([readOwnServer(), kept]).toEqual([null, {}]);
  });

  it("counts as none where it is damaged, and lasts as long as the page where storage is refused", () => {
    vi.stubGlobal("localStorage", storage({ "stylus-web/own-server/1": '{"url": 3}' }));
    expect(readOwnServer()).toBeNull();
    vi.unstubAllGlobals(); // Node has none
    keepOwnServer(server);
    expect(readOwnServer()).toEqual(server);
  });
});
