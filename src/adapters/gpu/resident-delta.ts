// An adapter's update on the GPU: its factors, uploaded once and used in every later merge. Factors of low-rank updates
// keep their stored form, in one buffer per file; all others have their own f32 buffers.
import type { Delta, Matrix } from "../delta.ts";
import type { MergeSource } from "../merging/merge.ts";
import { transpose } from "../families/matrix.ts";
import type { FactorFiles } from "./factor-files.ts";
import type { FactorPair } from "./low-rank.ts";

type LowRank = Pick<Extract<Delta, { kind: "low-rank" }>, "kind" | "scale">;

export interface ResidentDelta {
  readonly delta: LowRank | Exclude<Delta, { kind: "low-rank" }>;
  /** Factors of an added product: a low-rank update, or the plain part of a projected one. */
  readonly pair: FactorPair | null;
  /** By binding name of the kernels. */
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  /** DoRA: the axis of its magnitude, whose values are in `magnitude`. */
  readonly magnitude: { readonly axis: "row" | "column"; readonly count: number } | null;
  /** Excludes files, which are counted separately. */
  readonly sizeBytes: number;
}

interface UploadOptions {
  /** Outputs of the parameter. */
  readonly rows: number;
  readonly files: FactorFiles;
}

/** Uploads the factors of an update. */
export function uploadDelta(
  device: GPUDevice,
  update: MergeSource,
  { rows, files }: UploadOptions,
): ResidentDelta {
  const buffers = new Map<string, GPUBuffer>();
  let sizeBytes = 0;
  const put = (name: string, ...parts: readonly Float32Array[]): GPUBuffer => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const buffer = device.createBuffer({
      label: name,
      size: Math.max(16, 4 * length),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    let at = 0;
    for (const part of parts) {
      device.queue.writeBuffer(buffer, 4 * at, part as Float32Array<ArrayBuffer>);
      at += part.length;
    }
    buffers.set(name, buffer);
    sizeBytes += buffer.size;
    return buffer;
  };
  const putPair = (up: Matrix, down: Matrix): FactorPair => ({
    buffer: put("pair", up.values, down.values),
    type: "F32",
    rank: down.rows,
    up: 0,
    down: up.values.length,
  });

  const { stored } = update;
  const shared = stored ? files.pair(update, stored) : null;
  let pair = shared;
  let delta: ResidentDelta["delta"];
  if (shared) delta = { kind: "low-rank", scale: stored!.scale };
  else {
    const computed = update.delta();
    delta = computed;
    if (computed.kind === "low-rank") {
      pair = putPair(computed.up, computed.down);
      delta = { kind: "low-rank", scale: computed.scale };
    } else {
      if (computed.kind === "projected") pair = putPair(computed.b1, computed.b2);
      for (const [name, values] of factorsOf(computed, rows)) put(name, values);
    }
  }
  const magnitude = update.magnitude?.() ?? null;
  if (magnitude) put("magnitude", magnitude.values);
  return {
    delta,
    pair,
    buffers,
    magnitude: magnitude && { axis: magnitude.axis, count: magnitude.values.length },
    sizeBytes,
  };
}

export function destroyDelta(resident: ResidentDelta): void {
  for (const buffer of resident.buffers.values()) buffer.destroy();
}

function factorsOf(
  delta: Exclude<Delta, { kind: "low-rank" }>,
  rows: number,
): [name: string, values: Float32Array][] {
  // Tiles read [R, M] and [R, N]; the weight's layout decides which factor is which.
  const pair = (suffix: string, up: Matrix, down: Matrix): [string, Float32Array][] => [
    [`up${suffix}`, transpose(up).values],
    [`down${suffix}`, down.values],
  ];
  switch (delta.kind) {
    case "hadamard":
      return [...pair("", delta.up1, delta.down1), ...pair("2", delta.up2, delta.down2)];
    case "kronecker":
      return [
        ["left", delta.left.values],
        ["right", delta.right.values],
      ];
    case "dense":
    case "replacement":
      return [["change", delta.values]];
    case "gain":
      return [["factor", delta.values]];
    case "projected":
      return [
        ["a1", delta.a1.values],
        ["a2", delta.a2.values],
      ];
    case "rotation":
      return [
        ["factor", delta.gain ?? new Float32Array(rows).fill(1)],
        ...delta.stages.flatMap(({ blockSize, blocks, order }, i): [string, Float32Array][] => [
          [`blocks${i}`, blocks],
          [`order${i}`, orderTable(order, blocks.length / blockSize)],
        ]),
      ];
  }
}

/** The line at each position, then the position of each line. These integers are exact in f32. */
function orderTable(order: Uint32Array | null, lines: number): Float32Array {
  const table = new Float32Array(2 * lines);
  for (let place = 0; place < lines; place++) {
    const line = order ? order[place]! : place;
    table[place] = line;
    table[lines + line] = place;
  }
  return table;
}
