// `npm start`: everything from a clean checkout to a page in the browser. `npm run dev` (--dev): the same with hot reload.
import path from "node:path";
import { bin, ensureBuild, ensurePackages, root, run } from "./setup.mjs";

if (process.argv.includes("--dev")) {
  ensurePackages();
  run(bin("vite"), []);
} else {
  ensureBuild();
  const { serve } = await import("./server.mjs");
  const wanted = Number(process.env.PORT ?? 4173);
  const folder = path.join(root, "dist");
  const server = await serve(folder, { port: wanted }).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    console.log(`Port ${wanted} is taken: using a free one.`);
    return serve(folder);
  });
  console.log(`\n  Stylus Web is ready:  ${server.url}\n\n  Stop it with Ctrl+C.\n`);
}
