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

/** Values with a comma, colon or line break are quoted as JSON; empty ones are left out. */
export function formatParameters({ prompt, negativePrompt, fields }: GenerationParameters): string {
  const pairs = [...fields]
    .filter(([, value]) => value !== "")
    .map(([label, value]) => `${label}: ${/[,:\n]/u.test(value) ? JSON.stringify(value) : value}`);
  const lines = [
    prompt,
    ...(negativePrompt === "" ? [] : [`${NEGATIVE} ${negativePrompt}`]),
    pairs.join(", "),
  ];
  return lines.join("\n").trim();
}

// Bounds the label's length so that a long line without colons does not backtrack from every letter.
const PAIR = /(\w[\w \-/]{1,80}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/gu;

/** Never throws: any other text is all prompt. The last line holds parameters if it has three pairs or more. */
export function parseParameters(text: string): GenerationParameters {
  const lines = text.trim().split(/\r?\n/u);
  const pairs = [...lines.at(-1)!.matchAll(PAIR)];
  const fields = new Map<string, string>();
  if (pairs.length >= 3) {
    lines.pop();
    for (const [, label, value] of pairs) fields.set(label!, unquote(value!.trim()));
  }
  const prompt: string[] = [];
  const negative: string[] = [];
  let inNegative = false;
  for (const line of lines.map((one) => one.trim())) {
    if (line.startsWith(NEGATIVE)) inNegative = true;
    (inNegative ? negative : prompt).push(
      line.startsWith(NEGATIVE) ? line.slice(NEGATIVE.length).trim() : line,
    );
  }
  return { prompt: prompt.join("\n").trim(), negativePrompt: negative.join("\n").trim(), fields };
}

function unquote(value: string): string {
  if (!(value.length > 1 && value.startsWith('"') && value.endsWith('"'))) return value;
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

export const SCHEDULE_LABELS: Readonly<Record<ScheduleId, string>> = {
  uniform: "Automatic",
  karras: "Karras",
  exponential: "Exponential",
  sgm_uniform: "SGM Uniform",
  simple: "Simple",
  beta: "Beta",
  ays: "Align Your Steps",
  trailing: "Trailing",
  lcm: "LCM",
};

/** Sampler and schedule of `Sampler` and `Schedule type`; older files combine them ("DPM++ 2M Karras"). Null if unknown. */
export function readSampler(fields: ReadonlyMap<string, string>): {
  readonly sampler: SamplerId | null;
  readonly schedule: ScheduleId | null;
} {
  const written = fields.get("Sampler")?.trim().toLowerCase() ?? "";
  const suffix = ["karras", "exponential"].find((one) => written.endsWith(` ${one}`));
  const name = suffix === undefined ? written : written.slice(0, -suffix.length - 1);
  const scheduleName = (fields.get("Schedule type") ?? suffix ?? "Automatic").trim().toLowerCase();
  return {
    sampler: idOf(SAMPLER_LABELS, name),
    schedule: scheduleName === "uniform" ? "uniform" : idOf(SCHEDULE_LABELS, scheduleName),
  };
}

function idOf<Id extends string>(labels: Readonly<Record<Id, string>>, lowerCaseLabel: string): Id | null {
  const found = Object.entries<string>(labels).find(([, label]) => label.toLowerCase() === lowerCaseLabel);
  return found === undefined ? null : (found[0] as Id);
}
