// PEFT stores an adapter's scale and other settings in an `adapter_config.json` next to its file. Writing them into the
// file's metadata, as diffusers does, keeps them with the file.
import { readHeader, writeSafetensors } from "../../formats/safetensors.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

/** PEFT's name for the file. */
export const PEFT_CONFIG_NAME = "adapter_config.json";

/** The fields that determine what the tensors mean (read by metadata.ts, base-model.ts and peft-families.ts). */
const FIELDS = [
  "lora_alpha",
  "alpha",
  "alpha_pattern",
  "r",
  "rank_pattern",
  "init_lora_weights",
  "use_rslora",
  "use_cayley_neumann",
  "num_cayley_neumann_terms",
  "coft",
  "eps",
  "peft_version",
  "exclude_modules",
  "feedforward_modules",
  "base_model_name_or_path",
];

/**
 * The adapter with its configuration's settings in the header; its tensors, and therefore AutoV3, stay unchanged. A pickle, which has no
 * place for them, becomes a safetensors file. Returns a file that already has such metadata unchanged.
 * @param config the parsed `adapter_config.json`
 * @throws StylusError `bad-file`, `unsupported` if the file cannot be read
 */
export async function withPeftConfig(
  blob: Blob,
  config: unknown,
  { fileName }: { fileName: string },
): Promise<Blob> {
  if (typeof config !== "object" || config === null) return blob;
  const settings = Object.entries(config).filter(([field]) => FIELDS.includes(field));
  if (isTorchFile(new Uint8Array(await blob.slice(0, 16).arrayBuffer()))) {
    const tensors = await readTorchFile(blob, { fileName });
    const metadata = { lora_adapter_metadata: JSON.stringify(Object.fromEntries(settings)) };
    return new Blob([
      writeSafetensors(
        [...tensors].map(([name, tensor]) => ({ name, ...tensor })),
        metadata,
      ),
    ]);
  }
  const { metadata, dataOffset } = await readHeader(blob, { fileName });
  if (metadata.has("lora_adapter_metadata")) return blob;
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
