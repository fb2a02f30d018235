// Files that people drop in place of a safetensors file, told by their first bytes, each with words that help.

export interface ForeignFile {
  readonly message: string;
  readonly remedy: string;
}

const CONVERT = "Use the .safetensors version of this model, or convert it with a tool you trust.";

/** Tab, line feed, form feed, carriage return. */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([9, 10, 12, 13]);

/** Whether bytes are the beginning of a text in UTF-8 or ASCII. */
function isText(start: Uint8Array): boolean {
  if (start.length === 0 || start.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte))) return false;
  try {
    // As a stream: the last character may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** What a file is when it is not safetensors, from its first bytes (up to 64); undefined when nothing speaks against safetensors. */
export function describeForeignFile(start: Uint8Array): ForeignFile | undefined {
  const text = String.fromCharCode(...start);
  if (text.startsWith("PK\u0003\u0004")) {
    return {
      message:
        "This is a ZIP archive, most likely a PyTorch pickle (.ckpt, .pt, .bin). Pickles can run code and are not read.",
      remedy: CONVERT,
    };
  }
  // Protocol 2 and later begin with 0x80 and the version; a safetensors header of 0x280 bytes has a zero third byte.
  if (start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5 && (start[2] !== 0 || text[8] !== "{")) {
    return {
      message: "This is a Python pickle (.ckpt, .pt, .bin). Pickles can run code and are not read.",
      remedy: CONVERT,
    };
  }
  if (text.startsWith("GGUF"))
    return { message: "This is a GGUF file, which this program does not read.", remedy: CONVERT };
  if (text.startsWith("\x89HDF"))
    return { message: "This is an HDF5 (Keras) file, which this program does not read.", remedy: CONVERT };
  if (text.startsWith("version https://git-lfs")) {
    return {
      message: "This is a Git LFS pointer, not the file itself.",
      remedy: "Download the real file (git lfs pull, or the download button of the site).",
    };
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    return {
      message: "This is a web page, not a model file.",
      remedy: "The download needed a login or failed: download it again from the model's page.",
    };
  }
  // Safetensors and all other binary files have control characters in their first bytes.
  if (isText(start)) {
    return {
      message: "This is a text file, not a model or an adapter.",
      remedy:
        "Look for the file itself on its page: a note, a list or an error message was saved in its place.",
    };
  }
  return undefined;
}
