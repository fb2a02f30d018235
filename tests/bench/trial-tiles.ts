// Tiles that are not in the shipped table: compared with it by `bench:backends --variants` and offered to the tuner by `--tune`.

import type { ProductTile } from "../../src/wgsl/kernels/product.ts";

const byDepth = { depth: 16, rowsEach: 8, left: "by depth" } as const;

export const TRIAL_TILES: readonly ProductTile[] = [
  { ...byDepth, rows: 128, columns: 128 },
  { ...byDepth, rows: 128, columns: 128, depth: 8 },
  { ...byDepth, rows: 128, columns: 64 },
  { ...byDepth, rows: 64, columns: 128 },
  { ...byDepth, rows: 64, columns: 64 },
  // Five of them are 320 columns, of which tiles of 128 waste a sixth.
  { ...byDepth, rows: 256, columns: 64 },
  { ...byDepth, left: "by rows", rows: 256, columns: 64 },
  { ...byDepth, rows: 128, columns: 128, rowsEach: 16 },
  { ...byDepth, rows: 256, columns: 128, depth: 8, rowsEach: 16 },
];
