// What is seen of an image while it is generated, finished or compared: why that is blurred, and the key by which the user
// wants to see it. Who wanted to see a preview, or the image alone, has not asked for what follows.
import type { BlurReason } from "../../images/nsfw.ts";
import type { NsfwState } from "../nsfw.ts";
import type { ImageView, VariantView } from "./view.ts";

export interface ImageCover {
  /** Of all that is seen; null: it is not blurred. */
  readonly reason: BlurReason | null;
  /** For `NsfwState.isShown` and `toggle`. */
  readonly key: string;
}

/** @param options.variant what is seen beside the image; null: nothing */
export function coverOf(
  { id, encoded, preview, nsfw }: Pick<ImageView, "id" | "encoded" | "preview" | "nsfw">,
  {
    check,
    variant,
  }: {
    readonly check: Pick<NsfwState, "reason" | "previewReason">;
    readonly variant: Pick<VariantView, "id" | "encoded" | "preview" | "nsfw"> | null;
  },
): ImageCover {
  // An image that was checked stands in `preview` until it is encoded.
  const isFinished = encoded !== null || nsfw !== undefined;
  if (!isFinished) return { reason: preview && check.previewReason(), key: `${id} preview` };
  const own = check.reason(nsfw);
  if (variant?.encoded) return { reason: own ?? check.reason(variant.nsfw), key: variant.id };
  if (variant?.preview) return { reason: own ?? check.previewReason(), key: `${variant.id} preview` };
  return { reason: own, key: id };
}
