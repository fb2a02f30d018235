// The `parameters` text of AUTOMATIC1111, which most tools read: prompt, negative prompt, and a last line of
// "Label: value" pairs. Compatible with A1111's infotext_utils.py and with Civitai's reader.

import type { SamplerId, ScheduleId } from "../shared/request.ts";

/** Keyword of the text entry in a PNG file. */
export const PARAMETERS_KEYWORD = "parameters";

export interface GenerationParameters {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Label → value, in written order. Labels are letters, digits, space, "-", "/". */
  readonly fields: ReadonlyMap<string, string>;
}

const NEGATIVE = "Negative prompt:";
/** Some sites write it as a heading. */
const NEGATIVE_LINE = /^Negative [Pp]rompt:/u;

/** Values with a comma, colon or line break, or a quote at the start, are quoted as JSON; empty ones are left out. */
export function formatParameters({ prompt, negativePrompt, fields }: GenerationParameters): string {
  const pairs = [...fields]
    .filter(([, value]) => value !== "")
    .map(([label, value]) => `${label}: ${/^"|[,:\n]/u.test(value) ? JSON.stringify(value) : value}`);
  const lines = [
    prompt,
    ...(negativePrompt === "" ? [] : [`${NEGATIVE} ${negativePrompt}`]),
    pairs.join(", "),
  ];
  return lines.join("\n").trim();
}

// Bounds the label's length so that a long line without colons does not backtrack from every letter.
// JSON without quotes, as extensions write it ("Hashes: {…}"), is one value up to the bracket that ends it.
const PAIR = /(\w[\w \-/]{1,80}):\s*("(?:\\.|[^\\"])+"|\{[^{}]*\}|\[[^[\]]*\]|[^,]*)\s*(?:,|$)/gu;

const DECIMAL = /^\d{1,3}(?:\.\d+)?$/u;

/** Labels of every tool's files, with what stands behind them: with one of them three pairs are parameters, not the end of a prompt. */
const USUAL: ReadonlyMap<string, RegExp> = new Map([
  ["Steps", /^\d{1,4}$/u],
  [
    "Sampler",
    /^(?:k_)?(?:ddim|ddpm|deis|dpm|er.sde|euler|gradient|heun|ipndm|lcm|lms|plms|res|sa|tcd|uni.?pc)/iu,
  ],
  ["Schedule type", /^[A-Z][\w ]*$/u],
  ["CFG scale", DECIMAL],
  ["Seed", /^(?:-1|\d{1,20})$/u],
  ["Size", /^\d{2,5}x\d{2,5}$/u],
  ["Model", /^\S+$/u],
  ["Model hash", /^[\da-f]{6,64}$/iu],
  ["Denoising strength", /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/u],
  ["Clip skip", /^\d{1,2}$/u],
  ["RNG", /^(?:CPU|GPU|NV)$/u],
  ["Version", /\d|^(?:ComfyUI|SwarmUI|InvokeAI|NovelAI|Fooocus|Draw Things|Easy Diffusion)$/u],
]);

/** "Schedule Type" of other tools → "Schedule type"; a word in small letters is one of the prompt. */
const LABELS: ReadonlyMap<string, string> = new Map(
  [...USUAL.keys()].map((label) => [label.toLowerCase(), label]),
);
const labelOf = (written: string): string =>
  (/^[A-Z]/u.test(written) ? LABELS.get(written.toLowerCase()) : undefined) ?? written;

/** Whether a line is nothing but usual labels with values as tools write them: then one pair is enough. */
function isOnlyUsual(line: string): boolean {
  const parts = line
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.every((part) => {
    const colon = part.indexOf(":");
    return colon > 0 && (USUAL.get(part.slice(0, colon))?.test(part.slice(colon + 1).trim()) ?? false);
  });
}

/** Where the parameters begin in a line: at its start, or at "Steps:" behind a prompt in one line with them. */
function startOfParameters(line: string): number {
  const steps = line.lastIndexOf("Steps: ");
  const isFree =
    /[\s,]/u.test(line[steps - 1] ?? "") && /^Steps: +\d+ *(?:,|$)/u.test(line.slice(steps, steps + 20));
  if (!isFree) return 0;
  const first = /^\s*([\w \-/]{2,80}):/u.exec(line)?.[1];
  return first !== undefined && USUAL.has(first) ? 0 : steps;
}

