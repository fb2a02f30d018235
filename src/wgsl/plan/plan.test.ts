// The plan of Stable Diffusion 1.5's networks: what is fused, which buffers are shared, how work is cut. No device is needed.
import { describe, expect, it } from "vitest";
import sizes from "../../../tests/parity/full-size.json" with { type: "json" };
import { GraphBuilder } from "../../graph/builder.ts";
import { parseTextEncoderConfig, parseUnetConfig, parseVaeConfig } from "../../graph/config.ts";
import { buildTextEncoder } from "../../graph/clip-text.ts";
import type { Graph } from "../../graph/graph.ts";
import { buildUnet } from "../../graph/unet.ts";
import { buildVaeDecoder } from "../../graph/vae.ts";
import type { Block, Dispatch } from "../kernels/kernel.ts";
import { subgroupMatrices } from "../kernels/matrices.ts";
import { TUNING, type Tuning } from "../tuning.ts";
import { shareBuffers } from "./buffers.ts";
import { type Plan, planGraph } from "./plan.ts";
import { int8Bytes } from "../kernels/weights.ts";
import { storedParameters, weightMatrix } from "../parameters.ts";
import { dependenceOf } from "./steady.ts";
import { submissions } from "./submissions.ts";
import type { PlanTarget } from "./target.ts";

const winograd = (changes: Partial<Tuning["winograd"]>): Tuning => ({
  ...TUNING,
  winograd: { ...TUNING.winograd, ...changes },
});
const target: PlanTarget = {
  type: "f16",
  memory: 32_768,
  invocations: 1024,
  blocks: 10,
  matrices: null,
  int8: false,
  tuning: winograd({ worth: 0 }),
  measured: new Map(),
};
const path = "config.json";
const unet = (batch = 2): Graph =>
  buildUnet(parseUnetConfig(sizes.full.unet.config, { path }), {
    batch,
    height: 64,
    width: 64,
    contextTokens: 77,
  });
const decoder = (): Graph =>
  buildVaeDecoder(
    parseVaeConfig(sizes.full.vae_decoder.config, {
      path,
      tensors: { has: (name) => name.includes("post_quant") },
    }),
    { batch: 1, height: 64, width: 64 },
  );
const all = (graph: Graph, changes: Partial<PlanTarget> = {}): Plan =>
  planGraph(
    graph,
    { ...target, ...changes },
    graph.outputs.map(({ name }) => name),
  );
const count = ({ dispatches }: Plan, name: string): number =>
  dispatches.filter(({ kernel }) => kernel.name.startsWith(name)).length;

/** On the device while a network runs alone there: parameters, values, inputs and outputs, with what is read back. */
function bytesOf(graph: Graph, changes: Partial<PlanTarget> = {}): { parameters: number; values: number } {
  const parts = { ...target, tuning: TUNING, ...changes };
  const plan = all(graph, parts);
  const parameters = storedParameters(graph, parts).map((spec) =>
    spec.int8
      ? int8Bytes(weightMatrix(spec), spec.int8)
      : 2 * spec.shape.reduce((product, size) => product * size, 1),
  );
  const { sizesBytes } = shareBuffers(plan.dispatches, dependenceOf(plan).kept);
  const sum = (bytes: readonly number[]): number => bytes.reduce((total, one) => total + one, 0);
  const ends = [...plan.inputs.values(), ...plan.outputs.values(), ...plan.outputs.values()];
  const values = sum(sizesBytes) + sum(ends.map(({ sizeBytes }) => sizeBytes));
  return { parameters: sum(parameters), values };
}

