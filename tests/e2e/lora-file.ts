// LoRA files and textual inversions for page tests, for the site's pack or for a model with another width.
import { inject } from "vitest";
import { readHeader, writeSafetensors, type TensorData } from "../../src/formats/safetensors.ts";

interface FilePayload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const rank = 2;

function tensor(name: string, shape: readonly [number, number]): TensorData {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, index) => Math.sin(index + 1) / 4);
  return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
}

const fileOf = (name: string, bytes: Uint8Array): FilePayload => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(bytes),
});

/** The tensors of a network of the pack, by name. */
async function tensorsOf(network: string): Promise<Awaited<ReturnType<typeof readHeader>>["tensors"]> {
  const url = new URL(`packs/pocket/${network}`, inject("siteUrl"));
  return (await readHeader(await (await fetch(url)).blob(), { fileName: url.pathname })).tensors;
}

/** A textual inversion of two vectors, as AUTOMATIC1111 stores it. */
export async function embeddingFile(name: string): Promise<FilePayload> {
  const tensors = await tensorsOf("text_encoder/model.safetensors");
  const width = tensors.get("text_model.embeddings.token_embedding.weight")!.shape[1]!;
  return fileOf(name, writeSafetensors([tensor("emb_params", [2, width])]));
}

/**
 * A kohya LoRA of the cross attention.
 * @param options.contextWidth of the text features; that of the pack by default
 */
export async function loraFile(
  name: string,
  options: { readonly contextWidth?: number; readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<FilePayload> {
  const tensors = await tensorsOf("unet/diffusion_pytorch_model.safetensors");
  const modules = [...tensors].filter(([key]) => /\.attn2\.to_[kv]\.weight$/.test(key));
  const parts = modules.flatMap(([key, { shape }]) => {
    const module = `lora_unet_${key.replace(/\.weight$/, "").replaceAll(".", "_")}`;
    return [
      tensor(`${module}.lora_down.weight`, [rank, options.contextWidth ?? shape[1]!]),
      tensor(`${module}.lora_up.weight`, [shape[0]!, rank]),
    ];
  });
  return fileOf(name, writeSafetensors(parts, options.metadata ?? {}));
}
