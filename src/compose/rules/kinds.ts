// The kind guard: an adapter must have the same type as its task (composer rule 7 of the reference). Weak composers fail
// here first: a style for an object, a costume for a place.
import type { AdapterCategory } from "../../retrieval/card.ts";
import type { SegmentKind } from "./phrase-kinds.ts";

type Fit = "same" | "near";

const things: Partial<Record<AdapterCategory, Fit>> = {
  concept: "same",
  character: "same",
  animal: "same",
  vehicle: "same",
  building: "same",
};

const fits: Readonly<Record<SegmentKind, Partial<Record<AdapterCategory, Fit>>>> = {
  style: { style: "same" },
  place: { background: "same", building: "same" },
  time: { background: "same", style: "near" },
  weather: { background: "same", action: "near" },
  clothing: { clothing: "same" },
  action: { action: "same", pose: "same" },
  framing: { pose: "same", style: "near" },
  object: things,
  open: { ...things, style: "same", background: "same", pose: "same", action: "same", clothing: "same" },
};

/** How well an adapter's category suits a task's kind; null: not at all. */
export function kindFit(kind: SegmentKind, category: AdapterCategory): Fit | null {
  return fits[kind][category] ?? null;
}

const taskNames: Readonly<Record<SegmentKind, string>> = {
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
};

/** Why a negated task gets no adapter: the base model handles "no dragon" as text. */
export const negatedReason = (text: string): string => `negated: “${text}” is left to the base model as text`;

export function kindReason(text: string, kind: SegmentKind, category: AdapterCategory): string {
  return `it is ${categoryNames[category]}, but “${text}” ${taskNames[kind]}`;
}
