// The token worker: gets the tokenizer of the pack in use when a prompt is first counted, and again after it was restarted.
import type { TokenCount } from "../../engine/prompt/conditioning.ts";
import type { TokenCounter } from "../../engine/prompt/token-counter.ts";
import { WorkerClient } from "../../rpc/client.ts";
import { throughLoss } from "./through-loss.ts";
import { say } from "../../shared/saying.ts";

interface TokenizerFiles {
  readonly packId: string;
  readonly files: ReadonlyMap<string, Blob>;
}

const needed = /^(?:tokenizer\/|text_encoder\/config\.json$)/u;

/** Tokens of prompts. @param current the files of the pack in use */
export function createTokenCounting(
  current: () => Promise<TokenizerFiles>,
): (prompt: string, options: { readonly steps: number }) => Promise<TokenCount> {
  const worker = new WorkerClient<TokenCounter>(
    say`token`,
    () => new Worker(new URL("../../../workers/tokens.ts", import.meta.url), { type: "module" }),
  );
  let held: { readonly packId: string; readonly start: number; readonly loaded: Promise<void> } | null = null;

  async function load(): Promise<void> {
    const { packId, files } = await current();
    if (held?.packId === packId && held.start === worker.starts && worker.alive > 0) return held.loaded;
    const own = new Map([...files].filter(([path]) => needed.test(path)));
    const loaded = worker.call((service) => service.load(own));
    const mine = { packId, start: worker.starts, loaded };
    held = mine;
    return loaded.catch((error: unknown) => {
      if (held === mine) held = null;
      throw error;
    });
  }

  return (prompt, options) =>
    throughLoss(async () => {
      await load();
      return worker.call((service) => service.count(prompt, options));
    });
}
