// One OpenAI-compatible server (vLLM, llama.cpp, Ollama, LM Studio, hosted ones): a chat request with an answer under a JSON schema, and which
// failures are worth another try. The refiner and the composer by language model ask through it.
import { stopped, StylusError } from "../shared/errors.ts";
import { english, say, type Saying } from "../shared/saying.ts";
import type { ChatMessage } from "./messages.ts";

/**
 * How a server is asked for JSON: "schema" asks for decoding under the JSON schema, "object" for any JSON, "text" for nothing: for servers
 * that refuse the others.
 */
export const answerFormats = ["schema", "object", "text"] as const;

export interface ChatServer {
  /** Base address, up to and with `/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | null;
  /** Milliseconds after which a request counts as lost. */
  readonly timeoutMs: number;
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
  readonly format: (typeof answerFormats)[number];
  /** How errors call it in place of its address, which then stands in none of them, nor what it says: they go into reports. */
  readonly alias: Saying | null;
  readonly remedies: ServerRemedies;
}

/** What to do about a server, as sentences: the command line names its options, the page its form. */
export interface ServerRemedies {
  /** It refuses the key. */
  readonly key: Saying;
  /** It knows no such address, or no such model, or sends requests elsewhere. */
  readonly notFound: Saying;
  /** It refuses the request as such. */
  readonly refused: Saying;
  /** It does not answer. */
  readonly silent: Saying;
}

/** As errors call it. */
export const serverName = ({ alias, url }: ChatServer): Saying | string => alias ?? url;
/** Where errors say that it is; an alias says it all. */
export const serverPlace = ({ alias, url }: ChatServer): string | undefined => (alias ? undefined : url);

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

export interface ChatAnswer {
  readonly text: string;
  readonly tokens: Tokens;
}

/**
 * Another try may succeed. `busy`: the server wants fewer requests. `out of order`: it fails, or this card makes it fail. `useless`: it answers,
 * but with nothing to read.
 */
export class PassingFailure extends Error {
  readonly kind: "busy" | "out of order" | "useless";
  /** What went wrong, as part of a sentence; `message` is its English. */
  readonly said: Saying;
  /** What the server asks to wait, in milliseconds; null when it does not say. */
  readonly retryAfterMs: number | null;
  /** Where there was no response: whether the time was up, or the connection broke or was not allowed. */
  readonly reason: "silent" | "broken" | null;

  constructor(
    kind: PassingFailure["kind"],
    said: Saying,
    {
      retryAfterMs = null,
      reason = null,
    }: { readonly retryAfterMs?: number | null; readonly reason?: PassingFailure["reason"] } = {},
  ) {
    super(english(said));
    this.name = "PassingFailure";
    this.said = said;
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
  }
}

/** `Retry-After`: seconds or a date. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

/** A JSON schema and the name that servers want for it. */
export interface AnswerSchema {
  readonly name: string;
  readonly schema: object;
}

function responseFormat(format: ChatServer["format"], answer: AnswerSchema): object {
  switch (format) {
    case "schema":
      return { response_format: { type: "json_schema", json_schema: { ...answer, strict: true } } };
    case "object":
      return { response_format: { type: "json_object" } };
    default:
      return {};
  }
}

const passingStatus = (status: number): boolean => [408, 409, 425, 429].includes(status) || status >= 500;

/** The server refuses a request as such: another try will not do. */
export class ServerRefusal extends StylusError {
  readonly status: number;
  /** What the server says about it, cut short. */
  readonly answer: string;

  constructor(server: ChatServer, status: number, body: string) {
    const said = body.replace(/\s+/gu, " ").slice(0, 200);
    const { key, notFound, refused } = server.remedies;
    const remedy = status === 401 || status === 403 ? key : status === 404 ? notFound : refused;
    const name = serverName(server);
    const message =
      said && server.alias === null
        ? say`${name} answers ${status}: ${said}.`
        : say`${name} answers ${status}.`;
    super("network", message, { where: serverPlace(server), remedy });
    this.status = status;
    this.answer = said;
  }
}

