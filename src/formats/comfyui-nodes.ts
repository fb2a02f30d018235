// A graph of ComfyUI as nodes and links, and what single nodes say: words, adapters, samplers. Nodes of extensions are read by the names of
// their inputs, which most share.
import { promptTags } from "../shared/prompt-syntax.ts";
import { fieldOf, isJsonObject, type JsonObject } from "./json.ts";
import { loraTag } from "./setting-values.ts";

export interface GraphNode {
  readonly type: string;
  readonly inputs: JsonObject;
}

/** A graph is walked this many nodes far; none has that many in a row. */
const MAX_STEPS = 200;

const isLink = (value: unknown): value is [id: unknown, output: unknown] =>
  Array.isArray(value) && value.length === 2;

/** Nodes that hold a value have it under one of these names. */
const VALUES = ["value", "text", "string", "seed", "noise_seed", "int", "float", "Text", "text_g", "String"];

export class Graph {
  readonly nodes = new Map<string, GraphNode>();

  constructor(graph: JsonObject) {
    for (const [id, value] of Object.entries(graph)) {
      const type = fieldOf(value, "class_type");
      const inputs = fieldOf(value, "inputs");
      if (typeof type === "string") this.nodes.set(id, { type, inputs: isJsonObject(inputs) ? inputs : {} });
    }
  }

  private target(value: unknown): GraphNode | null {
    return isLink(value) ? (this.nodes.get(String(value[0])) ?? null) : null;
  }

  /** The node that an input comes from; null where it is a value, or absent. */
  given(node: GraphNode, name: string): GraphNode | null {
    return this.target(fieldOf(node.inputs, name));
  }

  /** The first of these inputs that comes from a node. A node with one link passes on what it gets. */
  linked(node: GraphNode | null, ...names: readonly string[]): GraphNode | null {
    if (!node) return null;
    for (const name of names) {
      const value = fieldOf(node.inputs, name);
      if (isLink(value)) return this.target(value);
    }
    const [only, ...others] = Object.values(node.inputs).filter(isLink);
    return others.length === 0 ? this.target(only) : null;
  }

  /** The value of an input, through nodes that hold a value or join texts; undefined without one. */
  value(node: GraphNode | null, ...names: readonly string[]): string | undefined {
    return this.valueWithin(node, names, { left: MAX_STEPS });
  }

  private valueWithin(
    node: GraphNode | null,
    names: readonly string[],
    steps: { left: number },
  ): string | undefined {
    if (!node || steps.left-- <= 0) return undefined;
    const given = names.map((name) => fieldOf(node.inputs, name));
    for (const value of given) {
      // Lists with previews keep the chosen entry in an object.
      const plain = isJsonObject(value) ? value["content"] : value;
      if (typeof plain === "string" || typeof plain === "number") return String(plain);
    }
    const source =
      given.map((value) => this.target(value)).find((found) => found !== null) ??
      (names === VALUES ? this.linked(node) : null);
    if (!source) return undefined;
    return this.joined(source, steps) ?? this.valueWithin(source, VALUES, steps);
  }

  /** "string_a", "text2" … with what stands between them; undefined for a node that joins nothing. */
  private joined(node: GraphNode, steps: { left: number }): string | undefined {
    const names = Object.keys(node.inputs).filter((name) => /^(?:string|text)_?(?:[a-h]|\d)$/iu.test(name));
    if (names.length < 2) return undefined;
    const parts = names.sort().map((name) => this.valueWithin(node, [name], steps) ?? "");
    const between = ["delimiter", "separator"].map((name) => fieldOf(node.inputs, name));
    const delimiter = between.find((value) => typeof value === "string") ?? "";
    return parts.filter((part) => part !== "").join(delimiter as string);
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

  /** `<lora:…>` for every adapter that a node loads, or that a stack linked to it holds. */
  tagsOf(node: GraphNode, depth = 0): string[] {
    const tags: string[] = [];
    const add = (name: string | undefined, unet?: string, text?: string): void => {
      if (name !== undefined && name !== "" && !/^none$/iu.test(name))
        tags.push(loraTag(name, text === undefined || text === unet ? [unet] : [text, unet]));
    };
    const stack = this.target(fieldOf(node.inputs, "lora_stack"));
    if (stack && depth < MAX_STEPS) tags.push(...this.tagsOf(stack, depth + 1));
    const strength = (...names: string[]): string | undefined => this.value(node, ...names);
    const unet = strength("strength_model", "lora_model_strength", "strength");
    const text = strength("strength_clip", "lora_clip_strength");
    add(this.value(node, "lora_name"), unet, /ModelOnly/u.test(node.type) ? "0" : text);
    // Efficiency Nodes write all 49 places of a stack, and both kinds of strengths.
    const count = Number(this.value(node, "lora_count") ?? Infinity);
    const isSimple = this.value(node, "input_mode") === "simple";
    for (const [input, value] of Object.entries(node.inputs)) {
      // rgthree: { on, lora, strength, strengthTwo }
      if (isJsonObject(value) && typeof value["lora"] === "string") {
        const [one, two] = [value["strength"], value["strengthTwo"] ?? value["strength"]].map(String);
        if (value["on"] !== false) add(value["lora"], one, two);
        continue;
      }
      const [, number] = /^lora(?:_name)?_(\d+)$/u.exec(input) ?? [];
      if (number === undefined || fieldOf(node.inputs, `switch_${number}`) === "Off") continue;
      if (Number(number) > count) continue;
      const numbered = (...names: string[]): string | undefined =>
        strength(...names.map((name) => `${name}_${number}`));
      if (isSimple) add(this.value(node, input), numbered("lora_wt", "lora_weight"));
      else
        add(
          this.value(node, input),
          numbered("model_weight", "model_str", "strength", "lora_wt"),
          numbered("clip_weight", "clip_str"),
        );
    }
    const written = /lora/iu.test(node.type) ? this.value(node, "text") : undefined;
    if (tags.length === 0 && written !== undefined)
      tags.push(
        ...promptTags(written)
          .filter(({ kind }) => kind === "lora")
          .map(({ text: tag }) => tag),
      );
    return tags;
  }
}

/** "SamplerDPMPP_2M_SDE" → "DPMPP_2M_SDE", "SamplerEulerAncestral" → "Euler_Ancestral" */
export const samplerOfType = (type: string): string =>
  type.replace(/^Sampler/u, "").replace(/(?<=[a-z])(?=[A-Z])/gu, "_");

/** "embedding:neg/bad-hands.pt" → "bad-hands": other tools need no word before a name. */
export const withoutEmbeddingWord = (text: string): string =>
  text.replace(/\bembedding:\s*([^\s,:()<>]+)/giu, (_, name: string) =>
    name
      .slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1)
      .replace(/\.(?:pt|bin|safetensors)$/iu, ""),
  );
