// Whether a device has the subgroup matrices that kernels/subgroup-matrix-product.ts is written for.

const FEATURE = "chromium-experimental-subgroup-matrix";

/** Features to request, where the adapter has them. */
export const MATRIX_FEATURES: readonly string[] = ["subgroups", FEATURE];

/** As Chromium describes them, which TypeScript's types do not know. */
interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/**
 * 16×16×16 halves with float32 sums, in subgroups of 32. Where the browser does not describe its matrices the self-test decides.
 */
export function hasMatrices({ features, adapterInfo }: Pick<GPUDevice, "features" | "adapterInfo">): boolean {
  const info = adapterInfo as GPUAdapterInfo & { readonly subgroupMatrixConfigs?: readonly MatrixConfig[] };
  const needed = ["shader-f16", ...MATRIX_FEATURES];
  if (!needed.every((feature) => features.has(feature as GPUFeatureName))) return false;
  if ((info.subgroupMinSize ?? 32) !== 32 || (info.subgroupMaxSize ?? 32) !== 32) return false;
  const configs = [...(info.subgroupMatrixConfigs ?? [])];
  return (
    configs.length === 0 ||
    configs.some(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === "f16" && resultComponentType === "f32" && M === 16 && N === 16 && K === 16,
    )
  );
}
