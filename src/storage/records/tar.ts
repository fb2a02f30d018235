// Writes tar archives (POSIX ustar): blobs are taken as they are, so that large ones never pass through memory.

const blockBytes = 512;

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;

/** @param name ASCII, at most 100 characters */
function header(name: string, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockBytes);
  const put = (text: string, at: number): void => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(sizeBytes, 11), 124);
  put(octal(0, 11), 136);
  put(" ".repeat(8), 148); // the checksum counts itself as spaces
  put("0", 156);
  put("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

export function tarOf(files: readonly { readonly name: string; readonly content: Blob }[]): Blob {
  const parts = files.flatMap(({ name, content }) => [
    header(name, content.size),
    content,
    new Uint8Array((blockBytes - (content.size % blockBytes)) % blockBytes),
  ]);
  return new Blob([...parts, new Uint8Array(2 * blockBytes)], { type: "application/x-tar" });
}
