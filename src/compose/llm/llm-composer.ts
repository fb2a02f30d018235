// The composer that asks a language model: one question, an answer read and guarded while it is written, one turn to repair what is wrong.
import { abortable } from "../../shared/abortable.ts";
import { repairMessages } from "../../shared/chat.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { english, say } from "../../shared/saying.ts";
import type { PresetId } from "../../shared/limits.ts";
import type { ComposerInfo, Composition } from "../composition.ts";
import type { ReadingCandidate } from "../reader/card-text.ts";
import { readablePrompt } from "../reader/readable-prompt.ts";
import { deniedAdapters } from "../rules/denied.ts";
import { saysAll } from "../rules/rarity.ts";
import { readAnswer } from "./answer.ts";
import { type Guarded, guardProposal } from "./guards.ts";
import type { ChatMessage, LanguageModel } from "./language-model.ts";
import { answerSchema, longestPrompt, questionMessages } from "./question.ts";

export interface AskRequest {
  readonly prompt: string;
  readonly preset: PresetId;
  /** From late interaction, best first; none that is pinned. */
  readonly candidates: readonly ReadingCandidate[];
  /** Titles of adapters that are in every image. */
  readonly pinned: readonly string[];
  readonly temperature: number;
  readonly seed: number;
}

/** How long an answer with its repair may take: small models on a CPU read the question for a minute. */
const answerMilliseconds = 180_000;

export interface AskOptions {
  readonly model: LanguageModel;
  readonly signal: AbortSignal;
  /** Gets what is chosen so far, whenever the answer has more of it. */
  readonly onComposition?: ((composition: Composition) => void) | undefined;
  readonly timeoutMilliseconds?: number;
}

interface Attempt {
  readonly guarded: Guarded | null;
  readonly faults: readonly string[];
}

/**
 * @throws StylusError bad-file: neither answer can be read; bad-input: the prompt is too long; device: no answer in time; whatever the model
 * throws; cancelled
 */
export async function composeByAsking(request: AskRequest, options: AskOptions): Promise<Composition> {
  const { prompt, preset, pinned } = request;
  const { model, signal } = options;
  const { text: readable } = readablePrompt(prompt);
  const composer: ComposerInfo = { name: english(model.name), kind: "llm" };
  const cards = request.candidates.map(({ card }) => card);
  const denied = deniedAdapters(prompt, { cards, rarity: saysAll });
  const candidates = request.candidates.filter(({ card }) => !denied.has(card.id));
  const guard = (answer: string): Attempt => {
    const { tasks, faults } = readAnswer(answer);
    if (tasks === null) return { guarded: null, faults };
    const guarded = guardProposal(tasks, { prompt, candidates, denied, preset, composer });
    return { guarded, faults: [...faults, ...guarded.faults] };
  };
  if (candidates.length === 0 || !/[\p{L}\p{N}]/u.test(readable))
    return guardProposal([], { prompt, candidates, denied, preset, composer }).composition;
  if (prompt.length > longestPrompt) {
    throw new StylusError("bad-input", say`The prompt is too long for ${model.name}.`, {
      where: "prompt",
      remedy: say`Shorten it to ${longestPrompt} characters.`,
    });
  }

  const question = questionMessages({ prompt, candidates, pinned, preset });
  const schema = answerSchema({ readable, candidates, preset });
  let shown = "";
  const show = (soFar: string): void => {
    const { guarded } = guard(soFar);
    if (!guarded) return;
    const { composition } = guarded;
    // The leftovers of the prompt change with each task; only what the model chose is news.
    const tasks = composition.tasks.filter(({ picks }) => picks.length > 0);
    const key = JSON.stringify(tasks.map(({ text, picks }) => [text, picks.map(({ id }) => id)]));
    if (tasks.length === 0 || key === shown) return;
    shown = key;
    options.onComposition?.(composition);
  };
  const milliseconds = options.timeoutMilliseconds ?? answerMilliseconds;
  const timeout = AbortSignal.timeout(milliseconds);
  const both = AbortSignal.any([signal, timeout]);
  async function complete(messages: readonly ChatMessage[]): Promise<string> {
    let soFar = "";
    const onToken = (piece: string): void => {
      if (both.aborted) return;
      soFar += piece;
      if (/["}\]]/.test(piece)) show(soFar);
    };
    const { temperature, seed } = request;
    try {
      return await abortable(
        model.complete(messages, schema, { signal: both, onToken, temperature, seed }),
        both,
      );
    } catch (cause) {
      throwIfAborted(signal);
      if (!timeout.aborted) throw cause;
      throw new StylusError("device", say`${model.name} gave no answer in ${milliseconds / 1000} seconds.`, {
        remedy: say`Choose a smaller language model, or the reader.`,
        cause,
      });
    }
  }

  const answer = await complete(question);
  const first = guard(answer);
  if (first.guarded && first.faults.length === 0) return first.guarded.composition;
  const second = await complete([...question, ...repairMessages(answer, first.faults)]).then(
    guard,
    (error: unknown): Attempt => {
      throwIfAborted(signal);
      if (first.guarded) return { guarded: null, faults: [] }; // the first answer is there
      throw error;
    },
  );
  // A repair must not drop what was right.
  const best =
    second.guarded && (!first.guarded || second.faults.length <= first.faults.length)
      ? second.guarded
      : first.guarded;
  if (best) return best.composition;
  throw new StylusError(
    "bad-file",
    say`${model.name} gave no answer that can be read: ${second.faults[0] ?? first.faults[0]}.`,
    { remedy: say`Choose a larger language model, or the reader.` },
  );
}
