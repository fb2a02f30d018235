// Entry point of widget.html: the services and the run of the page, in a frame of another site's page.
import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import "../ui/styles/tokens.css";
import "../ui/styles/base.css";
import "./unstarted.css";
import { render } from "solid-js/web";
import { defaultNsfwThreshold } from "../app/images/nsfw.ts";
import { holdVersion, storeSite } from "../app/services/offline.ts";
import { createServices } from "../app/services/services.ts";
import { browserLanguage } from "../texts/texts.ts";
import { readSettings } from "./attributes.ts";
import { createEndpoint, type Endpoint } from "./endpoint.ts";
import { embedders, mayEmbed, readHostSettings, type HostSettings } from "./host-settings.ts";
import type { WidgetCommand, WidgetOptions, WidgetSettings } from "./protocol.ts";
import { createSession, type SessionEvent } from "./session.ts";
import { createTheme } from "./theme.ts";
import { createTurns, openTurnChannel } from "./turns.ts";
import { createView, type View } from "./view.ts";
import { Forbidden, Widget } from "./Widget.tsx";

/** Messages that come before the host's settings are read. */
const mostEarly = 20;

/** False where the browser blocks storage in frames of other sites. */
async function keepsFiles(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

/** What of the settings is about the image. */
function optionsOf(settings: WidgetSettings): WidgetOptions {
  const { theme: _theme, accent: _accent, nsfwCheck: _check, nsfwThreshold: _from, ...options } = settings;
  return options;
}

async function start(place: HTMLElement): Promise<void> {
  document.documentElement.lang = browserLanguage;
  const isFramed = window.parent !== window;
  // Before anything else: the page's first message comes when this frame has loaded.
  let endpoint: Endpoint | null = null;
  const early: MessageEvent<unknown>[] = [];
  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent) return; // other frames must not fill the queue
    if (endpoint) endpoint.receive(event);
    else if (early.length < mostEarly) early.push(event);
  });

  const parameters = new URLSearchParams(location.search);
  const { settings: initial, problems } = readSettings((name) => parameters.get(name));
  for (const problem of problems) console.warn(`widget.html: ${problem}`);
  const applyTheme = createTheme();
  applyTheme(initial);

  const [host, kept] = await Promise.all([
    readHostSettings(() => fetch(new URL("widget.json", document.baseURI), { cache: "no-cache" })),
    keepsFiles(),
  ]);
  const allows = (origin: string): boolean => mayEmbed(host, origin, location.origin);
  const around = embedders({
    isFramed,
    ancestorOrigins: location.ancestorOrigins as DOMStringList | undefined,
    referrer: document.referrer,
  });
  // A page that hides where it is counts as one that may not.
  const isRefused =
    isFramed && !host.allowedOrigins.includes("*") && (around.length === 0 || !around.every(allows));
  if (isRefused) {
    endpoint = createEndpoint({
      parent: window.parent,
      allows: () => false,
      generationsPerMinute: host.generationsPerMinute,
      onCommand: () => {},
    });
    for (const event of early) endpoint.receive(event);
    render(() => <Forbidden />, place);
    return;
  }
  holdVersion(import.meta.url);
  // Frames of other sites get no service worker: their own page could not be opened offline anyway.
  const isOwnSite = !isFramed || (around.length > 0 && around.every((origin) => origin === location.origin));
  endpoint = open({ host, allows, isFramed, isOwnSite, kept, initial, applyTheme, place });
  for (const event of early) endpoint.receive(event);
}

function open({
  host,
  allows,
  isFramed,
  isOwnSite,
  kept,
  initial,
  applyTheme,
  place,
}: {
  readonly host: HostSettings;
  readonly allows: (origin: string) => boolean;
  readonly isFramed: boolean;
  /** Only pages of this site are around it. */
  readonly isOwnSite: boolean;
  readonly kept: boolean;
  readonly initial: WidgetSettings;
  readonly applyTheme: (settings: WidgetSettings) => void;
  readonly place: HTMLElement;
}): Endpoint {
  const services = createServices();
  const turns = createTurns({
    locks: navigator.locks,
    channel: openTurnChannel(),
    onYield: () => services.release(),
  });
  let settings = initial;
  let view: View | null = null;
  let count = 0;
  const tell = (event: SessionEvent): void => {
    view?.heed(event);
    if (event.type !== "preview") endpoint.send(event);
    // The files of the site are small beside the model that is there by now.
    if (event.type === "done" && event.images > 0 && isOwnSite) void storeSite();
  };
  const session = createSession({
    services,
    turns,
    scope: { isolated: crossOriginIsolated, keepsFiles: kept },
    tell,
  });
  view = createView(initial.prompt ?? "", session.capabilities);
  const shown = view;
  const applyCheck = ({ nsfwCheck = true, nsfwThreshold = defaultNsfwThreshold }: WidgetSettings): void =>
    shown.set({ nsfwCheck, nsfwThreshold });
  applyCheck(initial);

  function configure(next: WidgetSettings): void {
    if (next.prompt !== undefined && next.prompt !== settings.prompt) shown.set("prompt", next.prompt);
    settings = next;
    applyTheme(next);
    applyCheck(next);
  }
  /** With what is in the prompt box where nothing else is asked for. */
  async function generate(id: string, options: WidgetOptions): Promise<void> {
    const wanted: WidgetOptions = { ...optionsOf(settings), prompt: shown.state.prompt, ...options };
    if (!shown.state.isRunning) {
      shown.set("prompt", wanted.prompt ?? "");
      shown.start();
    }
    await session.generate(id, wanted, { nsfwCheck: shown.state.nsfwCheck });
    if (shown.state.error && wanted.pack !== undefined)
      shown.set("missing", await session.missing(wanted.pack).catch(() => null));
  }
  const byHand = (): string => `widget-${++count}`;
  async function download(packId: string): Promise<void> {
    shown.start();
    await session.download(byHand(), packId);
  }

  function heed(command: WidgetCommand): void {
    switch (command.type) {
      case "connect":
        if (command.settings) configure(command.settings);
        endpoint.send({ type: "ready", capabilities: session.capabilities });
        return tellHeight();
      case "configure":
        return configure(command.settings);
      case "generate":
        return void generate(command.id, command.options ?? {});
      case "cancel":
        return session.cancel();
      case "capabilities":
        return endpoint.send({ type: "capabilities", capabilities: session.capabilities });
      case "destroy":
        session.destroy();
        place.replaceChildren();
    }
  }

  const endpoint = createEndpoint({
    parent: isFramed ? window.parent : null,
    allows,
    generationsPerMinute: host.generationsPerMinute,
    onCommand: heed,
  });
  render(
    () => (
      <Widget
        view={shown}
        onGenerate={() => void generate(byHand(), {})}
        onCancel={() => session.cancel()}
        onDownload={() => void download(shown.state.missing!.id)}
      />
    ),
    place,
  );
  const tellHeight = (): void =>
    endpoint.send({ type: "resize", height: Math.ceil(place.getBoundingClientRect().height) });
  new ResizeObserver(tellHeight).observe(place);
  return endpoint;
}

const place = document.getElementById("app")!;
place.replaceChildren(); // what stands there where no script runs
void start(place);
