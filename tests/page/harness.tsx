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
const counted = new Proxy(services, {
  get(target, name) {
    const value: unknown = Reflect.get(target, name);
    if (typeof value !== "function") return value;
    return (...given: unknown[]): unknown => {
      calls[String(name)] = (calls[String(name)] ?? 0) + 1;
      return Reflect.apply(value, target, given);
    };
  },
});

const studio = createStudio(counted);
render(() => <App studio={studio} />, document.getElementById("app")!);
void studio.loadPack();
