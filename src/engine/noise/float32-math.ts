// A CPU's single-precision arithmetic in a language that only has doubles: a correctly rounded fused multiply-add, and the
// vector logarithm, sine and cosine (Cephes polynomials in the order of `avx_mathfun.h`, contracted to fused multiply-adds
// as by GCC) that PyTorch's CPU `randn` uses. Seeds reproduce other programs' images only if the noise is equal to the
// last bit.

const bits = new DataView(new ArrayBuffer(8));
const f32 = Math.fround;

/**
 * fround(a · b + c) with one rounding. `a`, `b`, `c` must be float32 values.
 *
 * The product of two float32 values is exact in double. The sum rounds to odd (Boldo & Melquiond 2008) before it rounds to
 * float32, so that the two roundings act as one.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const virtual = sum - product;
  const error = product - (sum - virtual) + (c - virtual); // TwoSum (Knuth): product + c = sum + error, exactly
  if (error === 0 || !Number.isFinite(sum)) return f32(sum);
  bits.setFloat64(0, sum);
  const low = bits.getUint32(4);
  if ((low & 1) === 1) return f32(sum);
  // The last bit is even, so towards the error it becomes odd: away from zero without a carry, or towards zero with a borrow.
  if (error > 0 === sum > 0) {
    bits.setUint32(4, low | 1);
  } else {
    if (low === 0) bits.setUint32(0, bits.getUint32(0) - 1);
    bits.setUint32(4, (low - 1) >>> 0);
  }
  return f32(bits.getFloat64(0));
}

const fma = fusedMultiplyAdd;

const SQRT_HALF = f32(Math.SQRT1_2);
const LOG_P = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f32);
const LOG_Q1 = f32(-2.1219444e-4);
const LOG_Q2 = f32(0.693359375);

/** Natural logarithm of a normal positive float32, as `log256_ps`. */
export function log32(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  let exponent = (word >>> 23) - 126;
  bits.setUint32(0, (word & 0x007fffff) | 0x3f000000);
  let x = bits.getFloat32(0); // mantissa in [0.5, 1)
  if (x < SQRT_HALF) {
    exponent -= 1;
    x = f32(f32(x - 1) + x);
  } else {
    x = f32(x - 1);
  }
  const z = f32(x * x);
  let y = LOG_P[0]!;
  for (let i = 1; i < LOG_P.length; i++) y = fma(y, x, LOG_P[i]!);
  y = f32(y * x);
  y = fma(y, z, f32(exponent * LOG_Q1));
  y = fma(-z, 0.5, y);
  return fma(exponent, LOG_Q2, f32(x + y));
}

const FOUR_OVER_PI = f32(1.27323954473516);
const MINUS_DP1 = f32(-0.78515625);
const MINUS_DP2 = f32(-2.4187564849853516e-4);
const MINUS_DP3 = f32(-3.774894977445941e-8);
const SIN_P = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f32);
const COS_P = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f32);

/** Sine and cosine of a non-negative float32, as `sincos256_ps`; written to `out` as [sin, cos]. */
export function sincos32(angle: number, out: Float32Array): void {
  const octant = (Math.trunc(f32(angle * FOUR_OVER_PI)) + 1) & ~1;
  let x = fma(octant, MINUS_DP1, angle);
  x = fma(octant, MINUS_DP2, x);
  x = fma(octant, MINUS_DP3, x);
  const z = f32(x * x);

  let cosine = fma(fma(COS_P[0]!, z, COS_P[1]!), z, COS_P[2]!);
  cosine = fma(f32(cosine * z), z, f32(-z * 0.5));
  cosine = f32(cosine + 1);

  let sine = fma(fma(SIN_P[0]!, z, SIN_P[1]!), z, SIN_P[2]!);
  sine = fma(f32(sine * z), x, x);

  const swapped = (octant & 2) !== 0;
  out[0] = ((octant & 4) !== 0 ? -1 : 1) * (swapped ? cosine : sine);
  out[1] = (((octant - 2) & 4) === 0 ? -1 : 1) * (swapped ? sine : cosine);
}
