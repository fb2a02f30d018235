// <stylus-image>: the widget in another site's page. Makes the iframe, passes attributes on, and turns messages into events and
// promises (docs/widget.md). Built into one file of its own, stylus-image.js, which knows nothing of the rest of the page.
import { element as en } from "../texts/en/element.ts";
import { element as ko } from "../texts/ko/element.ts";
import { readSettings, settingNames } from "./attributes.ts";
import {
  protocolVersion,
  readEvent,
  type Capabilities,
  type WidgetCommand,
  type WidgetErrorCode,
  type WidgetEvent,
  type WidgetOptions,
} from "./protocol.ts";

type EventOf<Type extends WidgetEvent["type"]> = Extract<WidgetEvent, { type: Type }>;
type GeneratedImage = EventOf<"image">;

/** Attributes of the frame, beside those of its content. */
const frameNames = ["src", "width", "label"];
/** Its height until the widget tells its own, in CSS pixels. */
const firstHeight = 220;
/** Between messages about changed attributes: fewer a minute than the widget hears (endpoint.ts). */
const tellMilliseconds = 150;
/** After the frame's load, which also comes when the browser shows an error page in it. */
const patienceMilliseconds = 30_000;
/** The same without a network: a widget that is stored answers soon. */
const offlineMilliseconds = 5_000;

/** Where this script came from: widget.html is beside it. */
const scriptAddress =
  (document.currentScript as HTMLScriptElement | null)?.src ??
  document.querySelector<HTMLScriptElement>('script[src*="stylus-image.js"]')?.src ??
  document.baseURI;

export class StylusImageError extends Error {
  readonly code: WidgetErrorCode;
  readonly where: string | undefined;
  readonly remedy: string | undefined;

  constructor({ code, message, where, remedy }: Omit<EventOf<"error">, "stylus" | "type" | "id">) {
    super(message);
    this.name = "StylusImageError";
    this.code = code;
    this.where = where;
    this.remedy = remedy;
  }
}

interface Request {
  readonly images: GeneratedImage[];
  readonly resolve: (images: readonly GeneratedImage[]) => void;
  readonly reject: (error: StylusImageError) => void;
}

/** A promise that this element settles. */
class Answer<Value> {
  resolve!: (value: Value) => void;
  reject!: (error: StylusImageError) => void;
  readonly promise: Promise<Value>;

  constructor() {
    this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.promise.catch(() => {}); // who did not ask need not hear
  }
}

const removed = (): StylusImageError =>
  new StylusImageError({ code: "cancelled", message: "The element was taken out of the page." });

const silent = (origin: string): StylusImageError =>
  new StylusImageError({
    code: "network",
    message: `The widget at ${origin} does not answer.`,
    where: "src",
    remedy: "Check that the address is right and that its host allows this page.",
  });

const offline = (origin: string): StylusImageError =>
  new StylusImageError({
    code: "network",
    message: `The widget at ${origin} is not stored in this browser, and there is no network.`,
    where: "src",
    remedy: "Connect to the internet: the widget then loads by itself.",
  });

const texts = (): typeof en => (navigator.language.startsWith("ko") ? ko : en);

const styles = new CSSStyleSheet();
styles.replaceSync(
  ":host{display:block;max-width:100%}:host([hidden]),[hidden]{display:none}iframe{display:block;width:100%;border:0;border-radius:12px}p{margin:0;padding:1em;border:1px solid;border-radius:12px;font:inherit}a{color:inherit}",
);

export class StylusImage extends HTMLElement {
  static readonly observedAttributes: readonly string[] = [...settingNames, ...frameNames];

  readonly #requests = new Map<string, Request>();
  #frame: HTMLIFrameElement | null = null;
  #origin = "";
  #listening = new AbortController();
  #capabilities: Capabilities | null = null;
  #ready = new Answer<Capabilities>();
  #count = 0;
  /** Attributes have changed since the widget was told. */
  #isStale = false;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Says why there is no widget; null: there is one, or it may still come. */
  #note: HTMLElement | null = null;

  /** Resolves when the widget answers. @throws StylusImageError when it refuses, or does not answer in time */
  get ready(): Promise<Capabilities> {
    return this.#ready.promise;
  }

  /** The latest; null before the widget answers. */
  get capabilities(): Capabilities | null {
    return this.#capabilities;
  }

