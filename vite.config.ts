// One static site: the page, four workers, the WASM runtimes and the embedded pack, all from the same origin.
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

/** Cross-origin isolation gives WASM threads; everything is served from the own origin. */
export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export default defineConfig({
  base: "./",
  plugins: [solid()],
  worker: { format: "es" },
  build: { target: "es2023", sourcemap: true },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
