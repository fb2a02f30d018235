// Refusals of what was asked for, in plain words; each names the option and says what to do.
import { StylusError } from "../shared/errors.ts";

export const refuse = (field: string, message: string, remedy: string): never => {
  throw new StylusError("bad-input", message, { where: field, remedy });
};

export const checkRange = (
  field: string,
  value: number,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean; readonly name: string },
): void => {
  if (!Number.isFinite(value) || value < range.min || value > range.max) {
    refuse(
      field,
      `${range.name} must be ${range.min}–${range.max}, not ${value}.`,
      `Choose a value in that range.`,
    );
  }
  if (range.whole && !Number.isInteger(value)) {
    refuse(field, `${range.name} must be a whole number, not ${value}.`, "Round it.");
  }
};
