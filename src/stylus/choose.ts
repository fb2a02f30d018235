// The stages before generating: embed the prompt, retrieve candidates, compose. A run goes through them once; while the
// user types they run on their own.
import { commonTags } from "../compose/reader/card-text.ts";
import type { BaselineName } from "../compose/baselines.ts";
import type { Composition, Task } from "../compose/composition.ts";
import type { Unavailable } from "../compose/unavailable.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { readLoraTags, type LoraTags } from "./lora-tags.ts";
import type { GenerateOptions } from "./options.ts";
import type { ChoiceServices } from "./ports.ts";
import type { CandidateView, RunEvent, StageId } from "./run-types.ts";
import type { LoadedPack } from "./loaded-pack.ts";

/** K of Stylus §3.1. */
const candidateLimit = 150;

/** How long a run waits for a reader that is still loading, so that the first image does not wait for it. */
const readerPatience = 5_000;

/** Runs the work of one stage, timed and recorded. */
export type RunStage = <Value>(
  id: StageId,
  inputs: unknown,
  work: () => Promise<{ value: Value; outputs: unknown }>,
) => Promise<Value>;

const emptyComposition = (name: BaselineName): Composition => ({
  tasks: [],
  rejected: [],
  composer: { name, kind: "none" },
});

/** The stages saw the prompt without its tags; the page colours it with them. */
function inPrompt(task: Task, tags: LoraTags): Task {
  if (task.start === null || task.end === null || task.end <= task.start) return task;
  return { ...task, start: tags.toPrompt(task.start), end: tags.toPrompt(task.end - 1) + 1 };
}

export interface Reading {
  readonly prompt: string;
  readonly composition: Composition;
  readonly candidates: readonly CandidateView[];
  /** What was chosen for each region; fewer while they are still read. */
  readonly regions: readonly Composition[];
}

/**
 * Retrieval and composition alone: what a run of `options` would choose. Quick enough to follow typing.
 * @param context.onReading gets what the rules choose, when the reader takes longer
 */
