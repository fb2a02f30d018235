// The element's side of the messages, with a frame that stands in for the widget's.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { element as en } from "../texts/en/element.ts";
import { element as ko } from "../texts/ko/element.ts";
import type { Capabilities } from "./protocol.ts";
import type { StylusImage } from "./stylus-image.ts";

const origin = "https://stylus.example";
const capabilities: Capabilities = {
  version: "1",
  isolated: true,
  threads: null,
  device: null,
  storage: "kept",
  takesTurns: true,
};

interface Sent {
  readonly type: string;
  readonly settings?: { readonly prompt?: string };
}

/** What the element uses of a document's elements. */
class StandInElement extends EventTarget {
  readonly #attributes = new Map<string, string>();
  readonly style = {};
  shadowRoot: object | null = null;
  /** Custom elements have it. */
  attributeChangedCallback?(name: string): void;
  attachShadow(): object {
    return (this.shadowRoot = { replaceChildren() {}, append: (note: object) => shown.push(note) });
  }
  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }
  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value);
    this.attributeChangedCallback?.(name);
  }
  append(): void {}
  remove(): void {
    shown = shown.filter((each) => each !== this);
  }
}

/** What stands beside the frame. */
let shown: object[];

let page: EventTarget;
let frame: StandInElement & { src: string; contentWindow: object };
let sent: Sent[];

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  sent = [];
  shown = [];
  const contentWindow = { postMessage: (message: Sent) => void sent.push(message) };
  frame = Object.assign(new StandInElement(), { src: "", contentWindow });
  vi.stubGlobal("HTMLElement", StandInElement);
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync(): void {}
    },
  );
  vi.stubGlobal("document", {
    currentScript: { src: `${origin}/stylus-image.js` },
    createElement: (tag: string) => (tag === "iframe" ? frame : new StandInElement()),
  });
  vi.stubGlobal("customElements", { get: () => undefined, define() {} });
  vi.stubGlobal("navigator", { onLine: true, language: "en" });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(): Promise<StylusImage> {
  const { StylusImage: Element } = await import("./stylus-image.ts");
  const element = new Element();
  element.connectedCallback();
  return element;
}
const answer = (message: object): void => {
  const event = Object.assign(new Event("message"), {
    data: { stylus: 1, ...message },
    source: frame.contentWindow,
    origin,
  });
  page.dispatchEvent(event);
};
const load = (): void => void frame.dispatchEvent(new Event("load"));
const ready = (): void => answer({ type: "ready", capabilities });
const prompts = (): unknown[] => sent.map(({ type, settings }) => [type, settings?.prompt]);

test("sends attributes that change before the widget answers with “connect”, or when it answers", async () => {
  const element = await open();
  element.setAttribute("prompt", "before the load");
  load();
  element.setAttribute("prompt", "after it");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(prompts()).toEqual([["connect", "before the load"]]);
  ready();
  expect(prompts().slice(1)).toEqual([["configure", "after it"]]);
  expect(await element.ready).toEqual(capabilities);
});

test("sends an attribute that follows a slider at intervals, and its last value always", async () => {
  const element = await open();
  load();
  ready();
  for (let at = 0; at < 60; at++) {
    element.setAttribute("prompt", `${at}`);
    await vi.advanceTimersByTimeAsync(16);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toHaveLength(7);
  expect(prompts().at(-1)).toEqual(["configure", "59"]);
  element.setAttribute("prompt", "60");
  void element.generate();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(prompts().slice(-2)).toEqual([
    ["configure", "60"],
    ["generate", undefined],
  ]);
});

test("a frame that never answers rejects, and one that answers late is welcome", async () => {
  const element = await open();
  const images = expect(element.generate()).rejects.toMatchObject({ code: "network", where: "src" });
  load();
  await vi.advanceTimersByTimeAsync(29_999);
  const rejected = vi.fn();
  element.ready.catch(rejected);
  await vi.advanceTimersByTimeAsync(0);
  expect(rejected).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await images;
  expect(rejected).toHaveBeenCalledOnce();
  expect(shown).toEqual([expect.objectContaining({ textContent: `${en.silent} ` })]);
  expect(frame).toMatchObject({ hidden: true });
  ready();
  expect(await element.ready).toEqual(capabilities);
  expect([shown, frame]).toEqual([[], expect.objectContaining({ hidden: false })]);
});

test("an error of no request rejects before the widget is ready, and not after", async () => {
  const element = await open();
  load();
  answer({ type: "error", id: null, code: "bad-message", message: "No." });
  await expect(element.ready).rejects.toMatchObject({ code: "bad-message", message: "No." });
  ready();
  answer({ type: "error", id: null, code: "rate-limited", message: "There were too many messages." });
  expect(await element.ready).toEqual(capabilities);
});

test("without a network it says so in the place of the frame, until the widget answers or there is one", async () => {
  const network = { onLine: false, language: "ko-KR" };
  vi.stubGlobal("navigator", network);
  const element = await open();
  const refused = expect(element.ready).rejects.toMatchObject({
    code: "network",
    message: "The widget at https://stylus.example is not stored in this browser, and there is no network.",
  });
  load();
  await vi.advanceTimersByTimeAsync(4_999);
  expect(shown).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await refused;
  expect(shown).toEqual([expect.objectContaining({ textContent: ko.offline })]);
  expect(frame).toMatchObject({ hidden: true });
  ready(); // it is stored, and was slow
  expect([shown, frame]).toEqual([[], expect.objectContaining({ hidden: false })]);

  element.disconnectedCallback();
  network.language = "de";
  element.connectedCallback();
  load();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(shown).toEqual([expect.objectContaining({ textContent: en.offline })]);
  network.onLine = true;
  page.dispatchEvent(new Event("online"));
  load();
  ready();
  expect(await element.ready).toEqual(capabilities);
});
