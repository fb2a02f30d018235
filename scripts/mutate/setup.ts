// Runs before each test file while it is measured: collects which functions of the sources it reaches.
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    reached?: string[];
  }
}

const reached = new Set<string>();
Object.assign(globalThis, { reached });
// oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern to know which fixtures are wanted
afterAll(({}, { file }) => {
  file.meta.reached = [...reached];
});
