// What a prompt denies, through both composers: an adapter that it denies by name is for none of its words, and the reason quotes the denial.
import { describe, expect, it } from "vitest";
import { candidatesFor, card } from "../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../tests/fixtures/hashed-embedder.ts";
import { rarityOf } from "../../tests/fixtures/rarity.ts";
import { TableNetwork, tableTokenizer } from "../../tests/fixtures/table-reader.ts";
import type { Composition } from "./composition.ts";
import { composeByReading } from "./reader/reader-composer.ts";
import { Reader } from "./reader/reader.ts";
import { deniedAdapters } from "./rules/denied.ts";
import { rulesComposer } from "./rules/rules-composer.ts";

const cards = [
  card("fog", "effect", { title: "Fog", phrases: ["morning mist"], description: "Adds fog." }),
  card("santa", "character", { title: "Santa", tags: ["santa"], description: "Santa in a red coat." }),
  card("glass", "style", {
    title: "Cathedral Windows",
    triggers: ["stained glass"],
    description: "Stained glass look.",
    phrases: ["clear windows"],
  }),
  card("dragon", "concept", { title: "Dragon", description: "A dragon." }),
  card("mosaic", "style", { title: "Mosaic", description: "Mosaic of small tiles." }),
  card("nolines", "style", {
    title: "Plain Fill",
    description: "Fills.",
    phrases: ["no outlines", "without contours"],
  }),
  card("angae", "effect", { title: "안개", description: "안개" }),
  card("suchaehwa", "style", { title: "수채화", description: "수채화" }),
  card("goyangi", "animal", { title: "고양이", description: "고양이" }),
  card("yong", "concept", { title: "용", description: "용" }),
  card("glass-ko", "style", { title: "스테인드 글라스", description: "스테인드 글라스" }),
];

/** Wants every adapter, for whatever stands in the prompt. */
async function read(prompt: string): Promise<Composition> {
  const answers = Object.fromEntries(cards.map(({ title }) => [title, { wanted: 3, serves: prompt }]));
  const candidates = cards.map((of) => ({ card: of, score: 0.5, nearest: [], notMeant: [] }));
  return composeByReading(
    { prompt, preset: "balanced", pins: [], commonTags: new Set(), candidates },
    { reader: new Reader(new TableNetwork(answers), tableTokenizer) },
  );
}

async function rule(prompt: string): Promise<Composition> {
  return rulesComposer.compose(
    { prompt, candidates: await candidatesFor(prompt, cards), preset: "balanced" },
    { embed: (texts) => hashedEmbedder.embed(texts, { kind: "query" }), rarity: rarityOf(cards) },
  );
}

const composers = { read, rule };

/** The words that deny each refused adapter. */
const denied = ({ rejected }: Composition): Record<string, string> =>
  Object.fromEntries(
    rejected.flatMap(({ id, reason }) =>
      typeof reason === "object" && reason.kind === "excluded" ? [[id, reason.words]] : [],
    ),
  );

const picked = ({ tasks }: Composition): string[] => tasks.flatMap(({ picks }) => picks.map(({ id }) => id));

const denials: readonly (readonly [string, Record<string, string>])[] = [
  ["Plain clear windows, no stained glass", { glass: "no stained glass" }],
  ["a castle without fog", { fog: "without fog" }],
  ["a castle with no fog at dawn", { fog: "no fog" }],
  ["a castle, never any fog", { fog: "never any fog" }],
  ["a castle w/o fog", { fog: "w/o fog" }],
  ["a castle without the morning mist", { fog: "without the morning mist" }],
  ["leave out Santa, a village in winter", { santa: "leave out Santa" }],
  ["a village, please leave Santa out", { santa: "leave Santa out" }],
  ["a village in winter, leaving out Santa", { santa: "leaving out Santa" }],
  ["a sleigh, minus Santa", { santa: "minus Santa" }],
  ["a sleigh sans Santa", { santa: "sans Santa" }],
  ["a sleigh, not a Santa in sight", { santa: "not a Santa" }],
  ["a sleigh, do without Santa", { santa: "do without Santa" }],
  ["skip the fog, a castle", { fog: "skip the fog" }],
  ["a castle, but lose the fog", { fog: "lose the fog" }],
  ["a castle, drop the fog please", { fog: "drop the fog" }],
  ["a castle, please avoid fog", { fog: "avoid fog" }],
  ["a castle, omit fog", { fog: "omit fog" }],
  ["a castle excluding fog", { fog: "excluding fog" }],
  ["a valley free of fog", { fog: "free of fog" }],
  ["a sleigh, not one of those Santas", { santa: "not one of those Santas" }],
  ["a valley devoid of fog", { fog: "devoid of fog" }],
  ["a valley lacking fog", { fog: "lacking fog" }],
  ["a fog-free valley", { fog: "fog-free" }],
  ["a fog-less valley", { fog: "fog-less" }],
  ["a non-mosaic floor", { mosaic: "non-mosaic" }],
  ["anything but a mosaic", { mosaic: "anything but a mosaic" }],
  ["anything except mosaic", { mosaic: "anything except mosaic" }],
  ["a knight instead of a dragon", { dragon: "instead of a dragon" }],
  ["a knight rather than a dragon", { dragon: "rather than a dragon" }],
  ["a knight as opposed to a dragon", { dragon: "as opposed to a dragon" }],
  ["a knight, none of that dragon stuff", {}],
  ["a knight, none of the dragons", { dragon: "none of the dragons" }],
  ["a floor, not mosaic", { mosaic: "not mosaic" }],
  ["a floor that isn't mosaic", { mosaic: "isn't mosaic" }],
  ["a floor, don't make it look like a mosaic", { mosaic: "mosaic" }],
  ["a hill, don't burning fog", { fog: "don't burning fog" }],
  ["a floor, nothing mosaic about it", { mosaic: "nothing mosaic about" }],
  ["neither dragon nor fog, a hill", { dragon: "neither dragon", fog: "nor fog" }],
  ["a hill, no dragons or fog", { dragon: "no dragons", fog: "fog" }],
  ["a hill, no dragons, fog or snow", { dragon: "no dragons", fog: "fog" }],
  ["a hill, no snow, dragons, or fog", { dragon: "dragons", fog: "fog" }],
  ["a hill without snow, mosaic, morning mist or a cat", { mosaic: "mosaic", fog: "morning mist" }],
  ["neither snow, fog nor a dragon, a hill", { fog: "fog", dragon: "nor a dragon" }],
  ["안개 없는 성", { angae: "안개 없는" }],
  ["안개가 없는 성", { angae: "안개가 없는" }],
  ["언덕 위의 성, 안개 없이", { angae: "안개 없이" }],
  ["수채화 말고 유화", { suchaehwa: "수채화 말고" }],
  ["수채화 대신 유화", { suchaehwa: "수채화 대신" }],
  ["수채화가 아닌 사진", { suchaehwa: "수채화가 아닌" }],
  ["고양이 빼고 강아지만", { goyangi: "고양이 빼고" }],
  ["고양이는 제외하고 강아지만", { goyangi: "고양이는 제외하고" }],
  ["용이 없는 성", { yong: "용이 없는" }],
  ["용을 그리지 마세요", { yong: "용을 그리지 마세요" }],
  ["용과 안개 없이 맑은 언덕", { yong: "용과", angae: "안개 없이" }],
  ["스테인드 글라스 제외", { "glass-ko": "스테인드 글라스 제외" }],
];

