// Adapters: library, details, the form for a card, intake of files, diagnosis.
import { formats } from "./formats.ts";

const partNames = { unet: "U-Net", text_encoder: "text encoder" } as const;

export const adapters = {
  library: {
    title: "Adapters",
    search: "Search adapters",
    searchPlaceholder: "Search titles, tags and descriptions",
    filter: "Filter",
    all: "All",
    user: (count: number) => `Yours ${formats.number(count)}`,
    pinned: (count: number) => `Pinned ${formats.number(count)}`,
    banned: (count: number) => `Banned ${formats.number(count)}`,
    add: "Add LoRA files",
    addHint:
      "Or drop them anywhere on the page. Files stay in this browser, and Stylus can choose them like any other adapter.",
    noUserAdapters: "You haven’t added any adapters.",
    noneFound: "No adapters match.",
    otherModels: "For other models",
    otherModelsHint: "These don’t fit the loaded model. Stylus uses them once theirs is loaded.",
    forModel: (model: string, bytes: number) => `For ${model}, ${formats.bytes(bytes)}`,
    unknownModel: "an unknown model",
    removeOther: (title: string) => `Remove ${title}`,
    userBadge: "Yours",
    fewStep: "Few-step",
    pinnedMark: "Pinned",
    bannedMark: "Banned",
  },

  details: {
    sampleAlt: (prompt: string) => `Sample: ${prompt}`,
    previewAlt: "The image that came with the file",
    description: "Description",
    noDescription: "No description yet. Add one so that Stylus can find this adapter.",
    facts: (category: string, weight: number) => `Category: ${category}. Recommended strength: ${weight}.`,
    byYou: "Written by you.",
    byList: "From a list of adapters.",
    bySamples: "Written from its sample images.",
    author: "Author’s notes",
    noAuthorText: "None.",
    credit: (author: string, license: string) => `By ${author}. Licence: ${license}.`,
    effect: "Effect",
    effectFacts: (prompts: number) =>
      `Measured on ${formats.counted(prompts, { one: "prompt", other: "prompts" })}.`,
    effectKinds: {
      weak: "It hardly changes images.",
      misleading: "Images match their prompts less well with it.",
      uncertain: "Whether images match their prompts better with it is not sure.",
      good: "Images match their prompts better with it.",
    },
    tags: "Tags",
    triggerWords: "Trigger words",
    none: "none",
    tag: "Prompt tag",
    file: "File",
    fileFacts: (bytes: number, baseModel: string) => `${formats.bytes(bytes)}, for ${baseModel}`,
    stored: "in this browser",
    notStored: "downloads on first use",
    page: "Web page",
    fewStep: "This is the few-step adapter behind the Fast switch. Stylus never chooses it for a prompt.",
    pin: "Pin: use in every image",
    unpin: "Unpin",
    ban: "Ban: never choose it",
    unban: "Unban",
  },

  userAdapter: {
    section: "Your adapter",
    save: "Save",
    saving: "Saving…",
    cancel: "Cancel",
    edit: "Edit details",
    remove: "Remove",
    confirmRemove: "Remove file and details",
    keep: "Keep",
    report: (fileName: string) => `Contents of ${fileName}`,
  },

  form: {
    title: "Title",
    category: "Category",
    strength: "Strength",
    description: "Description",
    descriptionHint:
      "Stylus searches this description. Example: “Turns the image into a paper collage with torn edges.”",
    tags: "Tags",
    triggerWords: "Trigger words",
    suggestions: "From its training:",
    addTrigger: "Add to trigger words",
    phrases: "Search phrases",
    phrasesHint: "What people type when they want it, separated by commas.",
    notMeant: "Not meant",
    notMeantHint: "Uses of these words that have nothing to do with the adapter. Example: “paper cup”.",
  },

  /** Cards written by a language model. */
  write: {
    with: (model: string) => `Write with ${model}`,
    all: (count: number, model: string) => `Write all ${formats.number(count)} cards with ${model}`,
    writing: (model: string) => `${model} is writing…`,
    stop: "Stop",
    undo: "Undo",
    toServer: "Sends this text to your server, not the file.",
    onDevice: "On this device. Check what it writes.",
    written: (title: string) => `The card is written: ${title}.`,
  },

  intake: {
    title: "Your LoRA files",
    more: "Add more files",
    privacy: "Files stay in this browser. Nothing is uploaded.",
    waiting: "Waiting",
    afterRun: "Checking after this run",
    checking: "Checking…",
    checkingFile: (name: string) => `Checking ${name}`,
    known: (title: string) => `Already added as ${title}`,
    added: (title: string) => `Added as ${title}`,
    fits: (model: string) => `Fits ${model}`,
    fitsInPart: (model: string, used: number, of: number) =>
      `Fits ${model} in part: ${formats.number(used)} of ${formats.number(of)} tensors are used`,
    keep: (model: string) => `Keep for ${model}`,
    keepHint: (model: string) => `Keep it here, and Stylus can choose it once ${model} is loaded.`,
    kept: (title: string, model: string) => `Kept as ${title}, for ${model}. It’s listed under Adapters.`,
    theModel: "the model",
    dismiss: "Dismiss",
    dismissFile: (name: string) => `Dismiss ${name}`,
    details: "Details",
    open: "Open details",
    add: "Add to my adapters",
    adding: "Adding…",
    report: "File contents",
    unknownFile: (names: readonly string[]) =>
      names.length === 1
        ? `${names[0]} is neither an image nor an adapter file.`
        : `These are neither images nor adapter files: ${names.join(", ")}.`,
    unknownRemedy: "Drop an image, or a LoRA file (.safetensors, .pt or .bin).",
  },

  /** A folder of files, which are kept without a question for each. */
  many: {
    title: "A folder of LoRA files",
    checking: (done: number, total: number) =>
      `Checking: ${formats.number(done)} of ${formats.number(total)}. Those that fit are kept.`,
    progress: "Files checked",
    stop: "Stop",
    stopped: (done: number, total: number) =>
      `Stopped after ${formats.number(done)} of ${formats.number(total)} files. What was kept stays.`,
    report: (kept: number, skipped: number) =>
      `${formats.number(kept)} kept, ${formats.number(skipped)} skipped.`,
    reason: (reason: string, count: number) => `${reason}: ${formats.number(count)}`,
    known: "Already among your adapters",
    leftOut: "Not checked",
    notAdapter: "Not a LoRA file",
    dismiss: "Dismiss this report",
    cards: {
      option: (model: string) => `Write cards with ${model}`,
      hint: "Each file is kept with a draft at once; the written card takes its place.",
      progress: "Cards written",
      soFar: (written: number, total: number) =>
        `${formats.number(written)} of ${formats.number(total)} cards written.`,
      report: (written: number, failed: number) =>
        `${formats.counted(written, { one: "card", other: "cards" })} written${
          failed === 0 ? "" : `, ${formats.counted(failed, { one: "draft", other: "drafts" })} kept`
        }.`,
    },
  },

  /** Said to screen readers. */
  announced: {
    refused: (fileName: string | undefined, title: string) => `${fileName ?? "The file"}: ${title}.`,
    known: (fileName: string, title: string) => `${fileName} is already added as ${title}.`,
    fits: (fileName: string) => `${fileName} fits. You can add it.`,
    fitsInPart: (fileName: string, used: number, of: number) =>
      `${fileName} fits in part: ${formats.number(used)} of ${formats.number(of)} tensors are used. You can add it.`,
    fitsOther: (fileName: string, model: string) =>
      `${fileName} is made for ${model}. You can keep it for later.`,
    added: (title: string) => `${title} added. Stylus can choose it now.`,
    kept: (title: string, model: string) => `${title} is kept for ${model}.`,
    saved: (title: string) => `${title} saved.`,
    removed: (title: string) => `${title} removed.`,
  },

  /** Why a file cannot be used. */
  refusal: {
    tooLarge: {
      title: "Too large for an adapter",
      text: "Adapters are at most about 2 GB; this is probably a checkpoint.",
      remedy: "Open checkpoints under Models.",
    },
    fullSize: "Needs full-size SD 1.5",
    fullSizeText: (file: { isEmbedding: boolean; width: number | null; model: string }) =>
      `This ${file.isEmbedding ? "textual inversion" : "adapter"} is for full-size Stable Diffusion 1.x${
        file.width === null ? "" : `: its text features are ${file.width} wide`
      }. The layers of ${file.model} are narrower, so it doesn’t fit.`,
    /** Ways to a full-size model. */
    chooseModel: "Choose a Stable Diffusion 1.5 model under Models.",
    chooseDevice:
      "Full-size models need WebGPU: choose another device under Settings, then a Stable Diffusion 1.5 model under Models.",
    noWebGpu: (reason: string) =>
      `Full-size models need WebGPU, which is unavailable here (${reason}). Use a browser and computer with WebGPU.`,
    otherBase: (base: string) => `Made for ${base}`,
    otherVersion: (way: string) => `Look for a Stable Diffusion 1.5 version. ${way}`,
    otherVersionFor: (models: readonly string[]) => `Look for a version trained for ${models.join(" or ")}.`,
    unusable: "Can’t be used here",
    bug: {
      title: "Check failed",
      text: "Stylus hit a bug while checking this file.",
      remedy: "Try again, or reload the page.",
    },
    unreadable: {
      title: "Damaged or not an adapter",
      text: "This file cannot be read as an adapter. It is incomplete, or another kind of file.",
    },
    downloadAgain: "Download it again.",
  },

  /** How strongly an adapter works. */
  strength: {
    both: (value: number) => formats.fraction(value),
    split: (unet: number, text: number) =>
      `U-Net ${formats.fraction(unet)}, text encoder ${formats.fraction(text)}`,
    blocks: "weights by block",
    fromStep: (step: number) => `from step ${step}`,
    oneStep: (step: number) => `step ${step}`,
    steps: (first: number, last: number) => `steps ${first} to ${last}`,
    embeddingsOnly: "It contains embeddings only, so its strength has no effect.",
    onlyPart: (part: "unet" | "text_encoder", strength: number) =>
      strength === 0
        ? `It changes the ${partNames[part]} only, and that strength is 0, so it does nothing.`
        : `It changes the ${partNames[part]} only, so ${formats.fraction(strength)} counts.`,
  },

  diagnosis: {
    unchanged: "unchanged",
    modules: (modules: number, of: number) => `${modules} of ${of} modules`,
    meter: (network: string) => `${network}, modules changed`,
    type: "Type",
    family: (family: string, modules: number) =>
      `${family} on ${formats.counted(modules, { one: "module", other: "modules" })}`,
    dora: (family: string, modules: number) => `${family}, DoRA on ${formats.number(modules)}`,
    rank: "Rank",
    alpha: "Alpha",
    noAlpha: "not set (uses the rank)",
    range: (first: number, last: number) => `${first} to ${last}`,
    embeddings: "Embeddings",
    embedding: (name: string, vectors: number) =>
      `${name} (${formats.counted(vectors, { one: "vector", other: "vectors" })})`,
    baseModel: "Base model",
    unknownBase: "Unknown",
    unlistedBase: "Unknown, but its shapes fit this model",
    file: "File",
    fileFacts: (bytes: number, tensors: number, dtypes: readonly string[]) =>
      `${formats.bytes(bytes)}, ${formats.counted(tensors, { one: "tensor", other: "tensors" })} in ${dtypes.join(", ")}`,
    pickle: "pickle, read without executing code",
    namings: (namings: readonly string[]) => `${namings.join(", ")} key names`,
    hashes: "Hashes",
    autoV2: "AutoV2",
    autoV3: "AutoV3",
    triggers: "Frequent tags",
    unused: (count: number) => `Unused: ${formats.counted(count, { one: "tensor", other: "tensors" })}`,
    unusedCause: (count: number, cause: string) => `${formats.number(count)}: ${cause}`,
    more: (count: number) => `and ${formats.number(count)} more`,
    metadata: "Training metadata",
  },
};
