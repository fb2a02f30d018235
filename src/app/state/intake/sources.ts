// Adapters from addresses of Civitai and Hugging Face: looked up first, then those that the user wants downloaded and kept, one after the
// other. And, when asked, which of the user's have newer versions there.
import { createSignal, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { StylusError } from "../../../shared/errors.ts";
import type { AdapterOrigin, LoadedPack } from "../../../stylus/loaded-pack.ts";
import { t } from "../../../texts/texts.ts";
import { readAddresses, shownAddress } from "../../adapters/sources/addresses.ts";
import { baseFit, type BaseFit } from "../../adapters/sources/base-fit.ts";
import type { Listing } from "../../adapters/sources/listing.ts";
import { RateLimited } from "../../services/adapter-sources.ts";
import type { AdapterServices, SourceServices } from "../../services/ports.ts";
import { explain } from "../../explain.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { filesOf, noItem, plain, settled, type SourceItem } from "./source-item.ts";
import { unknownAddress } from "./unknown-address.ts";

export interface SourceWork {
  readonly kind: "asking" | "checking" | "downloading";
  readonly done: number;
  readonly total: number;
}

export interface Sources {
  readonly items: readonly SourceItem[];
  /** Null: nothing is under way. */
  readonly work: Accessor<SourceWork | null>;
  /** What came of the last work, in words. */
  readonly outcome: Accessor<string | null>;
  /** Whether the user has entered a key for Civitai. */
  readonly hasKey: Accessor<boolean>;
  /** How many of the user's adapters could have newer versions. */
  readonly checkable: Accessor<number>;
  /** Asks the sites what they have at the addresses in a text. */
  lookUp(text: string): Promise<void>;
  /** Asks for newer versions of the user's adapters. */
  checkForUpdates(): Promise<void>;
  want(key: string, wanted: boolean): void;
  /** Downloads what is wanted and keeps it; what failed before is tried again. */
  download(): Promise<void>;
  /** What has arrived stays, and the next download continues. */
  stop(): void;
  dismiss(): void;
  /** @param key null: it is forgotten */
  setKey(key: string | null): void;
}

/** Requests under way at a time. */
const lanes = 3;

/** Until it is examined, an adapter counts as wanted where it is the only one of its address and fits a model here. */
const isOffered = ({ kind }: BaseFit): boolean => kind !== "other";

const isOffline = (): boolean => globalThis.navigator?.onLine === false;

/** The next ones would fail the same way. */
const endsAll = (error: unknown): boolean =>
  error instanceof RateLimited || (error instanceof StylusError && error.code === "quota") || isOffline();

export function createSources(context: {
  readonly services: Pick<AdapterServices, "inspectAdapter" | "addAdapter"> & {
    readonly sources: SourceServices;
  };
  readonly pack: Accessor<LoadedPack | null>;
  readonly refresh: () => Promise<LoadedPack>;
  readonly announce: (text: string) => void;
  /** Called when a download has ended. */
  readonly onEnd: () => void;
}): Sources & {
  /** What its site says of the file with this hash, if it was looked up. */
  sidecarOf(sha256: string): unknown;
} {
  const { services, pack, refresh, announce, onEnd } = context;
  const { sources } = services;
  const [items, setItems] = createStore<SourceItem[]>([]);
  const [work, setWork] = createSignal<SourceWork | null>(null);
  const [outcome, setOutcome] = createSignal<string | null>(null);
  const [hasKey, setHasKey] = createSignal(sources.key.read() !== null);
  const sidecars = new Map<string, unknown>();
  let stopping = new AbortController();
  let places = 0;

  const loaded = async (): Promise<LoadedPack> => pack() ?? (await refresh());
  const set = (key: string, change: Partial<SourceItem>): void =>
    setItems((item) => item.key === key, change);
  const origins = (): { readonly title: string; readonly origin: AdapterOrigin }[] =>
    [...(pack()?.userAdapters.values() ?? []), ...(pack()?.otherAdapters ?? [])].flatMap(
      ({ origin, card: { title } }) => (origin ? [{ title, origin }] : []),
    );

  /** One thing at a time. @returns how many entries a stop has left out */
  async function run<Entry>(
    kind: SourceWork["kind"],
    context: {
      readonly entries: readonly Entry[];
      /** How many at a time. */
      readonly at: number;
      /** Awaited first. */
      readonly ready?: () => Promise<unknown>;
      /** Resolves to false when it was stopped. */
      readonly body: (entry: Entry, signal: AbortSignal) => Promise<boolean>;
    },
  ): Promise<number> {
    const { entries, at, ready, body } = context;
    stopping = new AbortController();
    const { signal } = stopping;
    setOutcome(null);
    setWork({ kind, done: 0, total: entries.length });
    await ready?.();
    const queue = [...entries];
    let done = 0;
    const lane = async (): Promise<void> => {
      while (!signal.aborted && queue.length > 0) {
        if (await body(queue.shift()!, signal)) done++;
        setWork((now) => now && { ...now, done });
      }
    };
    await Promise.all(Array.from({ length: at }, lane));
    setWork(null);
    return entries.length - done;
  }

  function put(item: SourceItem): void {
    const next = items.findIndex(({ place }) => place > item.place);
    setItems(produce((list) => void list.splice(next < 0 ? list.length : next, 0, item)));
  }

  function told(text: string): void {
    setOutcome(text);
    announce(text);
  }

  const titleOfSame = (sha256: string | null): string | null => {
    const cards = [...(pack()?.cards ?? []), ...(pack()?.otherAdapters ?? []).map(({ card }) => card)];
    return (sha256 && cards.find(({ file }) => file.sha256 === sha256)?.title) || null;
  };

  function add(
    listing: Listing,
    about: Pick<SourceItem, "address" | "place" | "newerThan"> & { readonly isOnly: boolean },
    signal: AbortSignal,
  ): void {
    const { isOnly, ...rest } = about;
    if (items.some((item) => item.listing?.url === listing.url)) return;
    if (listing.sha256) sidecars.set(listing.sha256, listing.sidecar);
    const key = crypto.randomUUID();
    const fit = baseFit(listing.baseModel, pack()?.baseModels ?? []);
    const title = titleOfSame(listing.sha256);
    const wanted = title === null && isOnly && isOffered(fit);
    const status = title === null ? "found" : "known";
    put({ ...noItem, ...rest, key, listing, fit, wanted, status, title: title ?? "" });
    void sources.preview(listing, { signal }).then((preview) => preview && set(key, { preview }));
  }

  /** Adds what is found, or why nothing is. */
  async function askFor(
    about: Pick<SourceItem, "address" | "place" | "newerThan">,
    { signal, ask }: { readonly signal: AbortSignal; readonly ask: () => Promise<readonly Listing[]> },
  ): Promise<boolean> {
    try {
      const found = await ask();
      for (const listing of found) add(listing, { ...about, isOnly: found.length === 1 }, signal);
    } catch (error) {
      if (signal.aborted) return false;
      const { address, place } = about;
      put({ ...noItem, key: crypto.randomUUID(), address, place, status: "failed", error: explain(error) });
      if (endsAll(error)) stopping.abort();
    }
    return true;
  }

  async function downloadOne(
    key: string,
    { keeper, signal }: { readonly keeper: Keeper; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { listing, preview } = items.find((item) => item.key === key)!;
    set(key, { status: "downloading", error: null, refusal: null });
    try {
      const onProgress = (receivedBytes: number): void => set(key, { receivedBytes });
      const got = await sources.download(plain(listing!), { onProgress, signal });
      try {
        set(key, { status: "adding" });
        const keeping = await keeper.keep(filesOf(plain(listing!), { ...got, preview }));
        set(key, { wanted: false, ...settled(keeping) });
      } finally {
        await got.release().catch(() => {}); // listed under Storage, where it can be deleted
      }
    } catch (error) {
      const isStopped = signal.aborted || (error instanceof StylusError && error.code === "cancelled");
      set(key, isStopped ? { status: "found" } : { status: "failed", error: explain(error) });
      if (isStopped) return false;
      if (endsAll(error)) stopping.abort();
    }
    return true;
  }

  /** With their places in the list, behind what is there. */
  const placed = <Entry>(entries: readonly Entry[]): (Entry & { readonly place: number })[] =>
    entries.map((entry) => ({ ...entry, place: places++ }));
  /** Whoever asks again gets an answer of now. */
  const dropFailures = (addresses: ReadonlySet<string>): void =>
    setItems(items.filter(({ listing, address }) => listing !== null || !addresses.has(address)));
  const failuresSince = (first: number): number =>
    items.filter(({ place, listing }) => place >= first && listing === null).length;

  return {
    items,
    work,
    outcome,
    hasKey,
    checkable: () => origins().length,
    sidecarOf: (sha256) => sidecars.get(sha256) ?? null,
    async lookUp(text) {
      const entries = readAddresses(text);
      if (work() !== null || entries.length === 0) return;
      dropFailures(new Set(entries.map((entry) => shownAddress(entry.text))));
      const first = places;
      /** Also those that are listed already. */
      const found = new Set<string>();
      const left = await run("asking", {
        entries: placed(entries),
        at: lanes,
        ready: () => loaded().catch(() => {}), // whether they fit is said when a model is there
        body({ text: pasted, address, place }, signal) {
          const shown = shownAddress(pasted);
          const ask = async (): Promise<readonly Listing[]> => {
            if (!address) throw unknownAddress(shown);
            const listings = await sources.lookUp(address, { signal });
            for (const { url } of listings) found.add(url);
            return listings;
          };
          return askFor({ address: shown, place, newerThan: null }, { signal, ask });
        },
      });
      told(t.sources.lookedUp(found.size, failuresSince(first), left));
    },
    async checkForUpdates() {
      const entries = origins();
      if (work() !== null || entries.length === 0) return;
      dropFailures(new Set(entries.map(({ title }) => title)));
      const first = places;
      let found = 0;
      const left = await run("checking", {
        entries: placed(entries),
        at: lanes,
        body({ title, origin, place }, signal) {
          const ask = async (): Promise<readonly Listing[]> => {
            const listing = await sources.newer(origin, { signal });
            if (listing) found++;
            return listing ? [listing] : [];
          };
          return askFor({ address: title, place, newerThan: title }, { signal, ask });
        },
      });
      told(t.sources.checked(found, entries.length, failuresSince(first) + left));
    },
    want: (key, wanted) => set(key, { wanted }),
    async download() {
      const wanted = items.filter(
        ({ wanted: isWanted, listing, status }) =>
          isWanted && listing !== null && (status === "found" || status === "failed"),
      );
      if (work() !== null || wanted.length === 0) return;
      for (const { key } of wanted) set(key, { status: "waiting", receivedBytes: 0 });
      const keeper = createKeeper({ services, loaded });
      await run("downloading", {
        entries: wanted.map(({ key }) => key),
        at: 1,
        body: (key, signal) => downloadOne(key, { keeper, signal }),
      });
      setItems(({ status }) => status === "waiting", { status: "found" });
      await refresh().catch(() => {}); // the page says why a model cannot be loaded
      const keys = new Set(wanted.map(({ key }) => key));
      const mine = items.filter(({ key }) => keys.has(key));
      const added = mine.filter(({ status }) => status === "added").length;
      onEnd();
      told(
        t.sources.downloaded(
          added,
          mine.filter(({ status }) => status !== "added" && status !== "found").length,
        ),
      );
    },
    stop: () => stopping.abort(),
    dismiss() {
      stopping.abort();
      setItems([]);
      setOutcome(null);
    },
    setKey(key) {
      sources.key.keep(key);
      setHasKey(sources.key.read() !== null);
    },
  };
}
