// In the page: a network of the miniature goldens, ready to run on its inputs.
import type { Backend, ParameterStore, Session } from "../../src/runtime/backend.ts";
import { buildCase, readGoldens, relativeError } from "../parity/cases.ts";
import { noise, noiseTensors } from "../parity/noise.ts";

interface OpenCase {
  readonly parameters: ParameterStore;
  readonly session: Session;
  /** May be changed in place. */
  readonly feeds: Record<string, Float32Array>;
  /** All outputs, concatenated in order of name. */
  readonly run: () => Promise<Float32Array>;
  /** Relative error to the golden. */
  readonly error: (values: Float32Array) => number;
}

export async function openCase(name: string, backend: Backend): Promise<OpenCase> {
  const golden = await fetch("/tests/parity/goldens/miniature.safetensors");
  const { cases, outputs } = await readGoldens(await golden.blob());
  const parity = cases[name]!;
  const graph = buildCase(parity);
  const parameters = await backend.loadParameters(graph, noiseTensors(graph.parameters));
  const session = await backend.createSession(graph, { parameters });
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name: input, shape }) => [
      input,
      input === "timestep" ? Float32Array.of(parity.timestep) : noise(input, shape),
    ]),
  );
  const names = graph.outputs.map((output) => output.name).toSorted();
  return {
    parameters,
    session,
    feeds,
    run: async () => {
      const results = await session.run(feeds);
      return Float32Array.from(names.flatMap((output) => [...results[output]!]));
    },
    error: (values) => relativeError(values, outputs.get(name)!),
  };
}
