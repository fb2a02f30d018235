// `npm start`: everything from a clean checkout to a page in the browser. `npm run dev` (--dev): the same with hot reload.
import path from "node:path";
import { runMain } from "./arguments.ts";
import { serve } from "./server.ts";
import { bin, ensureBuild, root, run } from "./setup.ts";

async function main(): Promise<void> {
  if (process.argv.includes("--dev")) return run(bin("vite"), []);
  ensureBuild();
  const wanted = Number(process.env["PORT"] ?? 4173);
  const folder = path.join(root, "dist");
  const server = await serve(folder, { port: wanted }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    console.log(`Port ${wanted} is taken: using a free one.`);
    return serve(folder);
  });
  console.log(`\n  Stylus Web is ready:  ${server.url}\n\n  Stop it with Ctrl+C.\n`);
}

await runMain(main, "Usage: npm start");