describe("memory on the device", () => {
  const megabytes = (bytes: ReturnType<typeof bytesOf>) => ({
    parameters: Math.round(bytes.parameters / 1e6),
    values: Math.round(bytes.values / 1e6),
  });
  const text = buildTextEncoder(parseTextEncoderConfig(sizes.full.text_encoder.config, { path }), {
    batch: 1,
  });

  it("is little for each network of 512×512 alone, with the U-Net's weights in 8 bits", () => {
    expect(megabytes(bytesOf(unet(), { int8: true }))).toEqual({ parameters: 887, values: 253 });
    expect(megabytes(bytesOf(decoder(), { int8: true }))).toEqual({ parameters: 99, values: 426 });
    expect(megabytes(bytesOf(text, { int8: true }))).toEqual({ parameters: 170, values: 23 });
    expect(megabytes(bytesOf(unet()))).toEqual({ parameters: 1719, values: 253 });
  });

  it("leaves the weights that are small, and those of other networks", () => {
    const specs = storedParameters(unet(), { ...target, int8: true });
    const weights = specs.filter(({ layout }) => layout === "transpose");
    expect(weights.filter(({ int8 }) => !int8).map(({ name }) => name)).toEqual([
      "conv_in.weight",
      "conv_out.weight",
    ]);
    expect(specs.filter(({ layout, int8 }) => layout === "same" && int8)).toEqual([]);
    expect(storedParameters(text, { ...target, int8: true }).filter(({ int8 }) => int8)).toEqual([]);
    expect(storedParameters(unet(), target).filter(({ int8 }) => int8)).toEqual([]);
  });
});

describe("fusion", () => {
  it("leaves nothing of the U-Net but products, attention and norms", () => {
    const plan = all(unet());
    for (const name of ["add", "silu", "gelu", "quick_gelu", "geglu", "copy", "upsample"])
      expect(count(plan, name), name).toBe(0);
    expect(count(plan, "attention")).toBe(32);
    expect(count(plan, "group sums")).toBe(61);
    expect(count(plan, "layer norm")).toBe(48);
    expect(count(plan, "import")).toBe(2);
    expect(count(plan, "export")).toBe(1);
    const together = plan.dispatches.filter(({ kernel }) => / groups [23]$/u.test(kernel.name));
    expect(together.length).toBe(32); // queries, keys and values, or keys and values
    const shifted = plan.dispatches.filter(({ kernel }) => kernel.name.includes(" shift"));
    expect(shifted.length).toBe(22);
    expect(shifted.every(({ kernel }) => !kernel.name.startsWith("group"))).toBe(true);
  });

  it("computes the time embedding's rows once for all images", () => {
    const rows = (batch: number): number =>
      all(unet(batch))
        .dispatches.filter(({ kernel }) => kernel.name.startsWith("row product"))
        .reduce((sum, { workgroups }) => sum + workgroups[1], 0);
    expect(rows(1)).toBe(24);
    expect(rows(4)).toBe(24);
  });

  it("upsamples inside the decoder's convolutions", () => {
    const plan = all(decoder());
    expect(count(plan, "upsample")).toBe(0);
    expect(plan.dispatches.filter(({ kernel }) => kernel.name.includes("upsampled window")).length).toBe(3);
  });

  it("computes the decoder's attention by products, its scores in parts where they are many", () => {
    const plan = all(decoder());
    expect(count(plan, "attention")).toBe(0);
    expect(count(plan, "transposed")).toBe(1);
    expect(count(plan, "softmax")).toBe(1);
    expect(count(all(decoder(), { tuning: { ...TUNING, scores: 2 ** 22 } }), "softmax")).toBe(4);
  });

  it("attends by subgroup matrices where a subgroup's registers hold a head", () => {
    const plan = all(unet(), { matrices: subgroupMatrices });
    expect(count(plan, "matrix attention 40")).toBe(10);
    expect(count(plan, "matrix attention 80")).toBe(10);
    expect(count(plan, "attention 160")).toBe(12);
  });

  it("keeps a value that something else reads apart", () => {
    const g = new GraphBuilder("unet");
    const x = g.linear(g.input("x", [1, 8, 16]), { module: "l", features: 16, bias: true });
    g.output("hidden", x);
    g.output("active", g.activation(x, "silu"));
    const plan = all(g.finish());
    expect(count(plan, "silu")).toBe(1);
    expect([...plan.outputs.keys()]).toEqual(["hidden", "active"]);
  });

  it("plans only what the wanted outputs need", () => {
    const graph = buildTextEncoder(parseTextEncoderConfig(sizes.full.text_encoder.config, { path }), {
      batch: 1,
    });
    const one = planGraph(graph, target, ["clip_skip_2"]);
    expect(count(one, "attention")).toBe(11);
    expect(count(one, "export")).toBe(1);
    expect(count(all(graph), "attention")).toBe(12);
  });

  it("refuses channels that it cannot address", () => {
    const g = new GraphBuilder("unet");
    g.output("out", g.layerNorm(g.input("x", [1, 8, 6]), { module: "n", eps: 1e-5 }));
    expect(() => all(g.finish())).toThrow("not a multiple of four");
  });
});

