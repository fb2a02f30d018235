// What `npm run refine` says before and while it works: how many cards, what they cost, how long it takes.
import type { ChatMessage, ContentPart } from "../../src/refine/messages.ts";
import type { Tokens } from "../../src/refine/chat-server.ts";

/** About the length of a token of English JSON. */
const charactersPerToken = 3.7;
/** What an image of a card takes in usual vision models. */
const tokensPerImage = 800;
/** A refined card: 50 phrases, 15 unwanted uses, description. */
export const tokensPerAnswer = 750;

const tokensOfPart = (part: ContentPart): number =>
  part.type === "text" ? part.text.length / charactersPerToken : tokensPerImage;

/** Estimated tokens of a question. */
export const questionTokens = (messages: readonly ChatMessage[]): number =>
  Math.ceil(
    messages
      .flatMap(({ content }) =>
        typeof content === "string" ? [{ type: "text", text: content } as const] : content,
      )
      .reduce((sum, part) => sum + tokensOfPart(part), 0),
  );

/** Dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export const dollars = (tokens: Tokens, price: Price): number =>
  (tokens.input * price.input + tokens.output * price.output) / 1e6;

const count = (value: number): string => Math.round(value).toLocaleString("en");

const million = (tokens: number): string =>
  tokens < 1e5 ? count(tokens) : `${(tokens / 1e6).toFixed(tokens < 1e7 ? 2 : 1)} M`;

export const tokensText = (tokens: Tokens, price: Price | null): string => {
  const cost = price ? `, $${dollars(tokens, price).toFixed(2)}` : "";
  return `${million(tokens.input)} tokens in, ${million(tokens.output)} out${cost}`;
};

export function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const windowMs = 60_000;

/** Cards a second over the last minute, and the time that the rest takes at that rate. */
export class Progress {
  readonly #total: number;
  readonly #ends: number[] = [];
  readonly #startedAt: number;
  #handled = 0;
  #failed = 0;
  #tokens: Tokens = { input: 0, output: 0 };

  /** @param total cards that are not done yet */
  constructor(total: number, startedAt: number) {
    this.#total = total;
    this.#startedAt = startedAt;
  }

  add({ failed, tokens }: { readonly failed: boolean; readonly tokens: Tokens }, now: number): void {
    this.#handled += 1;
    if (failed) this.#failed += 1;
    this.#tokens = { input: this.#tokens.input + tokens.input, output: this.#tokens.output + tokens.output };
    this.#ends.push(now);
    while (this.#ends[0]! < now - windowMs) this.#ends.shift();
  }

  get tokens(): Tokens {
    return this.#tokens;
  }

  get failed(): number {
    return this.#failed;
  }

  /** "1,204 of 100,000 cards, 3 failed, 12.4/s, 2 h 13 min left" */
  text(now: number): string {
    const seconds = Math.max(0.001, Math.min(windowMs, now - this.#startedAt) / 1000);
    const recent = this.#ends.filter((end) => end >= now - windowMs).length;
    const rate = recent / seconds;
    const left = Math.max(0, this.#total - this.#handled);
    return [
      `${count(this.#handled)} of ${count(this.#total)} cards`,
      ...(this.#failed > 0 ? [`${count(this.#failed)} failed`] : []),
      `${rate.toFixed(1)}/s`,
      ...(rate > 0 && left > 0 ? [`${durationText(left / rate)} left`] : []),
    ].join(", ");
  }
}
