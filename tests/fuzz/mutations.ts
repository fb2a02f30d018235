// What all mutations share: a seeded random generator and odd values.

export type Random = () => number;

/** Numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Bytes = Uint8Array<ArrayBuffer>;
export type Mutation = (file: Bytes, random: Random, others: readonly Bytes[]) => Bytes;

export const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;
export const below = (limit: number, random: Random): number => Math.floor(random() * limit);

export const ODD_NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  0.5,
  255,
  256,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  -(2 ** 31),
  null,
  "4",
  [],
  {},
  true,
];
