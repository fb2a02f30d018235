// What the widget shows, from the session's events.
import { createStore, type SetStoreFunction } from "solid-js/store";
import { defaultNsfwThreshold } from "../app/images/nsfw.ts";
import type { ErrorSayings } from "../shared/errors.ts";
import type { RgbaImage } from "../shared/request.ts";
import { t } from "../texts/texts.ts";
import type { Capabilities, ToldError } from "./protocol.ts";
import type { SessionEvent, WidgetModel } from "./session.ts";

type ImageEvent = Extract<SessionEvent, { type: "image" }>;
type ProgressEvent = Extract<SessionEvent, { type: "progress" }>;

interface ViewState {
  prompt: string;
  /** The prompt of the images. */
  shownPrompt: string;
  isRunning: boolean;
  progress: ProgressEvent | null;
  preview: RgbaImage | null;
  images: (ImageEvent & { readonly url: string })[];
  error:
    | (Pick<ToldError, "message" | "remedy"> & {
        readonly code: "internal" | "bad-input";
        readonly where?: string;
        readonly said?: ErrorSayings | undefined;
      })
    | null;
  /** What must be downloaded before the next try. */
  missing: WidgetModel | null;
  notes: readonly string[];
  capabilities: Capabilities;
  /** Whether images are checked, and from which probability they are blurred. */
  nsfwCheck: boolean;
  nsfwThreshold: number;
  /** Said to screen readers. */
  announced: string;
}

export interface View {
  readonly state: ViewState;
  readonly set: SetStoreFunction<ViewState>;
  /** A run begins. */
  start(): void;
  heed(event: SessionEvent): void;
}

export function createView(prompt: string, capabilities: Capabilities): View {
  const [state, set] = createStore<ViewState>({
    prompt,
    shownPrompt: "",
    isRunning: false,
    progress: null,
    preview: null,
    images: [],
    error: null,
    missing: null,
    notes: [],
    capabilities,
    nsfwCheck: true,
    nsfwThreshold: defaultNsfwThreshold,
    announced: "",
  });

  const end = (announced: string): void =>
    set({ isRunning: false, progress: null, preview: null, announced });

  return {
    state,
    set,
    start() {
      for (const { url } of state.images) URL.revokeObjectURL(url);
      set({
        shownPrompt: state.prompt,
        isRunning: true,
        images: [],
        error: null,
        missing: null,
        notes: [],
        announced: t.widget.stages.generate,
      });
    },
    heed(event) {
      switch (event.type) {
        case "progress":
          return set({ progress: event });
        case "preview":
          return set({ preview: event.pixels });
        case "image":
          return set("images", state.images.length, { ...event, url: URL.createObjectURL(event.png) });
        case "capabilities":
          return set({ capabilities: event.capabilities });
        case "done":
          set({ notes: event.notes });
          return end(event.images > 0 ? t.widget.done : "");
        case "error":
          if (event.code === "busy") return; // the page's request: the run goes on
          if (event.code === "cancelled") return end(t.widget.cancelled);
          set({
            error: {
              code: event.code === "internal" ? "internal" : "bad-input",
              message: event.message,
              remedy: event.remedy,
              said: event.said,
              ...(event.where === undefined ? {} : { where: event.where }),
            },
          });
          return end("");
        default:
      }
    },
  };
}
