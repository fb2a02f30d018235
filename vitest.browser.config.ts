import { defineConfig } from "vitest/config";

// Code that needs a real browser (WGSL, OPFS, workers), driven through Playwright.
export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    exclude: ["tests/browser/wgsl-{kernels,int8}.test.ts"], // vitest.wgsl.config.ts
    globalSetup: ["tests/browser/global-setup.ts"],
    environment: "node",
    testTimeout: 180_000,
    expect: { poll: { timeout: 15_000 } }, // what the page shows follows a step later
    hookTimeout: 120_000,
    // Compiling for the software GPU, most of the time, uses one core for each browser.
    maxWorkers: 2,
  },
});
