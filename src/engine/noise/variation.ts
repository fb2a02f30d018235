// Variations of an image, as in AUTOMATIC1111: the noise of its seed, turned towards the noise of another seed
// (Shoemake 1985, "Animating rotation with quaternion curves").

/** Columns of noise closer than this on average are the same noise: there is no direction to turn to. */
const PARALLEL = 0.9995;

/**
 * Spherical interpolation of two noises [C, H, W]. Each column of H values turns in the plane of its two vectors, which is how
 * AUTOMATIC1111's `slerp` reads a latent without a batch axis.
 * @param strength 0 gives `from`, 1 gives `to`
 * @param size of the latent
 */
export function slerp(
  strength: number,
  { from, to }: { readonly from: Float32Array; readonly to: Float32Array },
  { width, height }: { readonly width: number; readonly height: number },
): Float32Array<ArrayBuffer> {
  const plane = width * height;
  const columns = from.length / height;
  /** Index of the first value of a column; the next ones follow `width` apart. */
  const startOf = (column: number): number => Math.floor(column / width) * plane + (column % width);
  const cosines = Float64Array.from({ length: columns }, (_, column) => {
    let [dot, a, b] = [0, 0, 0];
    for (let row = 0, i = startOf(column); row < height; row++, i += width) {
      dot += from[i]! * to[i]!;
      a += from[i]! ** 2;
      b += to[i]! ** 2;
    }
    return dot / Math.sqrt(a * b);
  });
  const out = Float32Array.from(from);
  if (cosines.reduce((sum, cosine) => sum + cosine, 0) / columns > PARALLEL) return out;
  for (const [column, cosine] of cosines.entries()) {
    const angle = Math.acos(cosine);
    const keep = Math.sin((1 - strength) * angle) / Math.sin(angle);
    const turn = Math.sin(strength * angle) / Math.sin(angle);
    for (let row = 0, i = startOf(column); row < height; row++, i += width)
      out[i] = keep * from[i]! + turn * to[i]!;
  }
  return out;
}
