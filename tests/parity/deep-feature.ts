// A U-Net that keeps its deep feature at one evaluation and uses it at a later one, on a back end and by definition: the plain network,
// interpreted, in which what enters the last up block's second layer is that of the earlier evaluation. Runs in Node and in pages.

import { parseUnetConfig } from "../../src/graph/config.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { interpret } from "../../src/graph/interpret.ts";
import { buildUnet, DEEP_FEATURE } from "../../src/graph/unet.ts";
import type { Backend, KeptPart, Session } from "../../src/runtime/backend.ts";
import { relativeError } from "./cases.ts";
import { noise, noiseTensors } from "./noise.ts";

const config = parseUnetConfig(
  {
    block_out_channels: [16, 32],
    layers_per_block: 2,
    cross_attention_dim: 24,
    attention_head_dim: 2,
    norm_num_groups: 4,
    down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"],
  },
  { path: "config.json" },
);
const size = { height: 6, width: 8, contextTokens: 5 };

type Values = Readonly<Record<string, Float32Array>>;

/** Inputs of an evaluation, those of each image after those of the one before. */
const inputsAt = (timestep: number, images: readonly number[]): Values => {
  const each = (name: string, shape: readonly number[]): Float32Array =>
    Float32Array.from(images.flatMap((image) => [...noise(`${name} ${timestep} ${image}`, shape)]));
  return {
    sample: each("sample", [config.inChannels, size.height, size.width]),
    timestep: Float32Array.of(timestep),
    encoder_hidden_states: each("context", [size.contextTokens, config.crossAttentionDim]),
  };
};

const plain = (batch: number): Graph => buildUnet(config, { batch, ...size });

/** What the last up block's second layer reads beside its skip connection. */
function deepValue({ nodes }: Graph): Value {
  const norm = nodes.find(({ module }) => module === "up_blocks.1.resnets.1.norm1")!;
  const concatenation = nodes.find(({ outputs }) => outputs[0] === norm.inputs[0])!;
  return concatenation.inputs[0]!;
}

const parameters: Values = Object.fromEntries(
  plain(1).parameters.map(({ name, shape }) => [name, noise(name, shape)]),
);

/** The plain network's output and deep value, or its output with another one's deep value. */
function byDefinition(inputs: Values, images: number, other?: Float64Array) {
  const graph = plain(images);
  const deep = deepValue(graph);
  const results = interpret(
    other === undefined
      ? { ...graph, outputs: [...graph.outputs, { name: "deep", shape: deep.shape, value: deep }] }
      : {
          ...graph,
          nodes: graph.nodes.filter(({ outputs }) => !(outputs as readonly Value[]).includes(deep)),
        },
    { ...parameters, ...inputs, ...(other && { [deep.name]: other }) },
  );
  return { out: Float32Array.from(results["out_sample"]!), deep: results["deep"] ?? other! };
}

export interface DeepFeatureErrors {
  /** Relative errors of whole evaluations, and of those that use their deep features, in a batch and alone. */
  readonly whole: readonly number[];
  readonly shallow: readonly number[];
  readonly alone: number;
  /** Where the comparison must fail: with the other image's deep feature, and with the plain network's output. */
  readonly swapped: number;
  readonly fresh: number;
}

/** @public Called in a page, too: pairs of evaluations with two images, as often as a back end needs to replay them; the last deep feature serves one image alone. */
export async function deepFeatureErrors(backend: Backend): Promise<DeepFeatureErrors> {
  const store = await backend.loadParameters(plain(1), noiseTensors(plain(1).parameters));
  const open = (batch: number, deepFeature: "input" | "output"): Promise<Session> =>
    backend.createSession(buildUnet(config, { batch, ...size, deepFeature }), { parameters: store });
  const [whole, shallow, single] = [await open(2, "output"), await open(2, "input"), await open(1, "input")];
  const run = async (session: Session, inputs: Values, parts: readonly KeptPart[]): Promise<Float32Array> =>
    (await session.run({ ...inputs, [DEEP_FEATURE]: parts }))["out_sample"]!;
  const errors = { whole: [] as number[], shallow: [] as number[], alone: 0, swapped: 0, fresh: 0 };
  for (const timestep of [901, 701, 501, 301]) {
    const [first, second] = [inputsAt(timestep, [0, 1]), inputsAt(timestep - 100, [0, 1])];
    const expected = byDefinition(first, 2);
    const { values, parts } = await whole.runKeeping(first, { wanted: ["out_sample"], kept: DEEP_FEATURE });
    errors.whole.push(relativeError(values["out_sample"]!, expected.out));
    const later = byDefinition(second, 2, expected.deep);
    const actual = await run(shallow, second, parts);
    errors.shallow.push(relativeError(actual, later.out));
    errors.fresh = relativeError(actual, byDefinition(second, 2).out);
    errors.swapped = relativeError(await run(shallow, second, parts.toReversed()), later.out);
    const half = later.out.slice(later.out.length / 2);
    errors.alone = relativeError(await run(single, inputsAt(timestep - 100, [1]), [parts[1]!]), half);
    for (const part of parts) part.dispose();
  }
  for (const session of [whole, shallow, single]) await session.dispose();
  store.dispose();
  return errors;
}
