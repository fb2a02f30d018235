// The user's adapters for models other than the loaded one.
import type { AdapterReport } from "../../../adapters/report.ts";
import type { LoadedPack, UserAdapter } from "../../../stylus/loaded-pack.ts";
import { baseModelOfWidth } from "../../packs/packs.ts";
import type { AdapterServices } from "../../services/ports.ts";

/** The base model here that a refused file is made for, by the width of its text features; null where there is none. */
export function otherModelOf({ base }: AdapterReport, { baseModels }: LoadedPack): string | null {
  const made = base.foreignKeys > 0 ? null : baseModelOfWidth(base.contextWidth ?? base.textWidth);
  return made === null || baseModels.includes(made) ? null : made;
}

/**
 * An adapter that was kept for this model was examined for another one. It stays in the list if it fits neither.
 * @param context.current its record, while `loaded` is in use
 * @returns whether the record is another one now
 */
export async function examineAgain(
  loaded: LoadedPack,
  context: {
    readonly services: Pick<AdapterServices, "inspectAdapter" | "putAdapter">;
    readonly current: () => UserAdapter | undefined;
  },
): Promise<boolean> {
  const { services, current } = context;
  const before = current();
  if (!before?.report.refusal) return false;
  const report = await services.inspectAdapter(new File([before.file], before.report.fileName));
  const adapter = current(); // another model may be there by now, and the record changed or deleted
  if (!adapter) return false;
  const { card } = adapter;
  const baseModel = report.refusal
    ? (otherModelOf(report, loaded) ?? report.base.name ?? "")
    : card.baseModel;
  await services.putAdapter({ ...adapter, card: { ...card, baseModel }, report });
  return true;
}
