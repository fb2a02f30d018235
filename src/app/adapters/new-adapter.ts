// An adapter as it is stored when it is added.
import type { UserAdapter } from "../../stylus/loaded-pack.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import { originOf } from "./sources/origin.ts";
import { authorWordsOf, cardOf, type CardDraft } from "./user-card.ts";

/** @param files as read, `sidecar` as JSON */
export function newAdapter(
  id: string,
  files: { readonly file: File; readonly preview: Blob | null; readonly sidecar: unknown },
  { draft, baseModel, report }: { draft: CardDraft; baseModel: string; report: AdapterReport },
): UserAdapter {
  const { file, preview, sidecar } = files;
  const origin = originOf(sidecar);
  const words = authorWordsOf(sidecar, file.name);
  return {
    id,
    card: cardOf(draft, { id, baseModel, report }),
    report,
    file,
    addedAt: Date.now(),
    ...(preview ? { preview } : {}),
    ...(origin ? { origin } : {}),
    ...(words ? { words } : {}),
  };
}
