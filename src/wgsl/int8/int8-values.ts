// What weights are worth in 8 bits, computed on the CPU: what the device is compared with.

import { fromInputLayout, toInputLayout } from "../../runtime/shared/parameter-layout.ts";
import { float32ToF16, toFloat32 } from "../../shared/dtype.ts";
import { weightMatrix, type WgslParameter } from "../parameters.ts";

/** The values that runs see of a parameter's `values`, both in the checkpoint's order. */
export function int8Values(values: Float32Array, spec: WgslParameter): Float32Array {
  if (!spec.int8) return values;
  const { depth, columns } = weightMatrix(spec);
  const stored = toInputLayout(values, spec).slice();
  for (let first = 0; first < depth; first += spec.int8.group) {
    const end = Math.min(depth, first + spec.int8.group);
    for (let column = 0; column < columns; column++) {
      let most = 0;
      for (let row = first; row < end; row++)
        most = Math.max(most, Math.abs(stored[row * columns + column]!));
      const scale = half(Math.min(most, LARGEST_HALF));
      for (let row = first; row < end; row++) {
        const at = row * columns + column;
        // In float32, as the device divides.
        const share = scale === 0 ? 0 : Math.max(-1, Math.min(1, Math.fround(stored[at]! / scale)));
        stored[at] = (Math.round(Math.fround(127 * share)) / 127) * scale;
      }
    }
  }
  return fromInputLayout(stored, spec);
}

const LARGEST_HALF = 65_504;

const half = (value: number): number =>
  toFloat32(new Uint8Array(float32ToF16(Float32Array.of(value)).buffer), "F16")[0]!;
