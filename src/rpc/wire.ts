// What comlink cannot carry by itself, on both sides of a worker boundary: StylusErrors with all their fields, and option
// objects that hold callbacks or an AbortSignal (`{ onProgress, signal, … }`).
import { transferHandlers, type TransferHandler } from "comlink";
import { fromPlainError, toPlainError, type PlainError } from "../shared/errors.ts";

interface HooksMessage {
  readonly data: Record<string, unknown>;
  readonly functionNames: readonly string[];
  readonly aborted: boolean | null; // null: no signal
  readonly port: MessagePort;
}

type Hook = (...values: unknown[]) => void;

const isHook = (value: unknown): boolean => typeof value === "function" || value instanceof AbortSignal;

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
    port1.onmessage = ({ data: [name, values] }: MessageEvent<[string, unknown[]]>) =>
      callbacks.get(name)?.(...values);
    signal?.addEventListener("abort", () => port1.postMessage("abort"), { once: true });
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
      port.onmessage = () => controller.abort();
      options["signal"] = controller.signal;
    }
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
