// The user's own language-model server: what is wrong with it, if anything, and the cards that it writes.
import { say } from "../../shared/saying.ts";
import type { ServerCheck } from "../../compose/llm/server-check.ts";
import { ask, PassingFailure, readBody, ServerRedirect, ServerRefusal } from "../../refine/chat-server.ts";
import { refineCard } from "../../refine/refine-card.ts";
import type { RawCard } from "../../refine/raw-card.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import { type AnswerPool, ServerPool } from "../../refine/server-pool.ts";
import { isLoopback } from "../../shared/loopback.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { chatServerOf, readOwnServer, type OwnServer } from "../packs/own-server.ts";

const listSeconds = 15;
/** As many as the form suggests. */
const mostModels = 500;
/** The first question loads the model. */
const questionSeconds = 120;

const tiny = {
  name: "greeting",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["hello"],
    properties: { hello: { type: "string", maxLength: 20 } },
  },
};
const question = 'Answer with the JSON object {"hello": "world"} and nothing else.';

/** Within this time the browser says why it has sent nothing. */
const policyMilliseconds = 200;

/** Whether the page's policy forbids what `work` asks for; it answers null when it got no response. */
async function watchPolicy<Value>(
  work: () => Promise<Value | null>,
): Promise<{ readonly value: Value | null; readonly isBlocked: boolean }> {
  let isBlocked = false;
  let wake = (): void => {};
  const hear = ({ effectiveDirective }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective !== "connect-src") return;
    isBlocked = true;
    wake();
  };
  document.addEventListener("securitypolicyviolation", hear);
  try {
    const value = await work();
    // The event follows in a task of its own.
    if (value === null && !isBlocked)
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, policyMilliseconds);
      });
    return { value, isBlocked };
  } finally {
    document.removeEventListener("securitypolicyviolation", hear);
  }
}

/** Within this time the browser reports what isolation has kept from the page. */
const reportMilliseconds = 1000;

/**
 * Whether anything answers at an address whose answer the page may not read. An isolated page gets no such answer at all, but Chromium
 * reports that there was one. Null: the browser does not tell.
 */
async function answersAnyone(url: string, signal: AbortSignal): Promise<boolean | null> {
  const canReport = "ReportingObserver" in globalThis;
  let hear = (): void => {};
  const reported = new Promise<true>((resolve) => (hear = () => resolve(true)));
  const observer = canReport
    ? new ReportingObserver(
        (reports) => {
          // Its fields are there as JSON only.
          const bodies = JSON.parse(JSON.stringify(reports.map(({ body }) => body))) as unknown[];
          const isIt = bodies.some((body) => (body as { blockedURL?: string } | null)?.blockedURL === url);
          if (isIt) hear();
        },
        { types: ["coep"], buffered: false },
      )
    : null;
  observer?.observe();
  try {
    await fetch(url, { mode: "no-cors", signal });
    return true;
  } catch {
    if (!crossOriginIsolated) return false;
    if (!canReport) return null;
    const none = new Promise<false>((resolve) => setTimeout(() => resolve(false), reportMilliseconds));
    return await Promise.race([reported, none]);
  } finally {
    observer?.disconnect();
  }
}

/** The ids of `/models`; null: it has no such list. */
function idsIn(body: string): string[] | null {
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    if (!Array.isArray(data)) return null;
    return data.map((entry: { id?: unknown }) => entry?.id).filter((id) => typeof id === "string");
  } catch {
    return null;
  }
}

interface Listing {
  readonly status: number;
  readonly ids: readonly string[] | null;
}

/** Null: no response. */
async function listModels({ url, apiKey }: OwnServer, signal: AbortSignal): Promise<Listing | null> {
  try {
    const response = await fetch(`${url}/models`, {
      redirect: "manual", // it counts as no list: what matters is the question
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      signal: AbortSignal.any([signal, AbortSignal.timeout(listSeconds * 1000)]),
    });
    const body = await readBody(response).catch((error: unknown) => {
      if (error instanceof PassingFailure) return ""; // no list
      throw error;
    });
    return { status: response.status, ids: idsIn(body) };
  } catch {
    return null;
  }
}

/**
 * Asks for its models, then a question as the refiner and the composer ask it: a list alone needs no key at some servers, and no leave to
 * send JSON.
 * @throws StylusError cancelled
 */
