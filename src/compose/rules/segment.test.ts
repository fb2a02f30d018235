import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { growth, linear, propertyRuns } from "../../../tests/fixtures/properties.ts";
import { card } from "../../../tests/fixtures/cards.ts";
import { conjunctions, determiners, fillers, negators, prepositions } from "./lexicon.ts";
import { styleNames } from "./phrases.ts";
import { segment } from "./segment.ts";
import { contentStems, wordsOf } from "./words.ts";

const parts = (prompt: string): string[] => segment(prompt).map(({ text, kind }) => `${text} <${kind}>`);

describe("segment", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      "two dogs in the snow, clay render",
      ["two dogs <object>", "in the snow <weather>", "clay render <style>"],
    ],
    [
      "a castle on a hill at night, clay render",
      ["castle <object>", "on a hill <place>", "at night <time>", "clay render <style>"],
    ],
    ["fox, snow, night", ["fox <object>", "snow <weather>", "night <time>"]],
    ["pixel art castle", ["pixel art <style>", "castle <object>"]],
    ["castle in pixel art style", ["castle <object>", "pixel art style <style>"]],
    ["a painting of a dog wearing a party hat", ["painting <style>", "dog <object>", "party hat <clothing>"]],
    ["an owl with a scarf and glasses", ["owl <object>", "scarf <clothing>", "glasses <clothing>"]],
    ["a black and white photo of a cat", ["black and white photo <style>", "cat <object>"]],
    ["a clay pot next to a neon sign", ["clay pot <object>", "neon sign <object>"]],
    ["a fox made of clay", ["fox <object>", "clay <style>"]],
    ["close-up of a strawberry", ["close-up <framing>", "strawberry <object>"]],
    ["a forest of candy", ["forest of candy <place>"]],
    ["two cats and a pizza on a table", ["two cats <object>", "pizza <object>", "on a table <place>"]],
    ["a dragon flying over the sea", ["dragon <object>", "flying <action>", "over the sea <place>"]],
    ["show me a frog downtown", ["frog <object>", "downtown <place>"]],
    ["three red apples, snow falling", ["three red apples <object>", "snow falling <weather>"]],
    ["a fox, a low shot", ["fox <object>", "low shot <framing>"]],
    ["fox, centered composition", ["fox <object>", "centered composition <framing>"]],
    ["a soft watercolour on a table", ["soft watercolour <open>", "on a table <place>"]],
    ["fox, wide angle lens", ["fox <object>", "wide angle lens <framing>"]],
    ["in a forest there is a fox", ["in a forest <place>", "fox <object>"]],
    ["a long-haired white cat", ["long-haired white cat <object>"]],
    ["as clay is the fox", ["clay <style>", "fox <object>"]],
    ["drawn with ink is a fox", ["ink <style>", "fox <object>"]],
    ["a dog with a hat who has glasses", ["dog <object>", "hat <clothing>", "glasses <object>"]],
    ["a tiger as a coloring book page", ["tiger <object>", "coloring book page <open>"]],
    ["two sleeping cats", ["two sleeping cats <object>"]],
    [
      "red running shoes, a huge flying machine",
      ["red running shoes <object>", "huge flying machine <object>"],
    ],
    ["a boy going to school", ["boy <object>", "going <action>", "to school <place>"]],
    ["a cat plays the piano", ["cat <object>", "plays <action>", "piano <object>"]],
    ["a cat jumps over a gate", ["cat <object>", "jumps <action>", "gate <object>"]],
    ["a cat plays piano", ["cat <object>", "plays <action>", "piano <object>"]],
    ["stands of trees", ["stands of trees <object>"]],
    ["a barn built on a hill", ["barn <object>", "built <action>", "on a hill <place>"]],
    ["a house painted", ["house <object>", "painted <action>"]],
    ["a letter written by hand", ["letter <object>", "written <action>", "hand <object>"]],
    ["a king and a ring", ["king <object>", "ring <object>"]],
    ["a cat with sunglasses", ["cat <object>", "sunglasses <clothing>"]],
    ["a man in a red coat", ["man <object>", "red coat <clothing>"]],
    [
      "a fox in oils, a fox on wet paper",
      ["fox <object>", "oils <open>", "fox <object>", "wet paper <open>"],
    ],
    ["a fox in a forest, watercolour", ["fox <object>", "in a forest <place>", "watercolour <style>"]],
    ["a house with balloons", ["house <object>", "balloons <open>"]],
    ["a house with the balloons", ["house <object>", "balloons <object>"]],
    ["an oil painting photo of a dog", ["oil painting photo <style>", "dog <object>"]],
    ["a portrait of a girl", ["portrait <open>", "girl <object>"]],
    ["low angle drawing of a cat", ["low angle drawing <open>", "cat <object>"]],
    ["a wide view of the sea", ["wide view <framing>", "sea <place>"]],
    ["fog drifting over hills", ["fog drifting <weather>", "over hills <place>"]],
    ["raining cats, raining snow", ["raining <action>", "cats <object>", "raining snow <weather>"]],
    ["a glass of milk in a bar", ["glass of milk <object>", "bar <object>"]],
    ["a cat as a pirate and a dog", ["cat <object>", "pirate <open>", "dog <open>"]],
    ["a black or white cat", ["black or white cat <object>"]],
    ["a cat of", ["cat <object>"]],
    ["a dog in the style of van gogh", ["dog <object>", "van gogh <style>"]],
    ["wide cinematic shot of a fox", ["wide cinematic shot <framing>", "fox <object>"]],
    ["a dog, photo", ["dog <object>", "photo <framing>"]],
    ["a fox, rough pencil sketch", ["fox <object>", "rough pencil sketch <open>"]],
    ["clay castle sculpture", ["clay <style>", "castle <object>", "sculpture <style>"]],
    ["in front of a house", ["in front of a house <place>"]],
    ["a fox and the dog of the king", ["fox <object>", "dog of the king <object>"]],
    ["a horse :1.2 AND cat", ["horse <object>", "cat <open>"]],
    ["a horse AND cat :0.5", ["horse <object>", "cat <open>"]],
    ["comic book with a cup", ["comic book <style>", "cup <object>"]],
    ["comic book like a dream", ["comic book <style>", "dream <open>"]],
    ["comic book beside a fox", ["comic book <object>", "fox <object>"]],
    ["sand blowing, snow blowing", ["sand <object>", "blowing <action>", "snow blowing <weather>"]],
  ];
  for (const [prompt, expected] of cases) test(prompt, () => expect(parts(prompt)).toEqual(expected));

  const kinds: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
    "a noun that may be a verb stays one behind what describes it": [
      ["silver watch", ["silver watch <object>"]],
      ["a man watches a dog", ["man <object>", "watches <action>", "dog <object>"]],
      ["a stop sign", ["stop sign <object>"]],
      ["two giraffes stand in a field", ["two giraffes <object>", "stand <action>", "in a field <place>"]],
      ["a wall overlooks a garden", ["wall <object>", "overlooks <action>", "garden <object>"]],
      ["a hand rests one cup", ["hand <object>", "rests <action>", "one cup <object>"]],
      ["two dogs watch", ["two dogs <object>", "watch <action>"]],
    ],
    "a past ends the thing that did it": [
      ["a man walked a dog", ["man <object>", "walked <action>", "dog <object>"]],
      ["a cat sat on the mat", ["cat <object>", "sat <action>", "mat <object>"]],
      ["a train stopped", ["train <object>", "stopped <action>"]],
      ["a brick walled garden", ["brick walled garden <object>"]],
      ["a red bed", ["red bed <object>"]],
    ],
    "compounds stay whole": [
      ["white picture frame", ["white picture frame <object>"]],
      ["a snack vending machine", ["snack vending machine <object>"]],
      ["a glass of pinot noir", ["glass of pinot noir <object>"]],
      ["a plate of fish and chips", ["plate of fish and chips <object>"]],
      ["an old jack in the box", ["old jack in the box <object>"]],
      ["a boy fishing", ["boy <object>", "fishing <action>"]],
    ],
    "hyphens and underscores join words": [
      ["ukiyo-e wave", ["ukiyo-e <style>", "wave <object>"]],
      ["a neon-yellow kayak", ["neon-yellow kayak <object>"]],
      ["a black-and-white photo", ["black-and-white photo <style>"]],
      ["a t-rex", ["t-rex <object>"]],
      ["holding_flower", ["holding_flower <object>"]],
    ],
    "close up is a framing where a thing or nothing follows": [
      ["close up", ["close up <framing>"]],
      ["close up of a cat", ["close up <framing>", "cat <object>"]],
      ["closeup, a cat", ["closeup <framing>", "cat <object>"]],
    ],
    "a weight is no task": [
      ["head:1.3", ["head <object>"]],
      ["a fox:.8, a hill:1", ["fox <object>", "hill <object>"]],
      ["a (clay:0) fox", ["fox <open>"]],
      ["a fox AND clay :-1", ["fox <object>"]],
      ["at 9:30", ["9:30 <object>"]],
      ["masterpiece, best quality, a fox", ["fox <object>"]],
    ],
    "what describes a person in a list of tags is one task with the person": [
      ["1girl, solo, long hair", ["1girl, solo, long hair <object>"]],
      [
        "1girl, long hair, outdoors, blue eyes, smile",
        ["1girl, long hair <object>", "outdoors <place>", "blue eyes, smile <open>"],
      ],
      ["1girl, looking at viewer, red dress", ["1girl, looking at viewer <object>", "red dress <open>"]],
      ["a knight, no helmet, long hair", ["knight <object>", "no helmet <object>", "long hair <open>"]],
      ["a castle, sword", ["castle <object>", "sword <open>"]],
      ["2boys, long wavy red hair", ["2boys, long wavy red hair <object>"]],
      ["2boys, long wavy dark red hair", ["2boys <object>", "long wavy dark red hair <open>"]],
      ["a knight with a hat, long hair", ["knight <object>", "hat <clothing>", "long hair <open>"]],
    ],
    "a style word before a thing describes it": [
      ["a neon green frog", ["neon green frog <object>"]],
      ["a pixel phone", ["pixel phone <object>"]],
      ["a stained shirt", ["stained shirt <object>"]],
      ["a black and white cat", ["black and white cat <object>"]],
      ["a clay tennis court", ["clay tennis court <object>"]],
      ["a cloud of ink", ["cloud of ink <object>"]],
      ["a frog in neon style", ["frog <object>", "neon style <style>"]],
      ["a frog, neon", ["frog <object>", "neon <style>"]],
      ["clay frog", ["clay <style>", "frog <object>"]],
      ["an origami crane", ["origami <style>", "crane <object>"]],
    ],
  };
  for (const [kind, table] of Object.entries(kinds))
    describe(kind, () => {
      test.each(table)("%s", (prompt, expected) => {
        expect(parts(prompt)).toEqual(expected);
        check(prompt);
      });
    });

  test.each([
    "a fox in the snow, clay render, ",
    "1girl, long hair, ",
    "a-",
    "a man walks a dog ",
    "no-",
    "of ",
    "not ",
    "not without a hat ",
    "no hat, fog, snow or rain, ",
    "안개와 비 없이 ",
  ])("takes time in proportion to the prompt: %j", (piece) => {
    const make = (length: number): string => piece.repeat(length / piece.length);
    expect(growth(segment, make)).toBeLessThan(linear);
  });

  test("knows what is introduced as a look", () => {
    const led = (prompt: string): string[] =>
      segment(prompt).flatMap((part) => (part.led ? [part.text] : []));
    expect(led("a dog in the style of van gogh")).toEqual(["van gogh"]);
    expect(led("a robot as a chef with a hat in a kitchen")).toEqual(["chef"]);
    expect(led("a car made of glass")).toEqual(["glass"]);
    expect(led("a fox, watercolour")).toEqual([]);
  });

  const denials: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["a dog, not clay, no dragon", ["dog"], ["not clay", "no dragon"]],
    ["a dog without a party hat in the snow", ["dog", "in the snow"], ["without a party hat"]],
    ["a street without any big red cars", ["street"], ["without any big red cars"]],
    ["a non-clay dog, non-photo-realistic", ["dog"], ["non-clay", "non-photo-realistic"]],
    ["no dragons or unicorns, a fox", ["fox"], ["no dragons", "unicorns"]],
    ["a cat without hat and scarf and a dog", ["cat", "dog"], ["without hat", "scarf"]],
    ["not clay but pixel art", ["pixel art"], ["not clay"]],
    ["a cat not holding a violin on a hill", ["cat", "on a hill"], ["not holding", "violin"]],
    ["a cat not smiling in a garden", ["cat", "in a garden"], ["not smiling"]],
    ["a no-frills kitchen", ["kitchen"], ["no-frills"]],
    ["a robot that isn’t floating", ["robot"], ["isn’t floating"]],
    ["neither clay nor ink, no painting of a fox", [], ["neither clay", "nor ink", "no painting", "fox"]],
    ["not only clay", ["clay"], []],
    ["a fox, non-red white cat", ["fox", "white cat"], ["non-red"]],
    ["a cat not holding a hat at night", ["cat", "at night"], ["not holding", "hat"]],
    ["never the dog of the king", [], ["never the dog of the king"]],
    ["a non-red non-clay cat", ["cat"], ["non-red", "non-clay"]],
    ["no red non-clay cat, dog", ["cat", "dog"], ["no red", "non-clay"]],
    ["a fox not indoors", ["fox"], ["not indoors"]],
    ["no cats and two dogs", ["two dogs"], ["no cats"]],
    ["no cat or a dog", [], ["no cat", "dog"]],
    ["an oil portrait, nothing neon, nothing but trees", ["oil portrait", "trees"], ["nothing neon"]],
    ["anything but clay: a fox", ["fox"], ["anything but clay"]],
    ["a loaf, don't turn it into a sticker or an icon", ["loaf"], ["don't turn", "sticker", "icon"]],
    ["a knot, a note, nonsense, no", ["knot", "note", "nonsense"], []],
    ["skip the fog in the valley, kids skip rope", ["in the valley", "kids skip rope"], ["skip the fog"]],
    ["a thick fog-free valley, a hat-less man", ["thick", "valley", "hat-less man"], ["fog-free"]],
    [
      "a fox no taller than a daisy, eyes on the birds rather than on us",
      ["fox", "taller than", "daisy", "eyes", "birds rather than", "us"],
      [],
    ],
    [
      "a dog, not one of those poodles, he takes out the bin",
      ["dog", "takes out", "bin"],
      ["not one of those poodles"],
    ],
    ["a sky free of clouds at night", ["sky", "at night"], ["free of clouds"]],
    ["minus two degrees, minus 20, minus the fog", ["minus two degrees", "minus 20"], ["minus the fog"]],
    ["please leave the dog out, leaves on a lawn", ["leaves", "on a lawn"], ["leave the dog out"]],
    ["a loaf, do not turn it into a sticker", ["loaf"], ["not turn", "sticker"]],
    ["a man with no hat without a coat", ["man"], ["no hat", "without a coat"]],
    ["no rain and without people, no no fog", [], ["no rain", "without people", "no fog"]],
    [
      "a man who jumps to avoid a car and drop the ball",
      ["man", "jumps", "avoid", "car", "drop", "ball"],
      [],
    ],
    ["never seen without his top hat", ["seen", "top hat"], []],
    ["don't forget the fog, never skip the fog", ["fog", "fog"], []],
    ["a no parking sign, comic sans, a minus sign", ["no parking sign", "comic sans", "minus sign"], []],
    ["안개가 없는 성, 용과 비 없이", ["성"], ["안개가 없는", "용과", "비 없이"]],
    ["밤하늘 아래 모자를 쓰지 않은 남자", ["밤하늘 아래", "남자"], ["모자를 쓰지 않은"]],
    ["빼놓을 수 없는 용, 수채화뿐만 아니라 유화", ["빼놓을 수 없는 용", "수채화뿐만 아니라 유화"], []],
  ];
  for (const [prompt, wanted, denied] of denials) {
    test(`denied: ${prompt}`, () => {
      const found = segment(prompt);
      const texts = (negated: boolean): string[] =>
        found.filter((part) => part.negated === negated).map(({ text }) => text);
      expect(texts(false)).toEqual(wanted);
      expect(texts(true)).toEqual(denied);
      check(prompt);
    });
  }

  const names = styleNames([
    card("neon", "style", {
      title: "Neon Sign Glow",
      tags: ["neon"],
      triggers: ["neon lights"],
      description: "Glowing tubes, like a neon sign at night.",
    }),
    card("glass", "style", {
      title: "Cathedral Glass",
      tags: ["window"],
      triggers: ["stained glass"],
      description: "Stained glass window look.",
    }),
  ]);
  const named: readonly (readonly [string, readonly string[]])[] = [
    ["an owl, neon sign", ["owl <object>", "neon sign <style>"]],
    ["an owl as a neon sign", ["owl <object>", "neon sign <style>"]],
    ["an owl and neon sign", ["owl <object>", "neon sign <style>"]],
    ["an owl and a neon sign", ["owl <object>", "neon sign <object>"]],
    ["neon sign of a cat", ["neon sign <style>", "cat <object>"]],
    ["a neon sign above a bar", ["neon sign <object>", "bar <object>"]],
    ["an owl holding an old neon sign", ["owl <object>", "holding <action>", "old neon sign <object>"]],
    ["neon lights on a wall", ["neon lights <style>", "on a wall <place>"]],
    ["a peacock, stained glass window", ["peacock <object>", "stained glass window <style>"]],
    ["a stained glass butterfly", ["stained glass <style>", "butterfly <object>"]],
    ["comic book on a table", ["comic book <object>", "on a table <place>"]],
    ["two comic books and a cup", ["two comic books <object>", "cup <object>"]],
    ["an old man reading comic books", ["old man <object>", "reading <action>", "comic books <object>"]],
    ["a fox in a comic book", ["fox <object>", "comic book <style>"]],
    ["a comic book of a fox", ["comic book <style>", "fox <object>"]],
  ];
  for (const [prompt, expected] of named) {
    test(`names of adapters: ${prompt}`, () => {
      expect(segment(prompt, names).map(({ text, kind }) => `${text} <${kind}>`)).toEqual(expected);
    });
  }

  test("emphasis, LoRA tags and BREAK are not words, and spans stay those of the prompt", () => {
    const prompt = "a (robot:1.2) BREAK [tree], <lora:clay:0.8> a \\(red\\) car";
    const found = segment(prompt);
    expect(found.map(({ words }) => words.map(({ text }) => text).join(" "))).toEqual([
      "robot",
      "tree",
      "red car",
    ]);
    for (const { text, start, end } of found) expect(prompt.slice(start, end)).toBe(text);
  });

  test.each(["a (red:0.5) car", "a (red: +1.5) car", "a (red:.5) car"])("%s is one phrase", (prompt) => {
    expect(segment(prompt).map(({ words }) => words.map(({ text }) => text).join(" "))).toEqual(["red car"]);
  });

  test("a dash with spaces ends a phrase, and spans behind it stay those of the prompt", () => {
    const found = segment("a fox - clay render -  at night, 8-bit");
    expect(found.map(({ text, start, end }) => [text, start, end])).toEqual([
      ["fox", 2, 5],
      ["clay render", 8, 19],
      ["at night", 23, 31],
      ["8-bit", 33, 38],
    ]);
  });

  test("a prompt without content has no tasks", () => {
    for (const prompt of ["", "   ", ",,, ;", "<lora:x:1>", "(((:1.2)))"])
      expect(segment(prompt)).toEqual([]);
  });

  /** Spans in order, without overlap, equal to their text, and every content word in exactly one of them. */
  function check(prompt: string): void {
    const found = segment(prompt);
    let last = 0;
    for (const { text, start, end } of found) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(prompt.slice(start, end)).toBe(text);
      last = end;
    }
  }

  test("spans never overlap for any prompt", () => {
    const word = fc.constantFrom(
      ..."a the two red dog cats of in on at with wearing clay render painting , . - ( ) : [ ] <lora:a:1> and or like as made hat night no not without non-clay nor BREAK 8-bit snow falling ü 雪 😀 leave out fog-free minus 안개와 없는 쓰지 말고".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => check(words.join(" "))),
      propertyRuns(500),
    );
    fc.assert(fc.property(fc.string({ maxLength: 60 }), check), propertyRuns(500));
  });

  test("segments a prompt of 5,000 characters", () => {
    const long = "a fox in the snow, clay render, ".repeat(160).slice(0, 5000);
    expect(segment(long).length).toBeGreaterThan(400);
    check(long);
  });

  const data = process.env["STYLUS_DATA"];
  const captions = data && path.join(data, "prompts/coco_captions.csv");
  test.skipIf(!captions || !existsSync(captions))("covers 2,000 captions (needs STYLUS_DATA)", () => {
    const lines = readFileSync(captions!, "utf8").split("\n").slice(1, 2001);
    const lost: string[] = [];
    let total = 0;
    for (const line of lines) {
      const caption = /^[^,]*,[^,]*,"?(.*?)"?,\d+\s*$/.exec(line)?.[1] ?? "";
      check(caption);
      const covered = new Set(segment(caption).flatMap(({ words }) => words.map(({ start }) => start)));
      for (const word of wordsOf(caption)) {
        const lists = [determiners, conjunctions, fillers, prepositions, negators];
        const small = lists.some((list) => list.has(word.text)) || /^non$|n['’]t$/.test(word.text);
        if (small || contentStems(word.text).length === 0) continue;
        total += 1;
        if (!covered.has(word.start)) lost.push(`${word.text}: ${caption}`);
      }
    }
    expect(total).toBeGreaterThan(10_000);
    // Words of fixed phrases only: "on top of", "in front of", "made of", "dressed in", "Look at".
    const fixed =
      /^(?:top|middle|left|right|front|close|filled|full|covered|surrounded|lit|made|built|wearing|wears?|dressed|pair|style|look|looks|looking|likes|show|inspired|clad|painted|drawn|rendered|done|back|side|scene|see)\b/;
    expect(lost.filter((entry) => !fixed.test(entry))).toEqual([]);
  });
});
