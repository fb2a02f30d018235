// The packs that the page knows: where their file lists are, which adapters fit them, and how they sample best.
import type { AdapterCard } from "../retrieval/card.ts";
import { StylusError } from "../shared/errors.ts";
import type { SamplerId, ScheduleId } from "../shared/request.ts";
import type { PackDefaults, SamplingDefaults } from "./options.ts";

export interface PackInfo {
  readonly id: string;
  /** Base models whose adapters fit, as cards name them. */
  readonly baseModels: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly full: SamplingDefaults;
  /** What is fetched at the start; the rest of the pack when it is needed. */
  readonly prefixes: readonly string[];
}

const pocket: PackInfo = {
  id: "pocket",
  baseModels: ["Pocket"],
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  prefixes: [
    "model_index.json",
    "preview.json",
    "text_encoder/",
    "unet/",
    "vae/",
    "tokenizer/",
    "scheduler/",
    "adapters/",
    "embedder/",
    "index/",
  ],
};

const packs: ReadonlyMap<string, PackInfo> = new Map([[pocket.id, pocket]]);

export function packInfo(id: string): PackInfo {
  const info = packs.get(id);
  if (info) return info;
  throw new StylusError("not-found", `There is no model “${id}”.`, { where: "packId" });
}

/** The parsed JSON of a pack's manifest; a file of its own in the build, so that it is read only when needed. */
export async function packManifest(id: string): Promise<unknown> {
  const manifests = import.meta.glob<{ default: unknown }>("../../model-manifests/*.json");
  const load = manifests[`../../model-manifests/${id}.json`];
  if (!load) {
    throw new StylusError("not-found", `This build of the site has no model “${id}”.`, {
      where: `model-manifests/${id}.json`,
      remedy: "Build the site again from a complete checkout.",
    });
  }
  return (await load()).default;
}

/** The few-step mode is what the card of the few-step adapter says. */
export function packDefaults(info: PackInfo, cards: readonly AdapterCard[]): PackDefaults {
  const card = cards.find(({ fewStep }) => fewStep);
  const { width, height, full } = info;
  return {
    width,
    height,
    full,
    fewStep: card?.fewStep
      ? {
          steps: card.fewStep.steps,
          cfgScale: card.fewStep.cfgScale,
          sampler: card.fewStep.sampler as SamplerId,
          schedule: card.fewStep.schedule as ScheduleId,
        }
      : null,
  };
}
