// What is known while a graph is planned: where its values lie, which of them nothing has computed yet, and the dispatches so far.

import type { Parameter, Value } from "../../graph/graph.ts";
import { assert } from "../../shared/assert.ts";
import { type Block, BYTES, type Dispatch, type ElementType, roundUp, type View } from "../kernels/kernel.ts";
import { int8Bytes } from "../kernels/weights.ts";
import { weightMatrix, type WgslParameter } from "../parameters.ts";
import type { ProductRequest } from "./product-dispatches.ts";
import { matrixOf, sizeOf, unsupported } from "./shapes.ts";
import type { PlanTarget } from "./target.ts";

/** A product that has not been dispatched, so that what follows can join it. */
export type PendingProduct = Omit<ProductRequest, "out" | "groups"> & {
  readonly parameters: readonly Parameter[];
};

/** What waits until its place is asked for, so that the operator that reads it can take it along instead. */
type Deferred = (
  | { readonly kind: "product"; readonly product: PendingProduct }
  | { readonly kind: "upsampling"; readonly source: Value }
) & {
  /** Dispatches it for the value that it is by then. */
  readonly compute: (value: Value) => View;
};

export class PlanState {
  readonly target: PlanTarget;
  readonly dispatches: Dispatch[] = [];
  /** Those that are dispatched, for the tuner. */
  readonly products: ProductRequest[] = [];
  readonly deferred = new Map<Value, Deferred>();
  /** Of the graph, by name. */
  readonly inputs = new Map<string, Block>();
  readonly #readers: ReadonlyMap<Value, number>;
  readonly #views = new Map<Value, View>();
  readonly #reserved = new Map<Value, Omit<View, "rows" | "columns">>();
  readonly #parameters = new Map<string, Block>();
  readonly #stored: ReadonlyMap<string, WgslParameter>;

  /** @param known how many operators and outputs read each value; how parameters are stored */
  constructor(
    target: PlanTarget,
    known: {
      readonly readers: ReadonlyMap<Value, number>;
      readonly stored: ReadonlyMap<string, WgslParameter>;
    },
  ) {
    this.target = target;
    this.#readers = known.readers;
    this.#stored = known.stored;
  }

  isReadOnce(value: Value): boolean {
    return this.#readers.get(value) === 1;
  }

  dispatch(dispatch: Dispatch): void {
    assert(!dispatch.reads.includes(dispatch.write), `${dispatch.label} writes what it reads`);
    this.dispatches.push(dispatch);
  }

  /** Where a value lies; dispatches what computes it. */
  view(value: Value): View {
    const known = this.#views.get(value);
    if (known) return known;
    const deferred = this.deferred.get(value);
    if (deferred) {
      this.deferred.delete(value);
      return deferred.compute(value);
    }
    const { rows, columns } = matrixOf(value.shape);
    if (columns % 4 !== 0) throw unsupported(value, "its rows are not a multiple of four");
    return this.setView(value, { block: this.parameter(value), offset: 0, stride: columns, rows, columns });
  }

  setView(value: Value, view: View): View {
    this.#views.set(value, view);
    return view;
  }

  /** A part of a concatenation is to be written here, unless it has another place already. */
  reserve(value: Value, place: Omit<View, "rows" | "columns">): void {
    if (!this.#reserved.has(value)) this.#reserved.set(value, place);
  }

  /** A new place for a value: the reserved one, unless that is among the blocks that its dispatch reads. */
  allocate(value: Value, reads: readonly Block[], rows = matrixOf(value.shape).rows): View {
    const { columns } = matrixOf(value.shape);
    const place = this.#reserved.get(value);
    if (place && !reads.includes(place.block)) return this.setView(value, { ...place, rows, columns });
    const stride = roundUp(columns);
    const block = this.temporary(value.name, rows * stride);
    return this.setView(value, { block, offset: 0, stride, rows, columns });
  }

  temporary(name: string, elements: number, type: ElementType = this.target.type): Block {
    return { role: "temporary", name, sizeBytes: BYTES[type] * roundUp(elements) };
  }

  parameter({ name, shape }: Parameter): Block {
    let block = this.#parameters.get(name);
    if (!block) {
      const int8 = this.#stored.get(name)?.int8;
      const sizeBytes = int8
        ? int8Bytes(weightMatrix({ shape }), int8)
        : BYTES[this.target.type] * sizeOf(shape);
      block = { role: "parameter", name, sizeBytes, int8 };
      this.#parameters.set(name, block);
    }
    return block;
  }
}
