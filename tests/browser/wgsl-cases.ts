// In the page: small graphs of random shapes, one for each kernel and fusion, on the WGSL kernels and by definition.
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, GraphNode, Value } from "../../src/graph/graph.ts";
import { chooseDevice } from "../../src/runtime/device.ts";
import { WgslBackend } from "../../src/wgsl/backend.ts";
import { int8Values } from "../../src/wgsl/int8/int8-values.ts";
import { storedParameters } from "../../src/wgsl/parameters.ts";
import type { ElementType } from "../../src/wgsl/kernels/kernel.ts";
import { planGraph } from "../../src/wgsl/plan/plan.ts";
import { SOFTWARE_TUNING, type Tuning } from "../../src/wgsl/tuning.ts";
import { emulatedMatrices } from "./emulated-matrices.ts";
import { relativeError } from "../parity/cases.ts";
import { interpret } from "../../src/graph/interpret.ts";
import { noise, noiseTensors } from "../parity/noise.ts";

/** An integer from `from` to `to`. */
type Draw = (from: number, to: number) => number;

/** Draws differ from seed to seed and repeat with the same seed (mulberry32). */
function draws(seed: number): Draw {
  let state = seed * 0x9e3779b9;
  return (from, to) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return from + (((t ^ (t >>> 14)) >>> 0) % (to - from + 1));
  };
}

type Build = (g: GraphBuilder, draw: Draw) => Value;

const tokens = (g: GraphBuilder, draw: Draw, channels = 4 * draw(1, 12)): Value =>
  g.input("x", [draw(1, 2), draw(5, 40), channels]);
const map = (g: GraphBuilder, draw: Draw, channels = 4 * draw(1, 6), name = "x"): Value =>
  g.input(name, [draw(1, 2), channels, draw(3, 9), draw(3, 9)]);
const size = (value: Value): { height: number; width: number } => ({
  height: value.shape[2]!,
  width: value.shape[3]!,
});
const conv3 = (g: GraphBuilder, x: Value, channels: number, module = "conv"): Value =>
  g.conv(x, { module, channels, kernel: 3 });

