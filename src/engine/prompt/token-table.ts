// The rows of a checkpoint's token table, read from the file when a prompt first needs them: SD 1.5's table takes 150 MB,
// a prompt's rows about ten kilobytes.

import type { TensorSource } from "../../formats/safetensors.ts";
import { readRowsF32 } from "../../formats/tensor-values.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { TokenTable } from "./conditioning.ts";

export class CheckpointTokenTable implements TokenTable {
  readonly width: number;
  readonly #source: TensorSource;
  readonly #rows = new Map<number, Promise<Float32Array>>();

  constructor(source: TensorSource) {
    this.#source = source;
    this.width = source.shape[1]!;
  }

  /** @throws StylusError bad-file for a token outside the table */
  row(token: number): Promise<Float32Array> {
    if (token >= this.#source.shape[0]!) {
      throw new StylusError(
        "bad-file",
        say`The tokenizer has a token ${token}, but the text encoder has only ${this.#source.shape[0]} tokens.`,
        {
          where: this.#source.fileName,
          remedy: say`Use the tokenizer from the text encoder's model folder.`,
        },
      );
    }
    const known = this.#rows.get(token);
    if (known !== undefined) return known;
    const row = readRowsF32(this.#source, { begin: token, end: token + 1 });
    this.#rows.set(token, row);
    row.catch(() => this.#rows.delete(token)); // allows a retry after a failed read
    return row;
  }
}
