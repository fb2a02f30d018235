// One static site: the page, its workers, the WASM runtimes and the embedded pack, all from the same origin and under any path.
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import solid from "vite-plugin-solid";
import { elementScript } from "./scripts/build/element-script.ts";
import { contentSecurityPolicy, isolationHeaders, widgetSecurityPolicy } from "./scripts/run/headers.ts";

/** Static hosts send no headers of ours: the policy travels in the page itself. */
const cspMeta = (): Plugin => ({
  name: "csp-meta",
  apply: "build",
  transformIndexHtml: (_html, { path }) => [
    {
      tag: "meta",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content: path.endsWith("/widget.html") ? widgetSecurityPolicy : contentSecurityPolicy,
      },
      injectTo: "head-prepend",
    },
  ],
});

export default defineConfig({
  base: "./",
  plugins: [
    solid(),
    cspMeta(),
    elementScript(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "workers",
      filename: "service-worker.ts",
      injectRegister: false,
      manifest: false, // public/manifest.webmanifest
      injectManifest: {
        // Code, styles and icons. WASM runtimes and the runtime of language models are large: the service worker caches them when
        // they are first used.
        globPatterns: ["**/*.{js,mjs,css,html,svg,png,webp,woff2,webmanifest,wasm}", "widget.json"],
        globIgnores: ["packs/**", "**/*.map", "screenshots/**", "examples/*.{html,js,css}"],
        maximumFileSizeToCacheInBytes: 64 << 20,
      },
    }),
  ],
  worker: { format: "es" },
  build: {
    target: "es2023",
    sourcemap: true,
    rolldownOptions: { input: ["index.html", "widget.html"], checks: { bundlerTimings: false } },
  },
  // onnxruntime-web finds its own files next to itself, which pre-bundling would break.
  optimizeDeps: { exclude: ["onnxruntime-web", "@huggingface/transformers", "voy-search"] },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
