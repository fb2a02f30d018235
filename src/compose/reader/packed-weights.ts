// Unpacks the reader's weights: 4 bits a weight and 4 a group of 32 inputs become int8, exactly (training/choice/quantise.py).
import type { ExternalTensor } from "../../formats/onnx-external.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** Inputs that share a multiplier. */
const group = 32;

/**
 * @param packed of each tensor [rows, width]: levels q + 8 row after row, two to a byte and the first in the low half; then the groups'
 *   multipliers r in the same way
 * @param tensors of the graph, in its order; together they are the external file without gaps
 * @returns the external file: q · r
 * @throws StylusError (bad-file) when the sizes do not fit
 */
export function unpackWeights(
  packed: Uint8Array,
  { tensors, fileName }: { readonly tensors: readonly ExternalTensor[]; readonly fileName: string },
): Int8Array<ArrayBuffer> {
  const sizeBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  const weights = new Int8Array(sizeBytes);
  let at = 0;
  for (const { name, shape, offset, sizeBytes: count } of tensors) {
    const multipliersAt = at + count / 2;
    const end = multipliersAt + count / group / 2;
    const fits =
      shape.reduce((a, b) => a * b, 1) === count && count % (2 * group) === 0 && shape.at(-1)! % group === 0;
    if (!fits || end > packed.length || offset + count > sizeBytes) throw misfit(fileName, name);
    for (let i = 0; i < count; i += group) {
      const index = i / group;
      const multiplier = (packed[multipliersAt + (index >> 1)]! >> ((index & 1) << 2)) & 15;
      for (let k = i; k < i + group; k += 2) {
        const pair = packed[at + (k >> 1)]!;
        weights[offset + k] = ((pair & 15) - 8) * multiplier;
        weights[offset + k + 1] = ((pair >> 4) - 8) * multiplier;
      }
    }
    at = end;
  }
  if (at !== packed.length) throw misfit(fileName, "its end");
  return weights;
}

const misfit = (fileName: string, name: string): StylusError =>
  new StylusError("bad-file", say`${fileName} does not fit its graph at ${name}.`, {
    where: fileName,
    remedy: say`Download the pack again.`,
  });