  connectedCallback(): void {
    if (this.#frame) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles];
    const address = this.#address();
    this.#origin = address.origin;
    const frame = document.createElement("iframe");
    frame.allow = "cross-origin-isolated";
    frame.referrerPolicy = "origin";
    frame.style.height = `${firstHeight}px`;
    this.#frame = frame;
    this.#dress();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("message", (event) => this.#receive(event), { signal });
    addEventListener("online", () => this.#note && this.#again(), { signal });
    frame.addEventListener("load", () => this.#connect(), { signal });
    frame.src = address.href;
    this.#note = null;
    root.replaceChildren(frame);
  }

  disconnectedCallback(): void {
    this.#listening.abort();
    clearTimeout(this.#waiting);
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#isStale = false;
    this.#frame?.remove(); // ends its workers
    this.#frame = null;
    this.#capabilities = null;
    this.#ready.reject(removed());
    this.#ready = new Answer();
    for (const { reject } of this.#requests.values()) reject(removed());
    this.#requests.clear();
  }

  attributeChangedCallback(name: string): void {
    if (!this.#frame) return;
    if (name === "src") this.#again();
    else if (frameNames.includes(name)) this.#dress();
    else {
      this.#isStale = true;
      this.#telling ??= setTimeout(() => {
        this.#telling = undefined;
        this.#tell();
      }, tellMilliseconds);
    }
  }

  /**
   * Generates images; what `options` leave out, the attributes say, and the prompt box.
   * @throws StylusImageError
   */
  async generate(options: WidgetOptions = {}): Promise<readonly GeneratedImage[]> {
    if (!this.#frame) throw removed();
    await this.ready;
    this.#tell();
    const id = `page-${++this.#count}`;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { images: [], resolve, reject });
      this.#send({ type: "generate", id, options });
    });
  }

  /** Stops what the widget is generating. */
  cancel(): void {
    if (this.#capabilities) this.#send({ type: "cancel" });
  }

  /** Stops everything, gives the memory back and takes the element out of the page. */
  destroy(): void {
    this.#send({ type: "destroy" });
    this.remove();
  }

  /** widget.html with the attributes as parameters, so that it starts with them. */
  #address(): URL {
    const address = new URL(this.getAttribute("src") ?? "widget.html", scriptAddress);
    for (const name of settingNames) {
      const text = this.getAttribute(name);
      if (text !== null) address.searchParams.set(name, text);
    }
    return address;
  }

  /** Another frame in the place of this one. */
  #again(): void {
    this.disconnectedCallback();
    this.connectedCallback();
  }

  #connect(): void {
    this.#isStale = false;
    this.#send({ type: "connect", settings: this.#settings() });
    clearTimeout(this.#waiting);
    if (this.#capabilities) return;
    this.#waiting = setTimeout(
      () => this.#giveUp(),
      navigator.onLine ? patienceMilliseconds : offlineMilliseconds,
    );
  }

  #giveUp(): void {
    const { onLine } = navigator;
    this.#ready.reject(onLine ? silent(this.#origin) : offline(this.#origin));
    // In the place of the browser's own page of errors.
    this.#note = document.createElement("p");
    this.#note.setAttribute("role", "status");
    this.#note.textContent = onLine ? `${texts().silent} ` : texts().offline;
    if (onLine) this.#note.append(this.#linkToSite());
    this.#frame!.hidden = true;
    this.shadowRoot!.append(this.#note);
  }

  /** Its site may refuse this page, and still be open to the reader. */
  #linkToSite(): HTMLElement {
    const link = document.createElement("a");
    link.href = new URL("./", this.#address()).href;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = texts().openSite;
    return link;
  }

  /** Sends what has changed before the widget answers once it does. */
  #tell(): void {
    if (!this.#isStale || !this.#capabilities) return;
    this.#isStale = false;
    this.#send({ type: "configure", settings: this.#settings() });
  }

  #settings() {
    const { settings, problems } = readSettings((name) => this.getAttribute(name));
    for (const problem of problems) console.warn(`<stylus-image>: ${problem}`);
    return settings;
  }

  #dress(): void {
    const width = this.getAttribute("width");
    this.style.width = width === null ? "" : /^\d+$/.test(width) ? `${width}px` : width;
    this.#frame!.title = this.getAttribute("label") ?? "Stylus Web";
  }

  #send(
    command: WidgetCommand extends infer Each ? (Each extends unknown ? Omit<Each, "stylus"> : never) : never,
  ): void {
    this.#frame?.contentWindow?.postMessage({ stylus: protocolVersion, ...command }, this.#origin);
  }

  #receive({ data, source, origin }: MessageEvent<unknown>): void {
    if (source !== this.#frame?.contentWindow || origin !== this.#origin) return;
    const event = readEvent(data);
    if (event) this.#heed(event);
  }

  #welcome(capabilities: Capabilities): void {
    clearTimeout(this.#waiting);
    this.#note?.remove();
    this.#note = null;
    this.#frame!.hidden = false;
    this.#ready.resolve(capabilities);
    this.#ready = new Answer(); // the old one may have been given up
    this.#ready.resolve(capabilities);
    this.#tell();
  }

  #heed(event: WidgetEvent): void {
    if (event.type === "resize") this.#frame!.style.height = `${Math.ceil(event.height)}px`;
    if (event.type === "error" && event.id === null && !this.#capabilities) {
      clearTimeout(this.#waiting);
      this.#ready.reject(new StylusImageError(event));
    }
    if (event.type === "ready" || event.type === "capabilities") this.#capabilities = event.capabilities;
    if (event.type === "ready") this.#welcome(event.capabilities);
    const request = "id" in event && event.id !== null ? this.#requests.get(event.id) : undefined;
    if (event.type === "image") request?.images.push(event);
    if (event.type === "done") request?.resolve(request.images);
    if (event.type === "error") request?.reject(new StylusImageError(event));
    if (request && (event.type === "done" || event.type === "error")) this.#requests.delete(event.id!);
    const { stylus: _, type, ...detail } = event;
    this.dispatchEvent(new CustomEvent(`stylus-${type}`, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("stylus-image")) customElements.define("stylus-image", StylusImage);
