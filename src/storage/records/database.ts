// The site's databases (IndexedDB): opened and used within time limits, with every row checked when it is read. A row or a
// database of another shape is set aside (set-aside.ts) and never stands in the way of the rest.
import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IndexKey,
  type IndexNames,
  type StoreKey,
  type StoreNames,
  type StoreValue,
} from "idb";
import { say, verbatim, type Saying } from "../../shared/saying.ts";
import * as v from "valibot";
import { fileBytes, withBlobs, withBytes } from "./files-as-bytes.ts";
import { setAside, setAsideAgain, type SetAside } from "./set-aside.ts";

/** Users have these in their browsers: a change of shape needs a new version. */
export interface DatabaseShape<Schema extends DBSchema> {
  readonly name: string;
  readonly version: number;
  readonly stores: {
    readonly [Name in StoreNames<Schema> & string]: {
      /** Null: rows do not contain their key. */
      readonly keyPath: string | null;
      /** Named like the field that they index. */
      readonly indexes?: readonly string[];
    };
  };
  /** Stores of older versions whose rows are worthless: emptied. */
  readonly replaces?: readonly StoreNames<Schema>[];
}

/** How long a database may take to answer before its work counts as failed. */
const patienceMilliseconds = 10_000;
/** The slowest disk that large files are written to. */
const slowestBytesPerMillisecond = 5_000;

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : "");

