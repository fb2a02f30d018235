// A run and its outcome: stages, images, chosen adapters, candidates, gallery.
import type { BaselineName } from "../../compose/baselines.ts";
import type { UnavailableTexts } from "../../compose/unavailable.ts";
import type { ComposerId, MethodId } from "../../shared/limits.ts";
import { adapterCount, formats, images } from "./formats.ts";
import { models } from "./models.ts";

const { fit } = models.language;

const choosers: Readonly<Record<MethodId | ComposerId, string>> = {
  stylus: "Stylus chooses",
  retriever: "similarity alone chooses",
  reranker: "the reranker chooses",
  random: "adapters are chosen at random",
  sd: "only your own tags and pins count",
  reader: "the reader chooses",
  rules: "the rules choose",
  llm: "the language model chooses",
};

export const run = {
  /** Said to screen readers. */
  announced: {
    generating: "Generating.",
    chosen: (picks: number) =>
      picks === 0 ? "No adapter chosen for this prompt." : `Chose ${adapterCount(picks)} for this prompt.`,
    imageDone: (image: number, of: number) => `Image ${image} of ${of} is done.`,
    stopped: "Stopped.",
    comparing: "Generating the comparison.",
    compared: "The comparison is ready.",
  },

  /** The device was lost during a run. */
  device: {
    restarting: (loss: string) => `${loss} Stylus is restarting it.`,
    lostAgain: (loss: string) => `${loss} It happened again.`,
    switching: (failure: string) => `${failure} Stylus goes on with ONNX Runtime.`,
    onRuntime: "The run continues with ONNX Runtime on the GPU. Nothing is lost.",
    onCpuAfterLosses:
      "The GPU was lost more than once, so the run continues on the CPU: slower, with the same result. Reload the page to use the GPU again.",
    recovered: "The GPU was lost and recovered. The run continues, and nothing is lost.",
    onCpu: (reason: string) =>
      `The run was interrupted and continues on the CPU (${reason}). Nothing is lost.`,
  },

  /** A run goes on that an earlier visit began. */
  continued: (there: number, of: number) =>
    `Continued: ${formats.number(there)} of ${images(of)} ${there === 1 ? "was" : "were"} finished before and ${
      there === 1 ? "is" : "are"
    } not generated again.`,

  missingAdapters(ids: readonly string[]): string {
    const names = ids.map((id) => `“${id}”`).join(", ");
    return ids.length === 1
      ? `This image used the adapter ${names}, which is missing. Add its file again to reproduce the image.`
      : `This image used adapters that are missing: ${names}. Add their files again to reproduce the image.`;
  },

  stages: {
    label: "Stages of this run",
    candidates: (count: number) => formats.counted(count, { one: "candidate", other: "candidates" }),
    parts: (count: number) => formats.counted(count, { one: "part", other: "parts" }),
    adapters: adapterCount,
    images,
    failed: "failed",
    stopped: "stopped",
    bytes: (received: number, total: number) => `${formats.bytes(received)} of ${formats.bytes(total)}`,
    step: (step: number, of: number) => `step ${step} of ${of}`,
    imageStep: (place: { image: number; images: number; step: number; steps: number }) =>
      `image ${place.image} of ${place.images}, step ${place.step} of ${place.steps}`,
    left: (milliseconds: number) => `${formats.duration(milliseconds)} left`,
  },

  image: {
    alt: (image: { prompt: string; seed: number; adapters: readonly string[] }) =>
      `${image.prompt}. Seed ${image.seed}, ${image.adapters.length > 0 ? `with ${image.adapters.join(", ")}` : "no adapters"}.`,
    preview: "Live preview",
    progress: (index: number) => `Image ${index + 1}`,
    stopped: "Stopped",
    starting: "Starting",
    waiting: "Waiting",
    seed: "Seed **{seed}**",
    variation: "variation **{seed}**",
    compareAll: "Without adapters",
    compareAllTitle: "Generate the same seed without adapters and compare",
    compareInitImage: "Before",
    compareInitImageTitle: "Compare with the init image",
    closeComparison: "Close comparison",
    useAsInitImage: "Use as init image",
    reuse: "Reuse prompt, seed and settings",
    reused: "Prompt, seed and settings loaded.",
    download: "Download PNG with settings",
    adapters: "Adapters in this image",
    inRegion: (region: number, adapter: string) => `Region ${region}: ${adapter}`,
    masked: "This image’s mix leaves it out",
    off: "off",
    noAdapters: "Base model only, no adapters.",
  },

  /** An address that carries prompt and settings. */
  link: {
    copy: "Copy link",
    copied: "Link copied. It carries prompt and settings, never an image.",
    without: (names: readonly string[]) =>
      `It leaves out what isn’t in the catalogue: ${names.map((name) => `“${name}”`).join(", ")}.`,
    copyNames: "Copy with names",
    copiedNames: "Link copied, with the names of your files. The files themselves stay here.",
    notCopied: "This browser doesn’t let the page copy. Here is the link:",
    address: "Link",
    loaded: "Prompt and settings of the link loaded.",
  },

  comparison: {
    noAdapters: "without adapters",
    without: (title: string) => `without ${title}`,
    before: "before",
    after: "after",
    chosen: "with all adapters",
    alt: (label: string) => `Same seed, ${label}`,
    preview: (label: string) => `Live preview, ${label}`,
    divider: (label: string) => `Divider: ${label}`,
    step: (label: string, step: number, steps: number) => `${label} · ${step} / ${steps}`,
  },

  choice: {
    title: "Chosen adapters",
    byRules: "chosen by rules",
    byReader: "chosen by the reader",
    byModel: (name: string) => `chosen by ${name}`,
    byOwnServer: "chosen by your own server",
    byYou: "chosen by you",
    byBaseline: {
      "no adapters": "no adapters",
      "chosen by hand": "chosen by hand",
      "top 3 by similarity": "top 3 by similarity",
      "top 3 by the reranker": "top 3 by the reranker",
      "three at random": "three at random",
    } satisfies Record<BaselineName, string>,
    choosing: "a language model is choosing…",
    /** Why another one chose than was asked for. */
    instead: {
      readerLoading: () => "The reader is still loading.",
      noReader: () => "This build of the site has no reader.",
      noModel: () => "No language model is chosen: choose one under Models.",
      modelGone: () => "The chosen language model is no longer offered.",
      noWebGpu: ({ title, reason }) => `${title} cannot run here. ${fit.noWebGpu(reason)}`,
      noShaderF16: ({ title }) => `${title} cannot run here. ${fit.noF16}`,
      notDownloaded: ({ title }) => `${title} is not downloaded: download it under Models.`,
    } satisfies UnavailableTexts,
    /** Of a run or file that was brought back; `who` chooses otherwise. */
    restored: {
      next: (who: MethodId | ComposerId) =>
        `The next run uses the restored adapters. After that, ${choosers[who]} again.`,
      done: (who: MethodId | ComposerId) =>
        `This run used the restored adapters. From now on, ${choosers[who]} again.`,
      now: "Choose now",
    },
    reading: "Choosing adapters…",
    pending: "Your changes aren’t in the image yet.",
    regenerate: "Regenerate with same seed",
    emptyPrompt: "As you type, the parts of your prompt and their adapters appear here.",
    off: "Adapter selection is off. Choose another method under Settings.",
    noCards: "This model has no adapters. Add LoRA files made for it under Adapters.",
    noneNeeded: "No adapter chosen: this prompt is left to the base model.",
    regionAsImage: "No adapters of its own: those of the whole image work here too.",
    pinned: "Pinned by you",
    pinReason: "In every image until you unpin it.",
    tagged: "Tagged in the prompt",
    unknownTag: (advice: string) => `No adapter has this name. ${advice}`,
    base: "Left to the base model:",
    noOther: "No other adapter for:",
    more: (count: number) => `and ${formats.number(count)} more`,
    banned: "Banned:",
    unban: "Unban",
  },

  /** In the formula of a strength: "0.8 × 0.5 (budget)". */
  formulaWords: {
    "set by you": "set by you",
    "tag in the prompt": "tag in the prompt",
    budget: "budget",
  },

  pick: {
    details: (title: string) => `Details of ${title}`,
    match: "Similarity to this part, 0 to 1",
    banned: "Banned: Stylus won’t choose it again.",
    removed: "Left out of this prompt.",
    download: (bytes: number) =>
      `Downloads ${formats.bytes(bytes)} when you generate, then stays in this browser.`,
    formula: (formula: string, strength: number) => `Strength: ${formula} = ${formats.fraction(strength)}`,
    triggerWords: "Trigger words:",
    restore: "Restore",
    strength: (title: string) => `Strength of ${title}`,
    strengthNumber: (title: string) => `Strength of ${title} as a number`,
    setByYou: "Set by you",
    reset: (title: string) => `Reset strength of ${title}`,
    resetTitle: "Reset to recommended",
    compare: "Compare without it",
    compareTitle: "Generate the same seed without it and compare",
    notInImage: "No image uses it yet",
    pin: (title: string) => `Pin ${title}`,
    pinTitle: "Pin: use in every image",
    pinnedTitle: "Pinned: in every image",
    ban: (title: string) => `Ban ${title}`,
    banTitle: "Ban: never choose it",
    remove: (title: string) => `Leave ${title} out of this prompt`,
    removeTitle: "Leave out of this prompt",
  },

  candidates: {
    rejected: "Considered but not chosen",
    read: "Adapters considered",
    wanted: "Probability that the prompt wants it",
    nearest: {
      title: (text: string) => `closest on its card: title “${text}”`,
      trigger: (text: string) => `closest on its card: trigger word “${text}”`,
      tag: (text: string) => `closest on its card: tag “${text}”`,
      phrase: (text: string) => `closest on its card: search phrase “${text}”`,
    },
    serves: (words: string) => `goes best with “${words}”`,
    others: (count: number) =>
      `and ${formats.counted(count, { one: "other", other: "others" })}, clearly not wanted`,
    noPart: "Other words",
    all: "All candidates by similarity",
  },

  queue: {
    title: (count: number) => formats.counted(count, { one: "run waiting", other: "runs waiting" }),
    list: "Waiting runs",
    clear: "Clear queue",
    up: (prompt: string) => `Start “${prompt}” earlier`,
    upTitle: "Earlier (Alt+↑)",
    down: (prompt: string) => `Start “${prompt}” later`,
    downTitle: "Later (Alt+↓)",
    cancel: (prompt: string) => `Cancel “${prompt}”`,
    cancelTitle: "Cancel (Delete)",
    /** Runs of an earlier visit, or after a failure. */
    left: (count: number) =>
      count === 1 ? "1 run was waiting." : `${formats.number(count)} runs were waiting.`,
    interrupted: (count: number, waiting: number) =>
      `${count === 1 ? "1 run was" : `${formats.number(count)} runs were`} interrupted${
        waiting === 0 ? "" : `, ${formats.number(waiting)} more ${waiting === 1 ? "was" : "were"} waiting`
      }.`,
    /** Of the images of interrupted runs. */
    partly: (there: number, of: number) =>
      there === of
        ? `All ${images(of)} are in your gallery.`
        : `${formats.number(there)} of ${images(of)} ${there === 1 ? "is" : "are"} in your gallery; only the other ${
            of - there === 1 ? "one" : formats.number(of - there)
          } will be generated.`,
    leftLabel: "Runs that were waiting",
    continue: "Continue",
    dismiss: "Dismiss",
    cfgScale: (scale: number) => `CFG ${formats.fraction(scale)}`,
    seed: (seed: number) => `seed ${seed}`,
    clipSkip: (layers: number) => `clip skip ${formats.number(layers)}`,
    strengths: "adapter strengths",
    /** What the run does without, unlike the one before. */
    without: {
      negativePrompt: "no negative prompt",
      initImage: "no init image",
      hires: "no hires fix",
      details: "no detail pass",
      variation: "no seed variations",
      tiledVae: "no tiled VAE",
      guidanceInterval: "guided in every step",
      cache: "no reused features",
      plot: "no plot",
    },
    /** Said to screen readers. */
    announced: {
      added: (waiting: number) =>
        `Added to the queue: ${formats.counted(waiting, { one: "run waiting", other: "runs waiting" })}.`,
      moved: (place: number, of: number) => `Now in place ${place} of ${of}.`,
      removed: (waiting: number) =>
        waiting === 0
          ? "The queue is empty."
          : `Removed. ${formats.counted(waiting, { one: "run waiting", other: "runs waiting" })}.`,
    },
  },

  gallery: {
    title: "Your images",
    empty: "none yet",
    size: (count: number, bytes: number) => `${formats.number(count)} · ${formats.bytes(bytes)}`,
    here: "in this browser",
    untilClosed: "until you close this page",
    deleteAll: "Delete all",
    deleteAllName: "Delete all images",
    confirmDelete: (count: number) => `Delete ${images(count)}`,
    keep: "Keep",
    more: (count: number) => `${formats.number(count)} more`,
    filter: "Filter",
    find: "Search prompts and notes",
    adapter: "Adapter",
    anyAdapter: "Any adapter",
    date: "Date",
    dates: { any: "Any date", today: "Today", week: "Last 7 days", month: "Last 30 days" },
    favourites: "Favourites",
    noneFound: "No image matches.",
    found: (count: number, of: number) => `${formats.number(count)} of ${formats.number(of)}`,
    favourite: (seed: number) => `Favourite: image with seed ${seed}`,
    note: "Note",
    notePlaceholder: "Add a note",
    select: "Select",
    selected: (count: number) => `${formats.number(count)} selected`,
    selectImage: (seed: number) => `Select image with seed ${seed}`,
    all: "Select all",
    compare: "Compare",
    compareTitle: "Compare two images",
    compareHint: "Select two images to compare",
    compared: (seed: number) => `Seed ${seed}`,
    export: "Export ZIP",
    exporting: "Exporting…",
    exported: (count: number) => `Exported ${images(count)}.`,
    import: "Import ZIP",
    imported: (count: number, known: number) =>
      `Imported ${images(count)}.${known === 0 ? "" : ` ${images(known)} ${known === 1 ? "was" : "were"} here already.`}`,
    done: "Done",
    show: (seed: number) => `Show image with seed ${seed} and its run`,
    delete: (seed: number) => `Delete image with seed ${seed}`,
  },
};
