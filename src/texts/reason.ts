// What composers say as data, in the user's language.
import type { Reason } from "../compose/reason.ts";
import type { Unavailable } from "../compose/unavailable.ts";
import { t } from "./texts.ts";

/** Of a kind that is not known, in a run that a later version stored: its name. */
function describe<Data extends { readonly kind: string }>(
  data: Data | string,
  texts: { readonly [Kind in Data["kind"]]: (data: never) => string },
): string {
  if (typeof data === "string") return data;
  const kind: Data["kind"] = data.kind;
  if (!Object.hasOwn(texts, kind)) return kind;
  const say = texts[kind] as (data: Data) => string;
  return say(data);
}

/** @param reason undefined: a stored run gives none */
export const describeReason = (reason: Reason | undefined): string =>
  reason === undefined ? "" : describe(reason, t.reasons);

export const describeUnavailable = (unavailable: Unavailable): string =>
  describe(unavailable, t.run.choice.instead);

/** @param name of a composer of kind "none" */
export const describeBaseline = (name: string): string => {
  const names: Readonly<Record<string, string>> = t.run.choice.byBaseline;
  return Object.hasOwn(names, name) ? names[name]! : name;
};
