// Reads a language model's answer strictly: one JSON object of the schema, after what reasoning models think aloud and a code fence.
// Nothing is guessed: what does not hold is named, so that the model can repair it.
import type { RawCard } from "./raw-card.ts";
import { type Checked, checkAnswer, type RefinedCard } from "./refined-card.ts";

/** The JSON text of an answer. Reasoning models think aloud first, some in a block of which only the end is sent. */
function jsonText(answer: string): string {
  const spoken = answer.replace(/^[\s\S]*<\/think(?:ing)?>/u, "").trim();
  const fence = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/u.exec(spoken);
  return (fence?.[1] ?? spoken).trim();
}

function parsed(answer: string): { readonly value: unknown } | { readonly faults: readonly string[] } {
  try {
    return { value: JSON.parse(jsonText(answer)) };
  } catch (error) {
    return { faults: [`it is not JSON (${(error as Error).message.slice(0, 120)})`] };
  }
}

const plain = (text: string): string => text.toLowerCase().replace(/[\s_]+/gu, " ");

/**
 * Trigger words go into prompts, so a card may not smuggle any in: each must stand in the card itself. A weight that nobody stated is 0.8.
 */
function guardFaults({ triggerSets, weightSource }: RefinedCard, raw: RawCard): string[] {
  const { title, description, tags } = raw.card;
  const words = plain([title, description, ...tags, ...raw.triggerSets.flat()].join("\n"));
  const invented = triggerSets.flat().filter((trigger) => !words.includes(plain(trigger)));
  return [
    ...invented.slice(0, 3).map((trigger) => `triggerSets: "${trigger}" does not stand in the card`),
    ...(weightSource === "suggested" ? ["weightSource must be author, samples or default"] : []),
  ];
}

/** The refined card of an answer, or what is wrong with it. */
export function readAnswer(answer: string, raw: RawCard): Checked {
  const json = parsed(answer);
  if ("faults" in json) return json;
  const checked = checkAnswer(json.value);
  if ("faults" in checked) return checked;
  const faults = guardFaults(checked.card, raw);
  return faults.length > 0 ? { faults } : checked;
}
