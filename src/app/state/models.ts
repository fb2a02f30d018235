// The choice of models on the page: the list, a question before a download, the download itself, and checkpoints from the disk.
// The model in use stays in use until another one is ready.
import { batch, createSignal, type Accessor } from "solid-js";
import { messageOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import { createStore, reconcile } from "solid-js/store";
import { deletionError, type PlainError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Persistence } from "../../storage/quota.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import type { ModelEntry } from "../packs/model-list.ts";
import { modelOf, packIdOf } from "../packs/packs.ts";
import { createDownload, type Download } from "./download.ts";
import { explain } from "../explain.ts";
import type { ModelList, PageServices } from "../services/ports.ts";

interface WantedModel {
  readonly packId: string;
  readonly modelId: string;
  readonly title: string;
}

export type ModelDownload = Download<WantedModel>;

export interface Models {
  /** Null until the dialog is first opened. */
  readonly list: Accessor<ModelList | null>;
  readonly listError: Accessor<PlainError | null>;
  readonly open: Accessor<boolean>;
  /** The model about which the user is asked before anything is downloaded. */
  readonly asking: Accessor<ModelEntry | null>;
  readonly download: Accessor<ModelDownload | null>;
  /** Why a file from the disk was refused. */
  readonly refusal: Accessor<PlainError | null>;
  /** Id of the model in use, without its VAE. */
  readonly currentId: Accessor<string>;
  show(): void;
  close(): void;
  refresh(): Promise<void>;
  /** Uses a model that is here; asks about one that is not. */
  choose(entry: ModelEntry): Promise<void>;
  ask(entry: ModelEntry | null): void;
  /** The user agreed: downloads what is missing, then uses it. */
  confirm(entry: ModelEntry, vaeId: string | null): Promise<void>;
  retry(): Promise<void>;
  cancel(): void;
  /** Forgets what was remembered of the files of a failed download, and tries again. */
  forgetPins(): Promise<void>;
  /** The same for a model that is here; answers how much was forgotten. */
  forgetPinsOf(packId: string): Promise<number>;
  deleteFile(name: string): Promise<void>;
  requestPersistence(): Promise<Persistence>;
  /** Adds a checkpoint and uses it; `refusal` says why not. */
  takeFromDisk(pick: DiskPick | Promise<DiskPick>): Promise<void>;
  /** Asks the browser for access to the user's own model, then uses it. */
  allow(id: string): Promise<void>;
  setVPrediction(id: string, vPrediction: boolean): Promise<void>;
  /** @throws StylusError quota: the browser does not forget it */
  forgetUserModel(entry: Pick<ModelEntry, "id" | "title">): Promise<void>;
}

export function createModels(context: {
  readonly services: Pick<PageServices, "models">;
  readonly packId: Accessor<string>;
  /** Makes a pack the one in use. */
  readonly use: (packId: string) => Promise<void>;
  readonly busy: Accessor<boolean>;
  readonly announce: (text: string) => void;
}): Models {
  const { services, packId, use, busy, announce } = context;
  // A store, so that a row that is being used stays the same row when the list is read again.
  const [known, setKnown] = createStore<{ list: ModelList | null }>({ list: null });
  const [listError, setListError] = createSignal<PlainError | null>(null);
  const [open, setOpen] = createSignal(false);
  const [asking, setAsking] = createSignal<ModelEntry | null>(null);
  const [refusal, setRefusal] = createSignal<PlainError | null>(null);

  async function refresh(): Promise<void> {
    try {
      setKnown("list", reconcile(await services.models.list(), { key: "id" }));
      setListError(null);
    } catch (error) {
      setListError(explain(error));
    }
  }

  const download = createDownload<WantedModel>({ refresh, announce });

  async function start({ packId, modelId, title }: WantedModel): Promise<void> {
    const arrived = await download.start({ packId, modelId, title }, (options) =>
      services.models.download(packId, options),
    );
    if (!arrived) return;
    const fit = known.list?.models.find(({ id }) => id === modelId)?.fit;
    if (fit?.kind === "impossible") announce(t.models.announced.cannotRun(title));
    // A run in progress is not taken away from the user.
    else if (busy()) announce(t.models.announced.downloaded(title));
    else await useNow(packId);
  }

  async function useNow(id: string): Promise<void> {
    batch(() => {
      setAsking(null);
      setOpen(false);
    });
    await use(id);
  }

  async function useUserModel(entry: ModelEntry): Promise<void> {
    // A single file lacks the tokenizer, which is downloaded once: without a word where that would end another download.
    const running = download.current();
    if (running?.status === "running" && running.modelId !== entry.id) {
      const { signal } = new AbortController();
      try {
        await services.models.download(entry.id, { onProgress: () => {}, signal });
      } catch (error) {
        setRefusal(explain(error));
        return;
      }
      await useNow(entry.id);
      return;
    }
    await start({ packId: entry.id, modelId: entry.id, title: entry.title });
  }

  return {
    list: () => known.list,
    listError,
    open,
    asking,
    download: download.current,
    refusal,
    currentId: () => modelOf(packId()),
    show() {
      setOpen(true);
      void refresh();
    },
    close() {
      batch(() => {
        setOpen(false);
        setAsking(null);
        setRefusal(null);
      });
    },
    refresh,
    async choose(entry) {
      setRefusal(null);
      if (entry.origin === "disk") await useUserModel(entry);
      else if (entry.state === "ready") await useNow(entry.id);
      else setAsking(entry);
    },
    ask: setAsking,
    async confirm(entry, vaeId) {
      setAsking(null);
      // Browsers ask the user for this at most once, and only after a click.
      await services.models.requestPersistence();
      const vae = entry.vaes.find(({ id }) => id === vaeId);
      const title = vae ? t.models.withVae(entry.title, vae.title) : entry.title;
      await start({ packId: packIdOf(entry.id, vae?.id ?? null), modelId: entry.id, title });
    },
    async retry() {
      const failed = download.current();
      if (failed && failed.status !== "running") await start(failed);
    },
    cancel: () => download.cancel(),
    async forgetPins() {
      const failed = download.current();
      if (!failed) return;
      try {
        await services.models.forgetPins(failed.packId);
      } catch (error) {
        download.fail(explain(error));
        return;
      }
      await start(failed);
    },
    forgetPinsOf: (id) => services.models.forgetPins(id),
    deleteFile: (name) => services.models.deleteFile(name),
    requestPersistence: () => services.models.requestPersistence(),
    async takeFromDisk(pick) {
      setRefusal(null);
      try {
        const picked = await pick;
        if (picked.files.length === 0) return; // the user changed their mind
        setOpen(true);
        const entry = await services.models.addUserModel(picked);
        announce(t.models.announced.added(entry.title));
        await refresh();
        if (entry.fit.kind !== "impossible") await useUserModel(entry);
      } catch (error) {
        const plain = explain(error);
        setRefusal(plain);
        announce(messageOf(plain));
        await refresh();
      }
    },
    async allow(id) {
      setRefusal(null);
      const allowed = await services.models.allowUserModel(id).catch((error: unknown) => {
        setRefusal(explain(error));
        return false;
      });
      await refresh();
      if (!allowed) return;
      if (packId() === id) {
        await useNow(id);
        return;
      }
      const entry = known.list?.models.find((model) => model.id === id);
      if (entry) await useUserModel(entry);
    },
    async setVPrediction(id, vPrediction) {
      await services.models.changeUserModel(id, { vPrediction });
      await refresh();
      if (modelOf(packId()) === id) await use(packId());
    },
    async forgetUserModel({ id, title }) {
      await services.models.forgetUserModel(id).catch((cause: unknown) => {
        throw deletionError(say`The entry for “${title}”`, cause);
      });
      await refresh();
    },
  };
}
