// Adapters: library, details, the form for a card, intake of files, diagnosis.
import type { LeftOut } from "../../stylus/licensed-pack.ts";
import { adapterCount, formats, images } from "./formats.ts";

const partNames = { unet: "U-Net", text_encoder: "text encoder" } as const;

export const adapters = {
  library: {
    title: "Adapters",
    list: "Adapters",
    search: "Search adapters",
    searchPlaceholder: "Search by words or meaning",
    sort: "Order",
    sorts: {
      match: "Best match",
      /** Where nothing is looked for. */
      listed: "As listed",
      title: "Title",
      added: "Newest first",
      size: "Largest first",
      uses: "Most used first",
    },
    filters: (count: number) => (count === 0 ? "Filters" : `Filters (${formats.number(count)})`),
    reset: "Reset filters",
    user: (count: number) => `Yours ${formats.number(count)}`,
    storedFilter: (count: number) => `In this browser ${formats.number(count)}`,
    pinned: (count: number) => `Pinned ${formats.number(count)}`,
    banned: (count: number) => `Banned ${formats.number(count)}`,
    hidden: (count: number) => `Hidden ${formats.number(count)}`,
    leftOut: (count: number) => `Left out ${formats.number(count)}`,
    kind: "Kind",
    baseModel: "Base model",
    licence: "Licence",
    licences: {
      allowed: "Commercial use allowed",
      refused: "Commercial use not allowed",
      unknown: "Commercial use unknown",
    },
    effect: "Measured effect",
    effects: {
      good: "Images fit prompts better",
      uncertain: "Not sure",
      weak: "Images hardly change",
      misleading: "Images fit prompts less",
    },
    use: "Use",
    usage: { used: "In your images", unused: "Never used" },
    tag: "Your tag",
    any: "Any",
    option: (label: string, count: number) => `${label} (${formats.number(count)})`,
    count: (found: number, all: number) =>
      found === all ? adapterCount(all) : `${formats.number(found)} of ${adapterCount(all)}`,
    stored: (bytes: number) => `${formats.bytes(bytes)} in this browser`,
    near: (count: number) => `${formats.number(count)} near in meaning`,
    nearText: (text: string) => `“${text}”`,
    searching: "Searching by meaning…",
    wordsOnly: "By words alone: the search by meaning isn’t ready.",
    showLeftOut: "Show them",
    add: "Add LoRA files",
    addHint:
      "Or drop them anywhere on the page. Files stay in this browser, and Stylus can choose them like any other adapter.",
    select: "Select",
    done: "Done",
    export: (count: number) => `Export ${formats.counted(count, { one: "card", other: "cards" })}`,
    exportHint: "The cards that are listed, as JSON, without their files.",
    noUserAdapters: "You haven’t added any adapters.",
    noneFound: "No adapters match.",
    otherModelsHint: "It doesn’t fit the loaded model. Stylus uses it once its own is loaded.",
    forModel: (model: string) => `For ${model}`,
    unknownModel: "an unknown model",
    userBadge: "Yours",
    fewStep: "Few-step",
    uses: (count: number) => (count === 0 ? "In none of your images" : `In ${images(count)}`),
    pinnedMark: "Pinned",
    bannedMark: "Banned",
    hiddenMark: "Hidden",
  },

  /** What is done with the selected adapters. */
  selection: {
    label: "Selected adapters",
    count: (count: number) => `${formats.number(count)} selected`,
    all: (count: number) => `Select all ${formats.number(count)}`,
    ban: "Ban",
    unban: "Unban",
    hide: "Hide",
    show: "Unhide",
    export: "Export cards",
    remove: (count: number) => `Remove ${formats.number(count)} of yours`,
    confirmRemove: (count: number) =>
      count === 1 ? "Remove file and details" : `Remove ${adapterCount(count)} with their files`,
    banned: (count: number) => `${adapterCount(count)} banned.`,
    unbanned: (count: number) => `${adapterCount(count)} unbanned.`,
    hidden: (count: number) => `${adapterCount(count)} hidden.`,
    shown: (count: number) => `${adapterCount(count)} no longer hidden.`,
    tagged: (count: number, tag: string) => `${adapterCount(count)} tagged “${tag}”.`,
    untagged: (count: number, tag: string) => `Tag “${tag}” taken off ${adapterCount(count)}.`,
  },

  /** The user’s own tags. */
  tags: {
    title: "Your tags",
    name: "Your tag",
    add: "Add tag",
    remove: "Take tag off",
    removeTag: (tag: string) => `Take off “${tag}”`,
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
    credit: (author: string) => (author === "" ? "Author unknown." : `By ${author}.`),
    effect: "Effect",
    effectFacts: (prompts: number) =>
      `Measured on ${formats.counted(prompts, { one: "prompt", other: "prompts" })}.`,
    effectKinds: {
      weak: "It hardly changes images.",
      misleading: "Images match their prompts less well with it.",
      uncertain: "Whether images match their prompts better with it is not sure.",
      good: "Images match their prompts better with it.",
    },
    licence: "Licence",
    noLicence: "not stated",
    use: "Use",
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
    hide: "Hide",
    show: "Unhide",
    hideHint: "Hidden adapters are not listed unless you ask for them. Stylus can choose them all the same.",
    export: "Export card",
    deleteFile: "Delete the file",
    confirmDelete: (bytes: number) => `Delete ${formats.bytes(bytes)}; it downloads again when needed`,
  },

  triggers: {
    label: "Sets of trigger words",
    add: (word: string) => `${word} +`,
    addTitle: "Add to the prompt",
    addSet: (count: number) => `All ${count} +`,
    addSetTitle: "Add the whole set to the prompt",
    addSetLabel: (words: readonly string[]) => `Add all to the prompt: ${words.join(", ")}`,
  },

  /** What licences say of commercial use. */
  licence: {
    allowed: "Commercial use allowed",
    refused: "Commercial use not allowed",
    unknown: "Commercial use unknown",
    only: "Only adapters whose licence allows commercial use",
    onlyHint: "By what their cards say. A licence that doesn’t say counts as not allowed.",
    allAllow: "Every adapter here allows it.",
    leftOut: ({ refused, unknown }: LeftOut) => {
      const all = formats.counted(refused + unknown, {
        one: "adapter is left out",
        other: "adapters are left out",
      });
      if (unknown === 0) return `${all}: commercial use isn’t allowed.`;
      if (refused === 0) return `${all}: nobody says whether commercial use is allowed.`;
      return `${all}: ${formats.number(refused)} because commercial use isn’t allowed, ${formats.number(unknown)} because nobody says.`;
    },
    /** Of a tag in the prompt. */
    leftOutHere: "Left out: its licence isn’t known to allow commercial use, and the settings ask for that.",
    /** Only where one can: of one's own. */
    correctIt: "If you know better, say so in its details.",
    leftOutTag: "Left out: its licence isn’t known to allow commercial use.",
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
    triggerWordsHint:
      "Separated by commas. One set per line, if several work by themselves, as of two characters.",
    suggestions: "From its training:",
    addTrigger: "Add to trigger words",
    phrases: "Search phrases",
    phrasesHint: "What people type when they want it, separated by commas.",
    notMeant: "Not meant",
    notMeantHint: "Uses of these words that have nothing to do with the adapter. Example: “paper cup”.",
    author: "Author",
    licence: "Licence",
    commercialUse: "Commercial use",
    commercialUses: {
      byName: "As the licence’s name says",
      allowed: "Allowed",
      refused: "Not allowed",
      unknown: "Unknown",
    },
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
    removedMany: (count: number) => `${adapterCount(count)} removed.`,
    exported: (count: number) => `${formats.counted(count, { one: "card", other: "cards" })} exported.`,
    fileDeleted: (title: string) => `The file of ${title} is deleted. It downloads again when needed.`,
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
    /** By Civitai’s marks. */
    never: {
      person: {
        title: "Shows a real person",
        text: "Its Civitai page marks it as made to show a real person. Stylus doesn’t offer such adapters.",
        remedy: "Look for one that shows no real person.",
      },
      minor: {
        title: "May look like a minor",
        text: "Its Civitai page marks it as one whose people may look like minors. Stylus doesn’t offer such adapters.",
        remedy: "Look for another one.",
      },
    },
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
