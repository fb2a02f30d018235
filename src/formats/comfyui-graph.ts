// Settings out of a graph of ComfyUI (the entry "prompt": nodes by id, inputs that are values or links). Followed back from the sampler whose
// image is saved; what the graph does beside that is named, not guessed.
import type { GenerationParameters } from "./generation-parameters.ts";
import { loraTag } from "./foreign-settings.ts";
import { fieldOf, isJsonObject, parseJsonObject } from "./json.ts";

interface GraphNode {
  readonly type: string;
  input(name: string): unknown;
}

/** A graph is walked this many nodes far; none has that many in a row. */
const MAX_STEPS = 200;

const upscalers: ReadonlyMap<string, string> = new Map([
  ["nearest-exact", "Latent (nearest-exact)"],
  ["nearest", "Latent (nearest)"],
  ["bilinear", "Latent"],
  ["bicubic", "Latent (bicubic)"],
]);

class Graph {
  readonly nodes = new Map<string, GraphNode>();

  constructor(graph: Readonly<Record<string, unknown>>) {
    for (const [id, value] of Object.entries(graph)) {
      const type = fieldOf(value, "class_type");
      const inputs = fieldOf(value, "inputs");
      if (typeof type === "string") this.nodes.set(id, { type, input: (name) => fieldOf(inputs, name) });
    }
  }

  /** The node that an input comes from; null where it is a value, or absent. */
  linked(node: GraphNode | null, ...names: readonly string[]): GraphNode | null {
    for (const name of names) {
      const value = node?.input(name);
      if (Array.isArray(value) && value.length === 2) return this.nodes.get(String(value[0])) ?? null;
    }
    return null;
  }

  /** The value of an input, through nodes that hold a value; undefined without one. */
  value(node: GraphNode | null, ...names: readonly string[]): string | undefined {
    let [at, wanted] = [node, names];
    for (let step = 0; at && step < MAX_STEPS; step++) {
      const direct = wanted
        .map((name) => at!.input(name))
        .find((value) => ["string", "number"].includes(typeof value));
      if (direct !== undefined) return String(direct);
      at = this.linked(at, ...wanted);
      wanted = ["value", "text", "string", "seed", "noise_seed", "int", "float", "Text", "text_g", "String"];
    }
    return undefined;
  }

  /** The first node from `start` along links of these names that `fits`. */
  find(
    start: GraphNode | null,
    names: readonly string[],
    fits: (node: GraphNode) => boolean,
  ): GraphNode | null {
    let at = start;
    for (let step = 0; at && step < MAX_STEPS; step++) {
      if (fits(at)) return at;
      at = this.linked(at, ...names);
    }
    return null;
  }
}

const isSampler = ({ type }: GraphNode): boolean =>
  /^(?:KSampler|SamplerCustom)/u.test(type) && type !== "KSamplerSelect";

/** From the image that is saved back to the last sampler; any sampler where nothing is saved. */
function lastSampler(graph: Graph): GraphNode | null {
  const links = ["images", "image", "samples", "latent", "pixels", "latent_image"];
  const all = [...graph.nodes.values()];
  for (const wanted of [/^SaveImage|Image ?Save|^SaveAnimated/u, /^PreviewImage/u])
    for (const output of all.filter(({ type }) => wanted.test(type))) {
      const found = graph.find(output, links, isSampler);
      if (found) return found;
    }
  return all.findLast(isSampler) ?? null;
}

const conditionLinks = ["conditioning", "conditioning_1", "conditioning_to", "positive", "cond1"];

/** Words of a conditioning, and the kinds of nodes on the way that do more than encode them. */
function conditionOf(
  graph: Graph,
  start: GraphNode | null,
): { text: string; encoder: GraphNode | null; others: string[] } {
  const others: string[] = [];
  const encoder = graph.find(start, conditionLinks, (node) => {
    const encodes = graph.value(node, "text") !== undefined || graph.value(node, "text_g") !== undefined;
    if (!encodes && node.type !== "Reroute") others.push(node.type);
    return encodes;
  });
  return {
    text: (graph.value(encoder, "text") ?? graph.value(encoder, "text_g") ?? "").trim(),
    encoder,
    others,
  };
}

interface Pass {
  readonly seed: string | undefined;
  readonly steps: string | undefined;
  readonly cfg: string | undefined;
  readonly sampler: string | undefined;
  readonly schedule: string | undefined;
  readonly denoise: string | undefined;
  readonly model: GraphNode | null;
  readonly positive: GraphNode | null;
  readonly negative: GraphNode | null;
  readonly latent: GraphNode | null;
}

