// A language model behind an OpenAI-compatible server: of the command line, or the user's own in the page.
import {
  ask,
  PassingFailure,
  serverName,
  serverPlace,
  type ChatServer,
} from "../../../refine/chat-server.ts";
import { pause } from "../../../shared/abortable.ts";
import { StylusError } from "../../../shared/errors.ts";
import type { OpenLanguageModel } from "../language-model.ts";
import { say } from "../../../shared/saying.ts";

/** A server that is busy or broken is asked this often. */
const tries = 3;

/** Rest before the second try, twice as long before the third, and the longest that a server may ask for, in milliseconds. */
const restMs = { first: 1000, most: 10_000 };

export const serverModel = (server: ChatServer): OpenLanguageModel => ({
  name: server.alias ?? server.model,
  async complete(messages, schema, { signal, onToken, temperature, seed }) {
    for (let tried = 1; ; tried++) {
      try {
        const answer = { name: "chosen_adapters", schema };
        const { text } = await ask(server, messages, { signal, temperature, seed, answer });
        onToken?.(text);
        return text;
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        if (tried < tries && error.kind !== "useless") {
          const rest = error.retryAfterMs ?? restMs.first * 2 ** (tried - 1);
          await pause(Math.min(rest, restMs.most), signal);
          continue;
        }
        throw new StylusError("network", say`${serverName(server)}: ${error.said}.`, {
          where: serverPlace(server),
          remedy: server.remedies.silent,
          cause: error,
        });
      }
    }
  },
  close: async () => {},
});
