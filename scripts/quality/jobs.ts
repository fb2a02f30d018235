// The report's runs: every evaluation prompt by every method, and each adapter with and without.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AutomationOptions } from "../../src/app/automation.ts";
import type { GenerateOptions } from "../../src/stylus/options.ts";
import { authorCards } from "../build/author-cards.ts";
import { recorded, type ScorerEvaluation } from "./facts.ts";
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

/** Of a prompt: without the adapter, with it, and at a lower weight. */
export interface EffectJobs {
  readonly prompt: string;
  readonly without: Job;
  readonly with: Job;
  readonly weaker: Job;
}

export interface Effect {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  /** False for a style that the scorer's training did not show: it takes images in it for bad ones. */
  readonly isJudged: boolean;
  /** Of the file that is measured. */
  readonly sha256: string;
  /** As refined. */
  readonly weight: number;
  readonly weaker: number;
  readonly jobs: readonly EffectJobs[];
}

/** The lower weight, as a share of the refined one. */
const weakerShare = 0.6;

/** Each adapter of the pack with its prompts (trigger words included). */
export function effects(root: string, promptsEach: number): Effect[] {
  const prompts = JSON.parse(
    readFileSync(path.join(root, "training/pocket/effect_prompts.json"), "utf8"),
  ) as Record<string, string[]>;
  const looks = recorded<ScorerEvaluation>(root, "training/scorer/evaluation.json")?.styles.by_look ?? {};
  const cardsFile = path.join(root, "public/packs/pocket/adapters/cards.json");
  const cards = parseCards(JSON.parse(readFileSync(cardsFile, "utf8")), "adapters/cards.json");
  return cards
    .filter((card) => !card.fewStep)
    .map(({ id, title, file, refined: { category } }) => {
      const { weight } = authorCards[id]!.refined; // the pack's card may have a lower one, for what was measured
      const weaker = weakerShare * weight;
      return {
        id,
        title,
        category,
        isJudged: category !== "style" || id in looks,
        sha256: file.sha256,
        weight,
        weaker,
        jobs: (prompts[id] ?? []).slice(0, promptsEach).map((prompt, index) => {
          const job = (adapters: GenerateOptions["adapters"]): Job => ({
            options: { prompt, adapters, seed: 500 + index, count: 1, fewStep: true },
          });
          return {
            prompt,
            without: job("none"),
            with: job([{ id, weight }]),
            weaker: job([{ id, weight: weaker }]),
          };
        }),
      };
    });
}