describe("Winograd's filtering", () => {
  const conv = (channels: number, columns: number, size: number, upsampled = size): Graph => {
    const g = new GraphBuilder("unet");
    const x = g.input("x", [2, channels, size, size]);
    const map = upsampled === size ? x : g.upsample(x, { height: upsampled, width: upsampled });
    g.output("out", g.conv(map, { module: "conv", channels: columns, kernel: 3 }));
    return g.finish();
  };
  const isTaken = (graph: Graph, tuning: Tuning): boolean => {
    const plan = all(graph, { tuning });
    const taps = count(plan, "product") - count(plan, "Winograd weights");
    expect(taps === 0).toBe(count(plan, "Winograd results") > 0);
    return taps === 0;
  };

  it("is taken where maps are large, not where they have few tiles", () => {
    expect(isTaken(conv(320, 320, 64), TUNING)).toBe(true);
    expect(isTaken(conv(1280, 1280, 16), TUNING)).toBe(true);
    expect(isTaken(conv(1280, 1280, 8), TUNING)).toBe(false);
    expect(isTaken(conv(1280, 1280, 8, 16), TUNING)).toBe(true);
  });

  it("is taken wherever it is possible, or nowhere", () => {
    const always = winograd({ worth: Infinity });
    expect(isTaken(conv(32, 32, 8), always)).toBe(true);
    expect(isTaken(conv(320, 320, 64), winograd({ worth: 0 }))).toBe(false);
    expect(isTaken(conv(320, 4, 64), always)).toBe(false); // few channels
    expect(isTaken(conv(4, 320, 64), always)).toBe(false);
    expect(isTaken(conv(2560, 1792, 16), always)).toBe(false); // too many weights
    expect(isTaken(conv(320, 320, 32, 64), always)).toBe(true);
    expect(isTaken(conv(320, 320, 32, 63), always)).toBe(false); // not doubled
  });

  it("computes 9 of 16 products for a doubled map", () => {
    const products = (graph: Graph): number =>
      all(graph, { tuning: TUNING })
        .dispatches.filter(({ kernel }) => kernel.name.startsWith("product"))
        .reduce((sum, { operations }) => sum + operations, 0);
    const direct = 2 * 2 * 64 * 64 * 9 * 320 * 320;
    expect(products(conv(320, 320, 64))).toBe((direct * 16) / 36);
    expect(products(conv(320, 320, 32, 64))).toBe((direct * 9) / 36);
  });

  it("cuts a map into bands of as many tiles as memory allows", () => {
    const bytes = 2 ** 24;
    const plan = all(conv(320, 320, 64), { tuning: winograd({ bandBytes: bytes }) });
    expect(count(plan, "Winograd weights")).toBe(1);
    expect(count(plan, "Winograd results")).toBe(4);
    const blocks = new Set(plan.dispatches.map(({ write }) => write));
    const scratch = [...blocks].filter(({ name }) => /^conv (windows|sums)$/u.test(name));
    expect(scratch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(bytes);
  });

  it("always transforms weights, whose buffer other layers take in between", () => {
    const plan = all(unet(), { tuning: TUNING });
    const { inputs, kept } = dependenceOf(plan);
    const transforms = plan.dispatches.filter(({ kernel }) => kernel.name.startsWith("Winograd weights"));
    expect(transforms.length).toBe(33);
    for (const dispatch of transforms) {
      expect([...inputs.get(dispatch)!].toSorted()).toEqual([...plan.inputs.keys()].toSorted());
      expect(kept.has(dispatch.write)).toBe(false);
    }
  });
});

describe("memory", () => {
  const plans = {
    unet: all(unet()),
    decoder: all(decoder()),
    "unet by Winograd's filtering": all(unet(), { tuning: TUNING }),
    "decoder by Winograd's filtering": all(decoder(), { tuning: TUNING }),
  };

  it.each(Object.entries(plans))(
    "%s: no dispatch writes a buffer that it reads or that is still needed",
    (_, plan) => {
      const { bufferOf, sizesBytes } = shareBuffers(plan.dispatches);
      /** What each buffer holds now. */
      const held = new Map<number, Block>();
      for (const { label, reads, write } of plan.dispatches) {
        for (const block of reads.filter(({ role }) => role === "temporary"))
          expect(held.get(bufferOf.get(block)!), label).toBe(block);
        if (write.role !== "temporary") continue;
        const buffer = bufferOf.get(write)!;
        expect(reads.filter((block) => bufferOf.get(block) === buffer).length, label).toBe(0);
        expect(sizesBytes[buffer]).toBeGreaterThanOrEqual(write.sizeBytes);
        held.set(buffer, write);
      }
    },
  );

  it("takes a fraction of the values' size", () => {
    const megabytes = ({ dispatches }: Plan): { all: number; shared: number } => ({
      all: Math.round(
        [...new Set(dispatches.map(({ write }) => write))].reduce(
          (sum, { sizeBytes }) => sum + sizeBytes,
          0,
        ) / 1e6,
      ),
      shared: Math.round(shareBuffers(dispatches).sizesBytes.reduce((sum, size) => sum + size, 0) / 1e6),
    });
    expect(megabytes(plans.unet).shared).toBeLessThan(180);
    expect(megabytes(plans.decoder).shared).toBeLessThan(380);
    expect(megabytes(plans["unet by Winograd's filtering"]).shared).toBeLessThan(250);
    expect(megabytes(plans["decoder by Winograd's filtering"]).shared).toBeLessThan(450);
    expect(megabytes(plans.unet).all).toBeGreaterThan(2000);
  });
});

describe("what a step can leave out", () => {
  const plan = all(unet());
  const { dispatches } = plan;
  const { inputs, kept } = dependenceOf(plan);

  it("is what depends on the text alone", () => {
    const left = dispatches.filter(
      (dispatch) => [...inputs.get(dispatch)!].join() === "encoder_hidden_states",
    );
    expect(left.map(({ kernel }) => kernel.name.replace(/ .*/u, "")).toSorted()).toEqual([
      "import",
      ...Array.from({ length: 16 }, () => "product"),
    ]);
  });

  it("keeps its results in buffers of their own", () => {
    const { bufferOf } = shareBuffers(dispatches, kept);
    const others = dispatches.map(({ write }) => write).filter((block) => !kept.has(block));
    const shared = new Set(others.map((block) => bufferOf.get(block)));
    const read = dispatches.flatMap((dispatch) =>
      dispatch.reads.filter(
        (block) => kept.has(block) && inputs.get(dispatch)!.size > 1 && block.role === "temporary",
      ),
    );
    expect(read.length).toBeGreaterThanOrEqual(16);
    for (const block of kept) expect(shared.has(bufferOf.get(block))).toBe(false);
  });
});

describe("submissions", () => {
  it("cuts a step before it blocks a slow card", () => {
    const parts = submissions<Dispatch>(all(unet()).dispatches, ({ operations }) => operations, TUNING);
    for (const part of parts) {
      const operations = part.reduce((sum, dispatch) => sum + dispatch.operations, 0);
      expect(part.length === 1 || operations <= TUNING.submittedOperations).toBe(true);
      expect(part.length).toBeLessThanOrEqual(TUNING.submittedDispatches);
    }
    expect(parts.flat().length).toBe(all(unet()).dispatches.length);
  });
});
