// A language model behind a server of the user's own, as this browser keeps it: apart from the settings, so that neither its address nor its
// key gets into links, images, reports or exports.
import { say } from "../../shared/saying.ts";
import * as v from "valibot";
import { answerFormats, type ChatServer } from "../../refine/chat-server.ts";
import { isLoopback } from "../../shared/loopback.ts";

/** Its id among the language models. */
export const ownServerId = "own-server";

/** What errors call it, whatever it is; runs keep its English. */
export const ownServerName = say`Your own server`;

/** Ollama's, where it runs on the user's computer. */
export const exampleAddress = "http://localhost:11434/v1";

export interface OwnServer extends Pick<ChatServer, "model" | "apiKey" | "format"> {
  /** Up to and with `/v1`. */
  readonly url: string;
}

const schema = v.object({
  url: v.string(),
  model: v.string(),
  apiKey: v.nullable(v.string()),
  format: v.picklist(answerFormats),
});

const storageKey = "stylus-web/own-server/1";

/** Where the browser refuses storage it lasts as long as the page. */
let unstored: OwnServer | null = null;

export function readOwnServer(): OwnServer | null {
  if (unstored) return unstored;
  try {
    const parsed = v.safeParse(schema, JSON.parse(localStorage.getItem(storageKey) ?? "null"));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export function keepOwnServer(server: OwnServer | null): void {
  unstored = null;
  try {
    if (server) localStorage.setItem(storageKey, JSON.stringify(server));
    else localStorage.removeItem(storageKey);
  } catch {
    unstored = server;
  }
}

/** Tells when another tab has changed or forgotten it, as long as the page lives. */
export function watchOwnServer(onChange: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key === storageKey || key === null) onChange(); // null: everything was cleared
  });
}

/**
 * The base address that a user means: "localhost:11434" → "http://localhost:11434/v1"; a pasted ".../chat/completions" or "/models" loses
 * its end. Null: no http address.
 */
export function baseAddress(typed: string): string | null {
  const text = typed.trim();
  const full = /^[a-z][a-z\d+.-]*:\/\//iu.test(text)
    ? text
    : `${isLoopback(text.replace(/[:/].*$/u, "")) ? "http" : "https"}://${text}`;
  if (text === "" || !URL.canParse(full)) return null;
  const url = new URL(full);
  if (!/^https?:$/u.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  const path = url.pathname.replace(/\/(?:chat\/completions|models)?\/*$/u, "");
  return `${url.origin}${path === "" ? "/v1" : path}`;
}

/** Browsers send no others in a header, and say of such a request only that it failed. */
export const isKey = (typed: string): boolean => /^[\x21-\x7e]*$/u.test(typed);

/** An answer of a server on a laptop's CPU takes minutes. */
const timeoutMs = 300_000;

/** A card takes 1,000; models that think aloud need more. */
const maxTokens = 4096;

/** As the refiner and the composer ask it. */
export const chatServerOf = (server: OwnServer): ChatServer => ({
  ...server,
  timeoutMs,
  maxTokens,
  alias: ownServerName,
  remedies: {
    key: say`Check its key under Models.`,
    notFound: say`Check its address and model under Models.`,
    refused: say`Press Check under Models, or choose another answer format there.`,
    silent: say`Press Check under Models, which says what is wrong.`,
  },
});