/** What a sampler is told, by itself or by the nodes that newer graphs keep beside it. */
function passOf(graph: Graph, node: GraphNode): Pass {
  const guider = graph.linked(node, "guider");
  const noise = graph.linked(node, "noise");
  const sampler = graph.linked(node, "sampler");
  const sigmas = graph.linked(node, "sigmas");
  const asked = guider ?? node;
  const own = graph.value(node, "scheduler") ?? graph.value(sigmas, "scheduler");
  return {
    seed: graph.value(node, "seed", "noise_seed") ?? graph.value(noise, "noise_seed", "seed"),
    steps: graph.value(node, "steps") ?? graph.value(sigmas, "steps"),
    cfg: graph.value(asked, "cfg"),
    sampler: graph.value(node, "sampler_name") ?? graph.value(sampler, "sampler_name"),
    schedule: own ?? sigmas?.type.replace(/Scheduler$/u, "").replace(/^AlignYourSteps$/u, "Align Your Steps"),
    denoise: graph.value(node, "denoise") ?? graph.value(sigmas, "denoise"),
    model: graph.linked(asked, "model"),
    positive: graph.linked(asked, "positive", "conditioning"),
    negative: graph.linked(asked, "negative"),
    latent: graph.linked(node, "latent_image", "latent"),
  };
}

/** The adapters between a checkpoint and a sampler, in the order in which they are loaded, and the checkpoint. */
function modelOf(
  graph: Graph,
  start: GraphNode | null,
): { tags: string[]; checkpoint: string | undefined; others: string[] } {
  const tags: string[] = [];
  const others: string[] = [];
  let checkpoint: string | undefined;
  graph.find(start, ["model"], (node) => {
    const name = graph.value(node, "lora_name");
    checkpoint ??= graph.value(node, "ckpt_name", "unet_name");
    if (name !== undefined) {
      const unet = graph.value(node, "strength_model");
      const text = /ModelOnly/u.test(node.type) ? "0" : graph.value(node, "strength_clip");
      tags.unshift(loraTag(name, text === unet ? [unet] : [text, unet]));
    } else if (checkpoint === undefined && node.type !== "Reroute") others.push(node.type);
    return checkpoint !== undefined;
  });
  return { tags, checkpoint, others };
}

const isUpscale = ({ type }: GraphNode): boolean => /Upscale/u.test(type);

function hiresFields(graph: Graph, upscale: GraphNode | null, second: Pass): [string, string | undefined][] {
  const method = graph.value(upscale, "upscale_method");
  const size = [graph.value(upscale, "width"), graph.value(upscale, "height")];
  return [
    ["Denoising strength", second.denoise ?? "1"],
    ["Hires upscale", graph.value(upscale, "scale_by") ?? (upscale ? undefined : "1")],
    ["Hires resize", size.includes(undefined) ? undefined : size.join("x")],
    ["Hires steps", second.steps],
    ["Hires upscaler", method && (upscalers.get(method) ?? method)],
  ];
}

/** Null: no graph, or one without a sampler. */
export function settingsOfGraph(text: string): GenerationParameters | null {
  const parsed = parseJsonObject(text);
  if (!isJsonObject(parsed)) return null;
  const graph = new Graph(parsed);
  const last = lastSampler(graph);
  if (!last) return null;
  const latentLinks = ["samples", "latent", "latent_image", "image", "pixels", "images"];
  const final = passOf(graph, last);
  const earlier = graph.find(final.latent, latentLinks, isSampler);
  const upscale = earlier && graph.find(final.latent, latentLinks, isUpscale);
  const pass = earlier ? passOf(graph, earlier) : final;
  const empty = graph.find(
    pass.latent,
    latentLinks,
    (node) => graph.value(node, "width") !== undefined && /Empty/u.test(node.type),
  );
  const positive = conditionOf(graph, pass.positive);
  const negative = conditionOf(graph, pass.negative);
  const { tags, checkpoint, others } = modelOf(graph, pass.model);
  const skip = graph.find(
    graph.linked(positive.encoder, "clip"),
    ["clip"],
    ({ type }) => type === "CLIPSetLastLayer",
  );
  const layer = graph.value(skip, "stop_at_clip_layer");
  const started = empty === null && pass.latent !== null;
  const rest = [...new Set([...others, ...positive.others, ...negative.others])];
  const fields: [string, string | undefined][] = [
    ["Steps", pass.steps],
    ["Sampler", pass.sampler],
    ["Schedule type", pass.schedule],
    ["CFG scale", pass.cfg],
    ["Seed", pass.seed],
    ["Size", empty ? `${graph.value(empty, "width")}x${graph.value(empty, "height")}` : undefined],
    ["Model", checkpoint],
    ...(earlier ? hiresFields(graph, upscale, final) : []),
    ...(started && !earlier ? [["Denoising strength", pass.denoise ?? "1"] as [string, string]] : []),
    ["Clip skip", layer?.replace(/^-/u, "")],
    ["Nodes", rest.length > 0 ? rest.slice(0, 8).join(", ") : undefined],
    ["RNG", "CPU"],
    ["Version", "ComfyUI"],
  ];
  return {
    prompt: [positive.text, ...tags].filter((part) => part !== "").join(" "),
    negativePrompt: negative.text,
    fields: new Map(
      fields.filter((field): field is [string, string] => field[1] !== undefined && field[1] !== ""),
    ),
  };
}
