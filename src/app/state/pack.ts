// The pack in use, as the page has it: on its way, ready, failed or deleted.
import { batch, createSignal, type Accessor } from "solid-js";
import { t } from "../../texts/texts.ts";
import type { PlainError } from "../../shared/errors.ts";
import type { DeviceReport } from "../../shared/request.ts";
import { splitPackId } from "../packs/packs.ts";
import type { PageServices } from "../services/ports.ts";
import { explain } from "../explain.ts";
import type { SettingsStore } from "./settings/stored.ts";
import { createTransferClock, type Transfer } from "./transfer-rate.ts";
import type { LoadedPack, LoadProgress } from "../../stylus/loaded-pack.ts";

export type PackStatus = "waiting" | "loading" | "ready" | "failed" | "deleted";

export interface PackState {
  /** Id of the pack that is wanted. */
  readonly id: Accessor<string>;
  readonly status: Accessor<PackStatus>;
  readonly progress: Accessor<LoadProgress | null>;
  /** How fast it comes in; null before that is known and when nothing is on its way. */
  readonly transfer: Accessor<Transfer | null>;
  readonly loaded: Accessor<LoadedPack | null>;
  readonly error: Accessor<PlainError | null>;
  /** Paths of stored files that were damaged, and have been downloaded again on this visit. */
  readonly replaced: Accessor<readonly string[]>;
  load(): Promise<void>;
  /** Loads it again, which is cheap when it is there, and answers it; in a plot the one that is at work. */
  refresh(): Promise<LoadedPack>;
  /** Learns which of its VAEs are stored by now. */
  readVaes(): Promise<void>;
  /**
   * Has `run` load a pack that may be another one, in the place of the one in use. Where it cannot be loaded, goes back to that one and
   * answers why.
   */
  during(id: string, run: () => Promise<void>): Promise<PlainError | null>;
  /** Puts another pack in its place. */
  use(id: string): Promise<void>;
  /** Deletes the files of a manifest; where the pack needs them it is gone until it is loaded again. */
  remove(manifestId: string): Promise<void>;
  /** A run loads it too: what it has to tell. */
  onProgress(progress: LoadProgress): void;
  onPack(pack: LoadedPack): void;
  onDevice(device: DeviceReport): void;
  /** True when the failure was one of loading the pack, which is shown in its place. */
  onFailure(error: PlainError): boolean;
}

export function createPackState(context: {
  readonly services: Pick<PageServices, "load" | "packInUse" | "vaes" | "deletePack" | "checkStored">;
  /** Whether a run is in progress. */
  readonly busy: () => boolean;
  readonly settings: SettingsStore;
  readonly announce: (text: string) => void;
}): PackState {
  const { services, announce, busy } = context;
  const [settings, setSettings] = context.settings;
  const [status, setStatus] = createSignal<PackStatus>("waiting");
  const [progress, setProgress] = createSignal<LoadProgress | null>(null);
  const [transfer, setTransfer] = createSignal<Transfer | null>(null);
  const [loaded, setLoaded] = createSignal<LoadedPack | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);
  const [replaced, setReplaced] = createSignal<readonly string[]>([]);
  const transferClock = createTransferClock();
  const id = (): string => settings.model;

  const onProgress = (value: LoadProgress): void => {
    setProgress(value);
    const { receivedBytes, totalBytes, preparing } = value;
    setTransfer(preparing ? null : transferClock.at(performance.now(), receivedBytes, totalBytes));
    if (status() !== "ready") setStatus("loading");
  };
  const onPack = (pack: LoadedPack): void =>
    batch(() => {
      setLoaded(pack);
      setTransfer(null);
      setError(null);
      setStatus("ready");
    });
  const fail = (reason: PlainError): void =>
    batch(() => {
      setError(reason);
      setStatus("failed");
    });

  async function reach(packId: string): Promise<LoadedPack> {
    const { signal } = new AbortController();
    const pack = await services.load(packId, { device: settings.device, onProgress, signal });
    if (pack.id === id() || pack.id === loaded()?.id) onPack(pack);
    return pack;
  }
  /** Another one than that at work would end the run. */
  const refresh = (): Promise<LoadedPack> => reach((busy() ? services.packInUse() : null) ?? id());

  async function readVaes(): Promise<void> {
    const before = loaded();
    if (before === null || before.vaes.length === 0 || busy()) return;
    const vaes = await services.vaes().catch(() => before.vaes); // the run says what is missing
    // A pack that has changed has prompts read again.
    if (loaded() === before && vaes.some(({ stored }, index) => stored !== before.vaes[index]!.stored))
      setLoaded({ ...before, vaes });
  }

  /** Counts what was asked of the pack: an earlier load that ends late tells nothing. */
  let turn = 0;
  async function load(): Promise<void> {
    const own = ++turn;
    batch(() => {
      setStatus("loading");
      setError(null);
    });
    try {
      const { title } = await reach(id());
      if (own === turn) announce(t.models.announced.ready(title));
    } catch (reason) {
      if (own === turn) fail(explain(reason));
      return;
    }
    void check(own);
  }

  /** In the background: nobody waits for it, and a file that cannot be replaced is found again on the next visit. */
  async function check(own: number): Promise<void> {
    const damaged = await services.checkStored(new AbortController().signal).catch(() => []);
    if (damaged.length === 0) return;
    setReplaced((before) => [...new Set([...before, ...damaged])]);
    if (own === turn && !busy()) await load(); // else the next run loads it
  }

  /** Wants another pack in its place. */
  const select = (next: string): void => {
    turn++;
    batch(() => {
      setSettings("model", next);
      setStatus("loading");
      setLoaded(null);
      setProgress(null);
    });
  };

  async function use(next: string): Promise<void> {
    select(next);
    await load();
  }

  return {
    id,
    status,
    progress,
    transfer,
    loaded,
    error,
    replaced,
    load,
    refresh,
    readVaes,
    use,
    async during(next, run) {
      const previous = loaded() ? id() : null;
      const switches = next !== id();
      if (switches) select(next);
      await run();
      if (loaded() && loaded()!.id !== id()) void load(); // a plot has put other VAEs in its place
      if (!switches || id() !== next || loaded()) return null;
      // The run was stopped while it loaded the pack.
      if (status() === "loading") void load();
      const reason = error();
      if (status() !== "failed" || previous === null) return null;
      void use(previous);
      return reason;
    },
    async remove(manifestId) {
      const { modelId, vaeId } = splitPackId(id());
      const isOurs = manifestId === modelId || manifestId === vaeId;
      const putAway = (next: () => void): void => {
        if (!isOurs) return;
        turn++;
        batch(() => {
          setLoaded(null);
          setProgress(null);
          next();
        });
      };
      try {
        await services.deletePack(manifestId);
      } catch (cause) {
        putAway(() => fail(explain(cause))); // some of its files may be gone
        throw cause;
      }
      putAway(() => setStatus("deleted"));
      announce(t.models.announced.filesDeleted);
    },
    onProgress,
    onPack,
    onDevice: (device) => setLoaded((pack) => pack && { ...pack, device }),
    onFailure(reason) {
      if (status() === "ready") return false;
      fail(reason);
      return true;
    },
  };
}
