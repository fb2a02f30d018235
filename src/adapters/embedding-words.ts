// What prompts call the textual inversions of a file. Pure.
import { fileStem } from "./names/embedding-keys.ts";
import type { AdapterReport } from "./report.ts";

type Reported = Pick<AdapterReport, "fileName" | "embeddings" | "matched" | "refusal">;

/** Whether a file holds textual inversions and nothing else: their words work in every prompt, as in AUTOMATIC1111. */
export const holdsOnlyEmbeddings = ({ refusal, embeddings, matched }: Reported): boolean =>
  refusal === null && embeddings.length > 0 && matched.every(({ modules }) => modules === 0);

/** The words of a file's textual inversions. One that is alone in its file has the file's name, too. */
export function embeddingWords(report: Reported): string[] {
  const names = report.embeddings.map(({ name }) => name);
  const isAlone = names.length === 1 && holdsOnlyEmbeddings(report);
  return isAlone ? [...new Set([...names, fileStem(report.fileName)])] : names;
}
