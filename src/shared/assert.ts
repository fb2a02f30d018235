// Checks that can only fail because of a bug. User mistakes are StylusErrors instead.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Makes a switch over a union exhaustive: a new member fails the type check here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
