// Sessions by network and size: building one takes a second at full size, and the next image usually has the same size.
// Keeps only a small number, because each holds memory for its intermediate results.

import type { Graph } from "../graph/graph.ts";
import type { Backend, ParameterStore, Session } from "../runtime/backend.ts";

export interface SessionRequest {
  /** Identifies network and shape; equal keys mean equal graphs. */
  readonly key: string;
  readonly build: () => Graph;
  readonly parameters: ParameterStore;
  readonly signal?: AbortSignal | undefined;
}

export class SessionCache {
  readonly #backend: Pick<Backend, "createSession">;
  /** Sessions that are kept; fewer from the next one on, if it becomes smaller. */
  capacity: number;
  readonly #sessions = new Map<string, Promise<Session>>(); // least recently used first
  #created = 0;

  constructor(backend: Pick<Backend, "createSession">, { capacity }: { capacity: number }) {
    this.#backend = backend;
    this.capacity = capacity;
  }

  /** Live sessions. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions built so far. */
  get created(): number {
    return this.#created;
  }

  /** The session for a key, built if needed; evicts the least recently used one. */
  async get({ key, build, parameters, signal }: SessionRequest): Promise<Session> {
    let session = this.#sessions.get(key);
    if (session === undefined) {
      while (this.#sessions.size >= this.capacity) await this.#release(this.#sessions.keys().next().value!);
      this.#created++;
      session = this.#backend.createSession(build(), { parameters, signal });
      session.catch(() => this.#sessions.delete(key));
    }
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    return session;
  }

  async dispose(): Promise<void> {
    for (const key of this.#sessions.keys()) await this.#release(key);
  }

  async #release(key: string): Promise<void> {
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    await session?.then(
      (built) => built.dispose(),
      () => {}, // never built
    );
  }
}
