// The modules an adapter can change, from the parameter list of the loaded networks, with all their names in the LoRA
// formats. Names are compared with "." written as "_": kohya keys cannot be split back into a path (to_out_0,
// transformer_blocks_0 …), so paths are flattened instead.
import type { AdapterNetwork } from "../adapter-networks.ts";
import { layersPerBlock, ldmPaths } from "./ldm-names.ts";

export interface ParameterShape {
  /** diffusers/transformers module path, without network prefix. */
  readonly name: string;
  /** Shape in the checkpoint: [out, in], [out, in, kh, kw] or [width]. */
  readonly shape: readonly number[];
}

export interface ModuleEntry {
  readonly network: AdapterNetwork;
  /** Module path: the parameter name without `.weight` or `.bias`. */
  readonly path: string;
  readonly weight: ParameterShape | null;
  readonly bias: ParameterShape | null;
  /** Block name for per-block weights: BASE (text encoder), IN00 …, M00, OUT00 …, or OTHER. */
  readonly block: string;
}

export interface ModuleTable {
  readonly modules: readonly ModuleEntry[];
  /** Module of a flattened name (`down_blocks_0_attentions_0_proj_in`); searches both networks if `network` is null. */
  find(flatName: string, network: AdapterNetwork | null): ModuleEntry | undefined;
  /** Width of the text features that the UNet's cross attention reads: 768 for SD 1.x. Null without a UNet. */
  readonly contextWidth: number | null;
  /** Width of the text encoder's token embeddings: 768 for SD 1.x. Null without a text encoder. */
  readonly embeddingWidth: number | null;
}

/** Builds the table for any parameter list: SD 1.5, the pocket pack, a UNet alone. */
export function moduleTable(
  parameters: Partial<Record<AdapterNetwork, readonly ParameterShape[]>>,
): ModuleTable {
  const modules: ModuleEntry[] = [];
  const names: Record<AdapterNetwork, Map<string, ModuleEntry>> = {
    unet: new Map(),
    text_encoder: new Map(),
  };
  for (const network of ["unet", "text_encoder"] as const) {
    const entries = groupByModule(network, parameters[network] ?? []);
    const layers = layersPerBlock(entries.map((entry) => entry.path));
    for (const entry of entries) {
      const aliases = network === "unet" ? unetNames(entry.path, layers) : textEncoderNames(entry.path);
      // The first name wins: real paths come before guessed spellings of other modules.
      aliases.forEach((alias) => names[network].has(alias) || names[network].set(alias, entry));
      modules.push(entry);
    }
  }
  const crossAttention = modules.find(
    (entry) => entry.network === "unet" && entry.path.endsWith(".attn2.to_k"),
  );
  return {
    modules,
    contextWidth: crossAttention?.weight?.shape[1] ?? null,
    // Every embedding of the text encoder has this width; the token embedding itself may not be among the parameters.
    embeddingWidth:
      modules.find((entry) => entry.path.startsWith("text_model.embeddings."))?.weight?.shape[1] ?? null,
    find(flatName, network) {
      if (network !== null) return names[network].get(flatName);
      return names.unet.get(flatName) ?? names.text_encoder.get(flatName);
    },
  };
}

/** `a.b[0].c` → `a_b_0_c`. */
export function flatten(path: string): string {
  return path.replaceAll(".", "_");
}

function groupByModule(network: AdapterNetwork, parameters: readonly ParameterShape[]): ModuleEntry[] {
  const found = new Map<string, { weight: ParameterShape | null; bias: ParameterShape | null }>();
  for (const parameter of parameters) {
    const dot = parameter.name.lastIndexOf(".");
    const part = parameter.name.slice(dot + 1);
    if (dot < 0 || (part !== "weight" && part !== "bias")) continue;
    const path = parameter.name.slice(0, dot);
    const entry = found.get(path) ?? { weight: null, bias: null };
    entry[part] = parameter;
    found.set(path, entry);
  }
  const layers = layersPerBlock(found.keys());
  return [...found].map(([path, entry]) => ({
    network,
    path,
    ...entry,
    block: blockOf(network, path, layers),
  }));
}

function unetNames(path: string, layers: number): string[] {
  const paths = [path, ...ldmPaths(path, layers)];
  // diffusers' old attention processors use `to_out` for `to_out.0`.
  const bare = paths.filter((name) => name.endsWith(".to_out.0")).map((name) => name.slice(0, -2));
  return [...paths, ...bare].map(flatten);
}

const OLD_TEXT_NAMES: ReadonlyMap<string, string> = new Map([
  ["q_proj", "to_q"],
  ["k_proj", "to_k"],
  ["v_proj", "to_v"],
  ["out_proj", "to_out"],
]);

function textEncoderNames(path: string): string[] {
  const paths = [path];
  const part = path.slice(path.lastIndexOf(".") + 1);
  const old = OLD_TEXT_NAMES.get(part);
  if (old !== undefined) paths.push(path.slice(0, -part.length) + old);
  // Recent transformers drop the `text_model` level.
  return [
    ...paths,
    ...paths.filter((name) => name.startsWith("text_model.")).map((name) => name.slice(11)),
  ].map(flatten);
}

/** Block names of the A1111 extension "LoRA block weight", from the LDM position of a module. */
function blockOf(network: AdapterNetwork, path: string, layers: number): string {
  if (network === "text_encoder") return "BASE";
  const ldm = ldmPaths(path, layers)[0] ?? "";
  const match = /^(input|middle|output)_blocks?\.(\d+)\./.exec(ldm);
  if (!match) return "OTHER";
  if (match[1] === "middle") return "M00";
  return (match[1] === "input" ? "IN" : "OUT") + match[2]!.padStart(2, "0");
}
