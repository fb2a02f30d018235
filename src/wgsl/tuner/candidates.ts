// What is worth measuring: the distinct products of a network, those that take most of its time first, each with a few ways to
// compute it.

import type { Block, Dispatch } from "../kernels/kernel.ts";
import { roundUp } from "../kernels/kernel.ts";
import { dispatchesOf, isOfFewRows, productShape, type ProductRequest } from "../plan/product-dispatches.ts";
import type { PlanTarget } from "../plan/target.ts";
import { nameOfShape, type ProductChoice, rankedChoices } from "../product-choice.ts";
import type { Tunable } from "./tune.ts";

export interface Candidates extends Tunable {
  /** The dispatches of each choice. */
  readonly ways: readonly (readonly Dispatch[])[];
}

/** Ways of a shape that are measured. */
const MOST_CHOICES = 8;

/** Rates of another card may be wrong by this much, but hardly by more. */
const HOPELESS = 4;

/** For the products whose shapes are not among the measured ones yet. */
export function candidatesOf(products: readonly ProductRequest[], target: PlanTarget): Candidates[] {
  const byShape = new Map<string, { readonly request: ProductRequest; count: number }>();
  for (const request of products) {
    if (isOfFewRows(request)) continue;
    const shape = nameOfShape(productShape(request, target));
    const known = byShape.get(shape);
    if (known) known.count++;
    else if (!target.measured.has(shape)) byShape.set(shape, { request, count: 1 });
  }
  return [...byShape]
    .map(([shape, { request, count }]) => {
      const ranked = rankedChoices(productShape(request, target), target);
      const choices = mostPromising(ranked);
      return {
        shape,
        choices: choices.map(({ name }) => name),
        ways: waysOf(request, choices, target),
        microseconds: count * (ranked[0]?.microseconds ?? 0),
      };
    })
    .filter(({ choices }) => choices.length > 0)
    .toSorted((a, b) => b.microseconds - a.microseconds);
}

/** The best of each tile, since rates are another card's, then the best of the rest. */
function mostPromising(ranked: ReturnType<typeof rankedChoices>): ProductChoice[] {
  const all = ranked.filter(({ microseconds }, _, [best]) => microseconds < HOPELESS * best!.microseconds);
  const tiles = new Set<unknown>();
  const [first, others]: [typeof all, typeof all] = [[], []];
  for (const one of all) {
    (tiles.has(one.choice.tile) ? others : first).push(one);
    tiles.add(one.choice.tile);
  }
  return [...first, ...others].slice(0, MOST_CHOICES).map(({ choice }) => choice);
}

/** The product alone, without what follows it, so that many shapes share a kernel. */
function waysOf(
  request: ProductRequest,
  choices: readonly ProductChoice[],
  target: PlanTarget,
): (readonly Dispatch[])[] {
  const { rows } = request.out;
  const { columns, groups } = request;
  const stride = roundUp(columns);
  const block: Block = { role: "temporary", name: "the result", sizeBytes: 4 * rows * stride };
  const alone: ProductRequest = {
    ...request,
    groups: [{ weight: groups[0]!.weight, bias: null }],
    shift: null,
    activation: null,
    residual: null,
    out: { block, offset: 0, stride, rows, columns },
  };
  const temporary = (_: string, elements: number): Block => ({
    role: "temporary",
    name: "the parts",
    sizeBytes: 4 * elements,
  });
  return choices.map((choice) =>
    dispatchesOf(alone, choice, { ...target, temporary }).map((dispatch) => {
      if (groups.length === 1) return dispatch;
      const [x, y] = dispatch.workgroups;
      return { ...dispatch, workgroups: [x, y, groups.length] as const };
    }),
  );
}
