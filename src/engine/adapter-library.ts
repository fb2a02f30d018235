// The adapters of a session and what is merged at the moment. Files are parsed when first used; a change of adapters
// rewrites only the parameters it concerns, and going back to none restores the pristine bits.

import { type AdapterFile, parseAdapter } from "../adapters/adapter.ts";
import type { ModuleTable } from "../adapters/module-table.ts";
import { type AppliedAdapter, type MergeState, planMerge, PRISTINE } from "../adapters/plan.ts";
import type { AdapterReport } from "../adapters/report.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { AdapterUse } from "../shared/request.ts";
import type { PromptEmbedding } from "./conditioning.ts";
import type { Merger } from "./merger.ts";

interface Entry {
  readonly blob: Blob;
  readonly fileName: string;
  parsed: Promise<AdapterFile> | null;
}

export class AdapterLibrary {
  readonly #table: ModuleTable;
  readonly #merger: Merger;
  readonly #entries = new Map<string, Entry>();
  #state: MergeState = PRISTINE;
  #textRevision = 0;

  constructor(table: ModuleTable, merger: Merger) {
    this.#table = table;
    this.#merger = merger;
  }

  /** Changes whenever the text encoder's parameters do; what was encoded before is stale then. */
  get textRevision(): number {
    return this.#textRevision;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Makes a file known without reading it. An adapter of the same id is replaced. */
  register(id: string, blob: Blob, { fileName }: { fileName: string }): void {
    this.#entries.set(id, { blob, fileName, parsed: null });
  }

  /** @throws StylusError bad-file, unsupported */
  async report(id: string): Promise<AdapterReport> {
    return (await this.#parsed(id)).report;
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  dispose(): void {
    this.#merger.dispose();
  }

  /**
   * Makes the stores hold exactly these adapters' changes; a use at strength 0 for both networks is none.
   * @returns the number of parameters written or restored
   * @throws StylusError bad-file, unsupported, cancelled. After a failure the next call repairs what was left half done.
   */
  async apply(
    uses: readonly AdapterUse[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    const wanted = await Promise.all(combined(uses).map((use) => this.#applied(use)));
    throwIfAborted(signal);
    const { writes, restores, next } = planMerge(this.#state, wanted);
    // Each parameter's entry of the state follows its values, so that a stop in the middle leaves a true record.
    const state = new Map(this.#state);
    this.#state = state;
    if ([...writes, ...restores].some(({ network }) => network === "text_encoder")) this.#textRevision++;
    for (const { network, name } of restores) {
      this.#merger.restore(network, name);
      state.delete(`${network}/${name}`);
    }
    await this.#merger.merge(writes, {
      // Until it is written it counts as merged with nothing known, so that whatever fails is written again.
      onBegin: (write) => state.set(`${write.network}/${write.name}`, { ...write, contributions: [] }),
      onDone: (write) => state.set(`${write.network}/${write.name}`, write),
      checkpoint: () => throwIfAborted(signal),
    });
    this.#merger.trim(new Set(wanted.flatMap(({ updates }) => updates)));
    this.#state = next;
    return writes.length + restores.length;
  }

  /** Textual inversions that these adapters bring. */
  async embeddings(uses: readonly AdapterUse[]): Promise<PromptEmbedding[]> {
    const files = await Promise.all(combined(uses).map(({ id }) => this.#parsed(id)));
    return files.flatMap((file) => file.embeddings);
  }

  #applied({ id, unetStrength, textStrength }: AdapterUse): Promise<AppliedAdapter> {
    return this.#parsed(id).then(({ updates }) => ({ id, updates, unetStrength, textStrength }));
  }

  #parsed(id: string): Promise<AdapterFile> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      throw new StylusError("bad-input", `There is no adapter "${id}".`, {
        where: "adapters",
        remedy: "Check its name, or add its file first.",
      });
    }
    if (entry.parsed === null) {
      const parsed = parseAdapter(entry.blob, { fileName: entry.fileName, table: this.#table });
      parsed.catch(() => (entry.parsed = null)); // the file may be put in order and tried again
      entry.parsed = parsed;
    }
    return entry.parsed;
  }
}

/** One use per adapter: the strengths of repeated ones add up (a picked adapter that is the few-step one too). */
function combined(uses: readonly AdapterUse[]): AdapterUse[] {
  const byId = new Map<string, AdapterUse>();
  for (const use of uses) {
    const known = byId.get(use.id);
    byId.set(use.id, {
      id: use.id,
      unetStrength: (known?.unetStrength ?? 0) + use.unetStrength,
      textStrength: (known?.textStrength ?? 0) + use.textStrength,
    });
  }
  return [...byId.values()];
}
