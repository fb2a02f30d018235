// Who may embed the widget, as widget.json says.
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { embedders, mayEmbed, parseHostSettings, readHostSettings } from "./host-settings.ts";

const own = "https://stylus.example";
const blog = "https://blog.example";

beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

const answering = (body: string, status = 200) =>
  readHostSettings(async () => new Response(body, { status }));

test("the file of the site says what holds without one", async () => {
  const shipped: unknown = JSON.parse(readFileSync("public/widget.json", "utf8"));
  expect(parseHostSettings(shipped)).toEqual({ allowedOrigins: ["*"], generationsPerMinute: 10 });
  expect(await answering("", 404)).toEqual(parseHostSettings(shipped));
  expect(console.error).not.toHaveBeenCalled();
});

test("a list names the pages; the site's own always may", async () => {
  const host = await answering(JSON.stringify({ allowedOrigins: [blog] }));
  expect(
    [blog, own, "https://evil.example", "null", "*"].map((origin) => mayEmbed(host, origin, own)),
  ).toEqual([true, true, false, false, false]);
  expect(mayEmbed(await answering("{}"), "null", own)).toBe(true);
});

test.each([
  ["not JSON", 200],
  ['{ "allowedOrigins": "https://blog.example" }', 200],
  ['{ "allowedOrigins": ["https://blog.example/"] }', 200],
  ['{ "allowedOrigins": ["blog.example"] }', 200],
  ['{ "allowedOrigins": ["https://*.example"] }', 200],
  ['{ "generationsPerMinute": 0 }', 200],
  ["{}", 500],
])("%j with status %i closes the widget to all but the site", async (body, status) => {
  const host = await answering(body, status);
  expect(host).toEqual({ allowedOrigins: [], generationsPerMinute: 10 });
  expect(console.error).toHaveBeenCalledOnce();
});

test("a network failure closes it too", async () => {
  const host = await readHostSettings(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(host.allowedOrigins).toEqual([]);
});

test("who embeds it, as far as the browser tells", () => {
  const view = { isFramed: true, ancestorOrigins: undefined, referrer: "" };
  expect(embedders(view)).toEqual([]);
  expect(embedders({ ...view, referrer: `${blog}/post?x=1` })).toEqual([blog]);
  expect(embedders({ ...view, ancestorOrigins: [blog, "https://portal.example"], referrer: "" })).toEqual([
    blog,
    "https://portal.example",
  ]);
  expect(embedders({ ...view, isFramed: false, referrer: `${blog}/` })).toEqual([]);
});
