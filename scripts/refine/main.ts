// `npm run refine -- CARDS…`: refined cards by language models behind OpenAI-compatible servers (docs/refine.md).
import { existsSync, readFileSync } from "node:fs";
import { cardMessages } from "../../src/refine/messages.ts";
import type { CardRefusal, RawCard } from "../../src/refine/raw-card.ts";
import { cardKey, refineCards } from "../../src/refine/refine-cards.ts";
import { ServerPool } from "../../src/refine/server-pool.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { integer, number, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { serversOf, serverSpec } from "../run/chat-servers.ts";
import {
  durationText,
  type Price,
  Progress,
  questionTokens,
  tokensPerAnswer,
  tokensText,
} from "./progress.ts";
import { ResultsFile } from "./results-file.ts";
import { readSources } from "./sources.ts";

const help = `Usage: npm run refine -- CARDS… --server URL --model NAME [options]

CARDS are files or folders: our cards, Civitai's API answers and .civitai.info files, lists of model-manifests/, cards as JSON lines
(also .jsonl.gz), LoRA files with their sidecars and previews.

  --server URL       OpenAI-compatible server, up to /v1 (default http://127.0.0.1:8000/v1); repeat it for several
  --model NAME       model of the servers; one for all, or one for each --server in the same order
  --key-env VAR      environment variable that holds the API key
  --out FILE         one refined card a line (default refined.jsonl); npm run build:index takes it
  --resume           continue FILE: cards that are in it are not asked for again
  --images N         images to send with a card, for models with vision (default 0)
  --concurrency N    requests at once to each server (default 16)
  --rate N           requests a minute to each server (default: no limit)
  --timeout N        seconds to wait for an answer (default 120)
  --format WHAT      schema (default), object or text: what the server can decode under
  --max-tokens N     longest answer (default 2048)
  --price IN,OUT     dollars for a million tokens, to tell the cost
  --dry-run          tell count and cost, ask nothing`;

function priceOf(text: string | undefined): Price | null {
  if (text === undefined) return null;
  const [input = "", output = "", ...more] = text.split(",");
  if (more.length > 0) throw new UsageError(`--price must be IN,OUT, not "${text}".`);
  const bounds = { min: 0, max: 10_000 };
  return { input: number("price", input, bounds), output: number("price", output, bounds) };
}

const maxImageBytes = 4e6;

/** Files as data addresses; addresses as they are, for the server to fetch. */
function imageUrls(raw: RawCard, most: number): string[] {
  return raw.images.slice(0, most).flatMap((image) => {
    if (image.startsWith("https://")) return [image];
    const bytes = readFileSync(image);
    const type = /\.png$/iu.test(image) ? "png" : /\.webp$/iu.test(image) ? "webp" : "jpeg";
    return bytes.length > maxImageBytes ? [] : [`data:image/${type};base64,${bytes.toString("base64")}`];
  });
}

interface Estimate {
  readonly cards: number;
  readonly done: number;
  readonly left: number;
  readonly others: number;
  /** Cards that are never offered: `“Name” (shows a real person)`. */
  readonly refused: readonly string[];
  readonly tokens: { readonly input: number; readonly output: number };
}

/** A first pass over all cards. */
async function estimate(
  given: readonly string[],
  results: ResultsFile | null,
  images: number,
): Promise<Estimate> {
  const sum = { cards: 0, done: 0, left: 0, others: 0, tokens: { input: 0, output: 0 } };
  const refused: string[] = [];
  for await (const raw of readSources(given)) {
    if (!raw) sum.others += 1;
    else if (raw.refused) refused.push(`“${raw.card.title}” (${refusals[raw.refused]})`);
    else {
      sum.cards += 1;
      if (results?.has(await cardKey(raw), raw.card.id)) sum.done += 1;
      else {
        sum.left += 1;
        sum.tokens.input += questionTokens(cardMessages(raw, raw.images.slice(0, images)));
        sum.tokens.output += tokensPerAnswer;
      }
    }
  }
  return { ...sum, refused };
}

const refusals: Readonly<Record<CardRefusal, string>> = {
  person: "shows a real person",
  minor: "may look like a minor",
};