/** The server sends the request to another address, while prompts and key are for this one only: another try will not do. */
export class ServerRedirect extends StylusError {
  constructor(server: ChatServer) {
    super("network", say`${serverName(server)} redirects to another address.`, {
      where: serverPlace(server),
      remedy: server.remedies.notFound,
    });
  }
}

/** Browsers hide all else of such a response ("opaqueredirect", status 0); Node does not. */
const isRedirect = ({ type, status }: Response): boolean =>
  type === "opaqueredirect" || (status >= 300 && status < 400);

interface Completion {
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly message?: { readonly content?: string | null };
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number };
}

function answerOf(body: string): ChatAnswer {
  let completion: Completion | null; // any JSON, in truth
  try {
    completion = JSON.parse(body) as Completion | null;
  } catch {
    throw new PassingFailure("useless", say`the response broke off`);
  }
  const choice = completion?.choices?.[0];
  const text = choice?.message?.content;
  if (typeof text !== "string" || text === "")
    throw new PassingFailure("useless", say`the response has no answer`);
  if (choice?.finish_reason === "length") {
    throw new PassingFailure("useless", say`the answer was cut at the token limit`);
  }
  const { prompt_tokens: input = 0, completion_tokens: output = 0 } = completion?.usage ?? {};
  return { text, tokens: { input, output } };
}

/** Hundreds of times an answer and its thoughts. */
const mostBytes = 1_000_000;

/** @throws PassingFailure useless: it is larger than any answer */
export async function readBody(response: Response): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > mostBytes) {
      reader.cancel().catch(() => {}); // the connection may be gone
      throw new PassingFailure("useless", say`the response is larger than 1 MB`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * @throws PassingFailure for 408, 429, 5xx, timeouts, broken connections, cut and endless answers
 * @throws ServerRefusal | ServerRedirect
 * @throws StylusError cancelled
 */
export async function ask(
  server: ChatServer,
  messages: readonly ChatMessage[],
  {
    signal,
    temperature,
    seed,
    answer,
  }: {
    readonly signal: AbortSignal;
    readonly temperature: number;
    readonly seed?: number;
    readonly answer: AnswerSchema;
  },
): Promise<ChatAnswer> {
  const timeout = AbortSignal.timeout(server.timeoutMs);
  let response: Response | null = null;
  let body: string;
  try {
    response = await fetch(`${server.url.replace(/\/$/u, "")}/chat/completions`, {
      method: "POST",
      redirect: "manual", // prompts and key are for this address only
      headers: {
        "content-type": "application/json",
        ...(server.apiKey ? { authorization: `Bearer ${server.apiKey}` } : {}),
      },
      body: JSON.stringify({
        model: server.model,
        messages,
        temperature,
        max_tokens: server.maxTokens,
        ...(seed === undefined ? {} : { seed }),
        ...responseFormat(server.format, answer),
      }),
      signal: AbortSignal.any([signal, timeout]),
    });
    body = await readBody(response);
  } catch (cause) {
    if (cause instanceof PassingFailure) throw cause;
    if (signal.aborted) throw stopped(cause);
    const why = timeout.aborted
      ? say`no answer within ${server.timeoutMs / 1000} seconds`
      : say`the connection broke`;
    const reason = timeout.aborted ? "silent" : response ? null : "broken";
    throw new PassingFailure("out of order", why, { reason });
  }
  if (response.ok) return answerOf(body);
  if (isRedirect(response)) throw new ServerRedirect(server);
  if (!passingStatus(response.status)) throw new ServerRefusal(server, response.status, body);
  const afterMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
  const kind = response.status === 429 ? "busy" : "out of order";
  throw new PassingFailure(kind, say`the server answers ${response.status}`, { retryAfterMs: afterMs });
}
