// One card through a language model: asked, the answer read strictly, repaired once by the model, asked again.
import { readAnswer } from "./answer.ts";
import { PassingFailure, type Tokens } from "./chat-server.ts";
import { say, type Saying } from "../shared/saying.ts";
import { repairMessages } from "../shared/chat.ts";
import { cardMessages, type ChatMessage } from "./messages.ts";
import type { RawCard } from "./raw-card.ts";
import { answerJsonSchema, type RefinedCard } from "./refined-card.ts";
import type { AnswerPool } from "./server-pool.ts";

/** Answers that are cut or still wrong after their repair. */
const maxUselessAnswers = 3;
/** A card that makes servers fail (an image they cannot read) must not keep them failing. */
const maxServerFailures = 5;

/** Answers should hold to the facts; a second try must not be the first one again. */
const temperatures = [0.2, 0.5, 0.8] as const;

export interface Refinement {
  readonly tokens: Tokens;
  readonly requests: number;
  readonly outcome:
    | { readonly card: RefinedCard; readonly model: string }
    /** Why there is none, as part of a sentence. */
    | { readonly failure: Saying };
}

/**
 * @param options.imageUrls sent along, for servers with vision
 * @throws StylusError network: a server refuses requests as such, or all are out of order; cancelled
 */
export async function refineCard(
  raw: RawCard,
  options: {
    readonly pool: AnswerPool;
    readonly signal: AbortSignal;
    readonly imageUrls?: readonly string[];
  },
): Promise<Refinement> {
  const { pool, signal, imageUrls = [] } = options;
  const question = cardMessages(raw, imageUrls);
  const spent = { input: 0, output: 0 };
  let requests = 0;
  let useless = 0;
  let serverFailures = 0;
  let messages: readonly ChatMessage[] = question;
  for (;;) {
    const lease = await pool.acquire(signal);
    let failure: Saying;
    requests += 1;
    try {
      const temperature = temperatures[Math.min(useless, temperatures.length - 1)]!;
      const { text, tokens } = await lease.ask(messages, {
        signal,
        temperature,
        answer: { name: "refined_card", schema: answerJsonSchema },
      });
      lease.done();
      spent.input += tokens.input;
      spent.output += tokens.output;
      const read = readAnswer(text, raw);
      if ("card" in read)
        return { tokens: spent, requests, outcome: { card: read.card, model: lease.model } };
      if (messages === question) {
        messages = [...question, ...repairMessages(text, read.faults)];
        continue;
      }
      failure = say`the answer is not valid: ${read.faults.join("; ")}`;
      useless += 1;
    } catch (error) {
      if (!(error instanceof PassingFailure)) {
        lease.done();
        throw error;
      }
      failure = error.said;
      if (error.kind === "useless") {
        lease.done();
        useless += 1;
      } else {
        lease.failed(error.retryAfterMs);
        if (error.kind === "out of order") serverFailures += 1;
        if (serverFailures < maxServerFailures) continue;
      }
    }
    if (useless >= maxUselessAnswers || serverFailures >= maxServerFailures)
      return { tokens: spent, requests, outcome: { failure } };
    messages = question;
  }
}
