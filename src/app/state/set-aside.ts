// What the site's databases hold and this version cannot read, as the page shows it: by database.
import { createSignal, type Accessor } from "solid-js";
import { deletionError, readingError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import {
  deleteSetAside,
  exportSetAside,
  onSetAside,
  setAsideEntries,
  type SetAside,
} from "../../storage/records/set-aside.ts";

export interface UnreadableRecords {
  readonly database: string;
  /** Rows; null: the whole database. */
  readonly count: number | null;
  /** What is wrong with each. */
  readonly problems: readonly Saying[];
}

export interface SetAsideState {
  readonly list: Accessor<readonly UnreadableRecords[]>;
  /** A tar file of the rows and their files. @throws StylusError quota */
  export(database: string): Promise<Blob>;
  /** @throws StylusError quota */
  delete(database: string): Promise<void>;
}

function byDatabase(entries: readonly SetAside[]): UnreadableRecords[] {
  return [...new Set(entries.map(({ database }) => database))].map((database) => {
    const own = entries.filter((entry) => entry.database === database);
    const isWhole = own.some(({ store }) => store === null);
    return { database, count: isWhole ? null : own.length, problems: own.map(({ problem }) => problem) };
  });
}

export function createSetAside(): SetAsideState {
  const [list, setList] = createSignal(byDatabase(setAsideEntries()));
  onSetAside(() => setList(byDatabase(setAsideEntries())));
  return {
    list,
    export: (database) =>
      exportSetAside(database).catch((cause: unknown) => {
        throw readingError(say`The unreadable records`, cause);
      }),
    delete: (database) =>
      deleteSetAside(database).catch((cause: unknown) => {
        throw deletionError(say`The unreadable records`, cause);
      }),
  };
}
