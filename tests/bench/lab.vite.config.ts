// Builds the page for benchmarks and full-size comparisons: a folder of static files without other dependencies on the
// measured machine.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  worker: { format: "es" },
  build: {
    target: "es2023",
    emptyOutDir: true,
    rolldownOptions: { input: "lab.html", checks: { bundlerTimings: false } },
  },
});
