// The report's runs: every evaluation prompt by every method, and each adapter with and without.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AutomationOptions } from "../../src/app/automation.ts";
import type { GenerateOptions } from "../../src/stylus/options.ts";
import { parseCards } from "../../src/retrieval/cards.ts";

/** "rules": Stylus without the reader, as before it has loaded. */
export const methods = ["stylus", "rules", "sd", "retriever", "random"] as const;
export type Method = (typeof methods)[number];

/** A row of training/pocket/eval_prompts.json. */
export interface EvaluationPrompt {
  readonly id: string;
  readonly group: "single" | "pair" | "count or colour" | "relation" | "adapter";
  readonly prompt: string;
  /** Ids that should be chosen. */
  readonly adapters: readonly string[];
  /** Whether the prompt names its adapter in the card's words or in others. */
  readonly words: "card" | "other" | null;
}

export type Job = { readonly options: AutomationOptions };

/** Every n-th prompt has four images, for diversity. */
const diversityStride = 5;
const diversityImages = 4;

export const isDiversityPrompt = (index: number): boolean => index % diversityStride === 0;

/** Kinds of prompts by their words, a third of the evaluation prompts each; the paper's Figure 9 compares diversity by length. */
export function lengthOf({ prompt }: EvaluationPrompt): string {
  const words = prompt.split(/\s+/u).length;
  return words <= 8 ? "to 8 words" : words <= 10 ? "9 or 10" : "11 and more";
}

export function readPrompts(root: string, limit: number): EvaluationPrompt[] {
  const rows = JSON.parse(
    readFileSync(path.join(root, "training/pocket/eval_prompts.json"), "utf8"),
  ) as EvaluationPrompt[];
  // A limited run uses prompts from all groups, which are consecutive in the file.
  const stride = Math.max(1, rows.length / limit);
  return Array.from({ length: Math.min(limit, rows.length) }, (_, i) => rows[Math.floor(i * stride)]!);
}

/** The job of a prompt: same seeds for every method; the few-step adapter is on, as on a machine without GPU. */
export const methodJob = (prompt: EvaluationPrompt, method: Method, index: number): Job => ({
  options: {
    prompt: prompt.prompt,
    ...(method === "rules" ? { method: "stylus", composer: "rules" } : { method }),
    seed: 1 + 10 * Number(prompt.id.slice(1)),
    count: isDiversityPrompt(index) ? diversityImages : 1,
    fewStep: true,
  },
});

export interface EffectPair {
  readonly prompt: string;
  readonly with: Job;
  readonly without: Job;
}

export interface Effect {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly weight: number;
  readonly pairs: readonly EffectPair[];
}

/** Each adapter of the pack with its prompts: same prompt (trigger words included), same seed, adapter at its refined weight or none. */
export function effects(root: string, promptsEach: number): Effect[] {
  const prompts = JSON.parse(
    readFileSync(path.join(root, "training/pocket/effect_prompts.json"), "utf8"),
  ) as Record<string, string[]>;
  const cardsFile = path.join(root, "public/packs/pocket/adapters/cards.json");
  const cards = parseCards(JSON.parse(readFileSync(cardsFile, "utf8")), "adapters/cards.json");
  return cards
    .filter((card) => !card.fewStep)
    .map(({ id, title, refined }) => ({
      id,
      title,
      category: refined.category,
      weight: refined.weight,
      pairs: (prompts[id] ?? []).slice(0, promptsEach).map((prompt, index) => {
        const job = (adapters: GenerateOptions["adapters"]): Job => ({
          options: { prompt, adapters, seed: 500 + index, count: 1, fewStep: true },
        });
        return { prompt, with: job([{ id, weight: refined.weight }]), without: job("none") };
      }),
    }));
}
