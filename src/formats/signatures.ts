// Recognises files that users mistake for safetensors by their first bytes, and says what to use instead.
import { say, type Saying } from "../shared/saying.ts";

export interface ForeignFile {
  readonly message: Saying;
  readonly remedy: Saying;
}

const CONVERT = say`Use the .safetensors version of this model, or convert it with a tool you trust.`;

/** Tab, line feed, form feed, carriage return. */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([9, 10, 12, 13]);

/** Whether the bytes start a UTF-8 or ASCII text. */
function isText(start: Uint8Array): boolean {
  if (start.length === 0 || start.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte))) return false;
  try {
    // As a stream, because the last character may be incomplete.
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** First bytes of what people rename, or unpack too little. */
const OTHERS: readonly (readonly [start: string, what: Saying, remedy: "unpack" | "other"])[] = [
  ["7z\xbc\xaf", say`a 7z archive`, "unpack"],
  ["Rar!", say`a RAR archive`, "unpack"],
  ["\x1f\x8b\x08", say`a gzip archive`, "unpack"],
  ["\x89PNG", say`an image`, "other"],
  ["\xff\xd8\xff", say`an image`, "other"],
  ["RIFF", say`an image or a sound`, "other"],
];

const UNPACK = say`Unpack it and use the .safetensors or .pt file inside.`;

/** Identifies a file that is not safetensors by its first bytes (up to 64); undefined if it may be safetensors. */
export function describeForeignFile(start: Uint8Array): ForeignFile | undefined {
  const text = String.fromCharCode(...start);
  // The length of a header (8 bytes, below 4 GiB) may begin like any of those below.
  if (/^[^]{4}\0{4}\{/.test(text)) return undefined;
  if (text.startsWith("PK\u0003\u0004")) {
    return {
      message: say`This is a ZIP archive, probably a PyTorch pickle (.ckpt, .pt, .bin). Pickles can run code, so Stylus does not read them.`,
      remedy: CONVERT,
    };
  }
  // Protocol 2 and later begin with 0x80 and the version.
  if (start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5) {
    return {
      message: say`This is a Python pickle (.ckpt, .pt, .bin). Pickles can run code, so Stylus does not read them.`,
      remedy: CONVERT,
    };
  }
  const other = OTHERS.find(([first]) => text.startsWith(first));
  if (other)
    return {
      message: say`This is ${other[1]}, not a model or an adapter.`,
      remedy: other[2] === "unpack" ? UNPACK : say`Choose the .safetensors file of the model or adapter.`,
    };
  // A TAR archive begins with the name of its first file, filled up with zeros.
  if (/^[\w./-]{3,}\0{8}/.test(text))
    return {
      message: say`This is a TAR archive, or an old PyTorch file in one, which Stylus does not read.`,
      remedy: UNPACK,
    };
  if (text.startsWith("GGUF"))
    return { message: say`This is a GGUF file, which Stylus does not read.`, remedy: CONVERT };
  if (text.startsWith("\x89HDF"))
    return { message: say`This is an HDF5 (Keras) file, which Stylus does not read.`, remedy: CONVERT };
  if (text.startsWith("version https://git-lfs")) {
    return {
      message: say`This is a Git LFS pointer, not the file itself.`,
      remedy: say`Download the actual file with \`git lfs pull\` or the site's download button.`,
    };
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    return {
      message: say`This is a web page, not a model file.`,
      remedy: say`The download failed or needed a login; download the file again from the model's page.`,
    };
  }
  // Binary files, safetensors included, have control characters in their first bytes.
  if (isText(start)) {
    return {
      message: say`This is a text file, not a model or an adapter.`,
      remedy: say`Download the file again from its page; a note or an error message was saved instead.`,
    };
  }
  return undefined;
}
