// The directory of a ZIP archive with uncompressed entries, as torch.save writes it.
// Source: PKWARE APPNOTE.TXT 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record). Untrusted input:
// checks every position against the file.
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";

/** For archives that torch.save did not write. */
export function otherArchive(fileName: string): StylusError {
  return new StylusError("unsupported", say`This is a ZIP archive, not an adapter file.`, {
    where: fileName,
    remedy: say`Unpack it and use the .safetensors or .pt file inside.`,
  });
}

const decoder = new TextDecoder();

/** Contents by entry name, as views of `file`. @throws StylusError `bad-file`, `unsupported` */
export function readStoredZip(file: Uint8Array, { fileName }: { fileName: string }): Map<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const fail = (message: Saying): StylusError =>
    new StylusError("bad-file", say`The archive is damaged: ${message}.`, {
      where: fileName,
      remedy: say`Download the file again.`,
    });
  const end = findEndRecord(view);
  if (end === null) throw fail(say`its directory is missing`);
  const count = view.getUint16(end + 10, true);
  let position = view.getUint32(end + 16, true);
  const entries = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    if (position + 46 > file.length || view.getUint32(position, true) !== 0x02014b50)
      throw fail(say`its directory is broken`);
    const method = view.getUint16(position + 10, true);
    const sizeBytes = view.getUint32(position + 20, true);
    const nameBytes = view.getUint16(position + 28, true);
    const local = view.getUint32(position + 42, true);
    const name = decoder.decode(file.subarray(position + 46, position + 46 + nameBytes));
    position += 46 + nameBytes + view.getUint16(position + 30, true) + view.getUint16(position + 32, true);
    if (method !== 0) throw otherArchive(fileName); // torch.save never compresses
    if (local + 30 > file.length || view.getUint32(local, true) !== 0x04034b50)
      throw fail(say`entry ${i} has no header`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + sizeBytes > file.length) throw fail(say`entry ${i} ends past the end of the file`);
    entries.set(name, file.subarray(start, start + sizeBytes));
  }
  return entries;
}

/** The end record is within the last 64 KiB + 22 bytes. */
function findEndRecord(view: DataView): number | null {
  for (let position = view.byteLength - 22; position >= Math.max(0, view.byteLength - 65557); position--) {
    if (view.getUint32(position, true) === 0x06054b50) return position;
  }
  return null;
}
