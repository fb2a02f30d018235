// Describes a run's choice for the terminal: a line per task and adapter, then the seeds. The report has everything else
// (docs/report.md).

import type { ComposerInfo, Composition } from "../../src/compose/composition.ts";
import type { RunReport } from "../../src/stylus/run-types.ts";
import { describeReason, describeUnavailable } from "../../src/texts/reason.ts";

/** The described part of a report. */
interface DescribedRun {
  readonly stages: RunReport["stages"];
  readonly images: readonly Pick<
    RunReport["images"][number],
    "seed" | "prompt" | "adapters" | "formulas" | "nsfw" | "regions"
  >[];
  readonly options: Pick<RunReport["options"], "adapters">;
}

const short = (value: number): string => String(Number(value.toFixed(3)));

/** "strength 0.8", or by seed if the images differ. */
function strengthOf(id: string, images: DescribedRun["images"]): string {
  const uses = images.map(({ seed, adapters }) => ({
    seed,
    strength: adapters.find((use) => use.id === id)?.unetStrength,
  }));
  const inWords = ({ strength }: { strength: number | undefined }): string =>
    strength === undefined ? "not used" : `strength ${short(strength)}`;
  const kinds = new Set(uses.map(inWords));
  if (kinds.size === 1) return inWords(uses[0]!);
  return uses.map((use) => `${inWords(use)} with seed ${use.seed}`).join(", ");
}

/** Which composer chose, and why not the requested one. */
function chosenBy(composer: ComposerInfo | undefined): string[] {
  const names = new Map([
    ["reader", "the reader"],
    ["rules", "rules"],
  ]);
  const name = names.get(composer?.kind ?? "");
  if (composer === undefined || name === undefined) return [];
  return [`Chosen by ${name}${composer.instead ? `. ${describeUnavailable(composer.instead)}` : ""}`];
}

/**
 * @param titles of adapters, by id
 * @returns lines
 */
export function describeRun(
  { stages, images, options }: DescribedRun,
  titles: Readonly<Record<string, string>>,
): string[] {
  const plan = stages.find(({ id }) => id === "plan")?.outputs as { composition?: Composition } | undefined;
  const tasks = plan?.composition?.tasks ?? [];
  const adapter = (id: string, reason: string): string =>
    `${titles[id] ?? id}, ${strengthOf(id, images)}: ${reason}`;
  const lines = chosenBy(plan?.composition?.composer);
  const listed = tasks.flatMap(({ text, picks, reason }) => {
    const part = text === "" ? "" : `“${text}” → `;
    if (picks.length > 0) return picks.map((pick) => part + adapter(pick.id, describeReason(pick.reason)));
    return [
      `${part}no adapter: ${reason === undefined ? "the base model generates it" : describeReason(reason)}`,
    ];
  });
  lines.push(...listed);
  const described = new Set(tasks.flatMap(({ picks }) => picks.map(({ id }) => id)));
  const others = new Map(
    images.flatMap(({ adapters, formulas }) =>
      adapters
        .filter(({ id }) => !described.has(id))
        .map(({ id }): [string, string] => [
          id,
          formulas?.[id] ?? (Array.isArray(options.adapters) ? "listed by you" : "added"),
        ]),
    ),
  );
  for (const [id, reason] of others) lines.push(adapter(id, reason));
  const inRegions = (images[0]?.regions ?? []).flatMap(({ adapters }, index) =>
    adapters.map(
      ({ id, unetStrength }) => `Region ${index + 1}: ${titles[id] ?? id}, strength ${short(unetStrength)}`,
    ),
  );
  lines.push(...inRegions);
  if (inRegions.length === 0 && !tasks.some(({ picks }) => picks.length > 0) && others.size === 0)
    lines.push("No adapters: the base model generates all of it.");
  const seeds = images.map(({ seed }) => seed);
  lines.push(`${seeds.length === 1 ? "Seed" : "Seeds"}: ${seeds.join(", ")}`);
  // What each image has drawn from a template.
  for (const { seed, prompt } of images) if (prompt !== undefined) lines.push(`Seed ${seed}: ${prompt}`);
  const checked = images.flatMap(({ nsfw }) => (nsfw === undefined ? [] : [nsfw]));
  if (checked.length > 0)
    lines.push(`NSFW: ${checked.map((nsfw) => (nsfw === null ? "not checked" : short(nsfw))).join(", ")}`);
  return lines;
}
