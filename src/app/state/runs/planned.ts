// What the next run would generate as the page stands: the adapters that tags name, and the images with their strengths.
import { createMemo, type Accessor } from "solid-js";
import { planBatch, regionPlanOptions } from "../../../stylus/batch-plan.ts";
import type { Reading } from "../../../stylus/choose.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { readLoraTags, type LoraTags } from "../../../stylus/lora-tags.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import type { PlannedImage } from "../../../stylus/run-types.ts";

export interface Planned {
  /** The adapters that the prompt names by tags, and what cannot be understood of them. */
  readonly tags: Accessor<LoraTags>;
  /** The images at the present seed: strengths for the sliders. */
  readonly planned: Accessor<readonly PlannedImage[]>;
  /** What each region adds to them. */
  readonly plannedRegions: Accessor<readonly (readonly PlannedImage[])[]>;
}

export function createPlanned(context: {
  readonly pack: Accessor<LoadedPack | null>;
  /** Without templates. */
  readonly prompt: Accessor<string>;
  readonly options: Accessor<GenerateOptions>;
  /** With the words that templates stand for. */
  readonly spelledOut: Accessor<GenerateOptions>;
  readonly reading: Accessor<Reading>;
}): Planned {
  const { pack, prompt, options, spelledOut, reading } = context;
  const tags = createMemo(() => readLoraTags(prompt(), pack()?.cards));
  const planned = createMemo((): readonly PlannedImage[] => {
    const loaded = pack();
    if (!loaded) return [];
    const tagged = tags().adapters;
    return planBatch(reading().composition, options(), { ...loaded, tagged }).images;
  });
  const plannedRegions = createMemo((): readonly (readonly PlannedImage[])[] => {
    const loaded = pack();
    if (!loaded) return [];
    const areas = spelledOut().regions?.areas ?? [];
    return reading().regions.map((composition, index) => {
      const tagged = readLoraTags(areas[index]?.prompt ?? "", loaded.cards).adapters;
      return planBatch(composition, regionPlanOptions(options()), { ...loaded, tagged }).images;
    });
  });
  return { tags, planned, plannedRegions };
}
