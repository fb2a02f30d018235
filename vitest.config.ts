import { defineConfig } from "vitest/config";
import { propertyFactor } from "./tests/fixtures/properties.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "tests/{parity,repository}/**/*.test.ts"],
    environment: "node",
    testTimeout: 60_000 * Math.max(1, propertyFactor),
    hookTimeout: 120_000,
  },
});