/** Longer texts are no parameters: even those with drawn regions and fields of many extensions are far shorter. */
export const MAX_PARAMETERS_LENGTH = 500_000;

interface ParameterLine {
  readonly line: number;
  /** What stands before the parameters, in the same line. */
  readonly before: string;
  readonly pairs: readonly (readonly [label: string, value: string])[];
}

function parametersIn(lines: readonly string[], line: number): ParameterLine | null {
  const text = lines[line]!;
  const start = startOfParameters(text);
  const pairs = Array.from(
    text.slice(start).matchAll(PAIR),
    ([, label, value]) => [labelOf(label!.trim()), unquote(value!.trim())] as const,
  );
  const known = pairs.some(([label]) => USUAL.has(label));
  // Fewer than three, AUTOMATIC1111's own rule, only where they end the text and are nothing else.
  const enough = pairs.length >= 3 || (line === lines.length - 1 && isOnlyUsual(text));
  return known && enough ? { line, before: text.slice(0, start), pairs } : null;
}

/** The last line that holds parameters and names the steps; without one the last line of all, if it holds any. */
function findParameters(lines: readonly string[]): ParameterLine | null {
  for (let at = lines.length - 1; at >= 0; at--) {
    const found = lines[at]!.includes("Steps:") ? parametersIn(lines, at) : null;
    if (found?.pairs.some(([label]) => label === "Steps")) return found;
  }
  return parametersIn(lines, lines.length - 1);
}

/**
 * Never throws: any other text is all prompt, and so is one of more than half a million characters. Parameters stand in a line of three pairs or more, by rule the last one (`isOnlyUsual` for
 * fewer); lines behind it (templates of extensions) are no part of the prompts, and their labels are kept as fields.
 */
export function parseParameters(text: string): GenerationParameters {
  if (text.length > MAX_PARAMETERS_LENGTH) return { prompt: text, negativePrompt: "", fields: new Map() };
  const lines = text.replaceAll("\0", "").trim().split(/\r?\n/u);
  const found = findParameters(lines);
  const fields = new Map<string, string>();
  if (found) {
    for (const line of lines.splice(found.line).slice(1)) {
      const [, label, value] = /^([A-Za-z][\w \-/]{1,80}):(.*)$/u.exec(line) ?? [];
      if (label !== undefined) fields.set(label, value!.trim());
    }
    for (const [label, value] of found.pairs) fields.set(label, value);
    const inline = found.before.search(/(?<=\s)Negative prompt:/u);
    if (inline > 0) lines.push(found.before.slice(0, inline), found.before.slice(inline));
    else if (found.before !== "") lines.push(found.before);
  }
  const prompt: string[] = [];
  const negative: string[] = [];
  let inNegative = false;
  for (const line of lines.map((one) => one.trim())) {
    if (NEGATIVE_LINE.test(line)) inNegative = true;
    (inNegative ? negative : prompt).push(
      NEGATIVE_LINE.test(line) ? line.slice(NEGATIVE.length).trim() : line,
    );
  }
  // A comma before "Steps:" joins the parameters to the words.
  const last = inNegative ? negative : prompt;
  if (found && found.before !== "") last.push(last.pop()!.replace(/,$/u, ""));
  return { prompt: prompt.join("\n").trim(), negativePrompt: negative.join("\n").trim(), fields };
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? parsed : value;
  } catch {
    return value;
  }
}

/** Sampler names as other tools write them. */
export const SAMPLER_LABELS: Readonly<Record<SamplerId, string>> = {
  euler: "Euler",
  euler_a: "Euler a",
  dpmpp_2m: "DPM++ 2M",
  dpmpp_sde: "DPM++ SDE",
  dpmpp_2m_sde: "DPM++ 2M SDE",
  ddim: "DDIM",
  unipc: "UniPC",
  lcm: "LCM",
};

/** "Automatic" is never written: for some samplers AUTOMATIC1111 reads another schedule from it. */
export const SCHEDULE_LABELS: Readonly<Record<ScheduleId, string>> = {
  uniform: "Uniform",
  karras: "Karras",
  exponential: "Exponential",
  sgm_uniform: "SGM Uniform",
  simple: "Simple",
  beta: "Beta",
  ays: "Align Your Steps",
  trailing: "Trailing",
  lcm: "LCM",
};

