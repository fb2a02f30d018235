// Adapter files on their way in: each is examined one after the other, shown with its diagnosis, and added or put aside.
import { createEffect, createSignal, on, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { adapterEnding } from "../../adapters/files/file-ending.ts";
import { PEFT_CONFIG_NAME, withPeftConfig } from "../../adapters/files/peft-config.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import { deletionError, StylusError, type PlainError } from "../../shared/errors.ts";
import { sidecarOf } from "../adapters/dropped-files.ts";
import { cardOf, draftForm, freeId, type CardDraft } from "../adapters/user-card.ts";
import { t } from "../../texts/texts.ts";
import type { AdapterServices } from "../services/ports.ts";
import { explainRefusal, explainUnreadable, type Refusal } from "./refusal.ts";
import { examineAgain, otherModelOf } from "./kept-adapters.ts";
import { explain } from "./runs.ts";
import type { UserAdapter, LoadedPack } from "../../stylus/loaded-pack.ts";

/** Larger files are checkpoints; an adapter of all weights of SD 1.5 has 1.7 GB at most. */
const maxSizeBytes = 2e9;
const maxSidecarBytes = 4e6;

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
  /** Names of files that came along and are nothing this program takes. */
  readonly others: Accessor<readonly string[]>;
  take(files: readonly File[]): void;
  /** Tells of files that cannot be taken, where the user looks: above whatever dialog is open. */
  refuseOthers(files: readonly File[]): void;
  edit(key: string, change: Partial<CardDraft>): void;
  accept(key: string): Promise<void>;
  dismiss(key: string): void;
  close(): void;
  /** Changes the card of an adapter that was added before. @throws StylusError quota */
  change(id: string, draft: CardDraft): Promise<void>;
  /** Forgets one of the user's adapters. @throws StylusError quota: the browser does not delete it */
  forget(id: string): Promise<void>;
}

/** The file with the scale of the configuration that came with it. */
async function withConfig(file: File, config: File): Promise<File> {
  const { name, type } = file;
  let parsed: unknown;
  try {
    parsed = JSON.parse(await config.text());
  } catch (cause) {
    throw new StylusError("bad-file", "Its adapter_config.json is not valid JSON.", {
      where: name,
      remedy: "Download that file again, or add the adapter without it.",
      cause,
    });
  }
  return new File([await withPeftConfig(file, parsed, { fileName: name })], name, { type });
}

