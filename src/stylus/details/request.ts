// What the detail pass of a run asks of the engine. Pure.
import type { CombineId } from "../../shared/limits.ts";
import type { AdapterUse, DetailPass } from "../../shared/request.ts";
import { adaptersInRegion } from "../batch-plan.ts";
import type { DetailOptions } from "./details.ts";
import type { LoadedPack } from "../loaded-pack.ts";
import { readLoraTags, type LoraTags } from "../lora-tags.ts";
import { readableText } from "../vocabulary.ts";

/** What the areas' own words say, in their order. */
export const tagsOfDetails = (
  details: DetailOptions | null,
  { cards }: Pick<LoadedPack, "cards">,
): LoraTags[] => details?.areas.map(({ prompt }) => readLoraTags(prompt, cards)) ?? [];

/** Ids of the adapters that those words add. */
export function adaptersOfDetails(details: DetailOptions | null, pack: Pick<LoadedPack, "cards">): string[] {
  const known = new Set(pack.cards.map(({ id }) => id));
  const ids = tagsOfDetails(details, pack).flatMap(({ adapters }) => adapters.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => known.has(id));
}

/** The engine's form: each area at the size of the model, with the image's adapters and those of its tags. */
export function detailPass(
  details: DetailOptions,
  {
    pack,
    combine,
    image,
  }: {
    readonly pack: LoadedPack;
    readonly combine: CombineId;
    readonly image: { readonly adapters: readonly AdapterUse[] };
  },
): DetailPass {
  const { strength, padding, feather, areas } = details;
  const known = new Set(pack.cards.map(({ id }) => id));
  const tags = tagsOfDetails(details, pack);
  return {
    width: pack.defaults.width,
    height: pack.defaults.height,
    strength,
    padding,
    feather,
    areas: areas.map(({ x, y, width, height, mask }, index) => {
      const { text, adapters } = tags[index]!;
      const prompt = readableText(text, pack).trim();
      const own = adapters.filter(({ id }) => known.has(id));
      return {
        x,
        y,
        width,
        height,
        ...(mask === undefined ? {} : { mask }),
        ...(prompt === "" ? {} : { prompt }),
        ...(own.length === 0
          ? {}
          : { adapters: adaptersInRegion(image, { adapters: own }, { ...pack, combine }) }),
      };
    }),
  };
}