/** "DPM++ 2M", "k_dpmpp_2m" → "dpmpp_2m" */
const idForm = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll("++", "pp")
    .replaceAll(/[\s_-]+/gu, "_")
    .replace(/^k_/u, "");

/** Other names in id form: k-diffusion's, ComfyUI's, InvokeAI's, NovelAI's. */
const SAMPLER_ALIASES: ReadonlyMap<string, SamplerId> = new Map([
  ["euler_ancestral", "euler_a"],
  ["dpmpp_sde_gpu", "dpmpp_sde"],
  ["dpmpp_2m_sde_gpu", "dpmpp_2m_sde"],
  ["ddim_v3", "ddim"],
  ["uni_pc", "unipc"],
  ["uni_pc_bh2", "unipc"],
]);

/** "normal" is ComfyUI's word for even steps, "native" NovelAI's. */
const SCHEDULE_ALIASES: ReadonlyMap<string, ScheduleId> = new Map([
  ["normal", "uniform"],
  ["native", "uniform"],
  ["sgmuniform", "sgm_uniform"],
  ["align_your_steps", "ays"],
  ["align_your_steps_gits", "ays"],
]);

const SAMPLERS: ReadonlyMap<string, SamplerId> = new Map([
  ...(Object.keys(SAMPLER_LABELS) as SamplerId[]).map((id) => [id, id] as const),
  ...SAMPLER_ALIASES,
]);
const SCHEDULES: ReadonlyMap<string, ScheduleId> = new Map([
  ...(Object.keys(SCHEDULE_LABELS) as ScheduleId[]).map((id) => [id, id] as const),
  ...SCHEDULE_ALIASES,
]);

/** Behind a sampler's name, the longest first; InvokeAI writes "k" for Karras. "LCM" and "Trailing" are ours alone. */
const SUFFIXES: readonly (readonly [suffix: string, schedule: ScheduleId])[] = [
  ...[...SCHEDULES].filter(([, id]) => id !== "lcm" && id !== "trailing"),
  ["k", "karras"] as const,
].sort(([a], [b]) => b.length - a.length);

/** What AUTOMATIC1111 from 1.9 on takes "Automatic" for (sd_samplers_kdiffusion.py); even steps for all others. */
const OWN_SCHEDULES: ReadonlyMap<SamplerId, ScheduleId> = new Map([
  ["dpmpp_2m", "karras"],
  ["dpmpp_sde", "karras"],
  ["dpmpp_2m_sde", "exponential"],
]);

export interface ReadSampler {
  /** Null if there is none here of that name. */
  readonly sampler: SamplerId | null;
  readonly schedule: ScheduleId | null;
}

/**
 * Sampler and schedule of `Sampler` and `Schedule type`. A schedule in the sampler's name ("DPM++ 2M Karras") goes before
 * "Automatic", which means the sampler's own; files without a schedule are from before there was one to choose, and mean even steps.
 * @param options.automaticIsUniform of our own files up to version 0.1, which wrote "Automatic" for even steps
 */
export function readSampler(
  fields: ReadonlyMap<string, string>,
  { automaticIsUniform = false }: { readonly automaticIsUniform?: boolean } = {},
): ReadSampler {
  const written = idForm(fields.get("Sampler") ?? "");
  const known = SAMPLERS.get(written);
  const [suffix, named] = known ? [] : (SUFFIXES.find(([one]) => written.endsWith(`_${one}`)) ?? []);
  const sampler =
    known ?? (suffix === undefined ? null : (SAMPLERS.get(written.slice(0, -suffix.length - 1)) ?? null));
  const type = idForm(fields.get("Schedule type") ?? "");
  if (type === "" || type === "none") return { sampler, schedule: named ?? "uniform" };
  if (type !== "automatic") return { sampler, schedule: SCHEDULES.get(type) ?? null };
  const own = automaticIsUniform || sampler === null ? undefined : OWN_SCHEDULES.get(sampler);
  return { sampler, schedule: named ?? own ?? "uniform" };
}
