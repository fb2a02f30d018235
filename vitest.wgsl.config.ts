import { defineConfig } from "vitest/config";
import browser from "./vitest.browser.config.ts";

// Our own back end on software WebGPU, every kernel and every network: minutes for what real GPUs use, so it runs only when
// named.
export default defineConfig({
  test: {
    ...browser.test,
    include: ["tests/browser/{wgsl-kernels,wgsl-int8,parity,diffusion}.test.ts"],
    exclude: [],
    env: { WGSL_STAGE: "1" },
  },
});
