// Command-line options of the entry scripts: node:util's parser, plus typed values with errors that name the option.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** The table that page and engine check by, too: src/shared/limits.ts. */
export const { limits, choices } = JSON.parse(
  readFileSync(new URL("../src/shared/request-limits.json", import.meta.url), "utf8"),
);

export class UsageError extends Error {}

/** Parses argv by `spec` (node:util parseArgs options); anything unknown is a UsageError. */
export function parseOptions(spec, argv = process.argv.slice(2)) {
  try {
    return parseArgs({ args: argv, options: spec, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

export function integer(name, text, { min, max }) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

export function number(name, text, { min, max }) {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) {
    throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

export function oneOf(name, text, choices) {
  if (!choices.includes(text))
    throw new UsageError(`--${name} must be one of ${choices.join(", ")}, not "${text}".`);
  return text;
}

/** `256x320` → {width, height} in pixels. */
export function size(name, text) {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  const { min, max, step } = limits.size;
  const sound = (pixels) => pixels >= min && pixels <= max && pixels % step === 0;
  if (!sound(width) || !sound(height)) {
    throw new UsageError(
      `--${name} must be WIDTHxHEIGHT, both multiples of ${step} from ${min} to ${max}, not "${text}".`,
    );
  }
  return { width, height };
}

/** The bytes of a picture file as base64. */
export function pictureFile(name, file) {
  try {
    return readFileSync(file).toString("base64");
  } catch (error) {
    throw new UsageError(`--${name}: ${file} cannot be read (${error.code ?? error.message}).`);
  }
}

/** Options that mean nothing without another one. */
export function requires(values, needed, names) {
  const alone = names.find((name) => values[name] !== undefined);
  if (values[needed] === undefined && alone !== undefined)
    throw new UsageError(`--${alone} needs --${needed}.`);
}

/** `auto`, `none`, or `name:weight,name:weight`. */
export function adapters(name, text) {
  if (text === "auto" || text === "none") return text;
  return text.split(",").map((part) => {
    const [id, weight = "1"] = part.split(":");
    if (!id) throw new UsageError(`--${name} must be auto, none or name:weight,…, not "${text}".`);
    return { id: id.trim(), weight: number(name, weight, limits.adapterStrength) };
  });
}

/** Runs `main`; usage errors end with code 2 and a hint at the help text, expected failures with code 1 and their remedy. */
export async function runMain(main, help) {
  const usage = help.split("\n", 1)[0];
  try {
    await main();
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = help === usage ? "" : "\n--help lists the options.";
      console.error(`${usage}${hint}\n\n${error.message}`);
      process.exit(2);
    }
    console.error(error.remedy ? `${error.message}\n${error.remedy}` : (error.stack ?? String(error)));
    process.exit(1);
  }
}
