// The page on stand-in services, for design work: `npm run dev`, then /tests/page/. Query parameters choose the services'
// behaviour (and fake-models.ts: gpu, download): load=slow|stuck|missing|corrupt, run=slow|fail|lost, threads=1, adapters=COUNT made-up ones. Not part of the built site.
import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import "../../src/ui/styles/tokens.css";
import "../../src/ui/styles/base.css";
import { render } from "solid-js/web";
import { createStudio } from "../../src/app/state/studio.ts";
import { App } from "../../src/ui/App.tsx";
import { fakeServices } from "./fake-services.ts";

const studio = createStudio(fakeServices(new URLSearchParams(location.search)));
render(() => <App studio={studio} />, document.getElementById("app")!);
void studio.loadPack();
