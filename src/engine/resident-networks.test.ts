// One network on the device at a time: the same images, to the bit, from a fraction of the parameters at once; and whatever goes wrong
// while a network is loaded again leaves nothing half merged behind.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EngineRuns, engineRuns, REQUEST } from "../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../tests/fixtures/engine/miniature-pack.ts";
import { readHeader, readTensor, writeSafetensors } from "../formats/safetensors.ts";
import type { AdapterUse, DiffusionRequest } from "../shared/request.ts";
import type { ParameterSet } from "./resident-networks.ts";

const use = (id: string, strength = 1): AdapterUse => ({
  id,
  unetStrength: strength,
  textStrength: strength,
});
const image = (seed: number, ...adapters: AdapterUse[]): DiffusionRequest["images"][number] => ({
  seed,
  adapters,
});
const IDS: readonly ParameterSet[] = ["unet", "text_encoder", "vae_decoder", "vae_encoder"];

let together: EngineRuns;
let apart: EngineRuns;
/** Networks in the order in which they are loaded, and what was on the device besides. */
let loaded: string[];

beforeAll(async () => {
  together = await engineRuns(miniaturePack());
  apart = await engineRuns(miniaturePack(), { oneAtATime: true });
  const { backend, resident } = apart.pipeline.networks;
  const load = backend.loadParameters.bind(backend);
  backend.loadParameters = (graph, ...rest) => {
    loaded.push([graph.network, ...IDS.filter((id) => resident.get(id))].join(" beside "));
    return load(graph, ...rest);
  };
});

beforeEach(() => {
  loaded = [];
});

const hashesOf = async ({ images }: EngineRuns, change: Partial<DiffusionRequest>): Promise<string[]> =>
  (await images(change)).map(({ rgba }) => Buffer.from(rgba).toString("base64"));

describe("images", () => {
  it.each<[string, Partial<DiffusionRequest>]>([
    ["without adapters", {}],
    ["with adapters", { images: [image(1, use("paint"))] }],
    ["of which each has others", { images: [image(1, use("paint")), image(2), image(3, use("quick", 0.5))] }],
    [
      "with an adapter that is at work in some steps",
      { steps: 3, images: [image(1, { ...use("paint"), steps: { start: 1, end: 2 } })] },
    ],
    [
      "with a second pass",
      { hires: { width: 96, height: 96, upscaler: "pixel-bicubic", strength: 0.6, steps: 2 } },
    ],
  ])("%s are the same", async (_, change) => {
    expect(await hashesOf(apart, change)).toEqual(await hashesOf(together, change));
  });
});

describe("on the device", () => {
  it("is one network at a time, in the order of a run", async () => {
    await apart.images();
    loaded = [];
    await apart.images({ prompt: "another prompt" });
    expect(loaded).toEqual(["text_encoder", "unet", "vae"]);
    const { resident, sizeBytes, sessions } = apart.pipeline.networks;
    expect(IDS.filter((id) => resident.get(id))).toEqual(["vae_decoder"]);
    expect(sizeBytes).toBeLessThan(together.pipeline.networks.sizeBytes / 2);
    expect(sessions.size).toBe(1);
  });

  it("is not the text encoder again for the same text", async () => {
    await apart.images({ prompt: "one text", images: [image(1, use("paint")), image(2, use("paint"))] });
    expect(loaded.filter((network) => network === "text_encoder").length).toBe(1);
    expect(loaded.filter((network) => network === "unet").length).toBe(2);
  });
});

describe("a failure while a network is loaded again", () => {
  it("leaves adapters to be merged when it is loaded the next time", async () => {
    const change = { images: [image(1, use("paint"))] };
    const expected = await hashesOf(together, change);
    await apart.images(); // the U-Net is not there
    const { adapters, networks } = apart.pipeline;
    const { resident } = networks;
    const hook = resident.onLoad;
    resident.onLoad = async (network, work) => {
      await hook(network, work);
      if (network !== "unet") return;
      resident.onLoad = hook;
      throw new Error("stopped here");
    };
    await expect(apart.images(change)).rejects.toThrow("stopped here");
    expect(resident.get("unet")).toBeNull();
    expect(await hashesOf(apart, change)).toEqual(expected);
    await adapters.apply([]);
    expect(await hashesOf(apart, {})).toEqual(await hashesOf(together, {}));
  });

  it("stops when the run is stopped", async () => {
    const controller = new AbortController();
    const { resident } = apart.pipeline.networks;
    const hook = resident.onLoad;
    resident.onLoad = async (network, work) => {
      resident.onLoad = hook;
      controller.abort();
      await hook(network, work);
    };
    const change = { prompt: "a text of its own", images: [image(1, use("paint"))] };
    await expect(apart.events({ ...REQUEST, ...change }, controller.signal)).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(await hashesOf(apart, change)).toEqual(await hashesOf(together, change));
  });
});

it("checks the files of all networks before anything is generated", async () => {
  const files = new Map(miniaturePack());
  const vae = [...files.keys()].find((name) => name.startsWith("vae/") && name.endsWith(".safetensors"))!;
  const { tensors } = await readHeader(files.get(vae)!, { fileName: vae });
  const kept = [...tensors.values()].filter(({ name }) => name !== "decoder.conv_in.bias");
  const read = await Promise.all(
    kept.map(async ({ name, dtype, shape, ...source }) => {
      return { name, dtype, shape: [...shape], bytes: await readTensor({ name, dtype, shape, ...source }) };
    }),
  );
  files.set(vae, new Blob([writeSafetensors(read)]));
  await expect(engineRuns(files, { oneAtATime: true })).rejects.toMatchObject({ code: "bad-file" });
});
