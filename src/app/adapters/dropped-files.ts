// What somebody drops on the page or picks: pictures bring their settings, adapter files are examined. Pure.
import { adapterEnding } from "../../adapters/files/file-ending.ts";
import { PEFT_CONFIG_NAME } from "../../adapters/files/peft-config.ts";

export type DroppedKind = "picture" | "adapter" | "unknown";

export function kindOfFile({ name, type }: { readonly name: string; readonly type: string }): DroppedKind {
  if (adapterEnding.test(name) || name === PEFT_CONFIG_NAME) return "adapter";
  if (type.startsWith("image/") || /\.(?:png|jpe?g|webp)$/i.test(name)) return "picture";
  return "unknown";
}

/** For the file chooser. */
export const pictureTypes = "image/png,image/jpeg,image/webp,image/avif,image/gif";
export const adapterExtensions = ".safetensors,.pt,.bin,.ckpt,.pth,.json";
