// What the readers of other programs' regional prompts (latent-couple.ts, regional-prompter.ts) answer: rectangles with words.

/** In shares of the image. */
export interface ForeignRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly prompt: string;
  /** Beside the other regions: 1 is usual. */
  readonly weight: number;
}

export interface ForeignRegions {
  /** Of the whole image. */
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly areas: readonly ForeignRegion[];
  /** Share of the prompt inside regions, 0 to 1. */
  readonly baseWeight: number;
  /** Whether the words of the prompt belong to each region’s, too. */
  readonly addPrompt: boolean;
  /** Labels of what stays behind. */
  readonly unread: readonly string[];
  /** The negative prompt had words of its own for each region: now they hold for all of the image. */
  readonly negativeByRegion: boolean;
}
