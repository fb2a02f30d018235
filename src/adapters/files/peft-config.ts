// PEFT keeps an adapter's scale and other settings in an `adapter_config.json` beside its file. Written into the file's own metadata, as diffusers
// does by itself, it can not be lost again.
import { readHeader } from "../../formats/safetensors.ts";

/** What PEFT calls the file. */
export const PEFT_CONFIG_NAME = "adapter_config.json";

/** The fields that decide what the tensors mean (metadata.ts and peft-families.ts read them). */
const FIELDS = [
  "lora_alpha",
  "alpha",
  "alpha_pattern",
  "use_rslora",
  "use_cayley_neumann",
  "num_cayley_neumann_terms",
  "coft",
  "eps",
  "peft_version",
  "exclude_modules",
  "feedforward_modules",
];

/**
 * The adapter with the settings of its configuration in its header; its tensors, and so AutoV3, stay as they are.
 * A file that has such metadata already comes back as it is.
 * @param config the parsed `adapter_config.json`
 * @throws StylusError `bad-file` for what is no safetensors file
 */
export async function withPeftConfig(
  blob: Blob,
  config: unknown,
  { fileName }: { fileName: string },
): Promise<Blob> {
  const { metadata, dataOffset } = await readHeader(blob, { fileName });
  if (typeof config !== "object" || config === null || metadata.has("lora_adapter_metadata")) return blob;
  const settings = Object.entries(config).filter(([field]) => FIELDS.includes(field));
  const header = JSON.parse(await blob.slice(8, dataOffset).text()) as Record<string, unknown>;
  header["__metadata__"] = {
    ...Object.fromEntries(metadata),
    lora_adapter_metadata: JSON.stringify(Object.fromEntries(settings)),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(json.length), true);
  return new Blob([size.buffer, json, blob.slice(dataOffset)], { type: blob.type });
}
