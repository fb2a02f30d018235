// The options that name the language model of the composer "llm": a server, or a folder with a model of its own.
import { serversOf, serverSpec } from "../run/chat-servers.ts";
import type { Chooser } from "./chooser.ts";

export const languageModelSpec = { "model-dir": { type: "string" }, ...serverSpec } as const;

/** @throws UsageError naming the option; StylusError bad-file | unsupported | device */
export async function openLanguageModel(chooser: Chooser, values: Record<string, unknown>): Promise<void> {
  const folder = values["model-dir"];
  if (typeof folder === "string") await chooser.loadLanguageModel(folder);
  else chooser.askServer(serversOf(values)[0]!);
}
