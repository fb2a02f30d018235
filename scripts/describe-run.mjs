// What a run has chosen, in plain words for the terminal: a line per task and adapter, then the seeds. Everything else is in the
// report (docs/report.md).

const short = (value) => String(Number(value.toFixed(3)));

/** "strength 0.8", or by seed where the images differ. */
function strengthOf(id, images) {
  const uses = images.map(({ seed, adapters }) => ({
    seed,
    strength: adapters.find((use) => use.id === id)?.unetStrength,
  }));
  const told = ({ strength }) => (strength === undefined ? "not used" : `strength ${short(strength)}`);
  const kinds = new Set(uses.map(told));
  if (kinds.size === 1) return told(uses[0]);
  return uses.map((use) => `${told(use)} with seed ${use.seed}`).join(", ");
}

/** Who chose, and why not the one that was asked. */
function chosenBy(composer) {
  const names = { reader: "the reader", rules: "rules" };
  if (!Object.hasOwn(names, composer?.kind ?? "")) return [];
  return [`Chosen by ${names[composer.kind]}${composer.instead ? `. ${composer.instead}` : ""}`];
}

/**
 * @param {object} report of docs/report.md
 * @param {Record<string, string>} titles of adapters, by id
 * @returns {string[]} lines
 */
export function describeRun({ stages, images, options }, titles) {
  const composition = stages.find(({ id }) => id === "plan")?.outputs?.composition;
  const tasks = composition?.tasks ?? [];
  const adapter = (id, reason) => `${titles[id] ?? id}, ${strengthOf(id, images)}: ${reason}`;
  const lines = chosenBy(composition?.composer);
  const listed = tasks.flatMap(({ text, picks, reason }) => {
    const part = text === "" ? "" : `“${text}” → `;
    if (picks.length > 0) return picks.map((pick) => part + adapter(pick.id, pick.reason));
    return [`${part}no adapter: ${reason ?? "the base model paints it"}`];
  });
  lines.push(...listed);
  const told = new Set(tasks.flatMap(({ picks }) => picks.map(({ id }) => id)));
  const others = new Map(
    images.flatMap(({ adapters, formulas }) =>
      adapters
        .filter(({ id }) => !told.has(id))
        .map(({ id }) => [
          id,
          formulas?.[id] ?? (Array.isArray(options.adapters) ? "listed by you" : "added"),
        ]),
    ),
  );
  for (const [id, reason] of others) lines.push(adapter(id, reason));
  if (!tasks.some(({ picks }) => picks.length > 0) && others.size === 0)
    lines.push("No adapters: the base model paints all of it.");
  const seeds = images.map(({ seed }) => seed);
  lines.push(`${seeds.length === 1 ? "Seed" : "Seeds"}: ${seeds.join(", ")}`);
  return lines;
}
