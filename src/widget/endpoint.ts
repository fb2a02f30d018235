// The widget's end of the messages: hears the embedding page and nobody else, and answers it alone.
import { createRateLimit } from "./rate-limit.ts";
import {
  protocolVersion,
  readCommand,
  type Told,
  type ToldError,
  type WidgetCommand,
  type WidgetErrorCode,
} from "./protocol.ts";

/** Any message: more than a page needs that follows a slider. */
const messageRate = { burst: 60, perMinute: 600 };
/** Images that a page may ask for at once: more than one request may ask for (protocol.ts). */
const generationBurst = 5;

/** The embedding page's window, as far as messages go. */
export interface Parent {
  postMessage(message: unknown, targetOrigin: string): void;
}

export interface Endpoint {
  /** For `message` events of the widget's window. */
  receive(event: { readonly data: unknown; readonly origin: string; readonly source: unknown }): void;
  /** Reaches the page once it has connected. */
  send(event: Told): void;
}

/** The id of the request that a message makes; null when it makes none. */
function requestOf(read: NonNullable<ReturnType<typeof readCommand>>): string | null {
  if ("problem" in read) return read.problem.id;
  return read.message.type === "generate" ? read.message.id : null;
}

export function createEndpoint({
  parent,
  allows,
  generationsPerMinute,
  onCommand,
  now,
}: {
  /** Null: nothing embeds the widget. */
  readonly parent: Parent | null;
  readonly allows: (origin: string) => boolean;
  readonly generationsPerMinute: number;
  /** Gets what is allowed and understood. */
  readonly onCommand: (command: WidgetCommand) => void;
  readonly now?: () => number;
}): Endpoint {
  const clock = now === undefined ? {} : { now };
  const mayTalk = createRateLimit({ ...messageRate, ...clock });
  const mayGenerate = createRateLimit({
    burst: generationBurst,
    perMinute: generationsPerMinute,
    ...clock,
  });
  /** The page's origin, once it has connected. */
  let connected: string | null = null;
  /** It has been told to be quiet, and is not told again for each message. */
  let isHushed = false;

  const post = (event: Told, origin: string): void =>
    // A page without an origin (a file, a sandbox) cannot be named; the parent is still the only one that hears.
    parent?.postMessage({ stylus: protocolVersion, ...event }, origin === "null" ? "*" : origin);
  const refuse = (
    origin: string,
    {
      id = null,
      ...error
    }: Omit<ToldError, "type" | "id"> & { readonly code: WidgetErrorCode; readonly id?: string | null },
  ): void => post({ type: "error", id, ...error }, origin);

  return {
    receive({ data, origin, source }) {
      if (parent === null || source !== parent) return;
      const read = readCommand(data);
      if (read === null) return;
      // The page waits for the end of each of its requests, also of those that are refused.
      const id = requestOf(read);
      if (!mayTalk()) {
        if (!isHushed || id !== null)
          refuse(origin, {
            id,
            code: "rate-limited",
            message: "There were too many messages.",
            remedy: "Send fewer.",
          });
        isHushed = true;
        return;
      }
      isHushed = false;
      if (!allows(origin)) {
        refuse(origin, {
          id,
          code: "forbidden",
          message: `This site does not let ${origin} use the widget.`,
          where: "widget.json",
          remedy: "Ask the site’s host to add it to allowedOrigins.",
        });
        return;
      }
      if ("problem" in read) return refuse(origin, { ...read.problem, remedy: "See docs/widget.md." });
      const command = read.message;
      if (command.type === "connect") connected = origin;
      if (connected !== origin) {
        refuse(origin, { id, code: "bad-message", message: "The first message must be “connect”." });
        return;
      }
      if (command.type === "generate" && !mayGenerate(command.options?.count)) {
        refuse(origin, {
          id,
          code: "rate-limited",
          message: `A page may ask for ${generationsPerMinute} images a minute.`,
          remedy: "Wait a little, then ask again.",
        });
        return;
      }
      onCommand(command);
    },

    send(event) {
      if (connected !== null) post(event, connected);
    },
  };
}
