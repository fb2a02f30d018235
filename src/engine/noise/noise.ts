// Gaussian noise that equals other programs' bit for bit, so that a seed gives the same image:
// - "cpu": torch.randn on the CPU (MT19937, Box–Muller; the vectorised path for 16 values and more);
// - "nv": torch.randn on an NVIDIA GPU (Philox 4×32-10, one counter per element), in the arithmetic of
//   AUTOMATIC1111's `rng_philox.py`.
// A generator is stateful: each call continues where the last one stopped, like a torch.Generator.

import { log32, sincos32 } from "./float32-math.ts";

export interface NormalGenerator {
  /** The next `count` standard normal values. */
  randn(count: number): Float32Array<ArrayBuffer>;
}

/** @param seed any safe integer; negative ones wrap modulo 2^64, as in torch. */
export function createGenerator(kind: "cpu" | "nv", seed: number): NormalGenerator {
  return kind === "cpu" ? new TorchCpuGenerator(seed) : new PhiloxGenerator(seed);
}

const MT_SIZE = 624;
const MT_SHIFT = 397;

/** Mersenne Twister MT19937 (Matsumoto & Nishimura 1998), seeded with the low 32 bits of `seed`. */
class MersenneTwister {
  readonly #state = new Uint32Array(MT_SIZE);
  #next = MT_SIZE;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let i = 1; i < MT_SIZE; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    if (this.#next === MT_SIZE) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < MT_SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % MT_SIZE]! & 0x7fffffff);
      state[i] = state[(i + MT_SHIFT) % MT_SIZE]! ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#next = 0;
  }
}

const TWO_PI_32 = Math.fround(2 * Math.PI);

/** torch.randn(…, device="cpu") in float32 (ATen `DistributionTemplates.h`, AVX2 build). */
class TorchCpuGenerator implements NormalGenerator {
  readonly #engine: MersenneTwister;
  readonly #sincos = new Float32Array(2);
  #cached: number | null = null; // second value of the last Box–Muller pair of the short path

  constructor(seed: number) {
    this.#engine = new MersenneTwister(seed);
  }

  randn(count: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count);
    if (count < 16) {
      for (let i = 0; i < count; i++) out[i] = this.#nextDouble();
      return out;
    }
    for (let i = 0; i < count; i++) out[i] = this.#uniform32();
    for (let i = 0; i + 16 <= count; i += 16) this.#boxMuller16(out, i);
    if (count % 16 !== 0) {
      // torch redraws the last 16 rather than leave a remainder.
      for (let i = count - 16; i < count; i++) out[i] = this.#uniform32();
      this.#boxMuller16(out, count - 16);
    }
    return out;
  }

  #uniform32(): number {
    return (this.#engine.uint32() & 0xffffff) / 0x1000000;
  }

  /** Uniform in [0, 1) with 53 bits; the first of two draws is the high word. */
  #uniform64(): number {
    const high = this.#engine.uint32() & 0x1fffff;
    return (high * 0x100000000 + this.#engine.uint32()) / 0x20000000000000;
  }

  #boxMuller16(data: Float32Array, start: number): void {
    for (let i = start; i < start + 8; i++) {
      const radius = Math.fround(Math.sqrt(-2 * log32(1 - data[i]!)));
      sincos32(Math.fround(TWO_PI_32 * data[i + 8]!), this.#sincos);
      data[i] = radius * this.#sincos[1]!;
      data[i + 8] = radius * this.#sincos[0]!;
    }
  }

  #nextDouble(): number {
    if (this.#cached !== null) {
      const value = this.#cached;
      this.#cached = null;
      return value;
    }
    const u1 = this.#uniform64();
    const u2 = this.#uniform64();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.#cached = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }
}

const TWO_POW_32_INVERSE = Math.fround(2.3283064e-10);
const TWO_POW_32_INVERSE_2PI = Math.fround(2.3283064e-10 * 6.2831855);

/** torch.randn(…, device="cuda"): element i takes the first normal of counter (offset, 0, i, 0); one offset per call. */
class PhiloxGenerator implements NormalGenerator {
  readonly #keyLow: number;
  readonly #keyHigh: number;
  #offset = 0;

  constructor(seed: number) {
    const key = BigInt.asUintN(64, BigInt(seed));
    this.#keyLow = Number(key & 0xffffffffn);
    this.#keyHigh = Number(key >> 32n);
  }

  randn(count: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count);
    const block = new Uint32Array(4);
    for (let i = 0; i < count; i++) {
      block[0] = this.#offset;
      block[1] = 0;
      block[2] = i;
      block[3] = 0;
      philox4x32(block, this.#keyLow, this.#keyHigh);
      const u = block[0]! * TWO_POW_32_INVERSE + TWO_POW_32_INVERSE / 2;
      const v = block[1]! * TWO_POW_32_INVERSE_2PI + TWO_POW_32_INVERSE_2PI / 2;
      out[i] = Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
    }
    this.#offset += 1;
    return out;
  }
}

const PHILOX_M0 = 0xd2511f53;
const PHILOX_M1 = 0xcd9e8d57;

/** Philox 4×32 with 10 rounds (Salmon et al. 2011), in place. */
function philox4x32(block: Uint32Array, keyLow: number, keyHigh: number): void {
  let k0 = keyLow;
  let k1 = keyHigh;
  for (let round = 0; round < 10; round++) {
    const [c0, c1, c2, c3] = [block[0]!, block[1]!, block[2]!, block[3]!];
    block[0] = multiplyHigh(c2, PHILOX_M1) ^ c1 ^ k0;
    block[1] = Math.imul(c2, PHILOX_M1);
    block[2] = multiplyHigh(c0, PHILOX_M0) ^ c3 ^ k1;
    block[3] = Math.imul(c0, PHILOX_M0);
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
}

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // < 2^33
  const cross = aLow * bHigh + (middle % 0x10000); // < 2^33
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}
