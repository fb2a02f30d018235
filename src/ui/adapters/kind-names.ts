// What the kinds of adapters are called: their categories, and the few-step ones.
import type { AdapterKind } from "../../app/adapters/library/library-adapter.ts";
import { t } from "../../texts/texts.ts";

export const kindNames = (): Readonly<Record<AdapterKind, string>> => ({
  ...t.names.categories,
  fewStep: t.adapters.library.fewStep,
});
