// From images to figures: the compared methods, their choices, and each adapter's effect.
import { readRgb } from "./rgb.ts";
import type { RunGenerator } from "./generation.ts";
import {
  type Effect,
  type EvaluationPrompt,
  isDiversityPrompt,
  type Job,
  lengthOf,
  type Method,
  methodJob,
  methods,
} from "./jobs.ts";
import type { References } from "./references.ts";
import type { ImageVectors, Scorer } from "./scorer.ts";
import {
  bootstrapMean,
  diversity,
  dot,
  type Estimate,
  frechetDistance,
  mean,
  ownTextFirst,
} from "./statistics.ts";

import type { VotePair } from "./vote.ts";

export interface MethodFigures {
  readonly id: Method | "renders";
  /** 100 × cosine of image and prompt in the scorer's space. */
  readonly score: Estimate;
  /** The same, paired with the base model's image of the same prompt and seed; null for the base itself. */
  readonly scoreOverSd: Estimate | null;
  readonly scoreByGroup: Readonly<Record<string, Estimate>>;
  /** Share of images whose own prompt scores highest among all prompts. */
  readonly ownPromptFirst: Estimate;
  readonly frechet: Estimate;
  /** 1 − cosine between images of one prompt; null if there is only one. */
  readonly diversity: Estimate | null;
  readonly diversityByLength: Readonly<Record<string, Estimate>>;
}

export interface ChoiceFigures {
  readonly id: Method;
  /** Share of the wanted adapters that were chosen, for prompts in the words of its card and for other words. */
  readonly wantedByCardWords: Estimate | null;
  readonly wantedByOtherWords: Estimate | null;
  /** Share of the chosen adapters that were wanted, over prompts that want one. */
  readonly chosenWanted: Estimate | null;
  /** Share of prompts without a wanted adapter that got none. */
  readonly noneWhenNoneWanted: Estimate | null;
}

export interface EffectFigures {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  /** Of the adapter's file. */
  readonly sha256: string;
  readonly weight: number;
  readonly prompts: number;
  /** 100 × cosine of image and prompt, without and with the adapter. */
  readonly scoreWithout: number;
  readonly scoreWith: number;
  /** At a lower weight. */
  readonly weaker: { readonly weight: number; readonly score: number };
  /** Direction: how the score changes. */
  readonly change: Estimate;
  /** Share of prompts whose score rises. */
  readonly improved: number;
  /** Strength: 1 − cosine between the images with and without, and mean absolute difference of their pixels (0 … 255). */
  readonly imageDistance: number;
  readonly pixelDifference: number;
}

const groupOf = (prompt: EvaluationPrompt): string =>
  prompt.group === "adapter"
    ? `adapter, ${prompt.words === "card" ? "card's words" : "other words"}`
    : prompt.group;

const some = (values: readonly number[]): Estimate | null =>
  values.length === 0 ? null : bootstrapMean(values);

/** Estimate of each group, in order of first occurrence. */
function byGroup(
  prompts: readonly EvaluationPrompt[],
  values: readonly number[],
  groupOf: (prompt: EvaluationPrompt) => string,
): Record<string, Estimate> {
  const groups = new Map<string, number[]>();
  prompts.forEach((prompt, index) => {
    const group = groupOf(prompt);
    groups.set(group, [...(groups.get(group) ?? []), values[index]!]);
  });
  return Object.fromEntries([...groups].map(([group, members]) => [group, bootstrapMean(members)]));
}

export const methodJobs = (prompts: readonly EvaluationPrompt[]): Job[] =>
  prompts.flatMap((prompt, index) => methods.map((method) => methodJob(prompt, method, index)));

export async function compareMethods(
  prompts: readonly EvaluationPrompt[],
  { generator, scorer, references }: { generator: RunGenerator; scorer: Scorer; references: References },
): Promise<{ methods: MethodFigures[]; choices: ChoiceFigures[] }> {
  const texts = await scorer.texts(prompts.map(({ prompt }) => prompt));
  const scores = (vectors: readonly ImageVectors[]): number[] =>
    vectors.map(({ embedding }, index) => 100 * dot(embedding, texts[index]!));
  const figures = (
    id: MethodFigures["id"],
    vectors: readonly ImageVectors[],
    sd: readonly number[] | null,
  ) => {
    const own = scores(vectors);
    return {
      id,
      score: bootstrapMean(own),
      scoreOverSd: sd && id !== "sd" ? bootstrapMean(own.map((score, index) => score - sd[index]!)) : null,
      scoreByGroup: byGroup(prompts, own, groupOf),
      ownPromptFirst: bootstrapMean(
        ownTextFirst(
          vectors.map(({ embedding }) => embedding),
          texts,
        ),
      ),
      frechet: frechetDistance(
        vectors.map(({ features }) => features),
        references.statistics,
      ),
    };
  };

  const diversityPrompts = prompts.filter((_, index) => isDiversityPrompt(index));
  const seen = new Map<Method, { first: ImageVectors[]; diversity: number[] }>();
  const choices: ChoiceFigures[] = [];
  for (const method of methods) {
    const runs = prompts.map((prompt, index) => generator.read(methodJob(prompt, method, index)));
    const first = await scorer.images(runs.map(({ pngs }) => pngs[0]!));
    const spread: number[] = [];
    for (const [index, { pngs }] of runs.entries()) {
      if (!isDiversityPrompt(index)) continue;
      spread.push(diversity((await scorer.images(pngs)).map(({ embedding }) => embedding)));
    }
    seen.set(method, { first, diversity: spread });
    choices.push(
      choiceFigures(
        method,
        prompts,
        runs.map(({ images }) => new Set(images.flatMap(({ adapters }) => adapters.map(({ id }) => id)))),
      ),
    );
  }
  const sd = scores(seen.get("sd")!.first);
  const renders = prompts.map(({ id }) => references.renders.get(id)!);
  return {
    choices,
    methods: [
      ...methods.map((method): MethodFigures => {
        const { first, diversity: spread } = seen.get(method)!;
        return {
          ...figures(method, first, sd),
          diversity: some(spread),
          diversityByLength: byGroup(diversityPrompts, spread, lengthOf),
        };
      }),
      { ...figures("renders", renders, sd), diversity: null, diversityByLength: {} },
    ],
  };
}

