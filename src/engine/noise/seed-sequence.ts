// numpy.random.SeedSequence (O'Neill's seed_seq_fe): hashes an integer and a spawn key into any number of independent
// 32-bit seeds. torchsde's Brownian tree draws its node seeds from it.

// Bits are those of unsigned integers: stores into a Uint32Array and `>>>` take them so, whatever their sign was.

const XSHIFT = 16;

/** @returns `count` 32-bit seeds, as `SeedSequence(entropy, spawn_key=…, pool_size=…).generate_state(count)`. */
export function seedSequence(
  entropy: number,
  { spawnKey, poolSize, count }: { spawnKey: readonly number[]; poolSize: number; count: number },
): Uint32Array {
  const run = words(entropy);
  const spawn = spawnKey.flatMap(words);
  // An empty spawn key must not collide with a key of zeros: the run entropy fills the pool first.
  while (run.length < poolSize) run.push(0);
  const pool = mixedPool([...run, ...spawn], poolSize);

  const out = new Uint32Array(count);
  let constant = 0x8b51f9dd;
  for (let i = 0; i < count; i++) {
    let value = pool[i % poolSize]! ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    out[i] = value ^ (value >>> XSHIFT);
  }
  return out;
}

function mixedPool(entropy: readonly number[], poolSize: number): Uint32Array {
  let constant = 0x43b0d7e5;
  const hash = (input: number): number => {
    let value = input ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> XSHIFT);
  };
  const mix = (x: number, y: number): number => {
    const result = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
    return result ^ (result >>> XSHIFT);
  };
  const pool = new Uint32Array(poolSize);
  for (let i = 0; i < poolSize; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let source = 0; source < poolSize; source++) {
    for (let target = 0; target < poolSize; target++)
      if (source !== target) pool[target] = mix(pool[target]!, hash(pool[source]!));
  }
  for (const extra of entropy.slice(poolSize)) {
    for (let target = 0; target < poolSize; target++) pool[target] = mix(pool[target]!, hash(extra));
  }
  return pool;
}

/** A non-negative integer as little-endian 32-bit words; zero has one word. */
function words(value: number): number[] {
  const out = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    out.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return out;
}
