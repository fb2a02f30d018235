// What a model is and whether it runs here, in words.
import type { ModelFit } from "../../app/packs/model-fit.ts";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

export function summaryOf({ summary, userModel }: ModelEntry): string {
  if (!userModel) return t.models.offered(summary ?? "");
  const { isForInpainting, layout, dtypes } = userModel.facts;
  return t.models.summary({ isForInpainting, isFolder: layout === "diffusers", dtypes });
}

export function describeFit(fit: ModelFit): string {
  const { fit: texts } = t.models;
  switch (fit.kind) {
    case "good":
      return fit.gpuBytes === null ? texts.small : texts.gpu(fit.gpuBytes, fit.hasF16);
    case "slow":
      return texts.slow(spoken(fit.reason));
    case "impossible":
      return texts.impossible(fit.weightBytes);
  }
}