/** The first images of prompts for which Stylus and the base model made different ones, for people to compare. */
export const votePairs = (prompts: readonly EvaluationPrompt[], generator: RunGenerator): VotePair[] =>
  prompts.flatMap((prompt, index) => {
    const [own, base] = (["stylus", "sd"] as const).map(
      (method) => generator.read(methodJob(prompt, method, index)).pngs[0]!,
    );
    return own!.equals(base!) ? [] : [{ prompt: prompt.prompt, images: [own!, base!] as const }];
  });

export function choiceFigures(
  id: Method,
  prompts: readonly EvaluationPrompt[],
  chosen: readonly ReadonlySet<string>[],
): ChoiceFigures {
  const wanting = prompts.map((prompt, index) => ({ ...prompt, chosen: chosen[index]! }));
  const found = (words: "card" | "other"): number[] =>
    wanting
      .filter((prompt) => prompt.words === words)
      .map((prompt) => mean(prompt.adapters.map((wanted) => (prompt.chosen.has(wanted) ? 1 : 0))));
  return {
    id,
    wantedByCardWords: some(found("card")),
    wantedByOtherWords: some(found("other")),
    chosenWanted: some(
      wanting
        .filter((prompt) => prompt.adapters.length > 0 && prompt.chosen.size > 0)
        .map((prompt) => mean([...prompt.chosen].map((each) => (prompt.adapters.includes(each) ? 1 : 0)))),
    ),
    noneWhenNoneWanted: some(
      wanting
        .filter((prompt) => prompt.adapters.length === 0)
        .map((prompt) => (prompt.chosen.size === 0 ? 1 : 0)),
    ),
  };
}

function pixelDifference(a: Uint8Array, b: Uint8Array): number {
  const [first, second] = [readRgb(a).rgb, readRgb(b).rgb];
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += Math.abs(first[i]! - second[i]!);
  return sum / first.length;
}

export const effectJobs = (effects: readonly Effect[]): Job[] =>
  effects.flatMap(({ jobs }) => jobs.flatMap((each) => [each.without, each.with, each.weaker]));

export async function measureEffects(
  effects: readonly Effect[],
  { generator, scorer }: { generator: RunGenerator; scorer: Scorer },
): Promise<EffectFigures[]> {
  const all: EffectFigures[] = [];
  for (const { id, title, category, sha256, weight, weaker, jobs } of effects) {
    if (jobs.length === 0)
      throw new Error(`Adapter ${id} has no prompts in training/pocket/effect_prompts.json.`);
    const pngs = jobs.map((each) => ({
      without: generator.read(each.without).pngs[0]!,
      with: generator.read(each.with).pngs[0]!,
      weaker: generator.read(each.weaker).pngs[0]!,
    }));
    const texts = await scorer.texts(jobs.map(({ prompt }) => prompt));
    const embeddings = async (which: keyof (typeof pngs)[number]): Promise<Float32Array[]> =>
      (await scorer.images(pngs.map((pair) => pair[which]))).map(({ embedding }) => embedding);
    const scores = (of: readonly Float32Array[]): number[] =>
      of.map((each, index) => 100 * dot(each, texts[index]!));
    const [without, withIt] = [await embeddings("without"), await embeddings("with")];
    const [scoresWithout, scoresWith] = [scores(without), scores(withIt)];
    const changes = scoresWith.map((score, index) => score - scoresWithout[index]!);
    all.push({
      id,
      title,
      category,
      sha256,
      weight,
      prompts: jobs.length,
      scoreWithout: mean(scoresWithout),
      scoreWith: mean(scoresWith),
      weaker: { weight: weaker, score: mean(scores(await embeddings("weaker"))) },
      change: bootstrapMean(changes),
      improved: mean(changes.map((change) => (change > 0 ? 1 : 0))),
      imageDistance: mean(withIt.map((each, index) => 1 - dot(each, without[index]!))),
      pixelDifference: mean(pngs.map((pair) => pixelDifference(pair.with, pair.without))),
    });
  }
  return all;
}
