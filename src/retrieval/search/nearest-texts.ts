// Late interaction with every vector of a few adapters: which of their texts are nearest to which span of the prompt.
import type { EmbeddedAdapter } from "../embedded-adapter.ts";
import type { TextSource } from "../text/indexed-texts.ts";
import { Int8Rows } from "./int8-rows.ts";
import type { QueryVectors } from "../text/query-weights.ts";
import { unitScale } from "../embedding/vectors.ts";

/** What a composer reads of a candidate. */
const maxNearPhrases = 8;
const maxNearNames = 4;
const maxNotMeant = 2;

export interface NearText {
  readonly text: string;
  readonly source: Exclude<TextSource, "document" | "notMeant">;
  /** Cosine similarity with the span. */
  readonly similarity: number;
  /** The part of the prompt that it is nearest to, UTF-16 units; null: the whole prompt. */
  readonly span: { readonly start: number; readonly end: number } | null;
}

export interface NearestTexts {
  /** Best similarity of any of its texts, weighed; unwanted uses left out. */
  readonly best: number;
  readonly nearest: readonly NearText[];
  readonly notMeant: readonly Omit<NearText, "source">[];
}

/** @param options.weights of the query texts. A span of higher weight wins over one that is a little nearer. */
export function nearestTexts(
  adapters: readonly EmbeddedAdapter[],
  { query, weights }: { readonly query: QueryVectors; readonly weights: readonly number[] },
): readonly NearestTexts[] {
  if (adapters.length === 0) return [];
  const count = adapters.reduce((sum, { texts }) => sum + texts.length, 0);
  const dims = query.vectors[0]!.length;
  const rows = new Int8Rows(dims, count);
  for (const { texts, values } of adapters)
    rows.append(
      values,
      Float32Array.from(texts, (_, row) => unitScale(values.subarray(row * dims, (row + 1) * dims))),
    );
  const best = new Float32Array(count).fill(-2);
  const bestQuery = new Uint16Array(count);
  const similarity = new Float32Array(count);
  for (const [q, vector] of query.vectors.entries()) {
    const found = rows.similarities(vector);
    for (let row = 0; row < count; row++) {
      const weighed = found[row]! * weights[q]!;
      if (weighed <= best[row]!) continue;
      best[row] = weighed;
      bestQuery[row] = q;
      similarity[row] = found[row]!;
    }
  }
  let first = 0;
  return adapters.map(({ texts }) => {
    const own = texts.map(({ text, source }, item) => ({ text, source, row: first + item }));
    const document = first;
    first += texts.length;
    const ranked = own.slice(1).sort((a, b) => best[b.row]! - best[a.row]! || a.row - b.row);
    const near = ({ text, row }: (typeof own)[number]): Omit<NearText, "source"> => ({
      text,
      similarity: similarity[row]!,
      span: query.texts[bestQuery[row]!]!.span,
    });
    const wanted = ranked.filter(({ source }) => source !== "notMeant");
    return {
      best: Math.max(best[document]!, wanted.length > 0 ? best[wanted[0]!.row]! : -2),
      nearest: nearestOf(wanted).map((item) => ({
        ...near(item),
        source: item.source as NearText["source"],
      })),
      notMeant: ranked
        .filter(({ source }) => source === "notMeant")
        .slice(0, maxNotMeant)
        .map(near),
    };
  });
}

/** The best phrases and the best names (title, trigger words, tags), in their order. */
function nearestOf<Text extends { readonly source: TextSource }>(ranked: readonly Text[]): readonly Text[] {
  let [phrases, names] = [0, 0];
  return ranked.filter(({ source }) =>
    source === "phrase" ? ++phrases <= maxNearPhrases : ++names <= maxNearNames,
  );
}
