// The rows of a checkpoint's token table, read from the file when a prompt first needs them: SD 1.5's table would take
// 150 MB, a prompt some ten kilobytes.

import { readRowsF32, type TensorSource } from "../../formats/safetensors.ts";
import { StylusError } from "../../shared/errors.ts";
import type { TokenTable } from "./conditioning.ts";

export class CheckpointTokenTable implements TokenTable {
  readonly width: number;
  readonly #source: TensorSource;
  readonly #rows = new Map<number, Promise<Float32Array>>();

  constructor(source: TensorSource) {
    this.#source = source;
    this.width = source.shape[1]!;
  }

  /** @throws StylusError bad-file for a token the table does not have */
  row(token: number): Promise<Float32Array> {
    if (token >= this.#source.shape[0]!) {
      throw new StylusError(
        "bad-file",
        `The tokenizer has a token ${token}, the text encoder only ${this.#source.shape[0]}.`,
        {
          where: this.#source.fileName,
          remedy: "Take the tokenizer from the same model folder as the text encoder.",
        },
      );
    }
    const known = this.#rows.get(token);
    if (known !== undefined) return known;
    const row = readRowsF32(this.#source, { begin: token, end: token + 1 });
    this.#rows.set(token, row);
    row.catch(() => this.#rows.delete(token)); // a failed read may be tried again
    return row;
  }
}
