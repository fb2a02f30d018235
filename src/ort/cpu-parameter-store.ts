// Parameters in JavaScript memory, float32, in the model's layout. Feeds the pristine array until something is merged into
// it.

import { type StoredTensor, valuesOf } from "../formats/tensor-values.ts";
import type { ParameterStore } from "../runtime/backend.ts";
import { assert } from "../shared/assert.ts";
import type { OrtParameter } from "./model.ts";
import type { OrtModule, Tensor } from "./ort.ts";
import { fromInputLayout, toInputLayout } from "../runtime/shared/parameter-layout.ts";

/** One parameter's tensors; `pristine` is set once the fed values differ. */
interface CpuParameter {
  readonly spec: OrtParameter;
  tensor: Tensor;
  readonly pristine: Tensor;
}

export class CpuParameterStore implements ParameterStore {
  readonly gpu = null;
  readonly specs = new Map<string, OrtParameter>();
  sizeBytes = 0;
  private readonly parameters = new Map<string, CpuParameter>();
  private readonly ort: OrtModule;

  constructor(ort: OrtModule) {
    this.ort = ort;
  }

  add(spec: OrtParameter, stored: StoredTensor): void {
    // A copy: the bytes belong to the stream's buffer.
    const values = toInputLayout(valuesOf(stored, new Float32Array(elements(spec))), spec);
    const tensor = this.makeTensor(spec, values);
    this.specs.set(spec.name, spec);
    this.parameters.set(spec.name, { spec, tensor, pristine: tensor });
    this.sizeBytes += values.byteLength;
  }

  async pristine(name: string): Promise<Float32Array> {
    const { spec, pristine } = this.get(name);
    return fromInputLayout(pristine.data as Float32Array, spec);
  }

  write(name: string, values: Float32Array): void {
    const parameter = this.get(name);
    assert(values.length === elements(parameter.spec), `${name}: ${values.length} values written`);
    if (parameter.tensor === parameter.pristine) {
      parameter.tensor = this.makeTensor(parameter.spec, new Float32Array(values.length));
      this.sizeBytes += values.byteLength;
    }
    (parameter.tensor.data as Float32Array).set(toInputLayout(values, parameter.spec));
  }

  async restore(name: string): Promise<void> {
    const parameter = this.get(name);
    if (parameter.tensor === parameter.pristine) return;
    parameter.tensor = parameter.pristine;
    this.sizeBytes -= 4 * elements(parameter.spec);
  }

  /** For a session's feeds. */
  tensor(name: string): Tensor {
    return this.get(name).tensor;
  }

  dispose(): void {
    this.parameters.clear();
    this.sizeBytes = 0;
  }

  private get(name: string): CpuParameter {
    const parameter = this.parameters.get(name);
    assert(parameter, `no parameter ${name}`);
    return parameter;
  }

  private makeTensor(spec: OrtParameter, values: Float32Array): Tensor {
    return new this.ort.Tensor("float32", values, spec.inputShape);
  }
}

function elements(spec: OrtParameter): number {
  return spec.shape.reduce((product, size) => product * size, 1);
}
