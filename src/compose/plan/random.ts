// Seeded randomness for masks and the random baseline: a 32-bit hash of (seed, stream) feeds Mulberry32, which is enough
// for several draws per image. Not used for image noise.

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Values in [0, 1); the same for the same seed and stream name. */
export function seededRandom(seed: number, stream: string): () => number {
  let state = hash(`${seed}/${stream}`);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** An integer, 0 … count − 1. */
export function below(random: () => number, count: number): number {
  return Math.floor(random() * count);
}
