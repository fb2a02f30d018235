import { defineConfig } from "vitest/config";
import browser from "./vitest.browser.config.ts";

// Every kernel of our own back end on software WebGPU: minutes for what is off by default, so it runs only when named.
export default defineConfig({
  test: { ...browser.test, include: ["tests/browser/wgsl-kernels.test.ts"], exclude: [] },
});
