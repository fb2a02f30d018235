// The back ends that the parity tests compare with the goldens, each in the same suite. Another one is another entry.

import { openOrtBackend } from "../../src/ort/backend.ts";
import type { Backend } from "../../src/runtime/backend.ts";

export interface TestedBackend {
  readonly name: string;
  /** Node's tests lie in tests/parity, those of a page in tests/browser. */
  readonly runsIn: "node" | "page";
  /** In float32. ONNX Runtime is loaded once per process or page. */
  readonly open: () => Promise<Backend>;
}

const BACKENDS: readonly TestedBackend[] = [
  { name: "ORT on WASM", runsIn: "node", open: () => openOrtBackend({ preference: "wasm" }) },
  {
    name: "ORT on WebGPU",
    runsIn: "page",
    open: () => openOrtBackend({ preference: "webgpu", float16: false }),
  },
];

export function backendsIn(place: TestedBackend["runsIn"]): readonly TestedBackend[] {
  return BACKENDS.filter(({ runsIn }) => runsIn === place);
}

/** @public Called in a page, where a test can only name it. */
export async function openBackend(wanted: string): Promise<Backend> {
  return BACKENDS.find(({ name }) => name === wanted)!.open();
}
