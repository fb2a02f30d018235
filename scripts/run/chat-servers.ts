// The options that name OpenAI-compatible servers, for the commands that ask language models.
import { say } from "../../src/shared/saying.ts";
import { answerFormats, type ChatServer, type ServerRemedies } from "../../src/refine/chat-server.ts";
import { integer, oneOf, UsageError } from "./arguments.ts";

export const serverSpec = {
  server: { type: "string", multiple: true },
  model: { type: "string", multiple: true },
  "key-env": { type: "string" },
  timeout: { type: "string" },
  format: { type: "string" },
  "max-tokens": { type: "string" },
} as const;

export const commandRemedies: ServerRemedies = {
  key: say`Check --key-env: it names the environment variable that holds the server's key.`,
  notFound: say`Check --server, which ends with /v1, and --model.`,
  refused: say`Check --model; if the server knows no JSON schemas, try --format object or --format text.`,
  silent: say`Check that it runs and has the model loaded, then try again; npm run refine continues with --resume.`,
};

function list(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** @throws UsageError naming the option */
export function serversOf(values: Record<string, unknown>): ChatServer[] {
  const urls = list(values["server"]);
  const models = list(values["model"]);
  if (urls.length === 0) urls.push("http://127.0.0.1:8000/v1");
  for (const url of urls) {
    if (!/^https?:\/\//u.test(url)) throw new UsageError(`--server must be an http address, not "${url}".`);
  }
  if (models.length === 0) throw new UsageError("--model is missing.");
  if (models.length > 1 && models.length !== urls.length)
    throw new UsageError(`Name one --model, or one for each of the ${urls.length} servers.`);
  const variable = values["key-env"] as string | undefined;
  const apiKey = variable === undefined ? null : (process.env[variable] ?? "");
  if (apiKey === "") throw new UsageError(`--key-env: the environment variable ${variable} is not set.`);
  const between = (name: string, fallback: number, max: number): number =>
    integer(name, String(values[name] ?? fallback), { min: 1, max });
  const options = {
    apiKey,
    timeoutMs: between("timeout", 120, 3600) * 1000,
    maxTokens: between("max-tokens", 2048, 100_000),
    format: oneOf("format", String(values["format"] ?? "schema"), answerFormats),
    alias: null,
    remedies: commandRemedies,
  };
  return urls.map((url, i) => ({ url, model: models[i] ?? models[0]!, ...options }));
}
