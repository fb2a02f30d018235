// What a plan is made of: kernels, the memory they read and write, and one dispatch of a kernel.

/** How values and parameters are stored. Sums are always float32. */
export type ElementType = "f32" | "f16";

export const BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2 };

/** Weights in 8 bits. */
export interface Int8Layout {
  /** Rows that share a scale in each column. */
  readonly group: number;
}

/** A block of device memory. Temporaries share buffers; the others have their own. */
export interface Block {
  readonly role: "temporary" | "input" | "output" | "parameter";
  /** Of the input, output or parameter; of a temporary the module that writes it. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Of a weight in 8 bits. */
  readonly int8?: Int8Layout | null;
}

/** A matrix in a block: element (r, c) lies at offset + r · stride + c. Rows are positions or tokens, columns channels. */
export interface View {
  readonly block: Block;
  readonly offset: number;
  /** A multiple of 4, and 0 if all rows are the same. */
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Kernel {
  /** Unique: equal names have equal code. */
  readonly name: string;
  /** Number of blocks that are read; bindings are the values, those, and the block that is written. */
  readonly reads: number;
  readonly code: () => string;
}

export interface Dispatch {
  /** The module, for profiles and errors. */
  readonly label: string;
  readonly kernel: Kernel;
  readonly reads: readonly Block[];
  readonly write: Block;
  /** The uniform's words, in the order of the kernel's fields. */
  readonly values: readonly number[];
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Multiplications and additions. */
  readonly operations: number;
}

/** Up to a multiple of four, the number of elements that are read and written at once. */
export function roundUp(count: number, multiple = 4): number {
  return Math.ceil(count / multiple) * multiple;
}

const MAX_WORKGROUPS = 65_535;

/** Workgroups for `count` invocations; the kernel numbers them with `INDEX`. */
export function grid(count: number, size: number): readonly [x: number, y: number, z: number] {
  const groups = Math.ceil(count / size);
  const x = Math.min(groups, MAX_WORKGROUPS);
  return [x, Math.ceil(groups / x), 1];
}
