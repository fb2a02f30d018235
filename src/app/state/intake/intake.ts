// Adapter files on their way in: each is examined one after the other, shown with its diagnosis, and added or put aside.
import { createEffect, createSignal, on, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import type { AdapterReport } from "../../../adapters/report.ts";
import type { AdapterCard, AuthorWords } from "../../../retrieval/card.ts";
import { deletionError, type PlainError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { adapterFilesOf, type AdapterFiles } from "../../adapters/dropped-files.ts";
import { freeId } from "../../adapters/free-id.ts";
import { newAdapter } from "../../adapters/new-adapter.ts";
import { authorWordsOf, cardOf, type CardDraft } from "../../adapters/user-card.ts";
import { t } from "../../../texts/texts.ts";
import type { AdapterServices, SourceServices } from "../../services/ports.ts";
import { examineFiles, sameFile } from "./examination.ts";
import type { Refusal } from "./refusal.ts";
import { examineAgain } from "./kept-adapters.ts";
import type { CardWriter } from "../language-models.ts";
import { createManyIntake, manyFrom, type ManyIntake } from "./many-adapters.ts";
import { createSources, type Sources } from "./sources.ts";
import { explain } from "../../explain.ts";
import type { UserAdapter, LoadedPack } from "../../../stylus/loaded-pack.ts";

export interface IntakeItem {
  readonly key: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly status: "waiting" | "reading" | "ready" | "refused" | "adding" | "added";
  readonly report: AdapterReport | null;
  readonly refusal: Refusal | null;
  readonly draft: CardDraft | null;
  /** Of the adapter that it became, or that holds the same file already. */
  readonly id: string | null;
  /** True when that adapter was there before. */
  readonly known: boolean;
  /** The base model that it is kept for, as cards name it, where that is not the loaded one; `refusal` says why. */
  readonly keptFor: string | null;
  /** Why adding it failed. */
  readonly error: PlainError | null;
}

export interface Intake {
  readonly items: readonly IntakeItem[];
  readonly open: Accessor<boolean>;
  /** A folder of files, which are not listed one by one. */
  readonly many: Pick<ManyIntake, "progress" | "cards" | "stop" | "dismiss">;
  /** Adapters from addresses of other sites. */
  readonly sources: Sources;
  /** Names of files that came along and are nothing this program takes. */
  readonly others: Accessor<readonly string[]>;
  take(files: readonly File[]): void;
  /** Opens the dialog before there is a file. */
  show(): void;
  /**
   * The adapters of one or more folders.
   * @param others files that came along and are something else
   */
  takeFolders(adapters: readonly AdapterFiles[], others: readonly File[]): void;
  /** Tells of files that cannot be taken, where the user looks: above whatever dialog is open. */
  refuseOthers(files: readonly File[]): void;
  edit(key: string, change: Partial<CardDraft>): void;
  /** What a file's author says in what lies beside it, for whoever writes its card. */
  words(key: string): AuthorWords | null;
  accept(key: string): Promise<void>;
  dismiss(key: string): void;
  /** A folder that is being taken, or a download, goes on; the dialog opens again with its report. */
  close(): void;
  /** Changes the card of an adapter that was added before. @throws StylusError quota */
  change(id: string, draft: CardDraft): Promise<void>;
  /** Forgets some of the user's adapters. @throws StylusError quota: the browser does not delete one */
  forget(ids: readonly string[]): Promise<void>;
}

function announcementOf(
  report: AdapterReport,
  { fileName, keptFor }: { readonly fileName: string; readonly keptFor: string | null },
): string {
  if (keptFor !== null) return t.adapters.announced.fitsOther(fileName, keptFor);
  const { used, of } = usedTensors(report);
  return used < of
    ? t.adapters.announced.fitsInPart(fileName, used, of)
    : t.adapters.announced.fits(fileName);
}

/** How many of a file's tensors the loaded model uses. */
export function usedTensors({ tensors, unmatched }: AdapterReport): {
  readonly used: number;
  readonly of: number;
} {
  const unused = unmatched.reduce((sum, { keys }) => sum + keys.length, 0);
  return { used: tensors - unused, of: tensors };
}

export function createIntake(context: {
  readonly services: AdapterServices & { readonly sources: SourceServices };
  readonly pack: Accessor<LoadedPack | null>;
  /** Returns the pack with its newest adapters; cheap when it is loaded. */
  readonly refresh: () => Promise<LoadedPack>;
  /** Who writes cards of a folder, if the user wants it. */
  readonly writer: Accessor<CardWriter | null>;
  readonly announce: (text: string) => void;
  /** Some are gone: so is what was noted of them. */
  readonly onForgotten: (ids: readonly string[]) => Promise<void>;
}): Intake {
  const { services, pack, refresh, writer, announce } = context;
  const [items, setItems] = createStore<IntakeItem[]>([]);
  const [open, setOpen] = createSignal(false);
  const [others, setOthers] = createSignal<readonly string[]>([]);
  const files = new Map<string, AdapterFiles>();
  /** As they are kept, with the scale of their configuration and a small preview; and what lies beside them. */
  const wholes = new Map<
    string,
    { readonly file: File; readonly preview: Blob | null; readonly sidecar: unknown }
  >();
  const many = createManyIntake({ services, pack, refresh, writer, announce, onEnd: () => setOpen(true) });
  const sources = createSources({ services, pack, refresh, announce, onEnd: () => setOpen(true) });
  let queue: Promise<void> = Promise.resolve();
  let adding: Promise<void> = Promise.resolve();

  const set = (key: string, change: Partial<IntakeItem>): void =>
    setItems((item) => item.key === key, change);
  const refuse = (key: string, refusal: Refusal, report: AdapterReport | null = null): void => {
    set(key, { status: "refused", refusal, report });
    announce(t.adapters.announced.refused(files.get(key)?.file.name, refusal.title));
  };

  async function examine(key: string): Promise<void> {
    const taken = files.get(key);
    if (!taken) return; // dismissed in the meantime
    set(key, { status: "reading" });
    const loaded = async (): Promise<LoadedPack> => pack() ?? (await refresh());
    const { sidecarOf } = sources;
    const found = await examineFiles(taken, { services, loaded, sidecarOf });
    switch (found.kind) {
      case "refused":
        refuse(key, found.refusal, found.report);
        break;
      case "known":
        set(key, { report: found.report });
        tellKnown(key, found.card);
        break;
      case "fits": {
        const { file, preview, report, draft, sidecar, refusal, keptFor } = found;
        wholes.set(key, { file, preview, sidecar });
        set(key, { status: "ready", report, draft, refusal, keptFor });
        announce(announcementOf(report, { fileName: file.name, keptFor }));
      }
    }
  }

  /** Those that are being deleted: writing one would bring it back. */
  const leaving = new Set<string>();
  const recheck = (id: string, loaded: LoadedPack): Promise<boolean> =>
    examineAgain(loaded, {
      services,
      current: () =>
        pack()?.id === loaded.id && !leaving.has(id) ? pack()!.userAdapters.get(id) : undefined,
    });
  createEffect(
    on(pack, (loaded) => {
      if (!loaded) return;
      const unchecked = [...loaded.userAdapters.values()].filter(({ report }) => report.refusal);
      if (unchecked.length === 0) return;
      // One that cannot be examined now is examined with the next load.
      queue = queue
        .then(() => Promise.allSettled(unchecked.map(({ id }) => recheck(id, loaded))))
        .then((done) =>
          done.some((result) => result.status === "fulfilled" && result.value)
            ? refresh().then(() => {})
            : undefined,
        )
        .catch(() => {});
    }),
  );

  function tellKnown(key: string, card: AdapterCard): void {
    set(key, { status: "added", id: card.id, known: true });
    announce(t.adapters.announced.known(files.get(key)?.file.name ?? "The file", card.title));
  }

  async function add(key: string): Promise<void> {
    const item = items.find((entry) => entry.key === key);
    const whole = wholes.get(key);
    if (!item?.report || !item.draft || !whole || !pack() || item.status !== "ready") return;
    set(key, { status: "adding", error: null });
    // Plain copies: IndexedDB cannot clone the store's proxies.
    const report = JSON.parse(JSON.stringify(item.report)) as AdapterReport;
    const draft = { ...item.draft };
    try {
      // Names that are not among the cards: of adapters for other models, or just added by another tab.
      const refused = new Set<string>();
      for (;;) {
        const loaded = await refresh();
        const same = sameFile(loaded, report);
        if (same) {
          tellKnown(key, same);
          return;
        }
        const id = freeId(whole.file.name, new Set([...loaded.cards.map((each) => each.id), ...refused]));
        const baseModel = item.keptFor ?? loaded.baseModels[0]!;
        const adapter = newAdapter(id, whole, { draft, baseModel, report });
        if (!(await services.addAdapter(adapter))) {
          refused.add(id);
          continue;
        }
        await refresh();
        set(key, { status: "added", id });
        announce(
          item.keptFor === null
            ? t.adapters.announced.added(adapter.card.title)
            : t.adapters.announced.kept(adapter.card.title, item.keptFor),
        );
        return;
      }
    } catch (error) {
      set(key, { status: "ready", error: explain(error) });
    }
  }

  function takeAll(adapters: readonly AdapterFiles[]): void {
    const added = adapters.map((taken): IntakeItem => {
      const key = crypto.randomUUID();
      files.set(key, taken);
      const { name: fileName, size: sizeBytes } = taken.file;
      const nothing = { report: null, refusal: null, draft: null, id: null, keptFor: null, error: null };
      return { key, fileName, sizeBytes, status: "waiting", known: false, ...nothing };
    });
    setItems(produce((list) => void list.push(...added)));
    setOpen(true);
    for (const { key } of added) queue = queue.then(() => examine(key));
  }

  function refuseOthers(taken: readonly File[]): void {
    setOthers((known) => [...new Set([...known, ...taken.map(({ name }) => name)])]);
    setOpen(true);
  }

  return {
    items,
    open,
    many,
    sources,
    others,
    show: () => void setOpen(true),
    take(taken) {
      takeAll(adapterFilesOf(taken));
    },
    takeFolders(adapters, others) {
      if (adapters.length >= manyFrom) {
        many.take(adapters, others);
        setOpen(true);
        return;
      }
      takeAll(adapters);
      if (others.length > 0) refuseOthers(others);
    },
    refuseOthers,
    edit(key, change) {
      const draft = items.find((item) => item.key === key)?.draft;
      if (draft) set(key, { draft: { ...draft, ...change } });
    },
    words(key) {
      const whole = wholes.get(key);
      return whole ? authorWordsOf(whole.sidecar, whole.file.name) : null;
    },
    accept(key) {
      // One after the other: two of one file are one adapter.
      adding = adding.then(() => add(key));
      return adding;
    },
    dismiss(key) {
      files.delete(key);
      wholes.delete(key);
      setItems(items.filter((item) => item.key !== key));
      const isEmpty = items.length === 0 && others().length === 0 && sources.items.length === 0;
      if (isEmpty && many.progress() === null) setOpen(false);
    },
    close() {
      files.clear();
      wholes.clear();
      if (many.progress()?.status !== "running" && !many.isWriting()) many.dismiss();
      if (sources.work() === null) sources.dismiss();
      setItems([]);
      setOthers([]);
      setOpen(false);
    },
    async change(id, draft) {
      const others = pack()?.otherAdapters ?? [];
      const added: UserAdapter | undefined =
        pack()?.userAdapters.get(id) ?? others.find((adapter) => adapter.id === id);
      if (!added) return;
      many.drop(id);
      const { card: before, report } = added;
      const card = cardOf(draft, { id, baseModel: before.baseModel, report });
      await services.putAdapter({ ...added, card });
      await refresh();
      announce(t.adapters.announced.saved(card.title));
    },
    async forget(ids) {
      const others = new Map(pack()?.otherAdapters.map((adapter) => [adapter.id, adapter]));
      const titleOf = (id: string): string =>
        (others.get(id) ?? pack()?.userAdapters.get(id))?.card.title ?? id;
      const titles = ids.map(titleOf);
      const gone: string[] = [];
      for (const id of ids) {
        leaving.add(id);
        many.drop(id);
      }
      const settle = async (): Promise<void> => {
        // They are gone all the same, whatever becomes of what was noted of them.
        await context.onForgotten(gone).catch((error: unknown) => void explain(error));
        await refresh().finally(() => ids.forEach((id) => leaving.delete(id)));
      };
      try {
        for (const id of ids) {
          await services.removeAdapter(id).catch((cause: unknown) => {
            throw deletionError(say`The adapter “${titleOf(id)}”`, cause);
          });
          gone.push(id);
        }
      } catch (error) {
        if (gone.length > 0) await settle().catch(() => {}); // the first error is the one to tell
        ids.forEach((id) => leaving.delete(id));
        throw error;
      }
      await settle();
      announce(
        titles.length === 1
          ? t.adapters.announced.removed(titles[0]!)
          : t.adapters.announced.removedMany(titles.length),
      );
    },
  };
}
