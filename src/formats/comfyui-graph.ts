// Settings out of a graph of ComfyUI (the entry "prompt": nodes by id, inputs that are values or links). Followed back from the sampler whose
// image is saved; what the graph does beside that is named, not guessed.
import type { GenerationParameters } from "./generation-parameters.ts";
import { Graph, type GraphNode, samplerOfType, withoutEmbeddingWord } from "./comfyui-nodes.ts";
import { fieldOf, isJsonObject, parseJsonObject } from "./json.ts";

const upscalers: ReadonlyMap<string, string> = new Map([
  ["nearest-exact", "Latent (nearest-exact)"],
  ["nearest", "Latent (nearest)"],
  ["bilinear", "Latent"],
  ["bicubic", "Latent (bicubic)"],
]);

const isSampler = ({ type }: GraphNode): boolean =>
  /KSampler|SamplerCustom/iu.test(type) && !/Select/u.test(type);

/** Nodes between sampler and file that change no image. */
const passive = /^(?:VAEDecode|Save|Preview|Image ?Save|Reroute|Primitive|(?:To|From)\w*Pipe)|Reroute/u;

/** From the image that is saved back to the last sampler, with the kinds of nodes on the way; any sampler where nothing is saved. */
function lastSampler(
  graph: Graph,
): { readonly sampler: GraphNode; readonly others: readonly string[] } | null {
  const links = ["images", "image", "samples", "latent", "pixels", "latent_image"];
  const all = [...graph.nodes.values()];
  for (const wanted of [/^SaveImage|Image ?Save|^SaveAnimated/u, /^PreviewImage/u])
    for (const output of all.filter(({ type }) => wanted.test(type))) {
      const others: string[] = [];
      const sampler = graph.find(output, links, (node) => {
        if (isSampler(node)) return true;
        if (node !== output && !passive.test(node.type)) others.push(node.type);
        return false;
      });
      if (sampler) return { sampler, others };
    }
  const sampler = all.findLast(isSampler);
  return sampler ? { sampler, others: [] } : null;
}

type Side = "positive" | "negative";

/** Words of a conditioning, and the kinds of nodes on the way that do more than encode them. */
function conditionOf(
  graph: Graph,
  start: GraphNode | null,
  side: Side,
): { text: string; encoder: GraphNode | null; others: string[] } {
  const others: string[] = [];
  const wordsIn = (node: GraphNode | null): string | undefined => {
    const own = fieldOf(node?.inputs, side); // of loaders that encode, too
    return (
      graph.value(node, "text") ??
      graph.value(node, "text_g") ??
      graph.value(node, "populated_text", "wildcard_text") ??
      (typeof own === "string" ? own : undefined)
    );
  };
  const links = ["conditioning", "conditioning_1", "conditioning_to", side, "cond1"];
  const found = graph.find(start, links, (node) => {
    const isEmptied = node.type === "ConditioningZeroOut";
    const encodes = !isEmptied && wordsIn(node) !== undefined;
    if (!encodes && !passive.test(node.type)) others.push(node.type);
    return encodes || isEmptied;
  });
  // Words that are taken out of a conditioning are none of the prompt.
  const encoder = found?.type === "ConditioningZeroOut" ? null : found;
  return { text: withoutEmbeddingWord(wordsIn(encoder) ?? "").trim(), encoder, others };
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
  /** Whether it goes on where the pass before it has stopped. */
  readonly continues: boolean;
}

