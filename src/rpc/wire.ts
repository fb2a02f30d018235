// Transfers what comlink cannot, on both sides of a worker boundary: StylusErrors with all their fields, and option
// objects with callbacks or an AbortSignal (`{ onProgress, signal, … }`). Callbacks use their own port, and messages on
// two ports may overtake each other: the worker announces the end of a call's callbacks, and the page's call resolves
// only after that.
import { transferHandlers, type TransferHandler } from "comlink";
import { fromPlainError, toPlainError, type PlainError } from "../shared/errors.ts";

interface HooksMessage {
  readonly data: Record<string, unknown>;
  readonly functionNames: readonly string[];
  readonly aborted: boolean | null; // null: no signal
  readonly port: MessagePort;
}

type Hook = (...values: unknown[]) => void;

/** Page → worker, on a hooks port. */
const abortMessage = "abort";
/** Worker → page: the call has ended; no callback follows. */
const endMessage = "end";

const isHook = (value: unknown): boolean => typeof value === "function" || value instanceof AbortSignal;

/** Ends of the hooks serialised since `collectEnds` began; null outside it. */
let ends: Promise<void>[] | null = null;

/** Runs `call` and returns the hooks it sent: each promise resolves when no more callbacks can follow. */
export function collectEnds<Result>(call: () => Result): { result: Result; ends: readonly Promise<void>[] } {
  const outer = ends;
  const own: Promise<void>[] = [];
  ends = own;
  try {
    return { result: call(), ends: own };
  } finally {
    ends = outer;
  }
}

/** Ports of the option objects that reached the worker. */
const portOf = new WeakMap<object, MessagePort>();

/** Call this in the worker when a call with these arguments has ended. */
export function endHooks(callArguments: readonly unknown[]): void {
  for (const value of callArguments) {
    if (typeof value === "object" && value !== null) portOf.get(value)?.postMessage(endMessage);
  }
}

/** Options with hooks travel as data plus a port; calls to a callback are one-way, so callbacks return nothing. */
const hooksHandler: TransferHandler<Record<string, unknown>, HooksMessage> = {
  canHandle: (value): value is Record<string, unknown> =>
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).some(isHook),
  serialize(options) {
    const { port1, port2 } = new MessageChannel();
    const hooks = Object.entries(options).filter(([, value]) => typeof value === "function") as [
      string,
      Hook,
    ][];
    const signal = Object.values(options).find((value) => value instanceof AbortSignal);
    const callbacks = new Map(hooks);
    const onAbort = (): void => port1.postMessage(abortMessage);
    signal?.addEventListener("abort", onAbort, { once: true });
    const ended = new Promise<void>((resolve) => {
      port1.addEventListener("message", ({ data }: MessageEvent<[string, unknown[]] | typeof endMessage>) => {
        if (data !== endMessage) {
          callbacks.get(data[0])?.(...data[1]);
          return;
        }
        signal?.removeEventListener("abort", onAbort);
        port1.close();
        resolve();
      });
      port1.start();
    });
    ends?.push(ended);
    const data = Object.fromEntries(Object.entries(options).filter(([, value]) => !isHook(value)));
    const message = {
      data,
      functionNames: [...callbacks.keys()],
      aborted: signal?.aborted ?? null,
      port: port2,
    };
    return [message, [port2]];
  },
  deserialize({ data, functionNames, aborted, port }) {
    const options: Record<string, unknown> = { ...data };
    for (const name of functionNames)
      options[name] = (...values: unknown[]) => port.postMessage([name, values]);
    if (aborted !== null) {
      const controller = new AbortController();
      if (aborted) controller.abort();
      port.addEventListener("message", () => controller.abort());
      port.start();
      options["signal"] = controller.signal;
    }
    portOf.set(options, port);
    return options;
  },
};

interface Thrown {
  readonly value: unknown;
}

const isThrown = transferHandlers.get("throw")!.canHandle;

const errorHandler: TransferHandler<Thrown, PlainError> = {
  canHandle: (value): value is Thrown => isThrown(value),
  serialize: ({ value }) => [toPlainError(value), []],
  deserialize(plain): never {
    throw fromPlainError(plain);
  },
};

transferHandlers.set("hooks", hooksHandler as TransferHandler<unknown, unknown>);
transferHandlers.set("throw", errorHandler as TransferHandler<unknown, unknown>);
