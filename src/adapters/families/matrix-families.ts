// Families built from small matrices: LoRA and LoCon, LoHa, LoKr, GLoRA.
import type { Delta, Matrix } from "../delta.ts";
import { say } from "../../shared/saying.ts";
import type { Slot } from "../names/keys.ts";
import { contractCore, multiply, transpose } from "./matrix.ts";
import {
  core,
  describe,
  matrixShape,
  mismatch,
  pick,
  requireMatrix,
  requireRank,
  scaleOf,
  scaleSlots,
  ShapeProblem,
  type Context,
  type Found,
  type ModuleTensors,
} from "./module-tensors.ts";
import { elementCount, tensorMatrix, tensorValues, type AdapterTensor } from "../files/tensor.ts";

export function lora({ tensors, target, shape, settings }: Context): Found | null {
  const up = tensors.get("up");
  const down = tensors.get("down");
  if (!up && !down) return null;
  if (!up || !down)
    throw new ShapeProblem(
      up ? say`it has an up part without a down part` : say`it has a down part without an up part`,
    );
  const mid = tensors.get("mid");
  if (!mid && elementCount(up.shape.slice(2)) > 1) return spatialUp({ tensors, target, settings }, up, down);
  const rank = requireRank(up, 1);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  requireMatrix("up", up, shape.rows, rank);
  if (!mid) {
    requireMatrix("down", down, rank, shape.columns);
    const family = shape.kernelArea > 1 ? "LoCon" : "LoRA";
    const factors = tensors.get("lora_E");
    if (factors) {
      if (elementCount(factors.shape) !== rank) throw mismatch("lora_E", factors, say`${rank} values`);
      const delta = (): Delta => ({
        kind: "low-rank",
        scale,
        up: tensorMatrix(up),
        down: scaledRows(down, factors),
      });
      return { family, rank, alpha, used: ["up", "down", "lora_E", ...scaleSlots(tensors)], delta };
    }
    return {
      family,
      rank,
      alpha,
      used: ["up", "down", ...scaleSlots(tensors)],
      delta: () => ({ kind: "low-rank", scale, up: tensorMatrix(up), down: tensorMatrix(down) }),
      stored: { scale, up, down },
    };
  }
  const innerRank = requireRank(down, 0);
  requireMatrix("down", down, innerRank, shape.inputs);
  requireMatrix("mid", mid, rank, innerRank * shape.kernelArea);
  return {
    family: "LoCon-Tucker",
    rank,
    alpha,
    used: ["up", "down", "mid", ...scaleSlots(tensors)],
    delta: () => ({
      kind: "low-rank",
      scale,
      up: tensorMatrix(up),
      down: contractCore(core(mid, shape.kernelArea), tensorMatrix(down)),
    }),
  };
}

/** AdaLoRA: one factor for each row (peft/tuners/adalora/layer.py). */
function scaledRows(down: AdapterTensor, factors: AdapterTensor): Matrix {
  const matrix = tensorMatrix(down);
  const scales = tensorValues(factors);
  return {
    ...matrix,
    values: matrix.values.map((value, i) => value * scales[Math.floor(i / matrix.columns)]!),
  };
}

/**
 * A LoRA of a convolution whose up part has a kernel, too, mostly 1×1 down and 3×3 up. Two convolutions in a row are one with the kernel
 * ΔW[o, i, y, x] = γ Σᵣ Σ up[o, r, y − v, x − u]·down[r, i, v, u].
 */
function spatialUp(
  { tensors, target, settings }: Omit<Context, "shape">,
  up: AdapterTensor,
  down: AdapterTensor,
): Found {
  const [outputs, rank, upHeight, upWidth] = kernelShape("up", up);
  const [downRank, inputs, downHeight, downWidth] = kernelShape("down", down);
  const expected = [outputs, inputs, upHeight + downHeight - 1, upWidth + downWidth - 1];
  const [rows, columns, height = 1, width = 1] = target.shape;
  if (outputs !== rows || upHeight > height || upWidth > width)
    throw mismatch("up", up, say`[${rows}, ${rank}] with a kernel within ${height}×${width}`);
  const [restHeight, restWidth] = [height - upHeight + 1, width - upWidth + 1];
  if (downRank !== rank || [rows, columns, height, width].some((size, i) => size !== expected[i]))
    throw mismatch("down", down, say`[${rank}, ${columns}, ${restHeight}, ${restWidth}]`);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  const delta = (): Delta => {
    const area = height * width;
    const [ups, downs] = [tensorValues(up), tensorValues(down)];
    const values = new Float32Array(rows * inputs * area);
    const sums = new Float64Array(inputs * area);
    for (let o = 0; o < rows; o++) {
      sums.fill(0);
      for (let r = 0; r < rank; r++) {
        for (let y = 0; y < upHeight; y++) {
          for (let x = 0; x < upWidth; x++) {
            const factor = ups[((o * rank + r) * upHeight + y) * upWidth + x]!;
            for (let i = 0; i < inputs; i++) {
              for (let v = 0; v < downHeight; v++) {
                for (let u = 0; u < downWidth; u++) {
                  const value = downs[((r * inputs + i) * downHeight + v) * downWidth + u]!;
                  sums[i * area + (y + v) * width + x + u]! += factor * value;
                }
              }
            }
          }
        }
      }
      for (const [c, sum] of sums.entries()) values[o * inputs * area + c] = scale * sum;
    }
    return { kind: "dense", values };
  };
  return { family: "LoCon", rank, alpha, used: ["up", "down", ...scaleSlots(tensors)], delta };
}

