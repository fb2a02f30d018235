// PEFT stores an adapter's scale and other settings in an `adapter_config.json` next to its file. Writing them into the
// file's metadata, as diffusers does, keeps them with the file.
import { readHeader } from "../../formats/safetensors.ts";

/** PEFT's name for the file. */
export const PEFT_CONFIG_NAME = "adapter_config.json";

/** The fields that determine what the tensors mean (read by metadata.ts and peft-families.ts). */
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
 * The adapter with its configuration's settings in the header; its tensors, and therefore AutoV3, stay unchanged.
 * Returns a file that already has such metadata unchanged.
 * @param config the parsed `adapter_config.json`
 * @throws StylusError `bad-file` if it is not a safetensors file
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
