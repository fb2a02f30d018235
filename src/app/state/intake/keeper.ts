// Keeps adapters without a question for each: examined, named, stored. The pack knows them only when it is loaded again.
import type { LoadedPack, UserAdapter } from "../../../stylus/loaded-pack.ts";
import type { AdapterFiles } from "../../adapters/dropped-files.ts";
import { freeId } from "../../adapters/free-id.ts";
import { newAdapter } from "../../adapters/new-adapter.ts";
import type { CardDraft } from "../../adapters/user-card.ts";
import type { AdapterServices } from "../../services/ports.ts";
import { examineFiles } from "./examination.ts";
import type { Refusal } from "./refusal.ts";

export type Keeping =
  | {
      readonly kind: "kept";
      readonly adapter: UserAdapter;
      readonly draft: CardDraft;
      /** The base model that it is kept for, where that is not the loaded one. */
      readonly keptFor: string | null;
    }
  | { readonly kind: "known"; readonly title: string }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export interface Keeper {
  /** @throws StylusError quota */
  keep(files: AdapterFiles): Promise<Keeping>;
}

/** For one batch: it knows what it has kept before the pack does. */
export function createKeeper(context: {
  readonly services: Pick<AdapterServices, "inspectAdapter" | "addAdapter">;
  readonly loaded: () => Promise<LoadedPack>;
}): Keeper {
  const { services, loaded } = context;
  const ids = new Set<string>();
  /** Titles by hash. */
  const kept = new Map<string, string>();
  return {
    async keep(files) {
      const found = await examineFiles(files, { services, loaded });
      if (found.kind === "refused") return { kind: "refused", refusal: found.refusal };
      if (found.kind === "known") return { kind: "known", title: found.card.title };
      const { file, report, draft, keptFor } = found;
      const same = kept.get(report.hashes?.sha256 ?? "");
      if (same !== undefined) return { kind: "known", title: same };
      const pack = await loaded();
      const baseModel = keptFor ?? pack.baseModels[0]!;
      for (;;) {
        const id = freeId(file.name, new Set([...pack.cards.map((card) => card.id), ...ids]));
        ids.add(id);
        const adapter = newAdapter(id, found, { draft, baseModel, report });
        if (!(await services.addAdapter(adapter))) continue;
        if (report.hashes) kept.set(report.hashes.sha256, adapter.card.title);
        return { kind: "kept", adapter, draft, keptFor };
      }
    },
  };
}
