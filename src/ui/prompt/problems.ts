// What is wrong with a setting beside others, at its field.
import type { Studio } from "../../app/state/studio.ts";
import { messageOf, remedyOf } from "../../texts/sayings.ts";

/** @returns a reader of what the field named so in errors says; undefined: nothing */
export const problemsOf =
  ({ problem }: Pick<Studio, "problem">) =>
  (field: string): string | undefined => {
    const found = problem();
    return found?.where === field ? `${messageOf(found)} ${remedyOf(found)}` : undefined;
  };