/** @throws DOMException TimeoutError */
async function answered<Value>(work: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const silence = (): void => reject(new DOMException("The database does not answer.", "TimeoutError"));
    timer = setTimeout(silence, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function makeStores<Schema extends DBSchema>(
  database: IDBPDatabase<Schema>,
  { stores, replaces = [] }: DatabaseShape<Schema>,
): void {
  for (const store of replaces)
    if (database.objectStoreNames.contains(store)) database.deleteObjectStore(store);
  for (const name of Object.keys(stores) as (StoreNames<Schema> & string)[]) {
    if (database.objectStoreNames.contains(name)) continue;
    const { keyPath, indexes = [] } = stores[name];
    const store = database.createObjectStore(name, keyPath === null ? {} : { keyPath });
    for (const index of indexes) store.createIndex(index as IndexNames<Schema, typeof name>, index);
  }
}

/** What about an open database is not as expected; null when all is. */
function otherShape<Schema extends DBSchema>(
  database: IDBPDatabase<Schema>,
  { stores }: DatabaseShape<Schema>,
): Saying | null {
  for (const name of Object.keys(stores) as (StoreNames<Schema> & string)[]) {
    if (!database.objectStoreNames.contains(name)) return say`it has no store “${name}”`;
    const store = database.transaction(name).store;
    const { keyPath, indexes = [] } = stores[name];
    if (store.keyPath !== keyPath) return say`the rows of “${name}” have other keys`;
    const missing = indexes.find((index) => !([...store.indexNames] as string[]).includes(index));
    if (missing !== undefined) return say`“${name}” has no index “${missing}”`;
  }
  return null;
}

export class Records<Schema extends DBSchema> {
  readonly #shape: DatabaseShape<Schema>;
  readonly #patience: number;
  #database: IDBPDatabase<Schema>;
  /** The user or another tab has deleted the database: it can be opened again. */
  #isDeleted = false;
  #keepsBlobs = true;

  private constructor(shape: DatabaseShape<Schema>, patience: number, database: IDBPDatabase<Schema>) {
    this.#shape = shape;
    this.#patience = patience;
    this.#database = database;
  }

  /** Null where the browser refuses storage, does not answer in time, or holds a database of another shape. */
  static async open<Schema extends DBSchema>(
    shape: DatabaseShape<Schema>,
    { patience = patienceMilliseconds }: { readonly patience?: number } = {},
  ): Promise<Records<Schema> | null> {
    let records: Records<Schema> | null = null;
    try {
      const database = await Records.#connect(shape, patience, () => records);
      const problem = otherShape(database, shape);
      if (problem === null) return (records = new Records(shape, patience, database));
      database.close();
      setAside({ database: shape.name, store: null, key: null, problem });
    } catch (error) {
      if (nameOf(error) === "VersionError")
        setAside({ database: shape.name, store: null, key: null, problem: say`it is of a newer version` });
    }
    return null;
  }

  static async #connect<Schema extends DBSchema>(
    shape: DatabaseShape<Schema>,
    patience: number,
    owner: () => Records<Schema> | null,
  ): Promise<IDBPDatabase<Schema>> {
    const markDeleted = (): void => {
      const records = owner();
      if (records) records.#isDeleted = true;
    };
    const opening = openDB<Schema>(shape.name, shape.version, {
      upgrade: (database) => makeStores(database, shape),
      // Another tab wants a newer version, or deletes it: let it.
      blocking: (_current, next, event) => {
        (event.target as IDBDatabase).close();
        if (next === null) markDeleted();
      },
      terminated: markDeleted,
    });
    try {
      return await answered(opening, patience);
    } catch (error) {
      void opening.then(
        (late) => late.close(),
        () => {},
      );
      throw error;
    }
  }

  /**
   * Runs `work` on the database; opens it again if it was deleted.
   * @param options.bytes of a large file that is written
   * @throws DOMException TimeoutError when it does not answer in time, and whatever the browser throws
   */
  async run<Value>(
    work: (database: IDBPDatabase<Schema>) => Promise<Value>,
    { bytes = 0 }: { readonly bytes?: number } = {},
  ): Promise<Value> {
    const limit = this.#patience + bytes / slowestBytesPerMillisecond;
    const attempt = async (): Promise<Value> => answered(work(this.#database), limit);
    try {
      return await attempt();
    } catch (error) {
      if (!this.#isDeleted || !["InvalidStateError", "AbortError"].includes(nameOf(error))) throw error;
      this.#database = await Records.#connect(this.#shape, this.#patience, () => this);
      this.#isDeleted = false;
      return attempt();
    }
  }

  /**
   * Runs `work`, which writes rows. Where the browser refuses the files in them, it runs again with their bytes instead.
   * @throws DOMException as `run`
   */
  async write<Row extends object, Value>(
    rows: readonly Row[],
    work: (database: IDBPDatabase<Schema>, rows: readonly Row[]) => Promise<Value>,
  ): Promise<Value> {
    const bytes = fileBytes(rows);
    if (this.#keepsBlobs)
      try {
        return await this.run((database) => work(database, rows), { bytes });
      } catch (error) {
        if (bytes === 0 || !["UnknownError", "DataCloneError"].includes(nameOf(error))) throw error;
        this.#keepsBlobs = false;
      }
    const packed = await Promise.all(rows.map(withBytes));
    return this.run((database) => work(database, packed), { bytes });
  }

  /**
   * All rows of a store that match `schema`; the others are set aside.
   * @throws DOMException
   */
  async all<Name extends StoreNames<Schema> & string>(
    store: Name,
    schema: v.GenericSchema,
  ): Promise<StoreValue<Schema, Name>[]> {
    const { good, bad } = await this.#read(store, schema, {
      keys: (database) => database.getAllKeys(store),
      values: (database) => database.getAll(store),
    });
    setAsideAgain(this.#shape.name, store, bad);
    return good;
  }

  /**
   * The rows of a store whose indexed field is `is` and that match `schema`; the others of that value are set aside.
   * @throws DOMException
   */
  async where<Name extends StoreNames<Schema> & string, Index extends IndexNames<Schema, Name> & string>(
    store: Name,
    { index, is }: { readonly index: Index; readonly is: IndexKey<Schema, Name, Index> },
    schema: v.GenericSchema,
  ): Promise<StoreValue<Schema, Name>[]> {
    const { good, bad } = await this.#read(store, schema, {
      keys: (database) => database.getAllKeysFromIndex(store, index, is),
      values: (database) => database.getAllFromIndex(store, index, is),
    });
    for (const row of bad) setAside(row);
    return good;
  }

  async #read<Name extends StoreNames<Schema> & string>(
    store: Name,
    schema: v.GenericSchema,
    query: {
      readonly keys: (database: IDBPDatabase<Schema>) => Promise<StoreKey<Schema, Name>[]>;
      readonly values: (database: IDBPDatabase<Schema>) => Promise<StoreValue<Schema, Name>[]>;
    },
  ): Promise<{ readonly good: StoreValue<Schema, Name>[]; readonly bad: SetAside[] }> {
    const found = await this.run(async (database) => {
      const keys = await query.keys(database);
      // One row whose file is lost makes reading them all fail.
      const values = await query.values(database).catch(() => null);
      if (values?.length === keys.length) return keys.map((key, i) => ({ key, value: withBlobs(values[i]) }));
      const rows: { key: StoreKey<Schema, Name>; value?: unknown; lost?: unknown }[] = [];
      for (const key of keys) {
        const row = await database.get(store, key).then(
          (value) => ({ key, value: withBlobs(value) }),
          (lost: unknown) => ({ key, lost }),
        );
        rows.push(row);
      }
      return rows;
    });
    const good: StoreValue<Schema, Name>[] = [];
    const bad = found.flatMap(({ key, ...row }) => {
      const problem = "lost" in row ? verbatim(String(row.lost)) : problemOf(schema, row.value);
      if (problem === null) good.push(row.value as StoreValue<Schema, Name>);
      return problem === null ? [] : [{ database: this.#shape.name, store, key, problem }];
    });
    return { good, bad };
  }

  /** One row; undefined when there is none, or one that is set aside. @throws DOMException */
  async get<Name extends StoreNames<Schema> & string>(
    store: Name,
    key: StoreKey<Schema, Name>,
    schema: v.GenericSchema,
  ): Promise<StoreValue<Schema, Name> | undefined> {
    const value = withBlobs(await this.run((database) => database.get(store, key)));
    if (value === undefined) return undefined;
    const problem = problemOf(schema, value);
    if (problem === null) return value as StoreValue<Schema, Name>;
    setAside({ database: this.#shape.name, store, key: key as IDBValidKey, problem });
    return undefined;
  }
}

/** "card.title: Expected string but received undefined"; null for a row that is as expected. */
function problemOf(schema: v.GenericSchema, value: unknown): Saying | null {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!issues) return null;
  const field = v.getDotPath(issues[0]);
  return field === null ? verbatim(issues[0].message) : say`${field}: ${issues[0].message}`;
}
