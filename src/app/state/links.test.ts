// Addresses with settings: followed when they are opened, marked once they were taken over for good, and kept true by runs and changes.
import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import { completeOptions, type GenerateOptions } from "../../stylus/options.ts";
import type { AskedEntry } from "./runs/asked-run.ts";
import { installLinks } from "./links.ts";

// Node gets Solid's build for servers, whose signals move nothing.
vi.mock("solid-js", () => vi.importActual("solid-js/dist/solid.js"));

const asking = (prompt: string): GenerateOptions =>
  completeOptions({ prompt, seed: 1 }, loadedPack().defaults);

/** A browser's history of one page. */
class History {
  entries: { hash: string; state: unknown }[];
  at = 0;
  constructor(hash: string) {
    this.entries = [{ hash, state: null }];
  }
  get state(): unknown {
    return this.entries[this.at]!.state;
  }
  replaceState(state: unknown, _title: string, address?: string): void {
    const { hash } = this.entries[this.at]!;
    this.entries[this.at] = { hash: address === undefined ? hash : hashOf(address), state };
  }
  pushState(state: unknown, _title: string, address: string): void {
    this.entries.splice(++this.at, Infinity, { hash: hashOf(address), state });
  }
}
const hashOf = (address: string): string => /#.*/.exec(address)?.[0] ?? "";

let history: History;
let listeners: EventTarget;
let self: object;
beforeEach(() => {
  history = new History("#prompt=a+fox");
  listeners = new EventTarget();
  self = {};
  vi.stubGlobal("history", history);
  vi.stubGlobal("location", {
    pathname: "/",
    search: "?x",
    get hash() {
      return history.entries[history.at]!.hash;
    },
  });
  vi.stubGlobal("addEventListener", listeners.addEventListener.bind(listeners));
  vi.stubGlobal("removeEventListener", listeners.removeEventListener.bind(listeners));
  vi.stubGlobal("self", self);
  vi.stubGlobal("parent", self);
});
afterEach(() => void vi.unstubAllGlobals());

function go(step: number): void {
  history.at += step;
  listeners.dispatchEvent(new Event("popstate"));
}

function install() {
  const used: string[] = [];
  const returned: string[] = [];
  let done: () => void = () => {};
  const [options, setOptions] = createSignal(asking("a fox"));
  const [asked, setAsked] = createSignal<AskedEntry | null>(null);
  const uninstall = createRoot(() =>
    installLinks({
      useLink: (fragment, onTaken) => {
        used.push(fragment);
        done = onTaken;
      },
      useAsked: ({ runId }) => returned.push(runId),
      linkOf: ({ prompt }) => `#prompt=${prompt.replaceAll(" ", "+")}`,
      options,
      asked,
    }),
  );
  const type = (prompt: string): void => void setOptions(asking(prompt));
  const generate = (prompt: string): void => {
    type(prompt);
    setAsked({ runId: `run of ${prompt}`, options: asking(prompt), seedLocked: false });
  };
  return { used, returned, done: () => done(), type, generate, uninstall };
}

const hashes = (): string[] => history.entries.map(({ hash }) => hash);

it("takes a link again after a reload unless it was taken over for good", () => {
  const first = install();
  first.uninstall();
  const { used, done, uninstall } = install(); // a reload before the model was there
  expect([first.used.length, used.length, history.state]).toEqual([1, 1, null]);
  done();
  expect(history.state).toEqual({ stylusLinkTaken: true });
  uninstall();
  const third = install();
  expect(third.used).toEqual([]);

  history.pushState(null, "", "#prompt=a+owl");
  listeners.dispatchEvent(new Event("popstate"));
  expect(third.used).toEqual(["#prompt=a+owl"]);
  history.replaceState(null, "", "#elsewhere"); // by the time it is taken over, the address is another one
  third.done();
  expect(history.state).toBeNull();
});

it("each run has an entry, and going back and forward returns to what was asked", () => {
  history.replaceState(null, "", "/");
  const { used, returned, generate } = install();
  generate("a fox");
  generate("an owl");
  generate("an owl"); // the same again
  expect(hashes()).toEqual(["", "#prompt=a+fox", "#prompt=an+owl"]);
  go(-1);
  expect(returned).toEqual(["run of a fox"]);
  go(-1);
  go(2);
  expect(returned).toEqual(["run of a fox", "run of an owl"]);
  expect(used).toEqual(["", ""]); // nothing to take over at first, nor there again
  go(-1);
  generate("a cat");
  expect(hashes()).toEqual(["", "#prompt=a+fox", "#prompt=a+cat"]);
});

it("a link that was opened leaves the address once something is changed", () => {
  const { used, done, type, generate, returned } = install();
  type("a vixen"); // not taken over for good yet: the model's own defaults change settings, too
  expect(hashes()).toEqual(["#prompt=a+fox"]);
  type("a fox");
  done();
  type("a fox");
  expect(hashes()).toEqual(["#prompt=a+fox"]);
  type("a foxy");
  expect(hashes()).toEqual([""]);
  generate("a foxy");
  type("a foxy cat"); // that of a run stays: it is on show
  expect(hashes()).toEqual(["", "#prompt=a+foxy"]);
  expect(returned).toEqual([]);
  go(-1); // to the link as it was opened
  expect(hashes()).toEqual(["#prompt=a+fox", "#prompt=a+foxy"]);
  expect(used).toEqual(["#prompt=a+fox", "#prompt=a+fox"]);
});

it("inside another page no entries are added to its history", () => {
  vi.stubGlobal("parent", {});
  const { generate } = install();
  generate("an owl");
  generate("a cat");
  expect(hashes()).toEqual(["#prompt=a+cat"]);
});
