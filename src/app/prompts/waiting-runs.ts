// Runs that wait for their turn, and the one in progress, kept in IndexedDB so that a reload loses none. Each row belongs to the tab
// that asked for it, which holds a Web Lock as long as it lives; rows of a tab that is gone go to one that is still there. Where the
// browser refuses storage they last as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";
import { storedStartSchema } from "../../storage/records/init-image.ts";

export interface WaitingRow {
  readonly id: string;
  /** Rows of a tab run in the order of their positions. */
  readonly position: number;
  /** The tab that asked for it. */
  readonly owner: string;
  /** It was in progress. */
  readonly started: boolean;
  /** What was asked for: settings as the page stores them, the changes made for this prompt, prompts with their styles. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly adjustments: {
    readonly strengths: Readonly<Record<string, number>>;
    readonly removed: readonly string[];
  };
  readonly prompts: { readonly prompt: string; readonly negativePrompt: string };
  /** The axes of a plot; absent in rows of earlier versions. */
  readonly plot?: unknown;
}

export interface WaitingRuns {
  /** @throws DOMException: the browser does not keep them */
  put(rows: readonly Omit<WaitingRow, "owner">[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Ids of the init images and masks that waiting runs of any tab start from. */
  inputs(): Promise<ReadonlySet<string>>;
  /** Has `listener` called with the runs, in order, of each tab that has closed: they belong to this one now. */
  onLeft(listener: (rows: readonly WaitingRow[]) => void): void;
}

interface QueueDatabase extends DBSchema {
  runs: { key: string; value: WaitingRow; indexes: { owner: string } };
}

const shape: DatabaseShape<QueueDatabase> = {
  name: "stylus-web-queue",
  version: 1,
  stores: { runs: { keyPath: "id", indexes: ["owner"] } },
};

const rowSchema = v.looseObject({
  id: v.string(),
  position: v.number(),
  owner: v.string(),
  started: v.boolean(),
  settings: v.looseObject({ model: v.string(), prompt: v.string(), seed: v.number() }),
  adjustments: v.looseObject({
    strengths: v.record(v.string(), v.number()),
    removed: v.array(v.string()),
  }),
  prompts: v.looseObject({ prompt: v.string(), negativePrompt: v.string() }),
});

function inputsOf({ settings }: WaitingRow): string[] {
  const start = v.safeParse(storedStartSchema, settings["start"]);
  if (!start.success) return [];
  const { picture, mask } = start.output;
  return mask === null ? [picture.id] : [picture.id, mask];
}

const lockOf = (owner: string): string => `stylus-queue-${owner}`;

/** Resolves when the tab `owner` is gone; at once where the browser has no locks. */
const gone = async (owner: string): Promise<void> => {
  await navigator.locks?.request(lockOf(owner), () => {});
};

function overRecords(records: Records<QueueDatabase>): WaitingRuns {
  const own = crypto.randomUUID();
  const held = new Promise<never>(() => {}); // as long as the tab lives
  void navigator.locks?.request(lockOf(own), () => held);

  /** In one transaction: of several tabs one gets them. */
  const adopt = (owner: string): Promise<string[]> =>
    records.run(async (database) => {
      const transaction = database.transaction("runs", "readwrite");
      const rows = await transaction.store.index("owner").getAll(owner);
      await Promise.all([
        ...rows.map((row) => transaction.store.put({ ...row, owner: own })),
        transaction.done,
      ]);
      return rows.map(({ id }) => id);
    });
  const all = (): Promise<WaitingRow[]> => records.all("runs", rowSchema);

  async function takeOver(owner: string, listener: (rows: readonly WaitingRow[]) => void): Promise<void> {
    await gone(owner);
    const ids = new Set(await adopt(owner));
    const rows = (await all()).filter(({ id }) => ids.has(id));
    if (rows.length > 0) listener(rows.sort((a, b) => a.position - b.position));
  }

  return {
    put: (rows) =>
      records.run(async (database) => {
        const transaction = database.transaction("runs", "readwrite");
        await Promise.all([
          ...rows.map((row) => transaction.store.put({ ...row, owner: own })),
          transaction.done,
        ]);
      }),
    remove: (ids) =>
      records.run(async (database) => {
        const transaction = database.transaction("runs", "readwrite");
        await Promise.all([...ids.map((id) => transaction.store.delete(id)), transaction.done]);
      }),
    inputs: async () => new Set((await all()).flatMap(inputsOf)),
    onLeft(listener) {
      const watch = async (): Promise<void> => {
        const owners = new Set((await all()).map(({ owner }) => owner));
        owners.delete(own);
        await Promise.all([...owners].map((owner) => takeOver(owner, listener)));
      };
      void watch().catch(() => {}); // what cannot be read is offered on the next visit
    },
  };
}

const inMemory = (): WaitingRuns => ({
  put: async () => {},
  remove: async () => {},
  inputs: async () => new Set(),
  onLeft() {},
});

export async function openWaitingRuns(): Promise<WaitingRuns> {
  const records = await Records.open(shape);
  return records ? overRecords(records) : inMemory();
}
