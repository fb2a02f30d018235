// Runs `npm run generate` as users do, in a process of its own.
import { spawnSync } from "node:child_process";
import { root } from "../../scripts/run/setup.ts";

export const generateCommand = (...args: string[]): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(
    "node",
    ["scripts/launch.mjs", "scripts/run/generate.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  return { status, output: stdout + stderr };
};