export const BUILDERS: Readonly<Record<string, Build>> = {
  "linear, bias": (g, draw) => g.linear(tokens(g, draw), { module: "l", features: draw(3, 70), bias: true }),
  "linear, no bias": (g, draw) =>
    g.linear(tokens(g, draw), { module: "l", features: 8 * draw(1, 9), bias: false }),
  "linear of a long row": (g, draw) =>
    g.linear(tokens(g, draw, 8 * draw(40, 60)), { module: "l", features: 8 * draw(1, 5), bias: true }),
  "linear and activation": (g, draw) => {
    const kind = (["silu", "gelu", "quick_gelu"] as const)[draw(0, 2)]!;
    return g.activation(
      g.linear(tokens(g, draw), { module: "l", features: 8 * draw(1, 9), bias: true }),
      kind,
    );
  },
  "linear and residual": (g, draw) => {
    const x = tokens(g, draw);
    return g.add(g.linear(x, { module: "l", features: x.shape[2]!, bias: true }), x);
  },
  "linear and GEGLU": (g, draw) =>
    g.geglu(g.linear(tokens(g, draw), { module: "l", features: 16 * draw(1, 9), bias: true })),
  "one row for every image": (g, draw) => {
    const timestep = g.input("timestep", [1]);
    const embedding = g.timeEmbedding(timestep, {
      channels: 8 * draw(1, 5),
      flipSinToCos: draw(0, 1) === 1,
      freqShift: draw(0, 1),
    });
    const hidden = g.activation(g.linear(embedding, { module: "l1", features: 20, bias: true }), "silu");
    const rows = g.repeatRow(hidden, 3);
    return g.linear(rows, { module: "l2", features: 4 * draw(1, 30), bias: true });
  },
  "activation and GEGLU alone": (g, draw) =>
    g.geglu(
      g.activation(tokens(g, draw, 8 * draw(1, 6)), (["silu", "gelu", "quick_gelu"] as const)[draw(0, 2)]!),
    ),
  "table and sum": (g, draw) => {
    const x = tokens(g, draw);
    return g.add(x, g.firstRows(g.parameter("embedding.weight", [50, x.shape[2]!]), x.shape[1]!));
  },
  "layer norm": (g, draw) => g.layerNorm(tokens(g, draw, 4 * draw(1, 100)), { module: "n", eps: 1e-5 }),
  "sum and layer norm": (g, draw) => {
    const x = tokens(g, draw);
    const { normed, sum } = g.addLayerNorm(g.linear(x, { module: "l", features: x.shape[2]!, bias: true }), {
      module: "n",
      residual: x,
      eps: 1e-5,
    });
    return g.add(normed, sum);
  },
  "group norm": (g, draw) => {
    const groups = 2 ** draw(0, 2);
    const x = map(g, draw, 4 * groups * draw(1, 3));
    return g.groupNorm(x, { module: "n", groups, eps: 1e-5, silu: draw(0, 1) === 1 });
  },
  "group norm of odd groups": (g, draw) =>
    g.groupNorm(map(g, draw, 24), { module: "n", groups: 8, eps: 1e-5, silu: true }),
  "group norm of a large map": (g, draw) => {
    const x = g.input("x", [1, 8, 40, draw(50, 70)]);
    return g.groupNorm(x, { module: "n", groups: 2, eps: 1e-5, silu: true });
  },
  "group norm of many channels": (g, draw) => {
    const x = g.input("x", [1, 1040, 3, draw(3, 5)]);
    return g.groupNorm(x, { module: "n", groups: 4, eps: 1e-5, silu: false });
  },
  "group norm with a shift": (g, draw) => {
    const x = map(g, draw, 8);
    const shift = g.input("shift", x.shape.slice(0, 2));
    return g.groupNorm(x, { module: "n", groups: 2, eps: 1e-5, silu: false, shift });
  },
  "convolution, shift and group norm": (g, draw) => {
    const x = conv3(g, map(g, draw), 16);
    const shift = g.linear(g.input("embedding", [x.shape[0]!, 8]), { module: "l", features: 16, bias: true });
    return g.groupNorm(x, { module: "n", groups: 4, eps: 1e-5, silu: true, shift });
  },
  convolution: (g, draw) => conv3(g, map(g, draw, draw(3, 20)), 4 * draw(1, 9)),
  "convolution to few channels": (g, draw) => conv3(g, map(g, draw), draw(3, 6)),
  "convolution with stride": (g, draw) =>
    g.conv(map(g, draw), { module: "conv", channels: 8, kernel: 3, stride: 2 }),
  "convolution padded at the end": (g, draw) =>
    g.conv(map(g, draw), { module: "conv", channels: 8, kernel: 3, stride: 2, padding: "end" }),
  "1×1 convolution with residual": (g, draw) => {
    const x = map(g, draw);
    return g.conv(x, { module: "short", channels: 12, kernel: 1, residual: conv3(g, x, 12) });
  },
  "convolution and sum": (g, draw) => {
    const x = map(g, draw);
    return g.add(conv3(g, x, x.shape[1]!), x);
  },
  "deep convolution": (g, draw) => conv3(g, map(g, draw, 8 * draw(10, 14)), 8 * draw(1, 4)),
  "upsampling before a convolution": (g, draw) => {
    const x = map(g, draw);
    const { height, width } = size(x);
    const larger = { height: 2 * height - draw(0, 1), width: 2 * width - draw(0, 1) };
    return conv3(g, g.upsample(x, larger), 8);
  },
  "upsampling alone": (g, draw) => {
    const x = map(g, draw);
    const { height, width } = size(x);
    return g.upsample(x, { height: 2 * height - draw(0, 1), width: 2 * width });
  },
  concatenation: (g, draw) => {
    const x = map(g, draw, 8);
    const a = conv3(g, x, 4 * draw(1, 4), "a");
    const b = conv3(g, a, 4 * draw(1, 4), "b");
    const whole = g.concatChannels(b, a); // a is read before and after
    return conv3(g, g.concatChannels(g.add(conv3(g, whole, 8, "c"), x), x), 8, "d");
  },
  "self attention": (g, draw) => {
    const heads = draw(1, 3);
    const x = tokens(g, draw, 4 * heads * draw(1, 3));
    const features = x.shape[2]!;
    const project = (module: string): Value => g.linear(x, { module, features, bias: false });
    return g.attention(project("q"), { module: "a", key: project("k"), value: project("v"), heads });
  },
  "causal attention with biases": (g, draw) => {
    const x = tokens(g, draw, 16);
    const project = (module: string): Value => g.linear(x, { module, features: 16, bias: true });
    return g.attention(project("q"), {
      module: "a",
      key: project("k"),
      value: project("v"),
      heads: 2,
      causal: true,
    });
  },
  "cross attention": (g, draw) => {
    const x = tokens(g, draw, 24);
    const context = g.input("context", [x.shape[0]!, draw(3, 80), 12]);
    const project = (module: string, from: Value): Value =>
      g.linear(from, { module, features: 24, bias: false });
    return g.attention(project("q", x), {
      module: "a",
      key: project("k", context),
      value: project("v", context),
      heads: 3,
    });
  },
  // Each next key's scores are larger, so sums are rescaled on the way.
  "attention to growing keys": (g, draw) => {
    const rows = g.input("growing", [1, 70 + draw(0, 20), 16]);
    return g.attention(rows, { module: "a", key: rows, value: rows, heads: 2 });
  },
};