/** Names that are printed; the count says the rest. */
const mostNames = 20;

function tell({ cards, done, left, others, refused, tokens }: Estimate, price: Price | null): void {
  const skipped = others > 0 ? `, ${others} entries are no LoRA's card` : "";
  console.error(`${cards} cards${skipped}; ${done} done before, ${left} to refine.`);
  const more = refused.length > mostNames ? ` and ${refused.length - mostNames} more` : "";
  if (refused.length > 0) console.error(`Never offered: ${refused.slice(0, mostNames).join(", ")}${more}.`);
  console.error(`Estimate: ${tokensText(tokens, price)}.`);
}

async function* onlyCards(given: readonly string[]): AsyncGenerator<RawCard> {
  for await (const raw of readSources(given)) if (raw && !raw.refused) yield raw;
}

/** One line that replaces itself on a terminal, a line now and then elsewhere. */
function reporter(): { show(text: string): void; end(): void } {
  const everyMs = process.stderr.isTTY ? 500 : 10_000;
  let shownAt = 0;
  return {
    show(text) {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${text}` : `${text}\n`);
    },
    end: () => void (process.stderr.isTTY && process.stderr.write("\r\u001B[K")),
  };
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseOptions({
    ...serverSpec,
    out: text,
    resume: flag,
    images: text,
    concurrency: text,
    rate: text,
    price: text,
    "dry-run": flag,
    help: flag,
  });
  if (values["help"]) return console.log(help);
  if (positionals.length === 0) throw new UsageError("Name the cards to refine.");
  const whole = (name: string, fallback: number, bounds: { min: number; max: number }): number =>
    integer(name, String((values as Record<string, unknown>)[name] ?? fallback), bounds);
  const servers = serversOf(values);
  const price = priceOf(values["price"] as string | undefined);
  const images = whole("images", 0, { min: 0, max: 4 });
  const pool = new ServerPool(servers, {
    concurrency: whole("concurrency", 16, { min: 1, max: 1000 }),
    ratePerMinute: values["rate"] === undefined ? null : whole("rate", 1, { min: 1, max: 100_000 }),
    restMs: { first: 1000, most: 60_000 },
    givenUpAfter: 10,
  });

  const out = (values["out"] as string | undefined) ?? "refined.jsonl";
  if (values["dry-run"]) {
    const before = existsSync(out) ? await ResultsFile.open(out, { resume: true }) : null;
    tell(await estimate(positionals, before, images), price);
    return before?.close();
  }
  const results = await ResultsFile.open(out, { resume: values["resume"] === true });
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const planned = await estimate(positionals, results, images);
    tell(planned, price);
    const progress = new Progress(planned.left, Date.now());
    const report = reporter();
    const startedAt = Date.now();
    const counts = { refined: 0, copied: 0, failed: 0, "already done": 0 };
    try {
      for await (const step of refineCards(onlyCards(positionals), {
        pool,
        results,
        signal: stop.signal,
        imageUrls: async (raw) => imageUrls(raw, images),
      })) {
        counts[step.result] += 1;
        if (step.result === "already done") continue;
        progress.add({ failed: step.result === "failed", tokens: step.tokens }, Date.now());
        report.show(progress.text(Date.now()));
      }
    } finally {
      report.end();
      const seconds = (Date.now() - startedAt) / 1000;
      const copied = counts.copied > 0 ? `, ${counts.copied} as a card of the same content` : "";
      console.error(
        `${counts.refined} refined${copied}, ${counts.failed} failed, in ${durationText(seconds)}; ${tokensText(progress.tokens, price)}.`,
      );
    }
    console.error(`${results.count} cards in ${results.path}.`);
    if (counts.failed > 0) {
      throw new StylusError(
        "network",
        say`${counts.failed} cards failed; ${results.failuresPath} says why.`,
        {
          remedy: say`Try them again with --resume.`,
        },
      );
    }
  } catch (error) {
    if (error instanceof StylusError && error.code === "cancelled")
      throw new StylusError("cancelled", say`Stopped with ${results.count} cards in ${results.path}.`, {
        remedy: say`Continue with --resume.`,
      });
    throw error;
  } finally {
    await results.close();
  }
}

await runMain(main, help);
