// The library's state: what it lists while it is open, tags and hiding, what is done with many, the search by meaning.
import { createRoot, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { expect, it, vi } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { StoredImage } from "../../images/gallery.ts";
import type { PageServices } from "../../services/ports.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { settingsFrom } from "../settings/stored.ts";
import { createLibrary } from "./library.ts";

// Node gets Solid's build for servers, whose signals move nothing.
vi.mock("solid-js", () => vi.importActual("solid-js/dist/solid.js"));

const quick = {
  ...card("lcm", "concept"),
  fewStep: { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};
const mine: UserAdapter = {
  id: "mine",
  card: card("mine", "style", { title: "Torn paper" }),
  report: adapterReport(),
  file: new Blob(["x"]),
  addedAt: 1,
};
const other: UserAdapter = { ...mine, id: "far", card: { ...card("far", "style"), baseModel: "SD 1.5" } };
const pack = loadedPack({
  cards: [quick, card("clay", "style"), card("ink", "style"), mine.card],
  userAdapters: new Map([["mine", mine]]),
  otherAdapters: [other],
});

function setup(services: Partial<PageServices> = {}) {
  const [settings, setSettings] = createStore(settingsFrom({}));
  const [images] = createSignal<readonly StoredImage[]>([]);
  const bans: [readonly string[], boolean][] = [];
  const forgotten: string[] = [];
  const library = createRoot(() =>
    createLibrary({
      services: services as PageServices,
      settings,
      pack: () => pack,
      refresh: async () => pack,
      choice: {
        pins: () => [],
        bans: () => [],
        setBanned: (ids, banned) => void bans.push([ids, banned]),
      },
      gallery: { images },
      forget: async (ids) => void forgotten.push(...ids),
    }),
  );
  return { library, settings, setSettings, bans, forgotten };
}
const keys = (library: ReturnType<typeof setup>["library"]): string[] =>
  library.found().map(({ adapter }) => adapter.key);

it("lists nothing while it is closed, and opens with what is asked for", () => {
  const { library, setSettings } = setup();
  expect([library.all().length, keys(library)]).toEqual([0, []]);
  expect(library.adapter("other/far")?.isOther).toBe(true);
  library.open();
  expect(keys(library)).toEqual(["mine", "lcm", "clay", "ink", "other/far"]);
  library.setFilter({ own: true });
  library.close();
  library.open();
  expect(keys(library)).toEqual(["mine", "other/far"]);
  library.open({ kind: "fewStep" });
  expect(keys(library)).toEqual(["lcm"]);
  setSettings("commercialOnly", true);
  library.open({});
  expect(keys(library)).toHaveLength(5); // all of them are CC0
});

it("tags are put on many at once, each once whatever its case, and taken off; an adapter that goes takes its own along", async () => {
  const { library } = setup();
  library.open();
  await library.addTag(library.all(), "Later ");
  await library.addTag(library.all().slice(0, 2), "later");
  await library.addTag(library.all().slice(0, 1), "  ");
  expect(library.all().map(({ tags }) => tags)).toEqual(Array.from({ length: 5 }, () => ["Later"]));
  expect(library.tags()).toEqual(["Later"]);
  await library.removeTag(library.all().slice(0, 2), "LATER");
  library.setFilter({ tag: "Later" });
  expect(keys(library)).toEqual(["clay", "ink", "other/far"]);
  await library.forgetNotes(["far", "gone"]);
  expect(keys(library)).toEqual(["clay", "ink"]);
});

it("hides and shows", async () => {
  const { library } = setup();
  library.open();
  await library.setHidden(library.all().slice(0, 2), true);
  expect(keys(library)).toEqual(["clay", "ink", "other/far"]);
  expect(library.counts().hidden.get(true)).toBe(2);
  await library.setHidden(library.all(), false);
  expect(keys(library)).toHaveLength(5);
});

it("selects, bans what can be chosen, and removes the user's own", async () => {
  const { library, bans, forgotten } = setup();
  library.open();
  expect(library.selected()).toBeNull();
  library.setSelecting(true);
  library.selectAll();
  library.toggle("ink");
  expect(library.chosen().map(({ key }) => key)).toEqual(["mine", "lcm", "clay", "other/far"]);
  library.setBanned(library.chosen(), true);
  expect(bans).toEqual([[["mine", "clay"], true]]);
  await library.remove(library.chosen());
  expect(forgotten).toEqual(["mine", "far"]);
  library.close();
  expect(library.selected()).toBeNull();
});

it("asks what is near in meaning after a rest, keeps what was found until it is known, and does without", async () => {
  vi.useFakeTimers();
  try {
    const asked: string[] = [];
    let isBroken = false;
    const { library } = setup({
      async nearAdapters(text) {
        asked.push(text);
        if (isBroken) throw new Error("no embedder");
        return [{ id: "clay", score: 1, text: "Aardman" }];
      },
    });
    library.search("puppet");
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual([]); // it is closed
    library.open();
    expect([keys(library), library.nearest.status()]).toEqual([[], "searching"]);
    await vi.advanceTimersByTimeAsync(250);
    expect(library.found()).toMatchObject([{ adapter: { key: "clay" }, near: "Aardman" }]);
    library.search("puppets");
    library.search("puppets of ");
    expect([keys(library), library.nearest.status()]).toEqual([["clay"], "searching"]);
    await vi.advanceTimersByTimeAsync(250);
    expect(asked).toEqual(["puppet", "puppets of"]);
    isBroken = true;
    library.search("ink");
    await vi.advanceTimersByTimeAsync(250);
    expect([keys(library), library.nearest.status()]).toEqual([["ink"], "failed"]);
    library.search("");
    expect([keys(library).length, library.nearest.status()]).toEqual([5, "idle"]);
  } finally {
    vi.useRealTimers();
  }
});
