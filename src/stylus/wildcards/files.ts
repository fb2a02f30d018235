// Text files that `__name__` in a prompt draws from, as the user gives them.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { isWildcardName, parseWildcards, wildcardName } from "./wildcards.ts";

/** A text file of options for prompts. */
export interface WildcardFile {
  /** As prompts refer to it: lower case, without ".txt". */
  readonly name: string;
  readonly text: string;
}

/** Collections that people share have files of some hundred kilobytes. */
const maxFileBytes = 2e6;

/** @throws StylusError bad-file: it is too large, has no options, or a name that no prompt can refer to */
export async function readWildcardFile(file: {
  /** "colours.txt", or below a folder "animals/cats.txt". */
  readonly name: string;
  readonly sizeBytes: number;
  read(): Promise<string>;
}): Promise<WildcardFile> {
  const where = file.name;
  if (file.sizeBytes > maxFileBytes)
    throw new StylusError("bad-file", say`${where} is larger than ${maxFileBytes / 1e6} MB.`, {
      where,
      remedy: say`Split it into smaller files.`,
    });
  const name = wildcardName(where);
  if (!isWildcardName(name))
    throw new StylusError("bad-file", say`No prompt can refer to a file of the name ${where}.`, {
      where,
      remedy: say`Rename it with letters, digits, spaces, “-”, “.”, “/” and single “_” only, with no “_” at the end.`,
    });
  const text = await file.read();
  if (parseWildcards(text).length === 0)
    throw new StylusError("bad-file", say`${where} has no options.`, {
      where,
      remedy: say`Write one option per line. Lines that start with # are comments.`,
    });
  return { name, text };
}
