// How well adapters were chosen for labelled prompts: counts, and the figures made of them. The definition is `measure` in
// training/choice/choose.py: a figure over all prompts divides sums, so a prompt with three adapters counts three times.

export interface LabelledPrompt {
  readonly prompt: string;
  /** What the writer wants; `span` is a substring of the prompt. */
  readonly picks: readonly { readonly id: string; readonly span: string }[];
  /** Adapters that would do too: neither right nor wrong. */
  readonly ok: readonly string[];
  readonly kind: string;
}

export interface ChosenAdapter {
  readonly id: string;
  /** Place in the prompt in UTF-16 units; null where its words do not stand together. */
  readonly start: number | null;
  readonly end: number | null;
}

/** One prompt and what was chosen for it. An adapter counts once, however many tasks it serves. */
export interface Judged {
  readonly labelled: LabelledPrompt;
  /** Wanted and chosen. */
  readonly right: readonly string[];
  /** Chosen, neither wanted nor in `ok`. */
  readonly wrong: readonly string[];
  /** Wanted, not chosen. */
  readonly missed: readonly string[];
  /** Those of `missed` whose words an adapter of `ok` serves; each such adapter replaces one. */
  readonly replaced: readonly string[];
  /** Adapters chosen in all. */
  readonly chosen: number;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

export function judge(labelled: LabelledPrompt, chosen: readonly ChosenAdapter[]): Judged {
  const { prompt, picks } = labelled;
  const wanted = new Set(picks.map(({ id }) => id));
  const fine = new Set([...wanted, ...labelled.ok]);
  const ids = distinct(chosen.map(({ id }) => id));
  const missed = [...wanted].filter((id) => !ids.includes(id));
  const spare = new Set(ids.filter((id) => fine.has(id) && !wanted.has(id)));
  const serves = ({ start, end }: ChosenAdapter, span: string): boolean => {
    const at = prompt.indexOf(span);
    return start !== null && end !== null && start < at + span.length && at < end;
  };
  const replaced = missed.filter((id) => {
    const spans = picks.filter((pick) => pick.id === id).map(({ span }) => span);
    const stand = chosen.find((each) => spare.has(each.id) && spans.some((span) => serves(each, span)));
    return stand !== undefined && spare.delete(stand.id);
  });
  return {
    labelled,
    right: ids.filter((id) => wanted.has(id)),
    wrong: ids.filter((id) => !fine.has(id)),
    missed,
    replaced,
    chosen: ids.length,
  };
}

/** Shares are null where nothing can be counted. */
export interface ChoiceSums {
  readonly prompts: number;
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** Recall in which an adapter of `ok` on the wanted words is as good. */
  readonly recallWithOk: number | null;
  /** Share of the prompts without a wrong pick. */
  readonly clean: number | null;
}

export interface ChoiceFigures extends ChoiceSums {
  /** Adapters chosen, a prompt. */
  readonly picks: number | null;
  /** Share without a wrong pick, of the prompts that want no adapter. */
  readonly noneWhenNone: number | null;
  /** Share without a wrong pick, of kind "trap". */
  readonly traps: number | null;
  readonly kinds: Readonly<Record<string, ChoiceSums>>;
}

const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

function sums(rows: readonly Judged[]): ChoiceSums {
  const total = (list: "right" | "wrong" | "missed" | "replaced"): number =>
    rows.reduce((sum, row) => sum + row[list].length, 0);
  const [right, wrong, missed] = [total("right"), total("wrong"), total("missed")];
  return {
    prompts: rows.length,
    right,
    wrong,
    missed,
    precision: share(right, right + wrong),
    recall: share(right, right + missed),
    recallWithOk: share(right + total("replaced"), right + missed),
    clean: share(rows.filter((row) => row.wrong.length === 0).length, rows.length),
  };
}

export function choiceFigures(rows: readonly Judged[]): ChoiceFigures {
  const kinds = distinct(rows.map(({ labelled }) => labelled.kind)).sort();
  const ofKind = (kind: string): Judged[] => rows.filter(({ labelled }) => labelled.kind === kind);
  return {
    ...sums(rows),
    picks: share(
      rows.reduce((sum, { chosen }) => sum + chosen, 0),
      rows.length,
    ),
    noneWhenNone: sums(rows.filter(({ labelled }) => labelled.picks.length === 0)).clean,
    traps: sums(ofKind("trap")).clean,
    kinds: Object.fromEntries(kinds.map((kind) => [kind, sums(ofKind(kind))])),
  };
}

/** Share of all wanted adapters among the first `k` found. @param found ids a prompt, best first */
export function recallAt(
  k: number,
  prompts: readonly LabelledPrompt[],
  found: readonly (readonly string[])[],
): number | null {
  let [hits, wanted] = [0, 0];
  for (const [i, { picks }] of prompts.entries()) {
    const first = new Set(found[i]!.slice(0, k));
    for (const id of new Set(picks.map((pick) => pick.id))) {
      wanted += 1;
      if (first.has(id)) hits += 1;
    }
  }
  return share(hits, wanted);
}

/** At most `limit` prompts in their order: as many of each kind as of any other while they last, evenly spaced within a kind. */
export function spreadOverKinds(prompts: readonly LabelledPrompt[], limit: number): LabelledPrompt[] {
  const kinds = new Map<string, LabelledPrompt[]>();
  for (const prompt of prompts) kinds.set(prompt.kind, [...(kinds.get(prompt.kind) ?? []), prompt]);
  const quotas = new Map([...kinds.keys()].map((kind) => [kind, 0]));
  let left = Math.min(limit, prompts.length);
  while (left > 0) {
    for (const [kind, own] of kinds) {
      const quota = quotas.get(kind)!;
      if (left === 0 || quota === own.length) continue;
      quotas.set(kind, quota + 1);
      left -= 1;
    }
  }
  const taken = new Set<LabelledPrompt>();
  for (const [kind, own] of kinds) {
    const quota = quotas.get(kind)!;
    for (let i = 0; i < quota; i++) taken.add(own[Math.floor((i * own.length) / quota)]!);
  }
  return prompts.filter((prompt) => taken.has(prompt));
}