export async function checkOwnServer(server: OwnServer, signal: AbortSignal): Promise<ServerCheck> {
  const { hostname, protocol } = new URL(server.url);
  if (isSecureContext && location.protocol === "https:" && protocol === "http:" && !isLoopback(hostname))
    return { kind: "insecure" };
  const { value: listing, isBlocked } = await watchPolicy(() => listModels(server, signal));
  throwIfAborted(signal);
  if (isBlocked) return { kind: "blocked", origin: new URL(server.url).origin };
  const { origin } = location;
  if (listing === null) {
    const answers = await answersAnyone(`${server.url}/models`, signal);
    throwIfAborted(signal);
    return answers ? { kind: "cors", origin } : { kind: "unreachable", origin, isCertain: answers === false };
  }
  const isRefusedKey = (status: number): boolean => status === 401 || status === 403;
  const hasKey = server.apiKey !== null;
  if (isRefusedKey(listing.status)) return { kind: "key", hasKey };
  const allModels = listing.ids ?? [];
  const models = allModels.slice(0, mostModels);
  const timeoutMs = questionSeconds * 1000;
  try {
    await ask({ ...chatServerOf(server), timeoutMs, maxTokens: 64 }, [{ role: "user", content: question }], {
      signal,
      temperature: 0,
      answer: tiny,
    });
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof ServerRedirect) return { kind: "redirects" };
    if (error instanceof ServerRefusal) {
      const { status } = error;
      // A server that hands the key back has it shown nowhere.
      const said = server.apiKey ? error.answer.replaceAll(server.apiKey, "…") : error.answer;
      if (isRefusedKey(status)) return { kind: "key", hasKey };
      if (models.length > 0 && !allModels.includes(server.model) && [400, 404, 422].includes(status))
        return { kind: "noModel", models };
      if (status === 404 || status === 405)
        return /model/iu.test(said) ? { kind: "noModel", models } : { kind: "noChat" };
      return { kind: "refused", status, said };
    }
    if (!(error instanceof PassingFailure)) throw error;
    // Cut thoughts are an answer; a page that is no list of models and no answer is another site's.
    if (error.kind === "useless") return listing.ids ? { kind: "works", models } : { kind: "noChat" };
    if (error.reason === "silent") return { kind: "silent", seconds: questionSeconds };
    if (error.reason === "broken") {
      // It let its list be read before. Where it does still, it is the question that it lets no page send; otherwise the question ended it.
      const again = await listModels(server, signal);
      throwIfAborted(signal);
      if (again) return { kind: "cors", origin };
    }
    return { kind: "failing", why: error.said };
  }
  return { kind: "works", models };
}

const poolOptions = {
  /** A second question is read while the first is answered. */
  concurrency: 2,
  ratePerMinute: null,
  restMs: { first: 1000, most: 8000 },
  givenUpAfter: 3,
};

let pool: { readonly key: string; readonly pool: AnswerPool } | null = null;

/** One for all cards; a new one after a failure, or when the user has named another server. */
function poolFor(server: OwnServer): AnswerPool {
  const key = JSON.stringify(server);
  if (pool?.key !== key) pool = { key, pool: new ServerPool([chatServerOf(server)], poolOptions) };
  return pool.pool;
}

/**
 * The card that the model behind `answers` writes.
 * @throws StylusError bad-file: it gave no card in three tries; network: there is nobody to ask; cancelled
 */
export async function writeCardBy(
  answers: AnswerPool,
  { raw, name, signal }: { readonly raw: RawCard; readonly name: string; readonly signal: AbortSignal },
): Promise<RefinedCard> {
  const { outcome } = await refineCard(raw, { pool: answers, signal });
  if ("card" in outcome) return outcome.card;
  throw new StylusError("bad-file", say`${name} wrote no card: ${outcome.failure}.`, {
    remedy: say`Try again, or choose a larger model.`,
  });
}

/** @throws StylusError as `writeCardBy`; not-found: the user has named none */
export async function writeByOwnServer(raw: RawCard, signal: AbortSignal): Promise<RefinedCard> {
  const server = readOwnServer();
  if (!server)
    throw new StylusError("not-found", say`No server is set up.`, {
      remedy: say`Name it under Models.`,
    });
  const answers = poolFor(server);
  try {
    return await writeCardBy(answers, { raw, name: server.model, signal });
  } catch (error) {
    if (pool?.pool === answers && error instanceof StylusError && error.code === "network") pool = null;
    throw error;
  }
}