/** Wide enough for subgroup matrices. */
export const WIDE_BUILDERS: Readonly<Record<string, Build>> = {
  "wide linear, bias and residual": (g, draw) => {
    const x = tokens(g, draw, 8 * draw(4, 9));
    return g.add(g.linear(x, { module: "l", features: x.shape[2]!, bias: true }), x);
  },
  "wide linear and GEGLU": (g, draw) =>
    g.geglu(g.linear(tokens(g, draw, 40), { module: "l", features: 32 * draw(1, 9), bias: true })),
  "wide convolution": (g, draw) => conv3(g, map(g, draw, 8 * draw(4, 6)), 8 * draw(4, 12)),
  "wide upsampling before a convolution": (g, draw) => {
    const x = map(g, draw, 32);
    const { height, width } = size(x);
    return conv3(g, g.upsample(x, { height: 2 * height - 1, width: 2 * width }), 40);
  },
  "wide self attention": (g, draw) => {
    const x = tokens(g, draw, 48);
    const project = (module: string): Value => g.linear(x, { module, features: 48, bias: false });
    return g.attention(project("q"), {
      module: "a",
      key: project("k"),
      value: project("v"),
      heads: draw(1, 2) * 3,
    });
  },
  "one wide head": (g, draw) => {
    const width = 264;
    const x = g.input("x", [1, draw(33, 70), width]);
    const context = g.input("context", [1, 8 * draw(4, 9), 32]);
    const project = (module: string, from: Value): Value =>
      g.linear(from, { module, features: width, bias: true });
    return g.attention(project("q", x), {
      module: "a",
      key: project("k", context),
      value: project("v", context),
      heads: 1,
    });
  },
};

/** Of a form that Winograd's filtering computes, in each way that a convolution is followed. */
export const WINOGRAD_BUILDERS: Readonly<Record<string, Build>> = {
  "3×3 convolution": (g, draw) => conv3(g, map(g, draw), 4 * draw(1, 12)),
  "3×3 convolution of many channels": (g, draw) => conv3(g, map(g, draw, 8 * draw(5, 14)), 8 * draw(4, 12)),
  "3×3 convolution and activation": (g, draw) => g.activation(conv3(g, map(g, draw), 20), "silu"),
  "3×3 convolution and sum": (g, draw) => {
    const x = map(g, draw);
    return g.add(conv3(g, x, x.shape[1]!), x);
  },
  "3×3 convolution with a shift": (g, draw) => {
    const x = conv3(g, map(g, draw), 16);
    const shift = g.linear(g.input("embedding", [x.shape[0]!, 8]), { module: "l", features: 16, bias: true });
    return g.groupNorm(x, { module: "n", groups: 4, eps: 1e-5, silu: true, shift });
  },
  "3×3 convolutions of concatenations": (g, draw) => {
    const x = map(g, draw, 8);
    const whole = g.concatChannels(conv3(g, x, 4 * draw(1, 4), "a"), conv3(g, x, 4 * draw(1, 4), "b"));
    return conv3(g, g.concatChannels(conv3(g, whole, 12, "c"), x), 8, "d");
  },
  "doubling before a 3×3 convolution": (g, draw) => {
    const x = map(g, draw);
    const { height, width } = size(x);
    const larger = { height: 2 * height, width: 2 * width };
    return conv3(g, g.upsample(x, larger), 4 * draw(1, 12));
  },
  "doubling before a 3×3 convolution of many channels, and sum": (g, draw) => {
    const x = map(g, draw, 8 * draw(5, 8));
    const { height, width } = size(x);
    const larger = { height: 2 * height, width: 2 * width };
    const other = g.input("y", [x.shape[0]!, 40, larger.height, larger.width]);
    return g.add(conv3(g, g.upsample(x, larger), 40), other);
  },
};

/** Attention alone with heads of this width. */
const wideHead =
  (width: number): Build =>
  (g, draw) => {
    const shape = [draw(1, 2), draw(3, 80), width];
    const [q, k, v] = ["q", "k", "v"].map((name) => g.input(name, shape)) as [Value, Value, Value];
    return g.attention(q, { module: "a", key: k, value: v, heads: 1 });
  };

interface CaseRun {
  readonly name: string;
  readonly type: ElementType;
  readonly seed: number;
  readonly error: number;
  readonly shapes: string;
  /** Names of the kernels. */
  readonly kernels: readonly string[];
}

interface RunOptions {
  readonly names?: readonly string[];
  readonly widths?: readonly number[];
  readonly type: ElementType;
  readonly seeds: readonly number[];
  readonly tuning?: Partial<Tuning>;
  /** With emulated subgroup matrices. */
  readonly matrices?: boolean;
  /** Weights in 8 bits, in groups of so many rows; the reference has the same weights. */
  readonly int8?: number;
  /** Breaks the reference, to show that the comparison notices. */
  readonly broken?: keyof typeof BREAKS;
}

