// `<lora:name:weight>` in a prompt: the adapters it asks for, and the prompt without the tags. Spans found in the
// stripped text can be mapped back, so that the page can colour the words where the user typed them. Pure.
//
// Also read, as by AUTOMATIC1111 and its extension LoRA Block Weight: `<lora:name:text:unet>` or `te=0.5:unet=0.8`,
// `lbw=` with 17 or 26 numbers, a preset or names of blocks, `start=5`, `stop=15`, `step=5-15`.
import { formatBlockWeights, parseBlockWeights } from "../adapters/block-weights.ts";
import { StylusError, toPlainError } from "../shared/errors.ts";
import type { AdapterUse } from "../shared/request.ts";

export interface LoraTags {
  readonly text: string;
  /** Each adapter once: a later tag for the same one wins. */
  readonly adapters: readonly AdapterUse[];
  /** What a tag says and cannot be understood; such a part is left out of `adapters`. */
  readonly problems: readonly string[];
  /** Offset in the stripped text → offset in the prompt. */
  toPrompt(offset: number): number;
}

const tagPattern = /<(?:lora|lyco):([^:<>]+)((?::[^:<>]*)*)>/gi;

export function readLoraTags(prompt: string): LoraTags {
  const adapters = new Map<string, AdapterUse>();
  const problems: string[] = [];
  const removed: { readonly at: number; readonly length: number }[] = [];
  let text = "";
  let last = 0;
  for (const match of prompt.matchAll(tagPattern)) {
    const id = match[1]!.trim();
    adapters.delete(id);
    adapters.set(id, {
      id,
      ...readArguments(match[2]!.split(":").slice(1), (problem) => problems.push(`${match[0]}: ${problem}`)),
    });
    text += prompt.slice(last, match.index);
    removed.push({ at: text.length, length: match[0].length });
    last = match.index + match[0].length;
  }
  text += prompt.slice(last);
  return {
    text,
    adapters: [...adapters.values()],
    problems,
    toPrompt: (offset) =>
      removed.reduce(
        (position, { at, length }) => (at <= offset && at < text.length ? position + length : position),
        offset,
      ),
  };
}

const tagOptions: readonly string[] = ["te", "unet", "lbw", "start", "stop", "step"];
/** A1111's tags may limit the rank with it; the whole adapter is applied here. */
const ignoredOption = "dyn";

/** What stands behind the name. One number is the weight of both parts, two are text encoder, then UNet; 1 when none is given. */
function readArguments(parts: readonly string[], report: (problem: string) => void): Omit<AdapterUse, "id"> {
  const numbers: number[] = [];
  const named = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    if (equals >= 0) {
      const name = part.slice(0, equals).trim().toLowerCase();
      if (!tagOptions.includes(name) && name !== ignoredOption)
        report(`“${name}” is nothing that a tag can say: it knows ${tagOptions.join(", ")}.`);
      named.set(name, part.slice(equals + 1).trim());
    } else if (part.trim() !== "") numbers.push(readNumber(part, report));
  }
  const weight = (name: string): number | undefined =>
    named.has(name) ? readNumber(named.get(name)!, report) : undefined;
  const textStrength = weight("te") ?? numbers[0] ?? 1;
  const unetStrength = weight("unet") ?? numbers[1] ?? textStrength;
  const blocks = named.get("lbw");
  const steps = readSteps(named, report);
  const blockWeights = blocks === undefined ? undefined : readBlocks(blocks, report);
  return { unetStrength, textStrength, ...(blockWeights && { blockWeights }), ...(steps && { steps }) };
}

function readNumber(text: string, report: (problem: string) => void): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  report(`“${text.trim()}” is not a number.`);
  return 1;
}

function readBlocks(text: string, report: (problem: string) => void): AdapterUse["blockWeights"] {
  try {
    return parseBlockWeights(text);
  } catch (error) {
    const { message, remedy } = toPlainError(error);
    report([message, remedy].filter(Boolean).join(" "));
    return undefined;
  }
}

/** `start` is the first step at work, `stop` the first no longer at work, counted from 0. */
function readSteps(
  named: ReadonlyMap<string, string>,
  report: (problem: string) => void,
): AdapterUse["steps"] {
  const [from, to] = named.get("step")?.split("-") ?? [named.get("start"), named.get("stop")];
  if (from === undefined && to === undefined) return undefined;
  const start = Number(from ?? 0);
  const end = to === undefined ? undefined : Number(to);
  if (Number.isInteger(start) && start >= 0 && (end === undefined || (Number.isInteger(end) && end > start)))
    return { start, ...(end !== undefined && { end }) };
  report("Steps are whole numbers from 0 on, the last after the first: start=5:stop=15 or step=5-15.");
  return undefined;
}

/** @throws StylusError `bad-input` when a tag says something that cannot be understood */
export function checkLoraTags({ problems }: LoraTags): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new StylusError("bad-input", first, { where: "prompt", remedy: "Correct the tag, or take it out." });
}

/** Strengths of an adapter for people: "0.80", "U-Net 0.80, text 0.30, by blocks, steps 5 to 15". */
export function describeStrength({ unetStrength, textStrength, blockWeights, steps }: AdapterUse): string {
  const same = unetStrength === textStrength;
  const parts = same
    ? [unetStrength.toFixed(2)]
    : [`U-Net ${unetStrength.toFixed(2)}`, `text ${textStrength.toFixed(2)}`];
  if (blockWeights) parts.push("weights by block");
  if (steps)
    parts.push(
      steps.end === undefined ? `from step ${steps.start}` : `steps ${steps.start} to ${steps.end - 1}`,
    );
  return parts.join(", ");
}

const short = (value: number): string => String(Number(value.toFixed(2)));

/** `<lora:id:0.64>`, as A1111 and Civitai's reader want it: no spaces, one number where one says all. */
export function formatLoraTag({ id, unetStrength, textStrength, blockWeights, steps }: AdapterUse): string {
  const parts = [id, short(textStrength)];
  if (short(unetStrength) !== short(textStrength)) parts.push(short(unetStrength));
  if (blockWeights && Object.keys(blockWeights).length > 0)
    parts.push(`lbw=${formatBlockWeights(blockWeights)}`);
  if (steps && (steps.start > 0 || steps.end !== undefined)) parts.push(`start=${steps.start}`);
  if (steps?.end !== undefined) parts.push(`stop=${steps.end}`);
  return `<lora:${parts.join(":")}>`;
}
