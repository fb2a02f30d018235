// The detail pass from the options to the engine, and into an image's text and a link and back.
import { describe, expect, it } from "vitest";
import { pack, refusal, standInServices } from "../../../tests/fixtures/stand-in-services.ts";
import { parseParameters } from "../../formats/generation-parameters.ts";
import { regionMaskSide, writeRegionMask } from "../../shared/region-mask.ts";
import { detailsFrom, withoutTagsOf } from "./details.ts";
import { readSettings, writeInfotext } from "../infotext.ts";
import { checkOptions, completeOptions, type PartialOptions } from "../options.ts";
import { adapterIdsAnywhere } from "../region-text.ts";
import { run } from "../run.ts";
import { readLink, writeLink } from "../share-link.ts";

const middle = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
const mask = writeRegionMask(Uint8Array.from({ length: regionMaskSide ** 2 }, (_, i) => i % 2));
const options = {
  prompt: "a clay fox",
  fewStep: false,
  composer: "rules",
  seed: 3,
  details: {
    areas: [middle, { ...middle, x: 0, mask, prompt: "a face <lora:ink:0.5>, close up" }],
    strength: 0.5,
  },
} as const satisfies PartialOptions;
const use = (id: string, strength: number) => ({ id, unetStrength: strength, textStrength: strength });
const cards = new Map(pack.cards.map((card) => [card.id, card]));
const whole = completeOptions(options, pack.defaults);

describe("a run with a detail pass", () => {
  it("chooses for the prompt alone, and asks for each area at the model's size", async () => {
    const { services, requests, seen } = standInServices();
    const { report } = await run({ ...options, width: 384, height: 256, count: 2 }, services);
    expect(new Set(seen)).toEqual(new Set(["a clay fox"]));
    const [width, height] = [256, 256];
    const values = { width, height, strength: 0.5, padding: 32, feather: 4 };
    const clay = use("clay", 0.8);
    const areas = [
      middle,
      { ...middle, x: 0, mask, prompt: "a face , close up", adapters: [clay, use("ink", 0.5)] },
    ];
    expect(requests).toHaveLength(1);
    expect(requests[0]!.images).toEqual([
      { seed: 3, adapters: [clay], details: { ...values, areas } },
      { seed: 4, adapters: [clay], details: { ...values, areas } },
    ]);
    expect(report.options.details).toEqual(whole.details);
    expect(report.images.map(adapterIdsAnywhere)).toEqual([
      ["clay", "ink"],
      ["clay", "ink"],
    ]);
    expect(report.stages.find(({ id }) => id === "generate")!.inputs).toMatchObject({
      images: [{ details: values }, { details: values }],
    });
  });

  it("says what tags do nothing, and refuses broken ones", async () => {
    const { services } = standInServices();
    const details = { areas: [{ ...middle, prompt: "a face <lora:nobody:1>" }] };
    const { notes } = await run({ ...options, details }, services);
    expect(notes.map(({ values }) => values[0])).toEqual(["<lora:nobody:1>"]);
    const broken = { ...options, details: { areas: [{ ...middle, prompt: "a face <lora:ink:x>" }] } };
    expect((await refusal(broken)).code).toBe("bad-input");
  });

  it("is none without areas", () => {
    expect(completeOptions({ ...options, details: { areas: [] } }, pack.defaults).details).toBeNull();
    expect(completeOptions({ prompt: "a" }, pack.defaults).details).toBeNull();
  });

  it.each([
    [{ strength: 2 }, "Denoising strength of the detail pass must be 0–1, not 2."],
    [{ areas: [{ ...middle, width: 0.01 }] }, "Detail 1 is not inside the image."],
  ])("refuses %j", (change, message) => {
    const asked = completeOptions({ ...options, details: { ...options.details, ...change } }, pack.defaults);
    expect(() => checkOptions(asked)).toThrow(message);
  });
});

describe("in an image's text", () => {
  const image = { seed: 3, adapters: [use("clay", 0.8)] };
  const text = writeInfotext({
    options: whole,
    image,
    cards,
    userAdapters: new Map(),
    model: "Pocket",
    version: "1.0.0",
  });
  const read = (written: string) => readSettings(parseParameters(written), cards);

  it("stands whole, and comes back", () => {
    expect(parseParameters(text).fields.get("Details")).toBe(
      JSON.stringify([middle, { ...middle, x: 0, mask, prompt: "a face <lora:ink:0.5>, close up" }]),
    );
    expect(
      ["Detail strength", "Detail padding", "Detail edge"].map((label) =>
        parseParameters(text).fields.get(label),
      ),
    ).toEqual(["0.5", "32", "4"]);
    const { options: again, dropped, missing } = read(text);
    expect([again.details, dropped, missing]).toEqual([whole.details, [], []]);
    expect(completeOptions(again, pack.defaults).details).toEqual(whole.details);
  });

  it("names adapters that are not there", () => {
    const { missing } = readSettings(
      parseParameters(text),
      new Map([...cards].filter(([id]) => id !== "ink")),
    );
    expect(missing).toEqual(["ink"]);
  });

  it.each(['Details: "[]"', "Details: nonsense", "Details: 7"])(
    "is dropped where it cannot be read: %s",
    (field) => {
      const { options: again, dropped } = read(`a fox\nSteps: 4, Sampler: Euler, Seed: 3, ${field}`);
      expect([again.details, dropped.length]).toEqual([undefined, 1]);
    },
  );

  it("has no labels without one", () => {
    const none = { ...whole, details: null };
    const plain = writeInfotext({
      options: none,
      image,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1.0.0",
    });
    expect(plain).not.toContain("Detail");
    expect(read(plain).options.details).toBeUndefined();
  });
});

it("goes into a link, without adapters of the user's own", () => {
  const image = { seed: 3, adapters: [use("clay", 0.8)] };
  const link = (left: string[]) => writeLink({ options: whole, image, model: "" }, new Set(left));
  const read = (fragment: string) => readLink(fragment, { cards, defaults: pack.defaults })!.options.details;
  expect(read(link([]))).toEqual(whole.details);
  expect(read(link(["ink"]))!.areas[1]!.prompt).toBe("a face , close up");
  expect(link(["ink"])).not.toContain("ink");
});

it("reads stored areas, those that are whole", () => {
  const good = { ...middle, prompt: "a face" };
  expect(detailsFrom([good, { ...good, x: "0" }, { ...good, mask: "!" }, null, { ...middle }])).toEqual([
    good,
    { ...middle, prompt: "" },
  ]);
  expect(detailsFrom("x")).toEqual([]);
  expect(detailsFrom(Array.from({ length: 20 }, () => good))).toHaveLength(8);
  expect(withoutTagsOf(null, () => true)).toBeNull();
});
