// Models: loading, the list, the question before a download, the download, checkpoints from disk.
import type { ServerCheck } from "../../compose/llm/server-check.ts";
import { files, formats } from "./formats.ts";

/** Rounded to tenths. */
const gigabytes = (bytes: number): string => `${formats.number(Math.round(bytes / 1e8) / 10)} GB`;

export const models = {
  title: "Models",
  vaeTitle: (model: string) => `VAE for ${model}`,
  downloadTitle: (model: string) => `Download ${model}?`,

  load: {
    section: "Model",
    retry: "Try again",
    allow: "Allow access",
    usePocket: "Use Pocket",
    models: "Models",
    reload: "Reload page",
    deleted: "The model was deleted from this browser",
    deletedHint: "Download it again to generate. Your images and settings are kept.",
    downloadAgain: "Download again",
    downloading: "Downloading the model",
    progress: "Model loaded",
    bytes: (received: number, total: number) => `${formats.bytes(received)} of ${formats.bytes(total)}`,
    files: (count: number) => files(count),
    once: "Later visits read it from this browser.",
    rate: (bytesPerSecond: number, left: number) =>
      `${formats.bytes(bytesPerSecond)}/s, ${formats.duration(left)} left.`,
    unknown: "…",
  },

  /** Whether a model runs here. */
  fit: {
    small: "Small enough for any computer.",
    gpu: (bytes: number, hasF16: boolean) =>
      `Needs about ${gigabytes(bytes)} of GPU memory, or 2 GB with the device “low VRAM” under Settings.${hasF16 ? "" : " This GPU lacks 16-bit shaders, which doubles it."}`,
    slow: (reason: string) => `Runs on the CPU here (${reason}), minutes per image.`,
    impossible: (weightBytes: number) =>
      `Needs WebGPU: on the CPU its weights take ${gigabytes(weightBytes)}, more than WebAssembly can hold.`,
  },

  /** Of a model that the site offers, from its manifest. */
  offered: (summary: string) => summary,

  /** Of a checkpoint from the disk. */
  summary: (facts: { isForInpainting: boolean; isFolder: boolean; dtypes: readonly string[] }) =>
    [
      facts.isForInpainting ? "Inpainting checkpoint" : "Checkpoint",
      facts.isFolder ? "diffusers folder" : "single file",
      `${formats.list(facts.dtypes)}.`,
    ].join(", "),

  withVae: (model: string, vae: string) => `${model} with ${vae}`,

  /** Said to screen readers. */
  announced: {
    ready: (title: string) => `${title} is ready.`,
    paused: "Download paused.",
    cannotRun: (title: string) => `${title} is downloaded, but cannot run on this computer.`,
    downloaded: (title: string) => `${title} is downloaded. Choose it under Models.`,
    chooses: (title: string) => `${title} is downloaded and chooses adapters now.`,
    added: (title: string) => `${title} added to the models.`,
    filesDeleted: "Files deleted.",
  },

  preparing: {
    networks: "Preparing the networks",
    stored: "Checking the stored files",
    languageModel: "Preparing the language model",
    adapter: (done: number, total: number) => `Embedding adapter ${done} of ${total}`,
  },

  list: {
    loading: "Looking for models…",
    noGraphics: (reason: string) =>
      `No GPU is available here: ${reason}. Full-size models need one; Pocket runs without.`,
    graphics: (name: string) =>
      `Full-size models run on ${name} through WebGPU. Browsers don’t report how much memory it has.`,
    label: "Models",
    kept: "Models stay in this browser until you delete them.",
    storage: "Manage storage",
  },

  row: {
    inUse: "In use",
    resolution: (side: number) => `${side} × ${side} px`,
    size: (bytes: number, exact: boolean) => `${exact ? "" : "about "}${formats.bytes(bytes)}`,
    partly: (stored: number, size: string) => `${formats.bytes(stored)} of ${size} downloaded`,
    lost: "From an earlier visit; this browser doesn’t remember files",
    needsPermission: "On your disk; needs your permission before it can be read again",
    onDisk: "On your disk, not copied",
    stored: "In this browser",
    absent: "Not downloaded",
    vPrediction: "Trained for v-prediction (see its page)",
    impossible: "Can’t run here",
    downloadAnyway: "Download anyway…",
    downloadAnywayName: (title: string) => `Download ${title} anyway`,
    downloadAnywayTitle: "For when this browser has WebGPU later",
    allow: "Allow access",
    download: "Download…",
    downloadName: (title: string) => `Download ${title}`,
    resume: "Resume…",
    use: "Use",
    useName: (title: string) => `Use ${title}`,
    vae: "VAE…",
    vaeName: (title: string) => `VAE for ${title}`,
    remove: "Remove",
    removeName: (title: string) => `Remove ${title} from the list`,
    removeInUse: "Switch to another model first",
    removeTitle: "The file stays on your disk",
  },

  question: {
    download: "Download",
    nothing: "Nothing to download.",
    size: (bytes: number, exact: boolean) =>
      `${exact ? "" : "About "}${formats.bytes(bytes)}, once. An interrupted download resumes where it stopped.`,
    space: "Space",
    unknownSpace: "This browser doesn’t report its limit.",
    noSpace: (bytes: number) =>
      `Not enough: the browser allows ${formats.bytes(bytes)} more. Free disk space, or delete models you don’t use.`,
    enoughSpace: (bytes: number) => `The browser allows ${formats.bytes(bytes)} more.`,
    runsHere: "Runs here",
    adapters: "Adapters",
    adaptersText: "Stylus chooses from the hub’s adapters for this model. Each downloads on first use.",
    license: "Terms",
    licenseText: "By downloading you accept it.",
    vae: "VAE: decodes latents into pixels",
    builtInVae: "Built in",
    otherVae: (title: string, bytes: number) =>
      `${title} (+ ${formats.bytes(bytes)}): smoother faces and fine detail`,
    busy: (title: string) => `${title} is downloading. Wait for it, or pause it first.`,
    use: "Use it",
    confirm: (bytes: number) => `Download ${formats.bytes(bytes)}`,
    cancel: "Cancel",
  },

  download: {
    pause: "Pause download",
    progress: (title: string) => `Download of ${title}`,
    carryOn: "You can keep generating.",
    paused: "Download paused. What has arrived is kept.",
    resume: "Resume",
    retry: "Try again",
    acceptChanged: "Accept changed file",
    acceptChangedTitle: "If the file was replaced on the hub and you trust the new one",
  },

  language: {
    fit: {
      gpu: (bytes: number) => `Needs about ${gigabytes(bytes)} of GPU memory while it chooses.`,
      cpu: (bytes: number) =>
        `Runs on the CPU, a minute or more per prompt. Needs about ${gigabytes(bytes)} of memory.`,
      noWebGpu: (reason: string) => `Needs WebGPU: ${reason}.`,
      noF16: "Needs a GPU with 16-bit shaders.",
      ownServer: "Runs on your own server.",
    },
    title: "Language models",
    hint: "A language model reads your prompt, splits it into parts and chooses adapters for each. Without one the reader chooses, which is built in and quick. Nothing is downloaded unless you choose it here.",
    roles: { default: "Recommended", small: "Small", better: "Better" },
    download: (bytes: number) => `Download ${formats.bytes(bytes)}`,
    action: (label: string, title: string) => `${label}: ${title}`,
    stopUsing: "Use the reader",
    stopUsingName: (title: string) => `Use the reader instead of ${title}`,
    delete: "Delete",
    deleteName: (title: string) => `Delete ${title}`,
    confirmDelete: "Delete download",
    keep: "Keep",
  },

  ownServer: {
    title: "Your own server",
    summary:
      "Ollama, LM Studio, llama.cpp, vLLM, or any other server with OpenAI’s API. Nothing is downloaded. It also writes the cards of LoRA files that you add.",
    privacy:
      "Your prompts, also while you type them, and the texts of adapters’ cards go to this server. Images and files stay in this browser.",
    withKey: "With a key",
    name: "Set up…",
    change: "Change…",
    address: "Address",
    addressHint:
      "With its port. Ollama’s is http://localhost:11434/v1, LM Studio’s http://localhost:1234/v1.",
    noAddress: "Enter an address that begins with http:// or https://.",
    model: "Model",
    modelHint: "As the server calls it, such as qwen2.5:7b. Check lists what it has.",
    noName: "Enter the name of a model.",
    key: "Key (optional)",
    keyHint: "Kept in this browser only, unencrypted, and sent to this server only.",
    badKey: "A key can contain only Latin letters, digits and symbols, without spaces.",
    format: "Answer format",
    formats: { schema: "JSON schema", object: "JSON object", text: "Text" },
    formatHint: "A schema gives the best answers. Choose another format if the server refuses it.",
    save: "Save",
    check: "Check",
    checking: "Checking. The first answer can take a minute while the server loads the model.",
    stopCheck: "Stop check",
    cancel: "Cancel",
    forget: "Forget",
    confirmForget: "Forget server and key",
    describe: (found: ServerCheck<string>, model: string): string => {
      switch (found.kind) {
        case "works":
          return `${model} answers.`;
        case "blocked":
          return `This site does not allow ${found.origin}, only servers on this computer (localhost or 127.0.0.1) and those that its host has named. Whoever hosts it can add the address: see STYLUS_MODEL_SERVERS in the README.`;
        case "insecure":
          return "An https page can’t reach an http address on another computer. Use https there, or run the server on this computer.";
        case "redirects":
          return "This address redirects to another one, but your prompts and key are only for the address you enter. Enter the one it redirects to.";
        case "cors":
          return `A server answers at this address, but it doesn’t allow ${found.origin} to read the answer (CORS). If the address redirects, enter the one it redirects to; otherwise, allow this page there:`;
        case "unreachable":
          return found.isCertain
            ? "Nothing answers at this address. Check that the server runs, and its port. If the browser asks for access to your local network, allow it."
            : "No answer. Check that the server runs, and its port. If it does, it doesn’t allow this page (CORS). Allow it there:";
        case "key":
          return found.hasKey ? "The server refuses this key." : "The server needs a key.";
        case "noModel":
          return found.models.length === 0
            ? `The server has no model ${model}.`
            : `The server has no model ${model}. It has ${formats.list(found.models.slice(0, 12))}.`;
        case "noChat":
          return "This address doesn’t offer OpenAI’s API. Check the address; it usually ends with /v1.";
        case "refused":
          return `The server rejected the request (${found.status}${found.said ? `: ${found.said}` : ""}). Try another answer format.`;
        case "failing":
          return `The server failed: ${found.why}.`;
        case "silent":
          return `No answer within ${found.seconds} seconds. Check that the server has enough memory for ${model}.`;
        default:
          return found satisfies never;
      }
    },
    /** How programs let pages of `origin` in. */
    leave: (origin: string): string[] => [
      `Ollama: start it with OLLAMA_ORIGINS=${origin}`,
      "LM Studio: switch on “Enable CORS” in the settings of its server",
      `vLLM: --allowed-origins '["${origin}"]'`,
      "llama.cpp: allows every page",
    ],
  },

  disk: {
    section: "From your disk",
    title: "Open a checkpoint from disk",
    hint: "Any Stable Diffusion 1.x model: a .safetensors file or a folder in diffusers layout. Stylus reads it in place, without uploading or copying it. You can also drop it on the page.",
    file: "Choose file",
    folder: "Choose folder",
    filesInput: "Checkpoint files",
    folderInput: "Checkpoint folder",
  },
};