/** What sounds like a denial, and the adapter that it wants. */
const falseDenials: readonly (readonly [string, string])[] = [
  ["a hill, not just fog", "fog"],
  ["a hill, not only fog", "fog"],
  ["not merely a mosaic", "mosaic"],
  ["a hill, nothing but fog", "fog"],
  ["nothing less than a dragon", "dragon"],
  ["nothing short of a dragon", "dragon"],
  ["no one but Santa", "santa"],
  ["none other than Santa", "santa"],
  ["none but Santa", "santa"],
  ["a hearth that can't be without Santa", "santa"],
  ["a hearth that isn't complete without Santa", "santa"],
  ["no Christmas without Santa", "santa"],
  ["never without a dragon", "dragon"],
  ["not without a dragon", "dragon"],
  ["no ordinary dragon", "dragon"],
  ["not an ordinary dragon", "dragon"],
  ["not your average dragon", "dragon"],
  ["don't forget the dragon", "dragon"],
  ["please do not leave out the dragon", "dragon"],
  ["a hill, not to mention the dragon", "dragon"],
  ["a hill, no shortage of fog", "fog"],
  ["why not a dragon", "dragon"],
  ["no colour except the mosaic", "mosaic"],
  ["no fog in the valley, thick fog on the hills", "fog"],
  ["a hill, thick fog around it, no fog in the valley", "fog"],
  ["a red dragon, not a green dragon", "dragon"],
  ["a hill, no people, fog", "fog"],
  ["no people, fog, a hill", "fog"],
  ["no people, fog and snow", "fog"],
  ["no people, fog at dawn or dusk", "fog"],
  ["no people, a dragon or a knight", "dragon"],
  ["no people; fog or snow", "fog"],
  ["빼놓을 수 없는 용", "yong"],
  ["빼지 말고 용", "yong"],
  ["다름 아닌 용", "yong"],
];

describe.each(Object.entries(composers))("%s", (_, compose) => {
  it.each(denials)("%s", async (prompt, expected) => {
    const found = await compose(prompt);
    expect(denied(found)).toEqual(expected);
    for (const id of Object.keys(expected)) expect(picked(found)).not.toContain(id);
  });

  it.each(falseDenials)("wanted: %s", async (prompt, id) => {
    expect(denied(await compose(prompt))).toEqual({});
    expect(picked(await rule(prompt))).toContain(id);
  });

  it("an adapter that takes something away is no denied one", async () => {
    expect(denied(await compose("a fox, no outlines, without contours"))).toEqual({});
  });
});

it("what ends in -less has none of it, but a name that ends so is a name", async () => {
  expect(denied(await read("a fogless valley"))).toEqual({ fog: "fogless" });
  const named = [card("nightfury", "creature", { title: "Night Fury", phrases: ["Toothless"] })];
  expect([...deniedAdapters("Toothless on a hill", { cards: named, rarity: () => 1 })]).toEqual([]);
});

it("a pin stays, whatever the prompt denies", async () => {
  const candidates = [{ card: cards[0]!, score: 0.5, nearest: [], notMeant: [] }];
  const { tasks, rejected } = await composeByReading(
    { prompt: "a castle without fog", preset: "balanced", pins: ["fog"], commonTags: new Set(), candidates },
    {
      reader: new Reader(new TableNetwork({ Fog: { wanted: 3, serves: "castle" } }), tableTokenizer),
    },
  );
  expect(picked({ tasks, rejected, composer: { name: "reader", kind: "reader" } })).toEqual(["fog"]);
  expect(rejected).toEqual([]);
});
