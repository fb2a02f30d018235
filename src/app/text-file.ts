// Text files as people have them: UTF-8, or UTF-16 as Windows' editors and spreadsheets write it.

/** The text without its byte order mark. @throws DOMException if the file was moved or changed */
export async function textOfFile(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return new TextDecoder(!isUtf16 ? "utf-8" : first === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
}
