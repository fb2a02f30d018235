// The page on stand-in services, for design work: `npm run dev`, then /tests/page/. Query parameters choose the services'
// behaviour (and fake-models.ts: gpu, download): load=slow|stuck|missing|corrupt, run=slow|fail|lost, threads=1, adapters=COUNT made-up ones, reader. Not part of the built site.
import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import "../../src/ui/styles/tokens.css";
import "../../src/ui/styles/base.css";
import { render } from "solid-js/web";
import { createStudio } from "../../src/app/state/studio.ts";
import { App } from "../../src/ui/App.tsx";
import { fakeServices } from "./fake-services.ts";

const services = fakeServices(new URLSearchParams(location.search));

/** How often each service was called, for tests. */
const calls: Record<string, number> = {};
Object.assign(globalThis, { calls });
const counted = Object.fromEntries(
  Object.entries(services).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "function"
      ? (...given: unknown[]) => {
          calls[name] = (calls[name] ?? 0) + 1;
          return value.apply(services, given) as unknown;
        }
      : value,
  ]),
) as unknown as typeof services;

const studio = createStudio(counted);
render(() => <App studio={studio} />, document.getElementById("app")!);
void studio.loadPack();
