// `<lora:name:weight>` in a prompt: the adapters it asks for, and the prompt without the tags. Spans found in the
// stripped text can be mapped back, so that the page can colour the words where the user typed them. Pure.
//
// As in AUTOMATIC1111 (modules/extra_networks.py), everything of the form `<word:…>` is a tag and no word of the prompt; tags
// that do nothing here are reported. Several tags for one adapter add up, as they do there.
//
// Also read, as by AUTOMATIC1111 and its extension LoRA Block Weight: `<lora:name:text:unet>` or `te=0.5:unet=0.8`,
// `lbw=` (or nothing before it) with 17 or 26 numbers, a preset or names of blocks, `start=5`, `stop=15`, `step=5-15`.
import { formatBlockWeights, parseBlockWeights } from "../adapters/merging/block-weights.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import { combineUses } from "../shared/adapter-uses.ts";
import { promptTags, type PromptTag } from "../shared/prompt-syntax.ts";
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import type { AdapterUse } from "../shared/request.ts";
import { adaptersNamed, adviseOnName } from "./adapter-names.ts";
import { limits } from "../shared/limits.ts";
import type { LoadedPack } from "./loaded-pack.ts";

export interface LoraTags {
  readonly text: string;
  /** Strengths of tags for the same adapter are added up; those with other blocks or steps stay apart. */
  readonly adapters: readonly AdapterUse[];
  /** Each tag that asks for an adapter, as it stands in the prompt, with the id it means. */
  readonly tags: readonly (PromptTag & { readonly id: string })[];
  /** What a tag says and cannot be understood; such a part is left out of `adapters`. */
  readonly problems: readonly Saying[];
  /** Offset in the stripped text → offset in the prompt. */
  toPrompt(offset: number): number;
}

/** A tag that does not end, or that has spaces where none may be. */
const brokenTagPattern = /<\s*(?:lora|lyco|hypernet)\s*:[^<>]*>?/i;

/** @param cards of the adapters that may be meant; without them a name is taken for an id */
export function readLoraTags(prompt: string, cards: readonly AdapterCard[] = []): LoraTags {
  const uses: AdapterUse[] = [];
  const tags: (PromptTag & { id: string })[] = [];
  const problems: Saying[] = [];
  /** Where tags were taken out of the text, and how long they were together up to there. */
  const removed: { readonly at: number; readonly length: number }[] = [];
  const kept: string[] = [];
  let at = 0;
  let last = 0;
  for (const tag of promptTags(prompt)) {
    const use = readTag(tag, cards, (problem) => problems.push(say`${tag.text}: ${problem}`));
    if (use) {
      uses.push(use);
      tags.push({ ...tag, id: use.id });
    }
    kept.push(prompt.slice(last, tag.start));
    at += tag.start - last;
    removed.push({ at, length: tag.end - at });
    last = tag.end;
  }
  kept.push(prompt.slice(last));
  const text = kept.join("");
  const [broken] = brokenTagPattern.exec(text) ?? [];
  if (broken?.endsWith(">")) problems.push(say`${broken.slice(0, 40)}: write <lora: without spaces.`);
  else if (broken) problems.push(say`${broken.slice(0, 40)}: it lacks the closing “>”.`);
  const adapters = combineUses(uses);
  for (const { id, unetStrength, textStrength } of adapters) {
    const beyond = [unetStrength, textStrength].find((strength) => !isUsable(strength));
    if (beyond !== undefined)
      problems.push(
        say`${id}: a strength of ${String(beyond)} would ruin the image. Strengths go from ${limits.adapterStrength.min} to ${limits.adapterStrength.max}; 0.5 to 1 is usual.`,
      );
  }
  return {
    text,
    adapters,
    tags,
    problems,
    toPrompt(offset) {
      // The last tag at or before the offset; one behind all words moves nothing.
      let [low, high] = [0, removed.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (removed[middle]!.at <= offset && removed[middle]!.at < text.length) low = middle + 1;
        else high = middle;
      }
      return offset + (removed[low - 1]?.length ?? 0);
    },
  };
}

/** The tags in a negative prompt: they are left out of its words, as in the prompt, but do nothing there. */
export const tagsOfNegative = (negativePrompt: string): readonly string[] => [
  ...new Set(promptTags(negativePrompt).map(({ text }) => text)),
];

/** What to say of tags for adapters that are not there: as in AUTOMATIC1111 the image is generated without them. */
export function describeUnknownTags(
  { tags }: Pick<LoraTags, "tags">,
  { title, cards, leftOut }: Pick<LoadedPack, "title" | "cards" | "leftOut">,
): readonly Saying[] {
  const known = new Set(cards.map(({ id }) => id));
  const unknown = new Map(tags.filter(({ id }) => !known.has(id)).map(({ id, text }) => [id, text]));
  return [...unknown].map(([id, text]) =>
    adaptersNamed(id, leftOut).length > 0
      ? say`${text} does nothing: the licence of “${id}” isn’t known to allow commercial use.`
      : say`${text} does nothing: ${title} has no adapter “${id}”. ${adviseOnName(id, cards)}`,
  );
}

