// The embedded widget, and what a page shows that may not be embedded.
import { formats } from "./formats.ts";

export const widget = {
  title: "Stylus image generator",
  prompt: "Prompt",
  placeholder: "a fox in the snow, stained glass",
  generate: "Generate",
  cancel: "Cancel",
  shortcut: "Ctrl+Enter generates, Esc cancels.",
  progress: "Progress",
  stages: {
    wait: "Waiting for another widget on this site",
    load: "Loading the model",
    choose: "Choosing adapters",
    fetch: "Downloading adapters",
    generate: "Generating",
  },
  at: (stage: string, share: number) => `${stage}, ${formats.percent(share)}`,
  preview: "Live preview",
  alt: (prompt: string, seed: number) => `${prompt}. Seed ${seed}.`,
  adapters: "Adapters in this image",
  adapter: (title: string, strength: number) => `${title} ${formats.fraction(strength)}`,
  noAdapters: "Base model only, no adapters.",
  download: "Download PNG",
  openPage: "Open Stylus Web",
  done: "The image is done.",
  cancelled: "Cancelled.",

  /** What this frame does without. */
  memoryOnly: "Your browser keeps nothing in this frame, so the model is downloaded again on each visit.",
  oneThread: "One CPU thread, because the embedding page grants no more: images take longer.",

  busy: {
    message: "The widget is generating.",
    remedy: "Wait for it to end, or cancel it.",
  },
  downloadModel: (model: string, bytes: number) => `Download ${model} (${formats.bytes(bytes)})`,

  forbidden: {
    message: "This site does not let the page around this frame embed the widget.",
    remedy: "You can use it on its own site.",
  },
  framed: {
    message: "Stylus Web does not run inside other sites’ pages.",
    link: "Open it in a tab of its own",
  },
};
