// What composers say as data, in the user's language.
import type { Reason } from "../compose/reason.ts";
import { type Saying } from "../shared/saying.ts";
import type { Unavailable } from "../compose/unavailable.ts";
import { spoken } from "./sayings.ts";
import { t } from "./texts.ts";

/** In a run that a later version stored the kind may be one that is not known here. */
interface OfAnyKind {
  readonly kind: string;
}

/** Of a kind that is not known: its name. */
function describe<Data extends OfAnyKind>(
  data: OfAnyKind | string,
  texts: { readonly [Kind in Data["kind"]]: (data: never) => string },
): string {
  if (typeof data === "string") return data;
  if (!Object.hasOwn(texts, data.kind)) return data.kind;
  const say = texts[data.kind as Data["kind"]] as (data: OfAnyKind) => string;
  return say(data);
}

/** @param reason undefined: a stored run gives none */
export const describeReason = (reason: Reason | OfAnyKind | undefined): string =>
  reason === undefined ? "" : describe<Exclude<Reason, string>>(reason, t.reasons);

export const describeUnavailable = (unavailable: Unavailable | OfAnyKind): string =>
  typeof unavailable === "object" && "template" in unavailable
    ? spoken(unavailable)
    : describe<Exclude<Unavailable, string | Saying>>(inWords(unavailable), t.run.choice.instead);

/** A reason that is a saying, in the user's language. */
const inWords = (unavailable: Exclude<Unavailable, Saying> | OfAnyKind): OfAnyKind | string => {
  if (typeof unavailable === "string" || !("reason" in unavailable)) return unavailable;
  const { reason } = unavailable;
  return typeof reason === "string"
    ? unavailable
    : Object.assign({ ...unavailable }, { reason: spoken(reason) });
};

/** @param name of a composer of kind "none" */
export const describeBaseline = (name: string): string => {
  const names: Readonly<Record<string, string>> = t.run.choice.byBaseline;
  return Object.hasOwn(names, name) ? names[name]! : name;
};