export async function readPrompt(
  options: GenerateOptions,
  context: {
    readonly services: ChoiceServices;
    readonly pack: LoadedPack;
    readonly onReading: (reading: Reading) => void;
    /** Resolves when the reader may be asked. */
    readonly readerRest: () => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<Reading> {
  const { prompt } = options;
  let candidates: readonly CandidateView[] = [];
  const stage: RunStage = async (_id, _inputs, work) => {
    throwIfAborted(context.signal);
    return (await work()).value;
  };
  const quietly = { ...context, readerPatience: null, stage };
  const composition = await choose(options, readLoraTags(options.prompt), {
    ...quietly,
    onEvent: (event) => {
      if (event.type === "candidates") candidates = event.candidates;
      if (event.type === "composition")
        context.onReading({ prompt, composition: event.composition, candidates, regions: [] });
    },
  });
  const regions: Composition[] = [];
  for (const area of options.regions?.areas ?? []) {
    const own = { ...options, prompt: area.prompt };
    regions.push(await choose(own, readLoraTags(area.prompt), { ...quietly, onEvent: () => {} }));
  }
  return { prompt, composition, candidates, regions };
}

/** Retrieval and composition, or nothing where the request leaves nothing to choose. */
export async function choose(
  options: GenerateOptions,
  tags: LoraTags,
  context: {
    readonly services: ChoiceServices;
    readonly pack: LoadedPack;
    readonly stage: RunStage;
    readonly onEvent: (event: RunEvent) => void;
    /** Milliseconds that a reader may take to get ready; null: as long as it needs. */
    readonly readerPatience?: number | null;
    /** Resolves when the reader may be asked; at once where it is left out. */
    readonly readerRest?: () => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<Composition> {
  const { services, pack, stage, onEvent, signal } = context;
  const nothing = options.adapters !== "auto" || options.method === "sd" || pack.cards.length === 0;
  if (nothing) {
    const composition = emptyComposition(
      options.adapters === "none" || options.method === "sd" ? "no adapters" : "chosen by hand",
    );
    onEvent({ type: "composition", composition });
    return composition;
  }
  await stage("embed", { text: tags.text }, async () => {
    const { dimensions } = await services.embedQuery(tags.text, { signal });
    return { value: undefined, outputs: { dimensions } };
  });
  // The random baseline draws from all adapters.
  const limit = options.method === "random" ? pack.cards.length : candidateLimit;
  const { bans, commercialOnly } = options;
  const candidates = await stage("retrieve", { limit, bans, commercialOnly }, async () => {
    const value = await services.search(tags.text, { limit, bans, commercialOnly, signal });
    return { value, outputs: value };
  });
  onEvent({ type: "candidates", candidates });
  const composition = await stage(
    "compose",
    { method: options.method, composer: options.composer, candidates: candidates.length },
    async () => {
      const request = { ...options, prompt: tags.text };
      const placed = (found: Composition): Composition => ({
        ...found,
        tasks: found.tasks.map((task) => inPrompt(task, tags)),
      });
      const byRules = placed(await services.compose(candidates, { request, signal }));
      if (options.method !== "stylus" || options.composer === "rules")
        return { value: byRules, outputs: byRules };
      onEvent({ type: "composition", composition: byRules });
      await context.readerRest?.();
      const byReader = await readInstead(byRules, { ...context, request, placed });
      if (options.composer === "reader") return { value: byReader, outputs: byReader };
      const value = await consultInstead(byReader, { ...context, request, placed });
      return { value, outputs: value };
    },
  );
  onEvent({ type: "composition", composition });
  return composition;
}

/** Counted once for a list of cards. */
function commonTagsOf(cards: LoadedPack["cards"]): ReadonlySet<string> {
  const known = tagsOfCards.get(cards);
  if (known) return known;
  const counted = commonTags(cards);
  tagsOfCards.set(cards, counted);
  return counted;
}
const tagsOfCards = new WeakMap<LoadedPack["cards"], ReadonlySet<string>>();

/** What the reader chooses; what the rules have chosen, with the reason, where it cannot. @throws StylusError cancelled */
async function readInstead(
  byRules: Composition,
  context: {
    readonly services: Pick<ChoiceServices, "read">;
    readonly pack: LoadedPack;
    readonly request: GenerateOptions;
    readonly readerPatience?: number | null;
    readonly placed: (found: Composition) => Composition;
    readonly signal: AbortSignal;
  },
): Promise<Composition> {
  const { services, pack, request, placed, signal } = context;
  const instead = (reason: Unavailable): Composition => ({
    ...byRules,
    composer: { ...byRules.composer, instead: reason },
  });
  const patienceMilliseconds = context.readerPatience === undefined ? readerPatience : context.readerPatience;
  try {
    const { prompt, preset, pins, bans, commercialOnly } = request;
    const found = await services.read(
      { prompt, preset, pins, bans, commercialOnly, commonTags: commonTagsOf(pack.cards) },
      { patienceMilliseconds, signal },
    );
    return "unavailable" in found ? instead(found.unavailable) : placed(found);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof StylusError) return instead(error.said.message);
    throw error;
  }
}

/**
 * What the language model chooses; what the reader has chosen, with the reason, where it cannot. Tells of its choice as it grows.
 * @throws StylusError cancelled
 */
async function consultInstead(
  byReader: Composition,
  context: {
    readonly services: Pick<ChoiceServices, "consult">;
    readonly pack: LoadedPack;
    readonly request: GenerateOptions;
    readonly placed: (composition: Composition) => Composition;
    readonly onEvent: (event: RunEvent) => void;
    readonly signal: AbortSignal;
  },
): Promise<Composition> {
  const { services, pack, request, placed, onEvent, signal } = context;
  const instead = (reason: Unavailable): Composition => ({
    ...byReader,
    composer: { ...byReader.composer, instead: reason },
  });
  const pending = (composition: Composition): void =>
    onEvent({ type: "composition", composition: { ...composition, pending: true } });
  try {
    const { prompt, preset, pins, bans, commercialOnly, seed, languageModel } = request;
    const pinned = pack.cards.filter(({ id }) => pins.includes(id)).map(({ title }) => title);
    pending(byReader);
    const found = await services.consult(
      { prompt, preset, pins, bans, commercialOnly, pinned, seed, languageModel },
      { onComposition: (soFar) => pending(placed(soFar)), signal },
    );
    return "unavailable" in found ? instead(found.unavailable) : placed(found);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof StylusError) return instead(error.said.message);
    throw error;
  }
}
