// Rows and databases that this version cannot read: left where they are, listed for the user, exported and deleted on
// request.
import { withBlobs } from "./files-as-bytes.ts";
import { openDB } from "idb";
import { english, type Saying } from "../../shared/saying.ts";
import { tarOf } from "./tar.ts";

export interface SetAside {
  readonly database: string;
  /** Null: the whole database. */
  readonly store: string | null;
  readonly key: IDBValidKey | null;
  readonly problem: Saying;
}

const nameOf = ({ database, store, key }: SetAside): string => JSON.stringify([database, store, key]);

let known = new Map<string, SetAside>();
const listeners = new Set<() => void>();

function change(next: Map<string, SetAside>): void {
  known = next;
  for (const listener of listeners) listener();
}

export const setAsideEntries = (): readonly SetAside[] => [...known.values()];

/** Has `listener` called after each change. */
export const onSetAside = (listener: () => void): void => void listeners.add(listener);

export function setAside(entry: SetAside): void {
  if (!known.has(nameOf(entry))) change(new Map([...known, [nameOf(entry), entry]]));
}

/** Puts what a new reading of a store has found in place of what was known of it. */
export function setAsideAgain(database: string, store: string, found: readonly SetAside[]): void {
  const others = [...known].filter(([, entry]) => entry.database !== database || entry.store !== store);
  if (others.length === known.size && found.length === 0) return;
  change(new Map([...others, ...found.map((entry) => [nameOf(entry), entry] as const)]));
}

const entriesOf = (database: string): SetAside[] =>
  setAsideEntries().filter((entry) => entry.database === database);

interface FoundRow {
  readonly store: string;
  readonly key: IDBValidKey;
  readonly problem: string;
  readonly value: unknown;
}

/** As it is, whatever its version and stores. */
async function readRows(database: string): Promise<FoundRow[]> {
  const entries = entriesOf(database);
  const whole = entries.find(({ store }) => store === null);
  const opened = await openDB(database);
  try {
    const rows: FoundRow[] = [];
    for (const store of opened.objectStoreNames) {
      for (const key of await opened.getAllKeys(store)) {
        const entry = whole ?? entries.find((each) => nameOf(each) === nameOf({ ...each, store, key }));
        if (!entry) continue;
        const value: unknown = await opened
          .get(store, key)
          .catch((lost: unknown) => ({ lost: String(lost) }));
        rows.push({ store, key, problem: english(entry.problem), value: withBlobs(value) });
      }
    }
    return rows;
  } finally {
    opened.close();
  }
}

/**
 * A tar file of what is set aside in `database`: each row as JSON, and the files that it contains.
 * @throws DOMException
 */
export async function exportSetAside(database: string): Promise<Blob> {
  const files: { name: string; content: Blob }[] = [];
  for (const [index, row] of (await readRows(database)).entries()) {
    const blobs: Blob[] = [];
    const text = JSON.stringify(
      row,
      (_, value: unknown) => {
        if (!(value instanceof Blob)) return typeof value === "bigint" ? String(value) : value;
        blobs.push(value);
        return { file: `${index + 1}-${blobs.length}.bin`, type: value.type, sizeBytes: value.size };
      },
      2,
    );
    files.push({ name: `${index + 1}.json`, content: new Blob([text]) });
    for (const [i, content] of blobs.entries()) files.push({ name: `${index + 1}-${i + 1}.bin`, content });
  }
  return tarOf(files);
}

/** Deletes what is set aside in `database`, and nothing else of it. @throws DOMException */
export async function deleteSetAside(database: string): Promise<void> {
  const entries = entriesOf(database);
  if (entries.length === 0) return; // opening one that is not there would make it
  if (entries.some(({ store }) => store === null)) await deleteDatabase(database);
  else {
    const opened = await openDB(database);
    try {
      for (const { store, key } of entries) await opened.delete(store!, key!);
    } finally {
      opened.close();
    }
  }
  change(new Map([...known].filter(([, entry]) => entry.database !== database)));
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener("success", () => resolve());
    request.addEventListener("error", () => reject(request.error));
    request.addEventListener("blocked", () =>
      reject(new DOMException("Another tab uses it.", "NoModificationAllowedError")),
    );
  });
}
