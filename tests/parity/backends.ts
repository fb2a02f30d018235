// The back ends that the parity tests compare with the goldens, each in the same suite. Another one is another entry.

import { openOrtBackend } from "../../src/ort/backend.ts";
import { OrtSession } from "../../src/ort/session.ts";
import type { Backend, Session } from "../../src/runtime/backend.ts";
import { type WgslBackend } from "../../src/wgsl/backend.ts";
import { openWgslBackend } from "../../src/wgsl/open-backend.ts";

interface Replay {
  /** Whether runs are recorded at all. */
  readonly captured: boolean;
  /** Whether the next run replays an earlier one. */
  readonly recorded: boolean;
}

const replayOfOrt = (session: Session): Replay =>
  session instanceof OrtSession
    ? { captured: session.replay.captured, recorded: session.isRecorded }
    : { captured: false, recorded: false };

export interface TestedBackend {
  readonly name: string;
  /** Node's tests lie in tests/parity, those of a page in tests/browser. */
  readonly runsIn: "node" | "page";
  /** Runs in full only in the stage `wgsl`. */
  readonly isSlow?: boolean;
  /** Those that differ from another back end's, if not all do. */
  readonly networks?: readonly string[];
  /** For a back end that records runs and replays them. */
  readonly replayOf?: (session: Session) => Replay;
  /** In float32. ONNX Runtime is loaded once per process or page. */
  readonly open: () => Promise<Backend>;
}

/** Our own back end in float32 with Winograd's filtering for all convolutions that have its form. */
async function openWinograd(): Promise<WgslBackend> {
  const backend = await openWgslBackend({ preference: "webgpu", float16: false });
  const { tuning } = backend.target;
  const winograd = { ...tuning.winograd, worth: Infinity, channels: 4 };
  backend.target = { ...backend.target, tuning: { ...tuning, winograd } };
  return backend;
}

const BACKENDS: readonly TestedBackend[] = [
  { name: "ORT on WASM", runsIn: "node", open: () => openOrtBackend({ preference: "wasm" }) },
  {
    name: "ORT on WebGPU",
    runsIn: "page",
    replayOf: replayOfOrt,
    open: () => openOrtBackend({ preference: "webgpu", float16: false }),
  },
  {
    name: "WGSL",
    runsIn: "page",
    isSlow: true,
    open: () => openWgslBackend({ preference: "webgpu", float16: false }),
  },
  {
    name: "WGSL, Winograd",
    runsIn: "page",
    isSlow: true,
    networks: ["unet_inpaint", "vae_decoder_plain"],
    open: openWinograd,
  },
];

export function backendsIn(place: TestedBackend["runsIn"]): readonly TestedBackend[] {
  return BACKENDS.filter(({ runsIn }) => runsIn === place);
}

/** @public Called in a page, where a test can only name it. */
export async function openBackend(wanted: string): Promise<Backend> {
  return BACKENDS.find(({ name }) => name === wanted)!.open();
}

/** @public As `openBackend`. Null: this back end replays nothing. */
export function replayOf(wanted: string, session: Session): Replay | null {
  return BACKENDS.find(({ name }) => name === wanted)!.replayOf?.(session) ?? null;
}
