/** Calls of one moment share one answer; a later call, which may follow a change, gets an answer of its own. */
export function atOnce<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | null = null;
  return () =>
    (asked ??= Promise.resolve().then(() => {
      asked = null;
      return work();
    }));
}
