// The frame of the page: header, model popover, notices, help, welcome, and what every dialog and error shares.
import { formats, steps } from "./formats.ts";

export const page = {
  title: "Stylus Web",
  /** In the tab while a run is under way. */
  titleAt: (share: number) => `${formats.percent(share)} · Stylus Web`,

  drop: {
    title: "Drop files here",
    kinds: [
      "LoRA, or a folder of them: adds it to your adapters",
      "Checkpoint: adds it to your models",
      "Image: loads its settings, or uses it as the init image",
      "Text file: adds it to your wildcards",
      "styles.csv: adds its prompt styles",
      "ZIP of exported images: adds them to your images",
    ],
  },

  header: {
    name: "Stylus",
    model: "Model",
    models: "Models",
    modelsWith: (state: string) => `Models: ${state}`,
    adapters: "Adapters",
    adaptersWith: (count: number) => `Adapters, ${formats.number(count)}`,
    switchLanguage: (language: string) => `Switch to ${language}`,
    help: "Help and shortcuts",
    deviceLabel: (model: string, status: string) => `${model}: ${status}. Details`,
    status: {
      webgpu: "WebGPU",
      wasm: "CPU",
      preparing: "Preparing",
      loading: (percent: number) => `Loading ${formats.percent(percent / 100)}`,
      deleted: "Deleted",
      failed: "Not loaded",
      waiting: "Starting",
    },
    downloadStates: { stopped: "paused", failed: "failed" },
  },

  device: {
    label: "Model and device",
    deleted: "The model’s files were deleted from this browser.",
    failed: "The model failed to load.",
    loading: "The model is loading.",
    runsOn: "Runs on",
    reason: (reason: string) => `Why: ${reason}.`,
    size: "Size",
    allStored: "Read from this browser’s storage.",
    downloaded: (bytes: number) => `${formats.bytes(bytes)} downloaded on this visit.`,
    notKept: "This browser doesn’t keep files, so every visit downloads them again.",
    fewStep: "Few-step",
    fewStepSteps: steps,
    noFewStep: "This model has no few-step adapter.",
    files: "Files",
    storage: "Storage",
  },

  notices: {
    oneThread: "Only one CPU thread is available, so generating is slow.",
    notIsolated:
      "Only one CPU thread is available because this page isn’t cross-origin isolated. Reload once; if this notice stays, the server must send COOP and COEP headers.",
    close: "Close this notice",
  },

  version: {
    ready: "A new version is ready.",
    reload: "Reload",
    later: "Later",
  },

  install: {
    title: "Install",
    offer: "You can install Stylus: it works offline, in a window of its own.",
    why: "Stylus gets a window of its own and opens LoRA files and images from other apps. Nothing is sent anywhere, and your images and models stay in this browser.",
    install: "Install",
    decline: "Don’t offer this again",
  },

  error: {
    bug: (message: string) => `Stylus hit a bug: ${message}`,
    bugRemedy: "Your prompt and settings are kept. Try again, or reload the page.",
    details: "Details",
  },

  close: "Close",
  deleting: "Deleting…",
  confirmLabel: (action: string) => `${action}?`,
  decrease: (label: string) => `${label}: decrease`,
  increase: (label: string) => `${label}: increase`,
  /** Where an adapter without an image has no title either. */
  noLetter: "?",
  license: (name: string) => `Licence: ${name}`,
  licenseOnPage: (name: string) => `Licence: ${name} (see its page)`,

  welcome: {
    title: "Describe an image.",
    /** @param asksServer whether the user's own server chooses adapters */
    text: (asksServer: boolean) =>
      `Stylus splits your prompt into parts, picks LoRA adapters for each, and generates the image. ${
        asksServer
          ? "Your prompt goes to your own language-model server, which you chose under Models; everything else stays in this browser."
          : "Everything runs in this browser; your prompt never leaves it."
      }`,
    /** @param things how many it draws; null before that is known */
    scope: (things: number | null) =>
      `Pocket, the built-in model, draws simple cartoons${
        things === null ? "" : ` of about ${formats.number(Math.round(things / 100) * 100)} things`
      }.`,
    everythingElse: "For everything else,",
    fullSize: "load Stable Diffusion 1.5.",
    noFullSize: (reason: string) =>
      `Stable Diffusion 1.5, for everything else, can’t run here: it needs WebGPU on a real GPU (${reason}).`,
    examples: "Example prompts",
    pictures: "Examples that Pocket generated. Choose one to try it.",
    inPrompt: "In the prompt",
    taken: (prompt: string) => `Example loaded: ${prompt}.`,
  },

  /** What runs on this device. */
  abilities: {
    title: "On this device",
    /** @param device that it runs on; null while another model is in use */
    pocket: (bytes: number, device: "webgpu" | "wasm" | null) =>
      `${formats.bytes(bytes)}, built in. Cartoons of 256 × 256 px, in ${
        device === "webgpu" ? "about a second" : "a few seconds to half a minute"
      } each${device === "wasm" ? " on the CPU" : ""}.`,
    fullSize: (bytes: number, gpuBytes: number | null) =>
      `Draws anything, at 512 × 512 px. A download of ${formats.bytes(bytes)}, once${
        gpuBytes === null ? "" : `; takes about ${formats.bytes(gpuBytes)} of GPU memory`
      }. Seconds to a minute per image.`,
    noFullSize: (bytes: number, reason: string) =>
      `Draws anything, but doesn’t run here: ${reason}. Elsewhere it’s a download of ${formats.bytes(bytes)}.`,
    languageTitle: "Language model",
    language: (bytes: number, onGpu: boolean) =>
      `Optional: chooses adapters and gives its reasons. From ${formats.bytes(bytes)}; ${
        onGpu ? "a few seconds" : "a minute or more"
      } per prompt. Without it the built-in reader chooses, in under a second.`,
    models: "All models",
  },
  allAdapters: "Show all adapters",
  collection: "Adapters to choose from",

  help: {
    title: "Help and shortcuts",
    shortcuts: "Shortcuts",
    keys: [
      { keys: ["Ctrl", "Enter"], action: "Generate; during a run, add to the queue" },
      { keys: ["Esc"], action: "Stop" },
      {
        keys: ["Ctrl", "↑ ↓"],
        action: "Raise or lower the weight of the selection or the word at the cursor",
      },
      { keys: ["Alt", "↑ ↓"], action: "Previous and next prompt" },
      { keys: ["↑ ↓", "Enter"], action: "Choose and insert a suggestion" },
    ],
    how: "How it works",
    paragraphs: [
      "Stylus compares your prompt with the description of every adapter. It splits the prompt into parts, picks adapters for each part, gives each image of a batch its own mix, and keeps the total strength within a budget. The method comes from the paper _Stylus: Automatic Adapter Selection for Diffusion Models_ (arXiv 2404.18928).",
      "Prompts take `(emphasis:1.2)` and `<lora:name:0.8>`. A LoRA tag also takes separate text encoder and U-Net weights (`:0.3:0.8`), block weights (`:lbw=OUTALL`) and a step range (`:start=2:stop=12`). Several tags for one adapter add up.",
      "`{red|blue}` draws one of the words for each image, and `__colours__` a line of your own file: see Wildcards, under the prompt.",
      "Block weight lists and presets such as OUTALL count the blocks of Stable Diffusion 1.5. Pocket has fewer, so name its blocks: `:lbw=IN03=0.5,M00=0`.",
      "Downloaded images carry prompt, seed, settings and adapters in the A1111 format. Drop one on this page to load its settings.",
      "Drop, paste or choose any image to use it as the init image. Lower denoising strength keeps more of it, and a mask limits the change to one area. Hires fix, under Settings, refines an image at a larger size.",
      "Drop your own LoRA files (.safetensors, .pt or .bin) on the page, or a whole folder. Stylus checks each one: a single file waits until you add it, those of a folder that fit the model are added at once; what other programs keep beside it (.civitai.info, .json, .txt, a preview image) fills in its details.",
      "Pocket, the built-in model, is small and trained on simple scenes. Under Models you can download Stable Diffusion 1.5 and community checkpoints, or open your own from disk. The hub sees what you download, never what you write.",
    ],
    language: "Language",
    appearance: "Appearance",
    appearances: { system: "System", light: "Light", dark: "Dark" },
  },
};
