// A language model behind an OpenAI-compatible server, for the command line.
import { ask, PassingFailure, type ChatServer } from "../../../refine/chat-server.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { LanguageModel } from "../language-model.ts";

/** A server that is busy or broken is asked this often. */
const tries = 3;

export const serverModel = (server: ChatServer): LanguageModel => ({
  name: server.model,
  async complete(messages, schema, { signal, onToken, temperature, seed }) {
    for (let left = tries; ; left--) {
      try {
        const answer = { name: "chosen_adapters", schema };
        const { text } = await ask(server, messages, { signal, temperature, seed, answer });
        onToken?.(text);
        return text;
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        if (left > 1 && error.kind !== "useless") continue;
        throw new StylusError("network", say`${server.url}: ${error.message}.`, {
          where: server.url,
          remedy: say`Check that the server runs and has the model loaded, then try again.`,
          cause: error,
        });
      }
    }
  },
});
