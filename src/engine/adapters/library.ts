// The adapters of a session and what is currently merged. Files are parsed on first use; a change of adapters rewrites
// only the affected parameters, and removing all adapters restores the pristine bits.

import { type AdapterFile, inspectAdapter, parseAdapter } from "../../adapters/adapter.ts";
import { fileStem } from "../../adapters/names/embedding-keys.ts";
import type { ModuleTable } from "../../adapters/names/module-table.ts";
import { ADAPTER_NETWORKS, type AdapterNetwork } from "../../adapters/adapter-networks.ts";
import {
  type MergeState,
  type PlannedWrite,
  planMerge,
  PRISTINE,
} from "../../adapters/merging/merge-plan.ts";
import type { AppliedAdapter } from "../../adapters/merging/applied-adapter.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import { type StepSegment, stepSegments } from "../../adapters/merging/step-window.ts";
import { combineUses, useKind } from "../../shared/adapter-uses.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { AdapterUse } from "../../shared/request.ts";
import type { PromptEmbedding } from "../prompt/conditioning.ts";
import type { Merger } from "./merger.ts";

interface Entry {
  readonly blob: Blob;
  readonly fileName: string;
  /** Only textual inversions: their words work in every prompt, as in AUTOMATIC1111. */
  isEmbedding: boolean;
  parsed: Promise<AdapterFile> | null;
}

interface RegisterOptions {
  readonly fileName: string;
  /** Set for a file known to contain only textual inversions; otherwise determined when it is read. */
  readonly isEmbedding?: boolean;
}

export class AdapterLibrary {
  readonly #table: ModuleTable;
  readonly #merger: Merger;
  readonly #entries = new Map<string, Entry>();
  readonly #named = new WeakMap<AdapterFile, readonly PromptEmbedding[]>();
  /** Of a network that is not on the device: what it gets when it is loaded. */
  #state: MergeState = PRISTINE;
  #textRevision = 0;

  constructor(table: ModuleTable, merger: Merger) {
    this.#table = table;
    this.#merger = merger;
  }

