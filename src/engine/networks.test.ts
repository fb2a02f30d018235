// What the networks are asked, in which batches and tiles, with a back end that records it.
import { describe, expect, it } from "vitest";
import { TEXT, UNET, VAE } from "../../tests/fixtures/engine/miniature-pack.ts";
import type { TensorSource } from "../formats/safetensors.ts";
import type { Checkpoint } from "../graph/checkpoint.ts";
import { buildTextEncoder, TOKEN_EMBEDDING } from "../graph/clip-text.ts";
import type { Graph } from "../graph/graph.ts";
import { buildUnet } from "../graph/unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "../graph/vae.ts";
import { parseTextEncoderConfig, parseUnetConfig, parseVaeConfig } from "../graph/config.ts";
import type { Backend, ParameterStore, Tensors } from "../runtime/backend.ts";
import { say } from "../shared/saying.ts";
import { DiffusionNetworks } from "./networks.ts";

const path = "config.json";

function checkpointOf(unetConfig = UNET): Checkpoint {
  const source = (sizeBytes: number, shape: readonly number[]): TensorSource => ({
    name: "",
    dtype: "F32",
    shape,
    blob: new Blob(),
    fileName: "",
    offset: 0,
    sizeBytes,
  });
  /** All that a network reads; one tensor has bytes. */
  const sources = ({ parameters }: Graph, large: string, sizeBytes: number) =>
    parameters.map(({ name, shape }) => [name, source(name === large ? sizeBytes : 0, shape)] as const);
  const unet = parseUnetConfig(unetConfig, { path });
  const text = parseTextEncoderConfig(TEXT, { path });
  const vae = parseVaeConfig(VAE, { path, tensors: new Map() });
  const sides = { batch: 1, height: 8, width: 8 };
  return {
    unet: {
      config: unet,
      tensors: new Map(sources(buildUnet(unet, { ...sides, contextTokens: 1 }), "conv_in.weight", 100)),
    },
    text_encoder: {
      config: text,
      tensors: new Map([
        ...sources(buildTextEncoder(text, { batch: 1 }), "", 0),
        [TOKEN_EMBEDDING, source(7, [TEXT.vocab_size, TEXT.hidden_size])],
      ]),
    },
    vae: {
      config: vae,
      tensors: new Map([
        ...sources(buildVaeDecoder(vae, sides), "decoder.conv_in.weight", 20),
        ...sources(buildVaeEncoder(vae, { batch: 1, height: 64, width: 64 }), "", 0),
      ]),
    },
    layout: "diffusers",
    predictionType: "epsilon",
    scheduler: null,
    metadata: new Map(),
    ignored: [],
  };
}

interface Run {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly wanted: readonly string[] | undefined;
}

/** Answers of a session: each prediction is its conditioning's first number, an image its latent in larger. */
function answer(inputs: Tensors, wanted: readonly string[] | undefined): Tensors {
  if (inputs["token_embeddings"]) return { [wanted![0]!]: Float32Array.of(1, 2) };
  if (inputs["latent_sample"])
    return { sample: new Float32Array((inputs["latent_sample"].length / 4) * 3 * 64).fill(9) };
  const { sample, encoder_hidden_states: states } = inputs;
  if (!states)
    return {
      moments: new Float32Array(((sample!.length / 3) * 8) / 64).map((_, i, all) =>
        i < all.length / 2 ? 5 : 6,
      ),
    };
  const batch = states.length / 2;
  const length = sample!.length / batch;
  return {
    out_sample: Float32Array.from({ length: sample!.length }, (_, i) => states[2 * Math.floor(i / length)]!),
  };
}

async function open(kind: "webgpu" | "wasm" = "webgpu", checkpoint = checkpointOf()) {
  const runs: Run[] = [];
  const stores: { readonly disposed: () => boolean }[] = [];
  const progress: [loaded: number, total: number][] = [];
  let built = 0;
  const backend: Backend = {
    report: { kind, name: say`x`, reason: say`y`, threads: 1, f16: false },
    lost: new Promise(() => {}),
    unlessLost: (work) => work,
    dispose() {},
    loadParameters: async (_graph, _tensors, { onProgress } = {}): Promise<ParameterStore> => {
      let disposed = false;
      onProgress?.({ loadedBytes: 10, totalBytes: 20 });
      stores.push({ disposed: () => disposed });
      return {
        specs: new Map(),
        sizeBytes: 1_000,
        gpu: null,
        pristine: async () => new Float32Array(),
        write() {},
        restore: async () => {},
        dispose: () => void (disposed = true),
      };
    },
    createSession: async (graph) => {
      built++;
      return {
        graph,
        async run(inputs, wanted) {
          const given = Object.entries(inputs).filter(
            (input): input is [string, Float32Array<ArrayBuffer>] => input[1] instanceof Float32Array,
          );
          const numbers = given.map(([name, values]) => [name, [...values]] as const);
          runs.push({ inputs: Object.fromEntries(numbers), wanted });
          return answer(Object.fromEntries(given), wanted);
        },
        runKeeping: async () => ({ values: {}, parts: [] }),
        dispose: async () => {},
      };
    },
  };
  const networks = await DiffusionNetworks.load(checkpoint, {
    backend,
    oneAtATime: false,
    onProgress: ({ loadedBytes, totalBytes }) => progress.push([loadedBytes, totalBytes]),
  });
  return { networks, runs, stores, progress, built: () => built };
}

const size = { width: 2, height: 1 };
const sample = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const conditionings = [1, 2, 3].map((value) => ({ tokens: 1, values: Float32Array.of(value, -value) }));
const eight = (value: number): number[] => Array.from({ length: 8 }, () => value);

