// Entry point of the page.
import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { render } from "solid-js/web";
import { installAutomation } from "../app/automation.ts";
import { createServices } from "../app/services/services.ts";
import { createStudio } from "../app/state/studio.ts";
import { takeLaunches } from "../app/services/launches.ts";
import { keepOffline } from "../app/services/offline.ts";
import { App } from "./App.tsx";
import { FramedNotice } from "./FramedNotice.tsx";
import { isFramedByStranger } from "./framing.ts";

const place = document.getElementById("app")!;
if (isFramedByStranger()) {
  render(() => <FramedNotice />, place);
} else {
  const services = createServices();
  const studio = createStudio(services);
  installAutomation(services);
  render(() => <App studio={studio} />, place);
  takeLaunches((pick) => void studio.takePick(pick));
  void keepOffline({
    script: import.meta.url,
    loaded: studio.loadPack(),
    onVersion: studio.installation.onVersion,
  });
}
