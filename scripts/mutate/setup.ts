// Runs before each test file while it is measured: collects which functions of the sources it reaches.
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    reached?: string[];
  }
}

const reached = new Set<string>();
Object.assign(globalThis, { reached });
afterAll(({ file }) => {
  file.meta.reached = [...reached];
});
