// Before any network runs, a small graph with every kind of kernel is computed on the device and by definition. Drivers have
// compiled kernels wrongly without an error (ort/self-test.ts has a case).

import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { interpret } from "../graph/interpret.ts";
import { fromFloat32 } from "../shared/dtype.ts";
import type { Session } from "../runtime/backend.ts";
import type { Matrices } from "./kernels/matrices.ts";
import { int8Values } from "./int8/int8-values.ts";
import { storedParameters, type WgslParameter, type WgslParameterStore } from "./parameters.ts";
import type { PlanTarget } from "./plan/target.ts";
import { fitsMatrixTile, fitsTile } from "./product-choice.ts";
import type { Tuning } from "./tuning.ts";

/** A back end, as far as it is tested. */
export interface Tested {
  readonly gpu: GPUDevice;
  readonly target: PlanTarget;
  emptyStore(specs: readonly WgslParameter[], target: PlanTarget): Promise<WgslParameterStore>;
  openSession(
    graph: Graph,
    options: { readonly parameters: WgslParameterStore; readonly target: PlanTarget },
  ): Promise<Session>;
}

/** Relative errors: float16 rounds between kernels. */
const TOLERANCE = { f32: 1e-4, f16: 1e-2 };

/** Null if the device's results are right, otherwise what is wrong. */
export function wrongResults(backend: Tested): Promise<string | null> {
  const { target } = backend;
  const winograd = { ...target.tuning.winograd, worth: Infinity };
  return wrongOutput(testGraph(), backend, { ...target, tuning: { ...withSmall(target.tuning), winograd } });
}

/** Where weights are in 8 bits, the small ones of the tests are too. */
const withSmall = (tuning: Tuning): Tuning => ({ ...tuning, int8: { ...tuning.int8, least: 0 } });

/** The tuning without the tiles that the device computes wrongly or cannot hold. */
export async function rightTiles(backend: Tested): Promise<Tuning> {
  const { target } = backend;
  const { tuning } = target;
  const isRight = async (only: Partial<Tuning>, matrices: Matrices | null): Promise<boolean> => {
    const one = { ...target, matrices, tuning: { ...withSmall(tuning), ...only } };
    return (await wrongOutput(tileGraph(), backend, one)) === null;
  };
  const plain = tuning.products.filter(({ tile }) => fitsTile(tile, target));
  const matrix = target.matrices
    ? tuning.matrixProducts.filter(({ tile }) => fitsMatrixTile(tile, target))
    : [];
  // All at once, since compiling takes most of the time.
  const [plainRight, matrixRight] = await Promise.all([
    Promise.all(plain.map((rated) => isRight({ products: [rated] }, null))),
    Promise.all(matrix.map((rated) => isRight({ matrixProducts: [rated] }, target.matrices))),
  ]);
  return {
    ...tuning,
    products: plain.filter((_, i) => plainRight[i]),
    matrixProducts: matrix.filter((_, i) => matrixRight[i]),
  };
}

async function wrongOutput(graph: Graph, backend: Tested, target: PlanTarget): Promise<string | null> {
  let parameters: WgslParameterStore | null = null;
  try {
    const tensors: Record<string, Float32Array> = {};
    const specs = storedParameters(graph, target);
    parameters = await backend.emptyStore(specs, target);
    for (const spec of specs) {
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
    const inputs = Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, waves(shape, 50 + i)]));
    const session = await backend.openSession(graph, { parameters, target });
    const results = await session.run(inputs).finally(() => session.dispose());
    const expected = interpret(graph, { ...tensors, ...inputs });
    for (const { name } of graph.outputs) {
      const error = relativeError(results[name]!, expected[name]!);
      if (!(error < TOLERANCE[target.type])) return `the ${name} is off by ${error.toExponential(1)}`;
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    parameters?.dispose();
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

/** A convolution and a product, whole and in parts by their depth. */
function tileGraph(): Graph {
  const g = new GraphBuilder("unet");
  const map = g.conv(g.input("sample", [1, 32, 11, 13]), { module: "conv", channels: 64, kernel: 3 });
  g.output("convolution", map);
  g.output("product", g.linear(g.toTokens(map), { module: "linear", features: 96, bias: true }));
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
