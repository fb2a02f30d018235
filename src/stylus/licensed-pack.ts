// What the option `commercialOnly` leaves of a pack: adapters whose licence is known to allow commercial use, the few-step one too. Pure.
import { commercialUse } from "../retrieval/commercial-use.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import type { SamplerId, ScheduleId } from "../shared/request.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { SamplingDefaults } from "./options.ts";

/** The few-step mode is what the card of the few-step adapter says. */
export function fewStepDefaults(cards: readonly AdapterCard[]): SamplingDefaults | null {
  const card = cards.find(({ fewStep }) => fewStep);
  if (!card?.fewStep) return null;
  const { steps, cfgScale, sampler, schedule } = card.fewStep;
  return { steps, cfgScale, sampler: sampler as SamplerId, schedule: schedule as ScheduleId };
}

/** How many adapters are left out because their licence does not allow commercial use, and how many because nobody says. */
export interface LeftOut {
  readonly refused: number;
  readonly unknown: number;
}

export function countLeftOut({ leftOut }: Pick<LoadedPack, "leftOut">): LeftOut {
  const refused = leftOut.filter((card) => commercialUse(card) === false).length;
  return { refused, unknown: leftOut.length - refused };
}

/** The pack itself where nothing is left out. */
export function licensedPack(pack: LoadedPack, commercialOnly: boolean): LoadedPack {
  if (!commercialOnly) return pack;
  const cards = pack.cards.filter((card) => commercialUse(card) === true);
  if (cards.length === pack.cards.length) return pack;
  const kept = new Set(cards);
  return {
    ...pack,
    cards,
    leftOut: [...pack.leftOut, ...pack.cards.filter((card) => !kept.has(card))],
    defaults: { ...pack.defaults, fewStep: fewStepDefaults(cards) },
  };
}
