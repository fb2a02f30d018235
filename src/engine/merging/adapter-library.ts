// The adapters of a session and what is merged at the moment. Files are parsed when first used; a change of adapters
// rewrites only the parameters it concerns, and going back to none restores the pristine bits.

import { type AdapterFile, inspectAdapter, parseAdapter } from "../../adapters/adapter.ts";
import { ADAPTER_NETWORKS, type ModuleTable } from "../../adapters/names/module-table.ts";
import { type MergeState, planMerge, PRISTINE } from "../../adapters/merging/merge-plan.ts";
import type { AppliedAdapter } from "../../adapters/merging/applied-adapter.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import { type StepSegment, stepSegments } from "../../adapters/merging/step-window.ts";
import { combineUses, useKind } from "../../shared/adapter-uses.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import type { AdapterUse } from "../../shared/request.ts";
import type { PromptEmbedding } from "../prompt/conditioning.ts";
import type { Merger } from "./merger.ts";

interface Entry {
  readonly blob: Blob;
  readonly fileName: string;
  /** Nothing but textual inversions: their words work in every prompt, as AUTOMATIC1111 has it. */
  isEmbedding: boolean;
  parsed: Promise<AdapterFile> | null;
}

interface RegisterOptions {
  readonly fileName: string;
  /** Set for a file known to hold textual inversions only; otherwise found out when it is read. */
  readonly isEmbedding?: boolean;
}

export class AdapterLibrary {
  readonly #table: ModuleTable;
  readonly #merger: Merger;
  readonly #entries = new Map<string, Entry>();
  readonly #named = new WeakMap<AdapterFile, readonly PromptEmbedding[]>();
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
  register(id: string, blob: Blob, { fileName, isEmbedding = false }: RegisterOptions): void {
    this.#entries.set(id, { blob, fileName, isEmbedding, parsed: null });
  }

  /** @throws StylusError bad-file, unsupported */
  async report(id: string): Promise<AdapterReport> {
    return (await this.#parsed(id)).report;
  }

  /**
   * Diagnoses a file for this model, hashes included; it stays unknown to the library.
   * @throws StylusError bad-file, unsupported: when it cannot be read at all; a file that does not fit has its
   * report's `refusal` set
   */
  async inspect(blob: Blob, { fileName }: { fileName: string }): Promise<AdapterReport> {
    const { report } = await inspectAdapter(blob, { fileName, table: this.#table, withHashes: true });
    return report;
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  dispose(): void {
    this.#merger.dispose();
  }

  /**
   * Cuts a run where the adapters at work change; one piece when none has a window of steps.
   * @throws StylusError bad-file, unsupported
   */
  async segments(uses: readonly AdapterUse[], steps: number): Promise<StepSegment[]> {
    return stepSegments(await this.#wanted(uses), steps);
  }

  /**
   * Makes the stores hold exactly these adapters' changes, at all steps; see merge.
   * @throws StylusError bad-file, unsupported, cancelled
   */
  async apply(
    uses: readonly AdapterUse[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    return this.merge(await this.#wanted(uses), { signal });
  }

  /**
   * Makes the stores hold exactly these adapters' changes; one at strength 0 for both networks is none.
   * @returns the number of parameters written or restored
   * @throws StylusError cancelled, device. After a failure the next call repairs what was left half done.
   */
  async merge(
    wanted: readonly AppliedAdapter[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    throwIfAborted(signal);
    const { writes, restores, next } = planMerge(this.#state, wanted);
    // Each parameter's entry of the state follows its values, so that a stop in the middle leaves a true record.
    const state = new Map(this.#state);
    this.#state = state;
    if ([...writes, ...restores].some(({ network }) => network === "text_encoder")) this.#textRevision++;
    for (const network of ADAPTER_NETWORKS) {
      const names = restores.filter((restore) => restore.network === network).map(({ name }) => name);
      this.#merger.restore(network, names);
      for (const name of names) state.delete(`${network}/${name}`);
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

  /**
   * Textual inversions that prompts may name: those that these adapters bring, and those of every file that holds
   * nothing else. The objects stay the same as long as the files do.
   * @throws StylusError bad-file, unsupported
   */
  async embeddings(uses: readonly AdapterUse[]): Promise<PromptEmbedding[]> {
    const ids = new Set(uses.map(({ id }) => id));
    for (const [id, { isEmbedding }] of this.#entries) if (isEmbedding) ids.add(id);
    const found = await Promise.all([...ids].map((id) => this.#embeddingsOf(id)));
    return found.flat();
  }

  async #embeddingsOf(id: string): Promise<readonly PromptEmbedding[]> {
    const file = await this.#parsed(id);
    const known = this.#named.get(file);
    if (known !== undefined) return known;
    const { fileName, isEmbedding } = this.#entries.get(id)!;
    const [only, ...rest] = file.embeddings;
    const named: PromptEmbedding[] = [...file.embeddings];
    // AUTOMATIC1111 goes by the file's name alone, diffusers by the token in the file.
    const stem = fileName.replace(/^.*[/\\]/u, "").replace(/\.[^.]+$/u, "");
    if (isEmbedding && only !== undefined && rest.length === 0 && only.name !== stem)
      named.push({ ...only, name: stem });
    this.#named.set(file, named);
    return named;
  }

  #wanted(uses: readonly AdapterUse[]): Promise<AppliedAdapter[]> {
    return Promise.all(
      combined(uses).map(async ({ steps, ...use }) => {
        const { updates } = await this.#parsed(use.id);
        return { ...use, updates, ...(steps && { steps: { ...steps, end: steps.end ?? Infinity } }) };
      }),
    );
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
      const receiver = this.#merger.receiver();
      const parsed = parseAdapter(entry.blob, {
        fileName: entry.fileName,
        table: this.#table,
        onPart: receiver?.take,
        readElsewhere: this.#merger.readElsewhere,
      });
      parsed.then(
        ({ updates, embeddings }) => {
          if (updates.length === 0 && embeddings.length > 0) entry.isEmbedding = true;
        },
        () => {
          entry.parsed = null; // the file may be put in order and tried again
          receiver?.drop();
        },
      );
      entry.parsed = parsed;
    }
    return entry.parsed;
  }
}

/** Repeated uses added up (a picked adapter that is the few-step one too), in an order that depends on nothing but them: the order of merging decides the last bit. */
function combined(uses: readonly AdapterUse[]): AdapterUse[] {
  return combineUses(uses).sort((a, b) => (useKind(a) < useKind(b) ? -1 : 1));
}
