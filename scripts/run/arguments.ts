// Command-line options of the entry scripts: node:util's parser, plus typed values with errors that name the option.
import { readFileSync } from "node:fs";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { type Place, places } from "../../src/app/state/prompt/region-edit.ts";
import type { Rectangle } from "../../src/shared/request.ts";
import { limits, type Range } from "../../src/shared/limits.ts";
import { SetupError } from "./setup.ts";

export class UsageError extends Error {}

/** Parses argv by `spec` (node:util parseArgs options); anything unknown is a UsageError. */
export function parseOptions<const Spec extends NonNullable<ParseArgsConfig["options"]>>(
  spec: Spec,
  argv: string[] = process.argv.slice(2),
) {
  try {
    return parseArgs({ args: argv, options: spec, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function integer(name: string, text: string, { min, max }: Range): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

export function number(name: string, text: string, { min, max }: Range): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) {
    throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

export function oneOf<const Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((one) => one === text);
  if (choice === undefined)
    throw new UsageError(`--${name} must be one of ${choices.join(", ")}, not "${text}".`);
  return choice;
}

/** `256x320` → {width, height} in pixels. */
export function size(name: string, text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  const { min, max, step } = limits.size;
  const sound = (pixels: number): boolean => pixels >= min && pixels <= max && pixels % step === 0;
  if (!sound(width) || !sound(height)) {
    throw new UsageError(
      `--${name} must be WIDTHxHEIGHT, both multiples of ${step} from ${min} to ${max}, not "${text}".`,
    );
  }
  return { width, height };
}

type NamedArea = { readonly prompt: string } & (Rectangle | { readonly file: string });

/** A place, four numbers in percent or an image file, and what follows a colon; null: it is none of them. */
function areaOf(name: string, text: string): NamedArea | null {
  const [, ofFile, wordsOfFile = ""] = /^(.*?\.(?:png|jpe?g|webp))(?::(.*))?$/isu.exec(text) ?? [];
  const [, place = "", words = ""] = /^([^:]*)(?::(.*))?$/su.exec(text) ?? [];
  const prompt = words.trim();
  if (Object.hasOwn(places, place.trim())) return { ...places[place.trim() as Place], prompt };
  const numbers = place.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part) / 100));
  if (numbers.length === 4 && !numbers.some(Number.isNaN)) {
    const [x, y, width, height] = numbers as [number, number, number, number];
    return { x, y, width, height, prompt };
  }
  return ofFile === undefined ? null : { file: imageFile(name, ofFile), prompt: wordsOfFile.trim() };
}

const areas = `PLACE one of ${Object.keys(places).join(", ")}, left,top,width,height in percent, or an image file that is white there`;

/** `left: a cat`, `0,0,50,100: a cat` in percent, or `mask.png: a cat`. */
export function region(name: string, text: string): NamedArea {
  const area = areaOf(name, text);
  if (area && area.prompt !== "") return area;
  throw new UsageError(`--${name} must be PLACE: prompt, ${areas}, not "${text}".`);
}

/** As a region, but its prompt may be left out. */
export function detail(name: string, text: string): NamedArea {
  const area = areaOf(name, text);
  if (area) return area;
  throw new UsageError(`--${name} must be PLACE or PLACE: prompt, ${areas}, not "${text}".`);
}

/** The bytes of an image file as base64. */
export function imageFile(name: string, file: string): string {
  try {
    return readFileSync(file).toString("base64");
  } catch (error) {
    throw new UsageError(
      `--${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`,
    );
  }
}

/** Options that need another option. */
export function requires(
  values: Readonly<Record<string, unknown>>,
  needed: string,
  names: readonly string[],
): void {
  const alone = names.find((name) => values[name] !== undefined);
  if (values[needed] === undefined && alone !== undefined)
    throw new UsageError(`--${alone} needs --${needed}.`);
}

/** `auto`, `none`, or `name:weight,name:weight`. */
export function adapters(name: string, text: string): "auto" | "none" | { id: string; weight: number }[] {
  if (text === "auto" || text === "none") return text;
  return text.split(",").map((part) => {
    const [id, weight = "1"] = part.split(":");
    if (!id) throw new UsageError(`--${name} must be auto, none or name:weight,…, not "${text}".`);
    return { id: id.trim(), weight: number(name, weight, limits.adapterStrength) };
  });
}

/** The message of an error, with its remedy if there is one. */
function describeError(error: unknown): string {
  if (error instanceof SetupError) return error.message;
  const { message, remedy, stack } = error as Error & { remedy?: string };
  return remedy ? `${message}\n${remedy}` : (stack ?? String(error));
}

/** Runs `main`; usage errors exit with code 2 and a hint to --help, expected failures with code 1 and their remedy. */
export async function runMain(main: () => Promise<void> | void, help: string): Promise<void> {
  const usage = help.split("\n", 1)[0];
  try {
    await main();
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = help === usage ? "" : "\n--help lists the options.";
      console.error(`${usage}${hint}\n\n${error.message}`);
      process.exit(2);
    }
    console.error(describeError(error));
    process.exit(1);
  }
}
