// Reasons of composers in the user's language.
import type { Reason } from "../compose/reason.ts";
import { t } from "./texts.ts";

export function describeReason(reason: Reason): string {
  if (typeof reason === "string") return reason;
  const say = t.reasons[reason.kind] as (of: typeof reason) => string;
  return say(reason);
}