/** The graph with one kind of operator's attributes changed. */
const withAttributes =
  (op: GraphNode["op"], attributes: Readonly<Record<string, unknown>>) =>
  (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.op === op ? ({ ...node, attributes: { ...node.attributes, ...attributes } } as GraphNode) : node,
    ),
  });

const BREAKS = {
  "another scale": (graph: Graph, tensors: Record<string, Float32Array>): Graph => {
    for (const [name, values] of Object.entries(tensors))
      if (name.endsWith(".weight"))
        values.subarray(0, values.length / 2).forEach((value, i) => (values[i] = 1.05 * value));
    return graph;
  },
  "a dropped bias": (graph: Graph, tensors: Record<string, Float32Array>): Graph => {
    for (const [name, values] of Object.entries(tensors)) if (name.endsWith(".bias")) values.fill(0);
    return graph;
  },
  "another stride": withAttributes("Conv", { stride: 1 }),
  "another padding": withAttributes("Conv", { padding: "same" }),
  "another eps": withAttributes("LayerNorm", { eps: 0.1 }),
  "not causal": withAttributes("Attention", { causal: false }),
  "another head count": withAttributes("Attention", { heads: 1 }),
  "another activation": withAttributes("Activation", { kind: "silu" }),
  "other groups": withAttributes("GroupNorm", { groups: 1 }),
};

interface Opened {
  readonly backend: WgslBackend;
  /** Uncaptured errors of the device. */
  readonly errors: string[];
}

/** One back end for all cases of a type and tuning, so that kernels are compiled once. */
const opened = new Map<string, Promise<Opened>>();

function open({ type, tuning = {}, matrices = false, int8 }: RunOptions): Promise<Opened> {
  const key = JSON.stringify([type, tuning, matrices, int8]);
  const create = async (): Promise<Opened> => {
    const { gpu, report } = await chooseDevice("webgpu", { float16: false });
    const errors: string[] = [];
    gpu!.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
    const backend = new WgslBackend(gpu!, {
      report,
      type,
      tuning: { ...SOFTWARE_TUNING, ...tuning, ...(int8 && { int8: { group: int8, least: 0 } }) },
      int8: int8 !== undefined,
      ...(matrices && { matrices: emulatedMatrices }),
    });
    return { backend, errors };
  };
  let one = opened.get(key);
  if (!one) {
    one = create();
    opened.set(key, one);
  }
  return one;
}

function valuesOf(name: string, shape: readonly number[], seed: number): Float32Array {
  if (name === "timestep") return Float32Array.of(seed * 97);
  const values = noise(name, shape);
  return name === "growing" ? values.map((value, i) => value * (i / shape.at(-1)!) * 0.3) : values;
}

/** @public Called in a page, where a test can only name it. */
export async function runCases(options: RunOptions): Promise<{ runs: CaseRun[]; errors: string[] }> {
  const { names = [], widths = [], type, seeds, broken } = options;
  const { backend, errors } = await open(options);
  const builders = [
    ...names.map(
      (name) => [name, (BUILDERS[name] ?? WIDE_BUILDERS[name] ?? WINOGRAD_BUILDERS[name])!] as const,
    ),
    ...widths.map((width) => [`heads of ${width}`, wideHead(width)] as const),
  ];
  const runs: CaseRun[] = [];
  for (const [name, build] of builders)
    for (const seed of seeds) {
      const g = new GraphBuilder("unet");
      g.output("out", build(g, draws(seed)));
      const graph = g.finish();
      const parameters = await backend.loadParameters(graph, noiseTensors(graph.parameters));
      const session = await backend.createSession(graph, { parameters });
      const inputs = Object.fromEntries(
        graph.inputs.map((value) => [value.name, valuesOf(value.name, value.shape, seed)]),
      );
      const { out } = await session.run(inputs);
      const tensors = Object.fromEntries(
        storedParameters(graph, backend.target).map((spec) => [
          spec.name,
          int8Values(noise(spec.name, spec.shape), spec),
        ]),
      );
      const reference = broken ? BREAKS[broken](graph, tensors) : graph;
      const expected = interpret(reference, { ...inputs, ...tensors });
      runs.push({
        name,
        type,
        seed,
        error: relativeError(out!, Float32Array.from(expected["out"]!)),
        shapes: graph.inputs.map(({ shape }) => shape.join("×")).join(" "),
        kernels: planGraph(graph, backend.target, ["out"]).dispatches.map(({ kernel }) => kernel.name),
      });
      await session.dispose();
      parameters.dispose();
    }
  return { runs, errors: errors.splice(0) };
}
