// Before any network runs, a small graph with every kind of kernel is computed on the device and by definition. Drivers have
// compiled kernels wrongly without an error (ort/self-test.ts has a case).

import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { interpret } from "../graph/interpret.ts";
import { fromFloat32 } from "../shared/dtype.ts";
import type { Session, Tensors } from "../runtime/backend.ts";
import { int8Values } from "./int8/int8-values.ts";
import { storedParameters, type WgslParameter, type WgslParameterStore } from "./parameters.ts";
import type { PlanTarget } from "./plan/target.ts";

/** A back end, as far as it is tested. */
export interface Tested {
  readonly gpu: GPUDevice;
  readonly target: PlanTarget;
  emptyStore(specs: readonly WgslParameter[], target: PlanTarget): Promise<WgslParameterStore>;
  openSession(
    graph: Graph,
    options: { readonly parameters: WgslParameterStore; readonly target: PlanTarget },
  ): Promise<Session>;
  unlessLost<Value>(work: Promise<Value>): Promise<Value>;
}

/** Relative errors: float16 rounds between kernels. */
const TOLERANCE = { f32: 1e-4, f16: 1e-2 };

/** Null if the device's results are right, otherwise what is wrong. @throws StylusError `device`, `memory` */
export async function wrongResults(backend: Tested): Promise<string | null> {
  const { target } = backend;
  const winograd = { ...target.tuning.winograd, worth: Infinity };
  const test = await GraphTest.create(testGraph(), backend);
  try {
    return await test.wrong(await test.open({ ...target, tuning: { ...target.tuning, winograd } }));
  } finally {
    test.dispose();
  }
}

/** Where weights are in 8 bits, the small ones of the tests are too. */
const withSmall = (target: PlanTarget): PlanTarget => ({
  ...target,
  tuning: { ...target.tuning, int8: { ...target.tuning.int8, least: 0 } },
});

/** A graph with values for its parameters and inputs, and what it gives by definition. */
export class GraphTest {
  readonly #graph: Graph;
  readonly #backend: Tested;
  readonly #parameters: WgslParameterStore;
  readonly #inputs: Tensors;
  readonly #expected: ReturnType<typeof interpret>;

  /** @param parameters empty; the test disposes of them */
  private constructor(graph: Graph, backend: Tested, parameters: WgslParameterStore) {
    this.#graph = graph;
    this.#backend = backend;
    this.#parameters = parameters;
    const tensors: Record<string, Float32Array> = {};
    for (const spec of storedParameters(graph, withSmall(backend.target))) {
      const values = waves(spec.shape, Object.keys(tensors).length);
      tensors[spec.name] = int8Values(values, spec);
      const bytes = fromFloat32(values, "F32");
      const source = {
        name: spec.name,
        dtype: "F32",
        shape: spec.shape,
        offset: 0,
        sizeBytes: bytes.length,
        blob: new Blob([bytes]),
        fileName: "self-test",
      } as const;
      parameters.add(spec, { source, bytes });
    }
    this.#inputs = Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, waves(shape, 50 + i)]));
    this.#expected = interpret(graph, { ...tensors, ...this.#inputs });
  }

  /** @throws StylusError `device` */
  static async create(graph: Graph, backend: Tested): Promise<GraphTest> {
    const target = withSmall(backend.target);
    return new GraphTest(graph, backend, await backend.emptyStore(storedParameters(graph, target), target));
  }

  /** Compiles the kernels. @throws StylusError `device` */
  open(target: PlanTarget): Promise<Session> {
    return this.#backend.openSession(this.#graph, {
      parameters: this.#parameters,
      target: withSmall(target),
    });
  }

  /** Null if the results are right, otherwise what is wrong. @throws StylusError `device`, `memory` */
  async wrong(session: Session): Promise<string | null> {
    const results = await session.run(this.#inputs).finally(() => session.dispose());
    for (const { name } of this.#graph.outputs) {
      const error = relativeError(results[name]!, this.#expected[name]!);
      if (!(error < TOLERANCE[this.#backend.target.type]))
        return `the ${name} is off by ${error.toExponential(1)}`;
    }
    return null;
  }

  dispose(): void {
    this.#parameters.dispose();
  }
}

/** Shapes that are no multiples of a tile, except channels where subgroup matrices want multiples of 8. */
function testGraph(): Graph {
  const g = new GraphBuilder("unet");
  const channels = 64;
  const sample = g.input("sample", [1, 4, 11, 13]);
  const first = g.conv(sample, { module: "conv_in", channels, kernel: 3 });
  const normed = g.groupNorm(first, { module: "norm", groups: 8, eps: 1e-5, silu: true });
  const map = g.add(g.conv(normed, { module: "conv", channels, kernel: 3 }), first);
  g.output("convolution", map);
  const half = g.conv(map, { module: "down", channels, kernel: 3, stride: 2 });
  g.output("convolution with a stride", half);
  const doubled = g.upsample(half, { height: 12, width: 14 });
  g.output("convolution of a doubled map", g.conv(doubled, { module: "up", channels, kernel: 3 }));
  const x = g.layerNorm(g.toTokens(map), { module: "norm1", eps: 1e-5 });
  const project = (module: string): ReturnType<GraphBuilder["linear"]> =>
    g.linear(x, { module, features: channels, bias: false });
  const attended = g.attention(project("q"), {
    module: "attention",
    key: project("k"),
    value: project("v"),
    heads: 2,
  });
  g.output("attention", attended);
  const wide = g.input("wide", [1, 40, 264]);
  g.output("wide head's attention", g.attention(wide, { module: "wide", key: wide, value: wide, heads: 1 }));
  const gated = g.geglu(g.linear(attended, { module: "ff", features: 8 * channels, bias: true }));
  g.output("feed-forward product", g.linear(gated, { module: "out", features: channels, bias: true }));
  return g.finish();
}

/** Sines about as large as a network's values; weights are smaller the more of them are summed. */
function waves(shape: readonly number[], seed: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const scale = shape.length > 1 && shape[0] !== 1 ? Math.sqrt((2 * shape[0]!) / count) : 1;
  return Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i * i * 0.37 + i * 1.3 + seed));
}

/** ‖a − b‖ / ‖b‖ */
function relativeError(actual: Float32Array, expected: Float64Array): number {
  let difference = 0;
  let norm = 0;
  actual.forEach((value, i) => {
    difference += (value - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  });
  return Math.sqrt(difference / norm);
}