const isUsable = (strength: number): boolean =>
  strength >= limits.adapterStrength.min && strength <= limits.adapterStrength.max;

function readTag(
  { kind, name, parts }: PromptTag,
  cards: readonly AdapterCard[],
  report: (problem: Saying) => void,
): AdapterUse | null {
  switch (kind) {
    case "lora":
    case "lyco":
      break;
    case "hypernet":
      report(say`Stylus does not support hypernetworks, only adapters such as LoRA.`);
      return null;
    default:
      report(say`this tag does not exist. Write <lora:name:0.8>.`);
      return null;
  }
  if (name === "") {
    report(say`the adapter’s name is missing. Write <lora:name:0.8>.`);
    return null;
  }
  const meant = adaptersNamed(name, cards);
  if (meant.length > 1)
    report(say`“${name}” may be ${alternatives(meant.map(({ id }) => say`“${id}”`))}: write one of them.`);
  return { id: meant[0]?.id ?? name, ...readArguments(parts, report) };
}

const alternatives = (sayings: readonly Saying[]): Saying =>
  sayings.reduce((others, last) => say`${others} or ${last}`);

const tagOptions: readonly string[] = ["te", "unet", "lbw", "start", "stop", "step"];
/** A1111's tags may limit the rank with it; the whole adapter is applied here. */
const ignoredOption = "dyn";

/** What stands behind the name. One number is the weight of both parts, two are text encoder, then UNet; 1 when none is given. */
function readArguments(parts: readonly string[], report: (problem: Saying) => void): Omit<AdapterUse, "id"> {
  const numbers: number[] = [];
  const named = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    if (equals >= 0) {
      const name = part.slice(0, equals).trim().toLowerCase();
      if (!tagOptions.includes(name) && name !== ignoredOption)
        report(say`“${name}” is not a tag option. The options are ${tagOptions}.`);
      named.set(name, part.slice(equals + 1).trim());
    } else if (isBlocks(part)) {
      named.set("lbw", part.trim()); // as the extension's first versions wrote it
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

/** A list or a preset of block weights. */
function isBlocks(text: string): boolean {
  try {
    parseBlockWeights(text);
    return true;
  } catch {
    return false;
  }
}

function readNumber(text: string, report: (problem: Saying) => void): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  report(say`“${text.trim()}” is not a number.`);
  return 1;
}

function readBlocks(text: string, report: (problem: Saying) => void): AdapterUse["blockWeights"] {
  try {
    return parseBlockWeights(text);
  } catch (error) {
    if (!(error instanceof StylusError)) throw error;
    const { message, remedy } = error.said;
    report(remedy ? say`${message} ${remedy}` : message);
    return undefined;
  }
}

/** `start` is the first step at work, `stop` the first no longer at work, counted from 0. */
function readSteps(
  named: ReadonlyMap<string, string>,
  report: (problem: Saying) => void,
): AdapterUse["steps"] {
  const [from, to] = named.get("step")?.split("-") ?? [named.get("start"), named.get("stop")];
  if (from === undefined && to === undefined) return undefined;
  const start = Number(from ?? 0);
  const end = to === undefined ? undefined : Number(to);
  if (Number.isInteger(start) && start >= 0 && (end === undefined || (Number.isInteger(end) && end > start)))
    return { start, ...(end !== undefined && { end }) };
  report(say`Steps are whole numbers from 0, and stop comes after start: start=5:stop=15 or step=5-15.`);
  return undefined;
}

/** @throws StylusError `bad-input` when a tag says something that cannot be understood */
export function checkLoraTags({ problems }: LoraTags): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new StylusError("bad-input", first, { where: "prompt", remedy: say`Correct the tag, or remove it.` });
}

/**
 * `<lora:id:0.64>`, as A1111 and Civitai's reader want it: no spaces, one number where one says all. Numbers have all their digits, so
 * that what is read is what was written.
 */
export function formatLoraTag({ id, unetStrength, textStrength, blockWeights, steps }: AdapterUse): string {
  const parts = [id, String(textStrength)];
  if (unetStrength !== textStrength) parts.push(String(unetStrength));
  const blocks = formatBlockWeights(blockWeights ?? {});
  if (blocks !== "") parts.push(`lbw=${blocks}`);
  if (steps && (steps.start > 0 || steps.end !== undefined)) parts.push(`start=${steps.start}`);
  if (steps?.end !== undefined) parts.push(`stop=${steps.end}`);
  return `<lora:${parts.join(":")}>`;
}
