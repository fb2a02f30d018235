// The prompt, the bar under it, the init image and its mask.
import { elided } from "../../shared/untrusted-text.ts";
import { quoted } from "../format.ts";
import { formats, steps } from "./formats.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

export const prompt = {
  section: "Prompt and settings",
  label: "Prompt",
  placeholder: "A robot in a meadow, clay render",
  parts: (texts: readonly string[]) => `Parts found: ${texts.join("; ")}.`,
  long: (characters: number) =>
    `This prompt is ${formats.number(characters)} characters long. The model reads it in chunks of 75 tokens; the first ones count most.`,
  /** @param room of the chunks that they are in */
  tokens: (count: number, room: number) => `${formats.number(count)} of ${formats.number(room)} tokens`,
  tokensTitle: "Tokens. The model reads the prompt in chunks of 75.",
  /** For a prompt in Hangul, Kanji, Cyrillic … */
  otherScript: "The models understand English only. Write the prompt in English.",
  unknownWords: (model: string, words: readonly string[]) =>
    `${model} doesn’t know ${quoted(words, (more) => `and ${formats.number(more)} more`)}. It reads a word that it knows instead, or skips it.`,
  nearestWords: "Words that it knows instead",
  replaceWord: (word: string, thing: string) => `Replace “${word}” with “${thing}”`,
  typed: {
    replaced: (words: string) => `The prompt you typed, “${elided(words, 80)}”, was replaced.`,
    bringBack: "Bring back my prompt",
  },
  negativeInUse: (words: string) => `Negative prompt: ${elided(words, 60)}`,
  openNegative: "Edit the negative prompt",
  negativeTag: (tag: string) => `${tag} does nothing in the negative prompt. Move it to the prompt.`,

  bar: {
    generate: "Generate",
    generateKey: "Ctrl ↵",
    queue: "Add to queue",
    queueTitle: "Generates when the current run ends (Ctrl+Enter)",
    stop: "Stop",
    stopKey: "Esc",
    images: "Images",
    seed: {
      label: "Seed",
      lock: "Lock seed",
      locked: "Locked: every run uses this seed",
      unlocked: "Random: every run gets a new seed",
      fresh: "New seed",
      /** Of the run on show; null: none is. */
      reuse: (seed: number | null) => (seed === null ? "Reuse the last seed" : `Reuse seed ${seed}`),
    },
    randomSeed: "Random",
    fast: "Fast",
    fastSteps: steps,
    addInitImage: "Init image",
    settings: "Settings",
  },

  regions: {
    button: (count: number) => (count === 0 ? "Regions" : `Regions (${formats.number(count)})`),
    title: "Regions",
    hint: "Parts of the image with prompts of their own. Each gets the adapters that fit its words; the prompt above covers the whole image.",
    add: "Add a region:",
    full: (most: number) => `An image can have at most ${formats.number(most)} regions.`,
    places: {
      left: "Left half",
      right: "Right half",
      top: "Top half",
      bottom: "Bottom half",
      centre: "Centre",
    },
    /** Null, here and below: one without a prompt has no number. */
    region: (number: number | null) => (number === null ? "Empty region" : `Region ${number}`),
    prompt: (number: number | null) =>
      number === null ? "Prompt of the empty region" : `Prompt of region ${number}`,
    remove: (number: number | null) =>
      number === null ? "Remove the empty region" : `Remove region ${number}`,
    /** Its name as button, and of the dialog that it opens. */
    draw: (number: number | null) => (number === null ? "Draw the empty region" : `Draw region ${number}`),
    /** @param share of the image that is drawn */
    covered: (share: number) => {
      if (share === 0) return "Nothing is drawn, so the region is its whole rectangle.";
      return share < 0.01
        ? "The region covers less than 1% of the image."
        : `The region covers ${formats.percent(share)} of the image.`;
    },
    /** Of a rectangle in the frame, in shares of its sides. */
    area: (
      number: number | null,
      area: {
        readonly x: number;
        readonly y: number;
        readonly width: number;
        readonly height: number;
        readonly mask?: string | undefined;
      },
    ) => {
      const [left, top, width, height] = [area.x, area.y, area.width, area.height].map((share) =>
        formats.percent(share),
      );
      const name = number === null ? "Empty region" : `Region ${number}`;
      return `${name}: ${left} from the left, ${top} from the top, ${width} wide, ${height} high${area.mask === undefined ? "" : ", drawn"}`;
    },
    keys: "Drag to move, the corner to resize. Arrow keys move, with Shift they resize.",
    small: (pixels: number) =>
      `A region less than ${formats.number(pixels)} pixels wide or high cuts things off. Enlarge the region or the image.`,
    sides: { x: "Left, %", y: "Top, %", width: "Width, %", height: "Height, %" },
    weight: "Weight",
    baseWeight: "Share of the prompt in regions",
    baseWeightHint: "0 leaves it out there; more blends regions with the rest.",
    addPrompt: "Add the prompt’s words to each region",
  },

  suggestions: {
    label: "Suggestions",
    tagAdded: (tag: string) => `Added ${tag} to the prompt, which the embedding needs.`,
    /** Said to screen readers. */
    some: (count: number) =>
      `${formats.counted(count, { one: "suggestion", other: "suggestions" })}. Arrow keys choose, Enter inserts, Escape closes.`,
    kinds: {
      lora: "adapter",
      trigger: "trigger word",
      tag: "tag",
      embedding: "embedding",
      negative: "often used",
      wildcard: "wildcard",
    },
  },

  styles: {
    title: "Styles",
    text: "A style adds its words to the prompt of each run: around it where the style says `{prompt}`, else behind it.",
    list: "Your styles",
    none: "No styles yet.",
    applied: "Styles in use",
    leave: (name: string) => `Leave out style ${name}`,
    edit: "Edit",
    editName: (name: string) => `Edit ${name}`,
    remove: "Remove",
    removeName: (name: string) => `Remove ${name}`,
    writeOut: "Write the chosen styles into the prompt",
    form: "Save a style",
    name: "Name",
    prompt: "Prompt",
    promptHint: "{prompt} stands for what you write in the prompt box.",
    negative: "Negative prompt",
    save: "Save style",
    replace: "Replace style",
    import: "Import styles.csv",
    export: "Export styles.csv",
    notKept: "This browser doesn’t keep styles: they last until you close the page.",
    /** Said to screen readers. */
    saved: (name: string) => `Style saved: ${name}.`,
    removed: (name: string) => `Style removed: ${name}.`,
    added: (count: number) => `${formats.counted(count, { one: "style", other: "styles" })} added.`,
  },

  wildcards: {
    title: "Wildcards",
    paragraphs: [
      "`{red|blue}` in a prompt stands for one of the words, drawn by each image’s seed. `{2$$a|b|c}` draws two, `{3::a|b}` draws a three times as often, and `\\{` is a plain brace.",
      "`__colours__` draws a line of your file colours.txt: one option per line, which may have wildcards of its own. Drop .txt files anywhere on the page to add them.",
    ],
    files: "Your wildcard files",
    none: "No files yet.",
    options: (count: number) => formats.counted(count, { one: "option", other: "options" }),
    add: "Add .txt files",
    insert: "Insert",
    insertName: (reference: string) => `Insert ${reference} into the prompt`,
    remove: "Remove",
    removeName: (name: string) => `Remove ${name}`,
    notKept: "This browser doesn’t keep files: they last until you close the page.",
    /** Said to screen readers. */
    added: (names: readonly string[]) =>
      `Wildcard ${names.length === 1 ? "file" : "files"} added: ${names.join(", ")}.`,
    removed: (name: string) => `Wildcard file removed: ${name}.`,
  },

  initImage: {
    section: "Init image",
    offerSection: "Use of this image",
    offer: "**{name}** contains a prompt and settings.",
    offerTextSection: "Settings in the pasted text",
    offerText: "The text that you pasted contains settings.",
    useSettings: "Load settings",
    useTemplate: "Load with template",
    useTemplateTitle: "The prompt that this image’s words were drawn from. Adapters are chosen again.",
    useImage: "Use as init image",
    dismiss: "Dismiss",
    title: "Init image: **{name}**",
    unnamed: "unnamed",
    alt: "Init image",
    maskAlt: "Mask: white areas are regenerated",
    size: (width: number, height: number) => `${width} × ${height}`,
    generatedAt: (own: string, size: string) => `${own}, generated at ${size}`,
    maskedAt: (own: string, size: string) => `${own}, masked area generated at ${size}`,
    strength: "Denoising strength",
    strengthEffects: {
      none: "keeps the image as it is",
      details: "changes details",
      composition: "keeps the composition",
      shapes: "keeps rough shapes",
      all: "keeps almost nothing",
    },
    strengthText: (strength: number, effect: string) => `${formats.fraction(strength)}, ${effect}`,
    editMask: "Edit mask",
    addMask: "Add mask",
    matchSize: "Match its aspect ratio",
    stretched: "The current size stretches it.",
    remove: "Remove init image",
    /** What there is to say about the one in use. */
    notes: {
      gone: "The init image is no longer in this browser’s storage. Choose it again.",
      scaledDown: (from: Size, to: Size) =>
        `Scaled down from ${from.width} × ${from.height} to ${to.width} × ${to.height} px.`,
      maskDiscarded: "The mask was discarded because the init image changed while you drew it.",
      notInFile:
        "This image was made from an init image, which the file does not contain. Add that init image to generate it again.",
    },
    /** Said to screen readers. */
    announced: {
      taken: (name: string) => `${name} is the init image now.`,
      removed: "Init image removed.",
      maskRemoved: "Mask removed.",
      maskSaved: "Mask saved.",
      /** @param name of an image; null: of a text */
      settingsLoaded: (name: string | null) =>
        name === null ? "Prompt and settings of the text loaded." : `Prompt and settings of ${name} loaded.`,
    },
  },

  mask: {
    title: "Edit mask",
    canvas: "Mask over the image",
    keys: "Draw, or use the arrow keys and Space. [ and ] change the brush size.",
    tool: "Tool",
    brush: "Brush",
    eraser: "Eraser",
    undo: "Undo",
    undoTitle: "Undo (Ctrl+Z)",
    redo: "Redo",
    redoTitle: "Redo (Ctrl+Shift+Z)",
    size: "Size **{size}** px",
    sizeLabel: "Brush size",
    invert: "Invert",
    clear: "Clear",
    transparent: "Mask transparent areas",
    empty: "The mask is empty, so the whole image is regenerated.",
    share: (share: number) =>
      share < 0.01
        ? "The mask covers less than 1% of the image."
        : `The mask covers ${formats.percent(share)} of the image.`,
    done: "Done",
    rectangle: "Mask a rectangle",
    left: "Left",
    top: "Top",
    width: "Width",
    height: "Height",
    add: "Add to mask",
    remove: "Remove from mask",
    area: "Inpaint area",
    areaHint:
      "Crops the masked area, generates it at full size and scales it back: more detail, same image size.",
    content: "Masked content",
    blur: "Mask blur",
    padding: "Padding",
  },
};