/** [out, in, height, width] of a convolution or linear layer. */
function kernelShape(slot: Slot, tensor: AdapterTensor): [number, number, number, number] {
  const [outer = 0, inner = 0, height = 1, width = 1, ...rest] = tensor.shape;
  if (rest.length > 0 || outer * inner * height * width === 0 || tensor.shape.length < 2)
    throw mismatch(slot, tensor, say`a matrix or a convolution`);
  return [outer, inner, height, width];
}

export function loha({ tensors, shape, settings }: Context): Found | null {
  const parts = pick(tensors, ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"], "LoHa");
  if (!parts) return null;
  const [a1, b1, a2, b2] = parts as [AdapterTensor, AdapterTensor, AdapterTensor, AdapterTensor];
  const t1 = tensors.get("hada_t1");
  const t2 = tensors.get("hada_t2");
  const rank = requireRank(b1, 0);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  const used: Slot[] = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", ...scaleSlots(tensors)];
  if (!t1 && !t2) {
    const rank2 = requireRank(b2, 0);
    requireMatrix("hada_w1_a", a1, shape.rows, rank);
    requireMatrix("hada_w1_b", b1, rank, shape.columns);
    requireMatrix("hada_w2_a", a2, shape.rows, rank2);
    requireMatrix("hada_w2_b", b2, rank2, shape.columns);
    const delta = (): Delta => ({
      kind: "hadamard",
      scale,
      up1: tensorMatrix(a1),
      down1: tensorMatrix(b1),
      up2: tensorMatrix(a2),
      down2: tensorMatrix(b2),
    });
    return { family: "LoHa", rank, alpha, used, delta };
  }
  if (!t1 || !t2) throw new ShapeProblem(say`one of hada_t1 and hada_t2 is missing`);
  const halves = [
    { a: a1, b: b1, t: t1, name: "1" },
    { a: a2, b: b2, t: t2, name: "2" },
  ] as const;
  for (const { a, b, t, name } of halves) {
    const outer = requireRank(a, 0);
    const inner = requireRank(b, 0);
    requireMatrix(`hada_w${name}_a`, a, outer, shape.rows);
    requireMatrix(`hada_w${name}_b`, b, inner, shape.inputs);
    requireMatrix(`hada_t${name}`, t, outer, inner * shape.kernelArea);
  }
  const delta = (): Delta => {
    const [first, second] = halves.map(({ a, b, t }) => ({
      up: transpose(tensorMatrix(a)),
      down: contractCore(core(t, shape.kernelArea), tensorMatrix(b)),
    })) as [{ up: Matrix; down: Matrix }, { up: Matrix; down: Matrix }];
    return { kind: "hadamard", scale, up1: first.up, down1: first.down, up2: second.up, down2: second.down };
  };
  return { family: "LoHa-Tucker", rank, alpha, used: [...used, "hada_t1", "hada_t2"], delta };
}

export function lokr({ tensors, shape, settings }: Context): Found | null {
  const has = (slot: Slot): boolean => tensors.has(slot);
  if (!(["lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b"] as const).some(has))
    return null;
  const left = kroneckerFactor(tensors, "lokr_w1", 1);
  const right = kroneckerFactor(tensors, "lokr_w2", shape.kernelArea);
  if (left.rows * right.rows !== shape.rows || left.columns * right.columns !== shape.columns) {
    throw new ShapeProblem(
      say`the Kronecker product is [${left.rows * right.rows}, ${left.columns * right.columns}], the weight is [${shape.rows}, ${shape.columns}]`,
    );
  }
  const rank = left.rank ?? right.rank;
  // LyCORIS scales no full factors; PEFT does, by its configuration.
  const scaledBy = rank ?? (tensors.has("alpha") ? null : settings.rank);
  const { alpha, scale } =
    scaledBy === null ? { alpha: null, scale: 1 } : scaleOf(tensors, scaledBy, settings);
  return {
    family: "LoKr",
    rank,
    alpha,
    used: [...left.used, ...right.used, ...scaleSlots(tensors)],
    delta: () => ({ kind: "kronecker", scale, left: left.read(), right: right.read() }),
  };
}

interface KroneckerFactor {
  readonly rows: number;
  readonly columns: number;
  readonly rank: number | null;
  readonly used: readonly Slot[];
  readonly read: () => Matrix;
}

/**
 * One factor of a LoKr module: stored in full, as a product a·b, or (w2 of a convolution) as a Tucker product.
 * Kernel positions are the innermost columns, so flattened kernels of early files need no special case.
 */
function kroneckerFactor(
  tensors: ModuleTensors,
  slot: "lokr_w1" | "lokr_w2",
  kernelArea: number,
): KroneckerFactor {
  const whole = tensors.get(slot);
  if (whole) {
    const [rows, columns] = matrixShape(whole);
    return { rows, columns, rank: null, used: [slot], read: () => tensorMatrix(whole) };
  }
  const aSlot = `${slot}_a` as const;
  const bSlot = `${slot}_b` as const;
  const a = tensors.get(aSlot);
  const b = tensors.get(bSlot);
  if (!a || !b) throw new ShapeProblem(say`${slot} is stored neither in full nor as a product`);
  const t = slot === "lokr_w2" ? tensors.get("lokr_t2") : undefined;
  const rank = requireRank(b, 0);
  if (!t) {
    const [rows, inner] = matrixShape(a);
    const [, columns] = matrixShape(b);
    if (inner !== rank)
      throw new ShapeProblem(say`${aSlot} ${describe(a)} and ${bSlot} ${describe(b)} do not fit together`);
    return {
      rows,
      columns,
      rank,
      used: [aSlot, bSlot],
      read: () => multiply(tensorMatrix(a), tensorMatrix(b)),
    };
  }
  const outer = requireRank(a, 0);
  const [, rows] = matrixShape(a);
  const [, inputs] = matrixShape(b);
  requireMatrix("lokr_t2", t, outer, rank * kernelArea);
  return {
    rows,
    columns: inputs * kernelArea,
    rank,
    used: [aSlot, bSlot, "lokr_t2"],
    read: () => multiply(transpose(tensorMatrix(a)), contractCore(core(t, kernelArea), tensorMatrix(b))),
  };
}

export function glora({ tensors, shape, settings }: Context): Found | null {
  const parts = pick(tensors, ["a1", "a2", "b1", "b2"], "GLoRA");
  if (!parts) return null;
  let [a1, a2, b1, b2] = parts as [AdapterTensor, AdapterTensor, AdapterTensor, AdapterTensor];
  // The first versions of LyCORIS wrote each pair in reverse order: b2·b1 and (W·a2)·a1.
  if (a1.shape[0] !== shape.inputs || b1.shape[0] !== shape.rows) [a1, a2, b1, b2] = [a2, a1, b2, b1];
  const rank = requireRank(b1, 1);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  // A projection may also treat each kernel position as a separate column.
  const kernelArea = a1.shape[0] === shape.columns ? 1 : shape.kernelArea;
  const inputs = shape.columns / kernelArea;
  const projectionRank = requireRank(a2, 0);
  requireMatrix("a1", a1, inputs, projectionRank);
  requireMatrix("a2", a2, projectionRank, inputs);
  requireMatrix("b1", b1, shape.rows, rank);
  const middle = tensors.get("bm");
  const used: Slot[] = ["a1", "a2", "b1", "b2", ...scaleSlots(tensors)];
  if (middle) {
    const inner = requireRank(b2, 0);
    requireMatrix("b2", b2, inner, shape.inputs);
    requireMatrix("bm", middle, rank, inner * shape.kernelArea);
    used.push("bm");
  } else {
    requireMatrix("b2", b2, rank, shape.columns);
  }
  const delta = (): Delta => ({
    kind: "projected",
    scale,
    a1: tensorMatrix(a1),
    a2: tensorMatrix(a2),
    b1: tensorMatrix(b1),
    b2: middle ? contractCore(core(middle, shape.kernelArea), tensorMatrix(b2)) : tensorMatrix(b2),
    kernelArea,
  });
  return { family: "GLoRA", rank, alpha, used, delta };
}