/** What lies beside a LoRA in other programs' folders. One that cannot be read says nothing: the file itself is what counts. */
async function readSidecar(file: File | undefined): Promise<unknown> {
  try {
    return file && file.size <= maxSidecarBytes ? JSON.parse(await file.text()) : null;
  } catch {
    return null;
  }
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
  readonly services: AdapterServices;
  readonly pack: Accessor<LoadedPack | null>;
  /** Returns the pack with its newest adapters; cheap when it is loaded. */
  readonly refresh: () => Promise<LoadedPack>;
  readonly announce: (text: string) => void;
}): Intake {
  const { services, pack, refresh, announce } = context;
  const [items, setItems] = createStore<IntakeItem[]>([]);
  const [open, setOpen] = createSignal(false);
  const [others, setOthers] = createSignal<readonly string[]>([]);
  const files = new Map<string, File>();
  /** The `adapter_config.json` that came with a file. */
  const configs = new Map<string, File>();
  const sidecars = new Map<string, File>();
  let queue: Promise<void> = Promise.resolve();
  let adding: Promise<void> = Promise.resolve();

  const set = (key: string, change: Partial<IntakeItem>): void =>
    setItems((item) => item.key === key, change);
  const refuse = (key: string, refusal: Refusal, report: AdapterReport | null = null): void => {
    set(key, { status: "refused", refusal, report });
    announce(t.adapters.announced.refused(files.get(key)?.name, refusal.title));
  };

  async function examine(key: string): Promise<void> {
    const file = files.get(key);
    if (!file) return; // dismissed in the meantime
    set(key, { status: "reading" });
    try {
      const loaded = pack() ?? (await refresh());
      if (file.size > maxSizeBytes) {
        refuse(key, t.adapters.refusal.tooLarge);
        return;
      }
      const config = configs.get(key);
      const whole = config ? await withConfig(file, config) : file;
      files.set(key, whole);
      const report = await services.inspectAdapter(whole);
      const refusal = explainRefusal(report, loaded);
      const keptFor = refusal && otherModelOf(report, loaded);
      if (refusal && keptFor === null) {
        refuse(key, refusal, report);
        return;
      }
      const same = sameFile(loaded, report);
      if (same) {
        set(key, { report });
        tellKnown(key, same);
        return;
      }
      const draft = draftForm(report, await readSidecar(sidecars.get(key)));
      set(key, { status: "ready", report, draft, refusal, keptFor });
      announce(announcementOf(report, { fileName: file.name, keptFor }));
    } catch (error) {
      refuse(key, explainUnreadable(explain(error)));
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

  const sameFile = (loaded: LoadedPack, report: AdapterReport): AdapterCard | undefined =>
    report.hashes
      ? [...loaded.cards, ...loaded.otherAdapters.map(({ card }) => card)].find(
          ({ file }) => file.sha256 === report.hashes?.sha256,
        )
      : undefined;
  function tellKnown(key: string, card: AdapterCard): void {
    set(key, { status: "added", id: card.id, known: true });
    announce(t.adapters.announced.known(files.get(key)?.name ?? "The file", card.title));
  }

  async function add(key: string): Promise<void> {
    const item = items.find((entry) => entry.key === key);
    const file = files.get(key);
    if (!item?.report || !item.draft || !file || !pack() || item.status !== "ready") return;
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
        const id = freeId(file.name, new Set([...loaded.cards.map((each) => each.id), ...refused]));
        const baseModel = item.keptFor ?? loaded.baseModels[0]!;
        const card = cardOf(draft, { id, baseModel, report });
        if (!(await services.addAdapter({ id, card, report, file, addedAt: Date.now() }))) {
          refused.add(id);
          continue;
        }
        await refresh();
        set(key, { status: "added", id });
        announce(
          item.keptFor === null
            ? t.adapters.announced.added(card.title)
            : t.adapters.announced.kept(card.title, item.keptFor),
        );
        return;
      }
    } catch (error) {
      set(key, { status: "ready", error: explain(error) });
    }
  }

  return {
    items,
    open,
    others,
    take(taken) {
      const adapterFiles = taken.filter(({ name }) => adapterEnding.test(name));
      const config = adapterFiles.length > 0 && taken.find(({ name }) => name === PEFT_CONFIG_NAME);
      const added = (adapterFiles.length > 0 ? adapterFiles : taken).map((file): IntakeItem => {
        const key = crypto.randomUUID();
        files.set(key, file);
        if (config) configs.set(key, config);
        const sidecar = sidecarOf(file, taken);
        if (sidecar) sidecars.set(key, sidecar);
        const { name: fileName, size: sizeBytes } = file;
        const nothing = { report: null, refusal: null, draft: null, id: null, keptFor: null, error: null };
        return { key, fileName, sizeBytes, status: "waiting", known: false, ...nothing };
      });
      setItems(produce((list) => void list.push(...added)));
      setOpen(true);
      for (const { key } of added) queue = queue.then(() => examine(key));
    },
    refuseOthers(files) {
      setOthers((known) => [...new Set([...known, ...files.map(({ name }) => name)])]);
      setOpen(true);
    },
    edit(key, change) {
      const draft = items.find((item) => item.key === key)?.draft;
      if (draft) set(key, { draft: { ...draft, ...change } });
    },
    accept(key) {
      // One after the other: two of one file are one adapter.
      adding = adding.then(() => add(key));
      return adding;
    },
    dismiss(key) {
      files.delete(key);
      configs.delete(key);
      sidecars.delete(key);
      setItems(items.filter((item) => item.key !== key));
      if (items.length === 0 && others().length === 0) setOpen(false);
    },
    close() {
      files.clear();
      configs.clear();
      sidecars.clear();
      setItems([]);
      setOthers([]);
      setOpen(false);
    },
    async change(id, draft) {
      const added: UserAdapter | undefined = pack()?.userAdapters.get(id);
      if (!added) return;
      const card = cardOf(draft, { id, baseModel: added.card.baseModel, report: added.report });
      await services.putAdapter({ ...added, card });
      await refresh();
      announce(t.adapters.announced.saved(card.title));
    },
    async forget(id) {
      const other = pack()?.otherAdapters.find((adapter) => adapter.id === id);
      const title = (other ?? pack()?.userAdapters.get(id))?.card.title ?? id;
      leaving.add(id);
      try {
        await services.removeAdapter(id).catch((cause: unknown) => {
          throw deletionError(`The adapter “${title}”`, cause);
        });
        await refresh();
      } finally {
        leaving.delete(id);
      }
      announce(t.adapters.announced.removed(title));
    },
  };
}
