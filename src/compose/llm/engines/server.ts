// A language model behind an OpenAI-compatible server: of the command line, or the user's own in the page.
import { ask, PassingFailure, serverName, type ChatServer } from "../../../refine/chat-server.ts";
import { StylusError } from "../../../shared/errors.ts";
import type { OpenLanguageModel } from "../language-model.ts";
import { say } from "../../../shared/saying.ts";

/** A server that is busy or broken is asked this often. */
const tries = 3;

export const serverModel = (server: ChatServer): OpenLanguageModel => ({
  name: server.alias ?? server.model,
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
        throw new StylusError("network", say`${serverName(server)}: ${error.said}.`, {
          where: serverName(server),
          remedy: server.remedies.silent,
          cause: error,
        });
      }
    }
  },
  close: async () => {},
});
