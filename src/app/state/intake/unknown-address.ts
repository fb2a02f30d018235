// A pasted line that names no adapter.
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";

export const unknownAddress = (text: string): StylusError =>
  new StylusError("bad-input", say`${text} is no address of a model on Civitai or Hugging Face.`, {
    remedy: say`Copy it from the address bar of the model’s page.`,
  });
