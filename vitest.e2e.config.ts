import { defineConfig } from "vitest/config";

// The built site as a user meets it: the served dist/ in a real Chromium.
export default defineConfig({
  test: {
    include: ["tests/e2e/**/*.test.ts"],
    globalSetup: ["tests/e2e/global-setup.ts"],
    environment: "node",
    testTimeout: 240_000,
    expect: { poll: { timeout: 15_000 } }, // what the page shows follows a step later
    hookTimeout: 180_000,
    maxWorkers: 2, // each waits for the network, the disk or the page half the time
  },
});
