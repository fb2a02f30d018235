// What a language model is to a composer: messages and a JSON schema in, text out. web-llm, transformers.js and servers implement it; tests
// give a scripted one.

import type { Saying } from "../../shared/saying.ts";
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface CompletionOptions {
  readonly signal: AbortSignal;
  /** Gets each piece of the answer as it is generated. */
  readonly onToken?: ((piece: string) => void) | undefined;
  /** 0: always the likeliest token. */
  readonly temperature: number;
  readonly seed: number;
}

export interface LanguageModel {
  /** As the page shows it: a saying where it is no proper name. */
  readonly name: Saying | string;
  /**
   * @param schema JSON schema of the answer; an engine that cannot decode under it answers all the same
   * @throws StylusError network | device | device-lost | cancelled
   */
  complete(messages: readonly ChatMessage[], schema: JsonSchema, options: CompletionOptions): Promise<string>;
}

export type WritingOptions = Pick<CompletionOptions, "signal" | "temperature" | "seed">;

/** A model that takes memory until it is closed. */
export interface OpenLanguageModel extends LanguageModel {
  /** Longer texts under any JSON schema, for engines that decode under one. @throws as `complete` */
  readonly write?: (
    messages: readonly ChatMessage[],
    schema: object,
    options: WritingOptions,
  ) => Promise<string>;
  close(): Promise<void>;
}

/** The part of JSON schema that every engine can decode under. */
export type JsonSchema =
  | {
      readonly type: "object";
      readonly required: readonly string[];
      readonly additionalProperties: false;
      readonly properties: Readonly<Record<string, JsonSchema>>;
    }
  | { readonly type: "array"; readonly maxItems: number; readonly items: JsonSchema }
  | { readonly type: "string"; readonly enum: readonly string[] }
  | { readonly type: "string"; readonly maxLength: number };

/** Longest answer, in tokens: twice what sixteen tasks with a reason each take. */
export const answerTokens = 1024;

/** Longest text that is written, in tokens: twice what a refined card takes. */
export const writingTokens = 2048;
