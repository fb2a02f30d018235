// An adapter's update on the GPU: its factors as f32 buffers, uploaded once and used in every later merge.
import type { Delta, Matrix } from "../delta.ts";
import type { MergeSource } from "../merge.ts";
import { transpose } from "../matrix.ts";

export interface ResidentDelta {
  readonly delta: Delta;
  /** By name of the kernels' bindings. */
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  /** DoRA: the axis of its magnitude, whose values lie under `magnitude`. */
  readonly magnitude: { readonly axis: "row" | "column"; readonly count: number } | null;
  readonly sizeBytes: number;
}

/** Uploads the factors of an update to a parameter with `rows` outputs. */
export function uploadDelta(
  device: GPUDevice,
  update: MergeSource,
  { rows }: { rows: number },
): ResidentDelta {
  const buffers = new Map<string, GPUBuffer>();
  let sizeBytes = 0;
  const put = (name: string, values: Float32Array): void => {
    const buffer = device.createBuffer({
      label: name,
      size: Math.max(16, Math.ceil(values.byteLength / 4) * 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    buffers.set(name, buffer);
    sizeBytes += buffer.size;
  };
  const delta = update.delta();
  for (const [name, values] of factorsOf(delta, rows)) put(name, values);
  const magnitude = update.magnitude?.() ?? null;
  if (magnitude) put("magnitude", magnitude.values);
  return {
    delta,
    buffers,
    magnitude: magnitude && { axis: magnitude.axis, count: magnitude.values.length },
    sizeBytes,
  };
}

export function destroyDelta(resident: ResidentDelta): void {
  for (const buffer of resident.buffers.values()) buffer.destroy();
}

function factorsOf(delta: Delta, rows: number): [name: string, values: Float32Array][] {
  // The tiles read [R, M] and [R, N]; which of the two is which depends on the layout of the weight.
  const pair = (suffix: string, up: Matrix, down: Matrix): [string, Float32Array][] => [
    [`up${suffix}`, transpose(up).values],
    [`down${suffix}`, down.values],
  ];
  switch (delta.kind) {
    case "low-rank":
      return pair("", delta.up, delta.down);
    case "hadamard":
      return [...pair("", delta.up1, delta.down1), ...pair("2", delta.up2, delta.down2)];
    case "kronecker":
      return [
        ["left", delta.left.values],
        ["right", delta.right.values],
      ];
    case "dense":
      return [["change", delta.values]];
    case "gain":
      return [["factor", delta.values]];
    case "projected":
      return [...pair("", delta.b1, delta.b2), ["a1", delta.a1.values], ["a2", delta.a2.values]];
    case "rotation":
      return [
        ["factor", delta.gain ?? new Float32Array(rows).fill(1)],
        ...delta.stages.flatMap(({ blocks, order }, i): [string, Float32Array][] => [
          [`blocks${i}`, blocks],
          [`order${i}`, orderTable(order, rows)],
        ]),
      ];
  }
}

/** The row at each place, then the place of each row. Row numbers are exact in f32. */
function orderTable(order: Uint32Array | null, rows: number): Float32Array {
  const table = new Float32Array(2 * rows);
  for (let place = 0; place < rows; place++) {
    const row = order ? order[place]! : place;
    table[place] = row;
    table[rows + row] = place;
  }
  return table;
}
