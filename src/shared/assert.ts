// Checks for things that can only be wrong through a bug of ours. User mistakes are StylusErrors instead.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Closes a switch over a union: a new member makes the type check fail here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
