// Why adapters are chosen or left out. Continues the adapter's name, without a full stop.
import type { NameSource, NearSource, ReasonTexts } from "../../compose/reason.ts";
import type { SegmentKind } from "../../compose/rules/phrase-kinds.ts";
import type { AdapterCategory } from "../../retrieval/card.ts";
import { adapterCount, formats } from "./formats.ts";

const { fraction } = formats;

const places: Readonly<Record<NameSource, string>> = {
  title: "title",
  trigger: "trigger words",
  tag: "tags",
  description: "description",
};

const single: Readonly<Record<NameSource, string>> = {
  title: "title",
  trigger: "trigger word",
  tag: "tag",
  description: "description",
};

const one: Readonly<Record<NearSource, string>> = {
  title: "its title",
  trigger: "one of its trigger words",
  tag: "one of its tags",
  phrase: "one of its search phrases",
};

const wantedNames: Readonly<Record<SegmentKind, string>> = {
  style: "asks for a style",
  place: "names a place",
  time: "names a time or a light",
  weather: "names weather",
  clothing: "names something worn",
  action: "names an action",
  framing: "asks for a framing",
  object: "names a thing",
  open: "may be anything",
};

const categoryNames: Readonly<Record<AdapterCategory, string>> = {
  concept: "a concept",
  style: "a style",
  pose: "a pose or framing",
  action: "an action",
  character: "a character",
  clothing: "clothing",
  background: "a background",
  building: "a building",
  vehicle: "a vehicle",
  animal: "an animal",
  object: "an object",
  creature: "a creature",
  expression: "an expression",
  eyes: "eyes",
  lighting: "lighting",
  effect: "an effect",
  material: "a material",
  composition: "a composition",
  colour: "a colour",
  slider: "a slider",
};

export const reasons: ReasonTexts = {
  named: ({ words, source, score }) => `“${words}” is named in its ${places[source]} (${fraction(score)})`,
  matches: ({ words, source, text, score }) =>
    `“${words}” matches its ${single[source]} “${text}” (${fraction(score)})`,
  similar: ({ words, text, score }) =>
    `“${words}” is close in meaning to ${text === null ? "its description" : `“${text}”`} (${fraction(score)})`,
  quoted: ({ source, text, score }) => `“${text}” is ${one[source]} (${fraction(score)})`,
  close: ({ words, source, text, score }) =>
    `“${words}” is close to “${text}”, ${one[source]} (${fraction(score)})`,
  fits: ({ words, score }) => `“${words}” fits its card (${fraction(score)})`,
  unexplained: () => "chosen by the language model",
  ranked: ({ place, score }) => `number ${place} by similarity to the whole prompt (${fraction(score)})`,
  reranked: ({ place, of, score }) =>
    `number ${place} of ${of} by the reranker, for the whole prompt (${fraction(score)})`,
  drawn: () => "drawn at random",
  pinned: () => "pinned by you",
  denied: ({ words }) => `negated: “${words}” is left to the base model as text`,
  excluded: ({ words }) => `the prompt denies it: “${words}”`,
  unmeant: ({ words, text }) => `its card says that it is not meant for “${text}”, as in “${words}”`,
  category: ({ words, wanted, category }) =>
    `it is ${categoryNames[category]}, but “${words}” ${wantedNames[wanted]}`,
  below: ({ words, score, threshold }) =>
    `its match with “${words}” is ${fraction(score)}, below the threshold of ${fraction(threshold)}`,
  unlikely: ({ score, threshold }) =>
    `the prompt probably doesn’t want it (${fraction(score)}; ${fraction(threshold)} would be enough)`,
  far: ({ words, score, threshold }) =>
    `nothing on its card is close to “${words}”: ${fraction(score)}, below the threshold of ${fraction(threshold)}`,
  full: ({ words, count }) => `“${words}” has ${adapterCount(count)} already`,
  weaker: ({ words, best, score }) => `matches “${words}” less well (${fraction(score)}) than “${best}” does`,
  styles: ({ count, score }) =>
    `there are ${formats.counted(count, { one: "style", other: "styles" })} already (${fraction(score)})`,
  served: ({ title, score }) => `“${title}” serves the same words (${fraction(score)})`,
  outside: ({ score }) => `the other adapters together fit the prompt better (${fraction(score)})`,
  overlaps: ({ words }) => `its part “${words}” overlaps another part`,
  absent: ({ words }) => `its part “${words}” is not in the prompt`,
  unknown: () => "not among the candidates",
};