/** The settings of a sampler, its own or those of the nodes that newer graphs keep beside it. */
function passOf(graph: Graph, node: GraphNode): Pass {
  const guider = graph.given(node, "guider");
  const noise = graph.given(node, "noise");
  const sampler = graph.given(node, "sampler");
  const sigmas = graph.given(node, "sigmas");
  const schedule = graph.find(sigmas, ["sigmas"], (one) => graph.value(one, "steps") !== undefined) ?? sigmas;
  const asked = guider ?? node;
  const own = graph.value(node, "scheduler") ?? graph.value(schedule, "scheduler");
  const steps = graph.value(node, "steps") ?? graph.value(schedule, "steps");
  const start = Number(graph.value(node, "start_at_step") ?? "0");
  return {
    seed: graph.value(node, "seed", "noise_seed") ?? graph.value(noise, "noise_seed", "seed"),
    steps,
    cfg: graph.value(asked, "cfg"),
    sampler:
      graph.value(node, "sampler_name") ??
      graph.value(sampler, "sampler_name") ??
      (sampler ? samplerOfType(sampler.type) : undefined),
    schedule:
      own ?? schedule?.type.replace(/Scheduler$/u, "").replace(/^AlignYourSteps$/u, "Align Your Steps"),
    denoise:
      graph.value(node, "denoise") ??
      graph.value(schedule, "denoise") ??
      (start > 0 && Number(steps) > 0 ? String(Number((1 - start / Number(steps)).toFixed(4))) : undefined),
    continues: start > 0 && graph.value(node, "add_noise") === "disable",
    model: graph.linked(asked, "model", "basic_pipe", "pipe"),
    positive: graph.linked(asked, "positive", "conditioning", "basic_pipe", "pipe"),
    negative: graph.linked(asked, "negative", "basic_pipe", "pipe"),
    latent: graph.linked(node, "latent_image", "latent", "pipe"),
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
  graph.find(start, ["model", "basic_pipe", "pipe"], (node) => {
    const found = graph.tagsOf(node);
    checkpoint ??= graph.value(node, "ckpt_name", "unet_name");
    tags.unshift(...found);
    if (found.length === 0 && checkpoint === undefined && !passive.test(node.type)) others.push(node.type);
    return checkpoint !== undefined;
  });
  return { tags, checkpoint, others };
}

/** "512x768" of the node that a latent begins with, or that gives its image this size; undefined for an image of any size. */
function sizeOf(graph: Graph, latent: GraphNode | null): string | undefined {
  const sides = (node: GraphNode): (string | undefined)[] => [
    graph.value(node, "width", "empty_latent_width"),
    graph.value(node, "height", "empty_latent_height"),
  ];
  const empty = graph.find(
    latent,
    latentLinks,
    (node) => !/Upscale/u.test(node.type) && !sides(node).includes(undefined),
  );
  return empty ? sides(empty).join("x") : undefined;
}

/** What turns an image into a latent, or reads one. */
const isImage = ({ type }: GraphNode): boolean =>
  /Load ?Image|VAEEncode|InpaintModelConditioning/u.test(type);

const latentLinks = ["samples", "latent", "latent_image", "image", "pixels", "images"];

const isUpscale = ({ type }: GraphNode): boolean => /Upscale|ImageScale/u.test(type);

function hiresFields(
  graph: Graph,
  upscale: GraphNode | null,
  { second, between }: { readonly second: Pass; readonly between: readonly string[] },
): [string, string | undefined][] {
  const method = graph.value(upscale, "upscale_method");
  const size = [graph.value(upscale, "width"), graph.value(upscale, "height")];
  // A network enlarges by a factor that only it knows.
  const network = between.find((type) => /Upscale\w*Model/u.test(type));
  const label = upscale?.type.includes("Image") ? method : method && (upscalers.get(method) ?? method);
  return [
    ["Denoising strength", second.denoise ?? "1"],
    ["Hires upscale", graph.value(upscale, "scale_by") ?? (upscale ? undefined : network ? "unknown" : "1")],
    ["Hires resize", size.includes(undefined) ? undefined : size.join("x")],
    ["Hires steps", second.steps],
    ["Hires upscaler", network ?? label],
  ];
}

const isSame = (a: Pass, b: Pass): boolean =>
  (["steps", "cfg", "sampler", "schedule", "model", "positive", "negative"] as const).every(
    (name) => a[name] === b[name],
  );

/** Null: no graph, or one without a sampler. */
export function settingsOfGraph(text: string): GenerationParameters | null {
  const parsed = parseJsonObject(text);
  if (!isJsonObject(parsed)) return null;
  const graph = new Graph(parsed);
  const last = lastSampler(graph);
  if (!last) return null;
  const final = passOf(graph, last.sampler);
  const earlier = graph.find(final.latent, latentLinks, isSampler);
  /** The kinds of nodes between both samplers. */
  const between: string[] = [];
  let upscale: GraphNode | null = null;
  graph.find(earlier && final.latent, latentLinks, (node) => {
    if (isSampler(node)) return true;
    between.push(node.type);
    const isSized = ["scale_by", "width"].some((name) => graph.value(node, name) !== undefined);
    if (isUpscale(node) && isSized) upscale ??= node;
    return false;
  });
  const pass = earlier ? passOf(graph, earlier) : final;
  const hires = earlier !== null && !final.continues;
  const size = sizeOf(graph, pass.latent);
  const positive = conditionOf(graph, pass.positive, "positive");
  const negative = conditionOf(graph, pass.negative, "negative");
  const { tags, checkpoint, others } = modelOf(graph, pass.model);
  const skip = graph.find(
    graph.linked(positive.encoder, "clip"),
    ["clip"],
    ({ type }) => type === "CLIPSetLastLayer",
  );
  const layer = graph.value(skip, "stop_at_clip_layer") ?? graph.value(positive.encoder, "clip_skip");
  const masks: string[] = [];
  const started =
    graph.find(pass.latent, latentLinks, (node) => {
      if (/Mask|Inpaint/u.test(node.type)) masks.push(node.type);
      return /Load ?Image/u.test(node.type);
    }) !== null || graph.find(pass.latent, latentLinks, isImage) !== null;
  // One pass in two parts is as good as one, unless its parts differ.
  const changes = final.continues && earlier !== null && !isSame(pass, final) ? [last.sampler.type] : [];
  const rest = [
    ...new Set([...others, ...positive.others, ...negative.others, ...masks, ...last.others, ...changes]),
  ];
  const fields: [string, string | undefined][] = [
    ["Steps", pass.steps],
    ["Sampler", pass.sampler],
    ["Schedule type", pass.schedule],
    ["CFG scale", pass.cfg],
    ["Seed", pass.seed],
    ["Size", size],
    ["Model", checkpoint],
    ...(hires ? hiresFields(graph, upscale, { second: final, between }) : []),
    ...(started && !hires ? [["Denoising strength", pass.denoise ?? "1"] as [string, string]] : []),
    ["Clip skip", layer?.replace(/^-/u, "")],
    ["Nodes", rest.slice(0, 8).join(", ")],
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
