// What is offered at a cursor, "|" in the prompts below.
import { describe, expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { adapterReport } from "../../../tests/fixtures/run-services.ts";
import type { UserAdapter } from "../loaded-pack.ts";
import { completionsAt, completionsOf } from "./completions.ts";

const cards = [
  card("clay", "style", {
    title: "Clay Render",
    tags: ["style", "clay figure", "3d"],
    triggers: ["clyrndr"],
    weight: 0.7,
  }),
  card("film-noir", "style", {
    title: "Film Noir",
    tags: ["style", "black_and_white"],
    triggers: ["noir film", "clyrndr"],
  }),
  card("own", "concept", { title: "My things", tags: [], triggers: [] }),
  card("inversion", "concept", { title: "Hands", tags: [], triggers: [] }),
  {
    ...card("lcm", "style", { title: "Clay fast" }),
    fewStep: { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
  },
];
const own: UserAdapter = {
  id: "own",
  card: cards[2]!,
  report: adapterReport({ embeddings: [{ name: "easyneg", vectors: 4, width: 768 }] }),
  file: new Blob(),
  addedAt: 0,
};
const inversion: UserAdapter = {
  ...own,
  id: "inversion",
  card: cards[3]!,
  report: adapterReport({
    fileName: "BadHands.pt",
    embeddings: [{ name: "<bad>", vectors: 4, width: 768 }],
    matched: [],
  }),
};
const catalogue = {
  list: completionsOf({ cards, userAdapters: new Map([own, inversion].map((each) => [each.id, each])) }),
  wildcards: ["animals/cats", "animals/dogs", "colours"],
};

const at = (marked: string) => completionsAt(marked.replace("|", ""), marked.indexOf("|"), catalogue);
const offered = (marked: string): string[] =>
  at(marked)?.items.map(({ kind, label }) => `${kind} ${label}`) ?? [];
/** The prompt with the first one taken. */
function taken(marked: string): string {
  const { start, end, items } = at(marked)!;
  const prompt = marked.replace("|", "");
  const { text, tag } = items[0]!;
  return prompt.slice(0, start) + [text, tag].filter(Boolean).join(" ") + prompt.slice(end);
}

describe("completions", () => {
  it.each<[string, string[]]>([
    // Names of adapters.
    ["a fox <|", ["lora clay", "lora film-noir", "lora own", "lora inversion"]],
    ["a fox <lor|", ["lora clay", "lora film-noir", "lora own", "lora inversion"]],
    ["a fox <lora:|", ["lora clay", "lora film-noir", "lora own", "lora inversion"]],
    ["a fox <lora:no|", ["lora film-noir"]],
    ["a fox <lora:Clay re|", ["lora clay"]],
    ["a fox <lora:clay:0.|", []],
    // Words: trigger words before titles before tags, with a phrase before its last word.
    ["cl|", ["trigger clyrndr", "lora Clay Render", "tag clay figure"]],
    ["a clay f|", ["tag clay figure"]],
    ["a fox, (sty|:1.2)", ["tag style"]],
    ["noir|", ["trigger noir film", "lora Film Noir"]],
    ["black_an|", ["tag black_and_white"]],
    ["black an|", ["tag black_and_white"]],
    ["t-r (x|", []],
    ["film-n|", []],
    ["a clay   f|", ["tag clay figure"]],
    ["easy|", ["embedding easyneg"]],
    ["a fox AND fil|", ["lora Film Noir", "trigger noir film"]],
    // Nothing to add.
    ["c|", []],
    ["style|", []],
    ["st|yle", []],
    ["style |", []],
    ["3|", []],
    ["|", []],
    ["zebra|", []],
    // Wildcard files.
    ["a __|", ["wildcard animals/cats", "wildcard animals/dogs", "wildcard colours"]],
    ["a __animals/d|", ["wildcard animals/dogs"]],
    [String.raw`a \__col|`, []],
    ["a __colours__|", []],
    ["a __colours__, __c|", ["wildcard colours"]],
    ["a __colours__ sty|", ["tag style"]],
  ])("%s", (marked, expected) => {
    expect(offered(marked)).toEqual(expected);
  });

  it.each([
    ["a fox <lora:no|", "a fox <lora:film-noir:0.8>"],
    ["a fox <lora:cl|ay:0.3>, red", "a fox <lora:clay:0.7>, red"],
    ["a clay f| in snow", "a clay figure in snow"],
    ["a __col|__ fox", "a __colours__ fox"],
    ["__col| fox", "__colours__ fox"],
    ["easy|", "easyneg <lora:own:0.8>"],
    ["badh|", "BadHands"],
    ["a (3d, cly|", "a (3d, clyrndr"],
  ])("%s becomes %s", (marked, expected) => {
    expect(taken(marked)).toBe(expected);
  });

  it("counts the adapters of a tag", () => {
    expect(at("sty|")!.items).toEqual([{ kind: "tag", label: "style", of: null, count: 2, text: "style" }]);
  });

  it("tells names, where nothing else can be meant, from words", () => {
    expect([at("<lora:|")!.isName, at("__|")!.isName, at("sty|")!.isName]).toEqual([true, true, false]);
  });
});
