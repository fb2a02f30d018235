// The tables of `npm run eval:choice`.
import { table } from "../run/markdown-table.ts";
import type { ChoiceFigures, ChoiceSums } from "./choice-figures.ts";
import type { ComposerId } from "./chooser.ts";

export interface RetrievalFigures {
  readonly retriever: "Stylus" | "BM25";
  readonly recallAt10: number | null;
  readonly recallAt30: number | null;
}

export interface CatalogueFigures {
  readonly catalogue: string;
  readonly cards: number;
  readonly prompts: number;
  readonly phrases: boolean;
  readonly composers: readonly { readonly composer: ComposerId; readonly figures: ChoiceFigures }[];
  readonly retrievers: readonly RetrievalFigures[];
}

const fixed = (value: number | null, digits: number): string => value?.toFixed(digits) ?? "–";

const sumCells = (sums: ChoiceSums): string[] => [
  fixed(sums.precision, 3),
  fixed(sums.recall, 3),
  fixed(sums.recallWithOk, 3),
  `${sums.right} / ${sums.wrong} / ${sums.missed}`,
];

const sumHead = ["precision", "recall", "recall with ok", "right / wrong / missed"];

export function choiceTables({
  catalogue,
  cards,
  prompts,
  phrases,
  composers,
  retrievers,
}: CatalogueFigures): string {
  const overall = table(
    ["composer", ...sumHead, "picks a prompt", "none when none", "traps without a wrong pick"],
    composers.map(({ composer, figures }) => [
      composer,
      ...sumCells(figures),
      fixed(figures.picks, 2),
      fixed(figures.noneWhenNone, 3),
      fixed(figures.traps, 3),
    ]),
  );
  const byKind = table(
    ["composer", "kind", ...sumHead, "prompts", "without a wrong pick"],
    composers.flatMap(({ composer, figures }) =>
      Object.entries(figures.kinds).map(([kind, sums]) => [
        composer,
        kind,
        ...sumCells(sums),
        String(sums.prompts),
        fixed(sums.clean, 3),
      ]),
    ),
  );
  const retrieval = table(
    ["retriever", "recall@10", "recall@30"],
    retrievers.map(({ retriever, recallAt10, recallAt30 }) => [
      retriever,
      fixed(recallAt10, 3),
      fixed(recallAt30, 3),
    ]),
  );
  const size = `${cards} cards${phrases ? "" : " without phrases"}, ${prompts} prompts`;
  return [`## ${catalogue} (${size})`, overall, byKind, retrieval].join("\n\n");
}