  /** Changes with the text encoder's parameters, which makes earlier encodings stale. */
  get textRevision(): number {
    return this.#textRevision;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Registers a file without reading it. Replaces an adapter with the same id. */
  register(id: string, blob: Blob, { fileName, isEmbedding = false }: RegisterOptions): void {
    this.#entries.set(id, { blob, fileName, isEmbedding, parsed: null });
  }

  /** A registered file is now known to contain only textual inversions. */
  markEmbedding(id: string): void {
    const entry = this.#entries.get(id);
    if (entry) entry.isEmbedding = true;
  }

  /** @throws StylusError bad-file, unsupported */
  async report(id: string): Promise<AdapterReport> {
    return (await this.#parsed(id)).report;
  }

  /**
   * Diagnoses a file for this model, including hashes, without registering it.
   * @throws StylusError bad-file, unsupported if it cannot be read at all; for a file that does not fit, the report's
   * `refusal` is set
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
   * Splits a run where the active adapters change; one segment if none has a step window.
   * @throws StylusError bad-file, unsupported
   */
  async segments(uses: readonly AdapterUse[], steps: number): Promise<StepSegment[]> {
    return stepSegments(await this.#wanted(uses), steps);
  }

  /**
   * Merges exactly these adapters into the stores, at all steps; see merge.
   * @throws StylusError bad-file, unsupported, cancelled
   */
  async apply(
    uses: readonly AdapterUse[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    return this.merge(await this.#wanted(uses), { signal });
  }

  /**
   * Merges exactly these adapters into the stores; an adapter with strength 0 for both networks does not count.
   * @returns the number of parameters written or restored
   * @throws StylusError cancelled, device. After a failure the next call repairs partial changes.
   */
  async merge(
    wanted: readonly AppliedAdapter[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    throwIfAborted(signal);
    const { writes, restores, next } = planMerge(this.#state, wanted);
    // Updates each parameter's state after its values, so that the record stays correct if the merge aborts.
    const state = new Map(this.#state);
    this.#state = state;
    if ([...writes, ...restores].some(({ network }) => network === "text_encoder")) this.#textRevision++;
    for (const network of ADAPTER_NETWORKS) {
      const own = restores.filter((restore) => restore.network === network);
      if (own.length > 0 && this.#merger.isOnDevice(network)) {
        for (const key of own.map(keyOf)) state.set(key, { ...state.get(key)!, contributions: [] });
        await this.#merger.restore(
          network,
          own.map(({ name }) => name),
        );
      }
      for (const key of own.map(keyOf)) state.delete(key);
    }
    // What is not on the device is merged when it is loaded.
    const here = writes.filter(({ network }) => this.#merger.isOnDevice(network));
    for (const write of writes) if (!here.includes(write)) state.set(keyOf(write), write);
    await this.#write(here, { state, signal });
    this.#merger.trim(new Set(wanted.flatMap(({ updates }) => updates)));
    this.#state = next;
    return writes.length + restores.length;
  }

  /**
   * Merges what is wanted into a network that was loaded again, with pristine values.
   * @throws StylusError cancelled, device. After a failure the network has to be loaded again.
   */
  async mergeLoaded(
    network: AdapterNetwork,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const wanted = [...this.#state.values()].filter(
      (write) => write.network === network && write.contributions.length > 0,
    );
    // A failure leaves the record as it is, of what the network gets when it is loaded.
    await this.#write(wanted, { state: new Map(), signal });
    this.#merger.trim(new Set(wanted.flatMap((write) => write.contributions.map(({ update }) => update))));
  }

  async #write(
    writes: readonly PlannedWrite[],
    { state, signal }: { state: Map<string, PlannedWrite>; signal: AbortSignal | undefined },
  ): Promise<void> {
    await this.#merger.merge(writes, {
      // Counts as unknown until written, so that a failed write is repeated.
      onBegin: (write) => state.set(keyOf(write), { ...write, contributions: [] }),
      onDone: (write) => state.set(keyOf(write), write),
      checkpoint: () => throwIfAborted(signal),
    });
  }

  /**
   * Textual inversions that prompts can use: those in these adapters, and those of every file that contains nothing else.
   * The objects stay the same as long as the files do.
   * @param leftOut ids of files whose words do nothing
   * @throws StylusError bad-file, unsupported
   */
  async embeddings(uses: readonly AdapterUse[], leftOut: readonly string[] = []): Promise<PromptEmbedding[]> {
    const ids = new Set(uses.map(({ id }) => id));
    for (const [id, { isEmbedding }] of this.#entries) if (isEmbedding && !leftOut.includes(id)) ids.add(id);
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
    // AUTOMATIC1111 uses the file name alone, diffusers the token in the file.
    const stem = fileStem(fileName);
    if (isEmbedding && only !== undefined && rest.length === 0 && only.name !== stem)
      named.push({ ...only, name: stem });
    this.#named.set(file, named);
    return named;
  }

  #wanted(uses: readonly AdapterUse[]): Promise<AppliedAdapter[]> {
    return Promise.all(
      combined(uses).map(async (use) => {
        const { updates } = await this.#parsed(use.id);
        return { ...use, updates };
      }),
    );
  }

  #parsed(id: string): Promise<AdapterFile> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      throw new StylusError("bad-input", say`There is no adapter "${id}".`, {
        where: "adapters",
        remedy: say`Check its name, or add its file first.`,
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
          entry.parsed = null; // the file may be fixed and tried again
          receiver?.drop();
        },
      );
      entry.parsed = parsed;
    }
    return entry.parsed;
  }
}

const keyOf = ({ network, name }: { network: AdapterNetwork; name: string }): string => `${network}/${name}`;

/** Sums repeated uses (such as a picked adapter that is also the few-step one) in an order that depends only on them, because the merge order decides the last bit. */
function combined(uses: readonly AdapterUse[]): AdapterUse[] {
  return combineUses(uses).sort((a, b) => (useKind(a) < useKind(b) ? -1 : 1));
}
