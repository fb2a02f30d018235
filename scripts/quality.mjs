// `npm run quality`: installs what is missing, then measures (scripts/quality/main.ts).
import { bin, ensurePackages, run } from "./setup.mjs";

ensurePackages();
run(bin("tsx"), ["scripts/quality/main.ts", ...process.argv.slice(2)]);
