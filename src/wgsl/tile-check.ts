// Which tiles of products a device computes right. Drivers have compiled kernels wrongly without an error, and the self-test sees only
// the tiles that the rates choose for its graph. A tile that is not known to be right is not used.

import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import type { Session } from "../runtime/backend.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { isNoRoom } from "./allocation.ts";
import { nameOfTile } from "./kernels/product.ts";
import { nameOfMatrixTile } from "./kernels/subgroup-matrix-product.ts";
import type { PlanTarget } from "./plan/target.ts";
import { fitsMatrixTile, fitsTile } from "./product-choice.ts";
import { GraphTest, type Tested } from "./self-test.ts";
import type { RecordKey, TuningRecords } from "./tuner/records.ts";
import { CLOCK } from "./tuner/tune.ts";
import type { Tuning } from "./tuning.ts";

interface Means {
  readonly records: TuningRecords;
  readonly key: RecordKey;
  /** After it, tiles are left for the next visit, but the first that is right is waited for. */
  readonly limitMilliseconds: number;
}

/**
 * The target without the tiles that the device computes wrongly, as records have them or found now, and whether all tiles are known.
 * @throws StylusError `device` if no plain tile is right, `device-lost`
 */
export async function withRightTiles(
  backend: Tested,
  means: Means,
): Promise<{ readonly target: PlanTarget; readonly isComplete: boolean }> {
  const { target } = backend;
  const all = tilesOf(target);
  if (all.length === 1) return { target, isComplete: true }; // the self-test has it
  const areKnown = (tiles: ReadonlyMap<string, boolean>): boolean => all.every(({ name }) => tiles.has(name));
  let { tiles } = await means.records.read(means.key);
  if (!areKnown(tiles)) tiles = await means.records.alone(() => check(all, backend, means));
  const { tuning } = target;
  const products = tuning.products.filter(({ tile }) => tiles.get(nameOfTile(tile)));
  const matrixProducts = tuning.matrixProducts.filter(({ tile }) => tiles.get(nameOfMatrixTile(tile)));
  if (products.length === 0) throw new StylusError("device", say`The GPU computes no product right.`);
  const matrices = matrixProducts.length > 0 ? target.matrices : null;
  return {
    target: { ...target, matrices, tuning: { ...tuning, products, matrixProducts } },
    isComplete: areKnown(tiles),
  };
}

/** Without a right tile after it, the device is not for these kernels at this visit. */
const MOST_MILLISECONDS = 30_000;

interface Tile {
  readonly name: string;
  readonly isPlain: boolean;
  /** With which only this tile is used. */
  readonly target: PlanTarget;
}

/** Those that the device can hold, the plain ones first. */
function tilesOf(target: PlanTarget): Tile[] {
  const { tuning, matrices } = target;
  const winograd = { ...tuning.winograd, worth: Infinity };
  const only = (tiles: Partial<Tuning>): Tuning => ({ ...tuning, winograd, ...tiles });
  const plain = tuning.products
    .filter(({ tile }) => fitsTile(tile, target))
    .map((rated) => ({
      name: nameOfTile(rated.tile),
      isPlain: true,
      target: { ...target, matrices: null, tuning: only({ products: [rated] }) },
    }));
  if (!matrices) return plain;
  const matrix = tuning.matrixProducts
    .filter(({ tile }) => fitsMatrixTile(tile, target))
    .map((rated) => ({
      name: nameOfMatrixTile(rated.tile),
      isPlain: false,
      target: { ...target, tuning: only({ matrixProducts: [rated] }) },
    }));
  return [...plain, ...matrix];
}

/** What is known of the tiles afterwards. While nobody else checks. */
async function check(all: readonly Tile[], backend: Tested, { records, key, limitMilliseconds }: Means) {
  const { tiles, trying } = await records.read(key);
  const note = async (name: string, isRight: boolean | null): Promise<void> => {
    if (isRight !== null) tiles.set(name, isRight);
    await records.update(key, (findings) => {
      findings.trying.delete(name);
      if (isRight !== null) findings.tiles.set(name, isRight);
    });
  };
  const test = await backend.unlessLost(GraphTest.create(tileGraph(), backend));
  try {
    const unknown = all.filter(({ name }) => !tiles.has(name));
    // One of them ended the tab or the device before.
    for (const { name } of unknown.filter((tile) => trying.has(tile.name))) await note(name, false);
    const [late, veryLate] = [CLOCK.after(limitMilliseconds), CLOCK.after(MOST_MILLISECONDS)];
    // All at once, since compiling takes most of the time.
    const compiling = new Map(
      unknown
        .filter(({ name }) => !trying.has(name))
        .map(({ name, target }) => [name, compiled(name, backend.unlessLost(test.open(target)))]),
    );
    while (compiling.size > 0) {
      const isEnough = all.some(({ name, isPlain }) => isPlain && tiles.get(name));
      const next = await Promise.race([...compiling.values(), isEnough ? late : veryLate]);
      if (next === null) break; // compiling goes on, and browsers keep what it gives
      compiling.delete(next.name);
      await records.update(key, (findings) => void findings.trying.add(next.name));
      await note(next.name, next.session !== null && (await isRight(test, next.session, backend)));
    }
    return tiles;
  } finally {
    test.dispose();
  }
}

/** Without a session where the device rejects it. @throws StylusError `device-lost` */
function compiled(
  name: string,
  session: Promise<Session>,
): Promise<{ readonly name: string; readonly session: Session | null }> {
  const done = session.then(
    (opened) => ({ name, session: opened }),
    (error: unknown) => {
      if (error instanceof StylusError && error.code === "device-lost") throw error;
      return { name, session: null };
    },
  );
  done.catch(() => {}); // told where it is awaited
  return done;
}

/** Null: it cannot be told now. @throws StylusError `device-lost` */
async function isRight(test: GraphTest, session: Session, backend: Tested): Promise<boolean | null> {
  try {
    return (await backend.unlessLost(test.wrong(session))) === null;
  } catch (error) {
    if (error instanceof StylusError && error.code === "device-lost") throw error;
    return isNoRoom(error) ? null : false;
  }
}

/** A product with more rows and columns than any tile, and convolutions by taps and by Winograd's filtering. */
function tileGraph(): Graph {
  const g = new GraphBuilder("unet");
  const sample = g.input("sample", [1, 32, 19, 23]);
  const map = g.conv(sample, { module: "taps", channels: 64, kernel: 3, stride: 2 });
  g.output("convolution by taps", map);
  g.output("convolution by filtering", g.conv(map, { module: "filtering", channels: 32, kernel: 3 }));
  g.output("product", g.linear(g.toTokens(sample), { module: "linear", features: 264, bias: true }));
  return g.finish();
}