describe("predictions", () => {
  it("on a GPU all at once, each from its own conditioning and the same sample", async () => {
    const { networks, runs } = await open();
    const predictions = await networks.predict(sample, { timestep: 7, conditionings, size, atOnce: 3 });
    expect(predictions.map((one) => [...one])).toEqual([1, 2, 3].map(eight));
    expect(runs.map(({ inputs }) => inputs)).toEqual([
      {
        sample: [...sample, ...sample, ...sample],
        timestep: [7],
        encoder_hidden_states: [1, -1, 2, -2, 3, -3],
      },
    ]);
  });

  it("at most so many at once, the last batch filled up", async () => {
    const { networks, runs, built } = await open();
    const ask = { timestep: 7, conditionings, size, atOnce: 2 };
    const predictions = await networks.predict(sample, ask);
    expect(predictions.map((one) => [...one])).toEqual([1, 2, 3].map(eight));
    expect(runs.map(({ inputs }) => inputs["encoder_hidden_states"])).toEqual([
      [1, -1, 2, -2],
      [3, -3, 3, -3],
    ]);
    await networks.predict(sample, { ...ask, conditionings: conditionings.slice(0, 1) });
    expect(built()).toBe(1);
    await networks.predict(sample, { ...ask, atOnce: 3 });
    await networks.predict(sample, { ...ask, size: { width: 1, height: 2 } });
    await networks.predict(sample, {
      ...ask,
      conditionings: [{ tokens: 2, values: Float32Array.of(1, 2, 3, 4) }],
    });
    expect(built()).toBe(4);
  });

  it("on a CPU one after the other", async () => {
    const { networks, runs } = await open("wasm");
    const predictions = await networks.predict(sample, { timestep: 7, conditionings, size, atOnce: 3 });
    expect(predictions.map((one) => [...one])).toEqual([1, 2, 3].map(eight));
    expect(runs.map(({ inputs }) => [inputs["sample"], inputs["encoder_hidden_states"]])).toEqual(
      [1, 2, 3].map((value) => [[...sample], [value, -value]]),
    );
  });
});

describe.each(["decode", "encode"] as const)("%s: tiles", (task) => {
  const area = { width: 16, height: 24 };
  const input = (): Float32Array<ArrayBuffer> =>
    new Float32Array(task === "decode" ? 4 * 16 * 24 : 3 * 64 * 16 * 24).fill(3);
  it.each([
    [undefined, 1],
    [100, 1],
    [24, 1],
    [23, 2],
    [16, 2],
    [15, 4],
  ])("of %s latents", async (tile, count) => {
    const { networks, runs } = await open();
    const result = await networks[task](input(), { size: area, tile });
    expect(runs).toHaveLength(count);
    expect(result).toHaveLength(task === "decode" ? 3 * 64 * 16 * 24 : 4 * 16 * 24);
    // Latents are scaled by 0.2 on their way out of the encoder, and back for the decoder.
    const [given] = Object.values(runs[0]!.inputs);
    expect(given![0]).toBeCloseTo(task === "decode" ? 15 : 3, 5);
    for (const value of [result[0]!, result.at(-1)!]) expect(value).toBeCloseTo(task === "decode" ? 9 : 1, 5);
  });
});

it("hidden states of the layer that clip skip asks for", async () => {
  const { networks, runs } = await open();
  expect([...(await networks.encodeText(Float32Array.of(3), { clipSkip: 2 }))]).toEqual([1, 2]);
  expect(runs).toEqual([{ inputs: { token_embeddings: [3] }, wanted: ["clip_skip_2"] }]);
});

describe("loading", () => {
  it("counts the bytes of all networks, and holds those of the encoder only once it is used", async () => {
    const { networks, progress, stores } = await open();
    expect(progress).toEqual([
      [10, 120],
      [110, 120],
      [110, 120],
    ]);
    expect(networks.sizeBytes).toBe(3_000);
    expect(networks.latentScale).toBe(8);
    for (let i = 0; i < 2; i++)
      await networks.encode(new Float32Array(3 * 64), { size: { width: 1, height: 1 } });
    expect(stores).toHaveLength(4);
    await networks.dispose();
    expect(stores.map(({ disposed }) => disposed())).toEqual([true, true, true, true]);
  });

  it("tells inpainting from the U-Net's channels, and refuses others", async () => {
    const of = (in_channels: number) => checkpointOf({ ...UNET, in_channels });
    expect((await open("wasm", of(4))).networks.isForInpainting).toBe(false);
    expect((await open("wasm", of(9))).networks.isForInpainting).toBe(true);
    for (const channels of [8, 5, 10])
      await expect(open("wasm", of(channels))).rejects.toMatchObject({
        code: "unsupported",
        message: `The U-Net has ${channels} input channels instead of 4 (txt2img) or 9 (inpainting).`,
      });
  });

  it("refuses a text encoder without a table of tokens", async () => {
    const checkpoint = checkpointOf();
    const { text_encoder } = checkpoint;
    for (const shape of [null, [5]]) {
      const table = { ...text_encoder.tensors.get(TOKEN_EMBEDDING)!, shape: shape ?? [] };
      const tensors = new Map(shape ? [[TOKEN_EMBEDDING, table]] : []);
      const lacking = { ...checkpoint, text_encoder: { ...text_encoder, tensors } };
      await expect(open("wasm", lacking)).rejects.toMatchObject({ code: "bad-file" });
    }
  });
});
