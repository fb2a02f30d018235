// The kind guard: an adapter must have the same type as its task (composer rule 7 of the reference). Weak composers fail
// here first: a style for an object, a costume for a place.
import type { AdapterCategory } from "../../retrieval/card.ts";
import type { SegmentKind } from "./phrase-kinds.ts";

type Fit = "same" | "near";

type Fits = Partial<Record<AdapterCategory, Fit>>;

const things: Fits = {
  concept: "same",
  object: "same",
  character: "same",
  creature: "same",
  animal: "same",
  vehicle: "same",
  building: "same",
  expression: "same",
  eyes: "same",
};

/** What changes how the image looks, not what is in it. */
const looks: Fits = {
  style: "same",
  lighting: "same",
  effect: "same",
  material: "same",
  composition: "same",
  colour: "same",
  slider: "same",
};

const fits: Readonly<Record<SegmentKind, Fits>> = {
  style: looks,
  place: { background: "same", building: "same" },
  time: { background: "same", lighting: "same", style: "near" },
  weather: { background: "same", effect: "same", action: "near" },
  clothing: { clothing: "same" },
  action: { action: "same", pose: "same" },
  framing: { pose: "same", composition: "same", style: "near" },
  object: things,
  open: { ...things, ...looks, background: "same", pose: "same", action: "same", clothing: "same" },
};

/** How well an adapter's category suits a task's kind; null: not at all. */
export function kindFit(kind: SegmentKind, category: AdapterCategory): Fit | null {
  return fits[kind][category] ?? null;
}
