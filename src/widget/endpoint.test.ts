// The widget hears its embedding page and nobody else, and answers it alone.
import { expect, test } from "vitest";
import { createEndpoint } from "./endpoint.ts";
import type { WidgetCommand } from "./protocol.ts";

const blog = "https://blog.example";
const connect = { stylus: 1, type: "connect" };
const generate = { stylus: 1, type: "generate", id: "a" };

function open({ allows = () => true }: { allows?: (origin: string) => boolean } = {}) {
  const posted: { message: unknown; to: string }[] = [];
  const heard: WidgetCommand["type"][] = [];
  const parent = { postMessage: (message: unknown, to: string) => void posted.push({ message, to }) };
  const clock = { milliseconds: 0 };
  const endpoint = createEndpoint({
    parent,
    allows,
    generationsPerMinute: 6,
    onCommand: ({ type }) => heard.push(type),
    now: () => clock.milliseconds,
  });
  const say = (data: unknown, { origin = blog, source = parent as unknown } = {}): void =>
    endpoint.receive({ data, origin, source });
  const codes = (): unknown[] => posted.map(({ message }) => (message as { code?: string }).code);
  return { endpoint, say, posted, heard, clock, codes };
}

test("answers the page that has connected, at its origin", () => {
  const { endpoint, say, posted, heard } = open();
  endpoint.send({ type: "resize", height: 5 });
  say(connect);
  endpoint.send({ type: "resize", height: 7 });
  expect(heard).toEqual(["connect"]);
  expect(posted).toEqual([{ message: { stylus: 1, type: "resize", height: 7 }, to: blog }]);
});

test("other windows and other scripts' messages are ignored without a word", () => {
  const { say, posted, heard } = open();
  say(connect, { source: {} });
  say(connect, { source: null });
  say({ type: "webpackOk" });
  say("hello");
  expect([posted, heard]).toEqual([[], []]);
});

test("a widget that nothing embeds hears nothing", () => {
  const heard: unknown[] = [];
  const endpoint = createEndpoint({
    parent: null,
    allows: () => true,
    generationsPerMinute: 6,
    onCommand: (command) => heard.push(command),
  });
  endpoint.receive({ data: connect, origin: blog, source: null });
  expect(heard).toEqual([]);
});

test("origins that the host does not allow get only a refusal", () => {
  const { endpoint, say, posted, heard, codes } = open({ allows: (origin) => origin === blog });
  say(connect, { origin: "https://evil.example" });
  say(generate, { origin: "https://evil.example" });
  endpoint.send({ type: "resize", height: 5 });
  expect(codes()).toEqual(["forbidden", "forbidden"]);
  expect(posted.every(({ to }) => to === "https://evil.example")).toBe(true);
  expect(heard).toEqual([]);
});

test("a page without an origin is answered as the parent that it is", () => {
  const { endpoint, say, posted } = open();
  say(connect, { origin: "null" });
  endpoint.send({ type: "resize", height: 5 });
  expect(posted.map(({ to }) => to)).toEqual(["*"]);
});

test("nothing comes before “connect”, and no other origin after it", () => {
  const { say, heard, codes } = open();
  say(generate);
  say(connect);
  say(generate);
  say({ stylus: 1, type: "cancel" }, { origin: "https://other.example" });
  expect(codes()).toEqual(["bad-message", "bad-message"]);
  expect(heard).toEqual(["connect", "generate"]);
});

test("what cannot be understood is answered with the field", () => {
  const { say, posted, heard } = open();
  say({ ...generate, options: { steps: 0 } });
  say({ ...connect, stylus: 2 });
  expect(posted.map(({ message }) => message)).toMatchObject([
    {
      stylus: 1,
      type: "error",
      id: "a",
      code: "bad-message",
      message: expect.stringContaining("options.steps"),
    },
    { stylus: 1, type: "error", id: null, code: "version" },
  ]);
  expect(heard).toEqual([]);
});

test("five requests at once, then one whenever the rate allows", () => {
  const { say, heard, codes, clock } = open();
  say(connect);
  for (let i = 0; i < 7; i++) say(generate);
  expect(heard.filter((type) => type === "generate")).toHaveLength(5);
  expect(codes()).toEqual(["rate-limited", "rate-limited"]);
  clock.milliseconds = 9_999;
  say(generate);
  clock.milliseconds = 10_001;
  say(generate);
  expect(heard.filter((type) => type === "generate")).toHaveLength(6);
});

test("the limit counts images, not requests", () => {
  const { say, heard, codes, clock } = open();
  say(connect);
  say({ ...generate, options: { count: 4 } });
  say({ ...generate, options: { count: 2 } });
  say(generate);
  expect(heard).toEqual(["connect", "generate", "generate"]);
  expect(codes()).toEqual(["rate-limited"]);
  clock.milliseconds = 39_999;
  say({ ...generate, options: { count: 4 } });
  clock.milliseconds = 40_001;
  say({ ...generate, options: { count: 4 } });
  expect(codes()).toEqual(["rate-limited", "rate-limited"]);
  expect(heard).toHaveLength(4);
});

test("each refused request is answered with its id, whatever it is refused for", () => {
  const early = open();
  early.say(generate);
  const forbidden = open({ allows: () => false });
  forbidden.say(generate);
  const flooding = open();
  flooding.say(connect);
  for (let i = 0; i < 100; i++) flooding.say({ stylus: 1, type: "capabilities" });
  for (const id of ["b", "c"]) flooding.say({ ...generate, id });
  const told = [early, forbidden, flooding].flatMap(({ posted }) => posted.map(({ message }) => message));
  expect(told).toMatchObject([
    { id: "a", code: "bad-message" },
    { id: "a", code: "forbidden" },
    { id: null, code: "rate-limited" },
    { id: "b", code: "rate-limited" },
    { id: "c", code: "rate-limited" },
  ]);
});

test("a flood is answered once", () => {
  const { say, heard, codes, clock } = open();
  say(connect);
  for (let i = 0; i < 200; i++) say({ stylus: 1, type: "capabilities" });
  expect(heard).toHaveLength(60);
  expect(codes()).toEqual(["rate-limited"]);
  clock.milliseconds = 60_000;
  say({ stylus: 1, type: "cancel" });
  expect(heard).toHaveLength(61);
});
