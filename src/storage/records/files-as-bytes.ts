// Files in rows, for browsers that keep bytes but no Blobs: WebKit in private windows refuses them. Only a row's own fields are looked at.

/** A file as it is stored there. */
interface StoredBytes {
  readonly bytesOfType: string;
  readonly bytes: ArrayBuffer;
}

const isStoredBytes = (value: unknown): value is StoredBytes =>
  typeof value === "object" && value !== null && "bytesOfType" in value && "bytes" in value;

const blobsOf = (row: object): Blob[] => Object.values(row).filter((value) => value instanceof Blob);

/** Bytes of all files of rows. */
export const fileBytes = (rows: readonly object[]): number =>
  rows.flatMap(blobsOf).reduce((sum, { size }) => sum + size, 0);

/** @throws DOMException NotReadableError, NotFoundError: a file is gone */
export async function withBytes<Row extends object>(row: Row): Promise<Row> {
  const fields = await Promise.all(
    Object.entries(row).map(async ([name, value]: [string, unknown]) => [
      name,
      value instanceof Blob ? { bytesOfType: value.type, bytes: await value.arrayBuffer() } : value,
    ]),
  );
  return Object.fromEntries(fields) as Row;
}

/** A row as it was given to `withBytes`; any other value is returned as it is. */
export function withBlobs(row: unknown): unknown {
  if (typeof row !== "object" || row === null || !Object.values(row).some(isStoredBytes)) return row;
  const fields = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    isStoredBytes(value) ? new Blob([value.bytes], { type: value.bytesOfType }) : value,
  ]);
  return Object.fromEntries(fields);
}
