// Builds the page that benchmarks and full-size comparisons run in: a folder of static files that needs nothing else on the
// machine it is measured on.
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
