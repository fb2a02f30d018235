// An image beside what it is compared with: itself without an adapter, or what it started from.
import type { Accessor } from "solid-js";
import type { SetStoreFunction } from "solid-js/store";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { t } from "../../../texts/texts.ts";
import { withoutTags } from "../../../shared/prompt-syntax.ts";
import { encodeImage } from "../../images/image-file.ts";
import { explain } from "../../explain.ts";
import { idNamed, missingAdapters } from "../../../stylus/adapter-names.ts";
import { listedOf, type GenerateOptions } from "../../../stylus/options.ts";
import type { RunEvent } from "../../../stylus/run-types.ts";
import { adapterIdsAnywhere, regionsOfImage } from "../../../stylus/region-text.ts";
import { withoutTagsOf } from "../../../stylus/details/details.ts";
import { vaeOf } from "../../../stylus/plot/vaes.ts";
import { run as runOptions } from "../../../stylus/run.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { RunServices } from "../../../stylus/ports.ts";
import type { InputStore } from "../../images/input-store.ts";
import { optionsOfImage, wordsOf, type Comparison, type RunView, type VariantView } from "./view.ts";

/** What runs and comparisons share. */
export interface ComparisonSources {
  readonly services: RunServices;
  /** Has the init images. */
  readonly inputs: Promise<InputStore>;
  readonly packId: Accessor<string>;
  readonly pack: Accessor<LoadedPack | null>;
  readonly cards: Accessor<ReadonlyMap<string, AdapterCard>>;
  /** Holds for comparisons, whatever the run was asked for. */
  readonly commercialOnly: Accessor<boolean>;
  readonly announce: (text: string) => void;
}

export interface Comparisons {
  /** Generates image `imageIndex` again with `without` taken out ("all": no adapters), same seed, beside it. */
  compare(imageIndex: number, without: string): Promise<void>;
  /** Shows what image `imageIndex` started from, beside it. */
  compareWithInitImage(imageIndex: number): Promise<void>;
  closeVariant(imageIndex: number): void;
}

interface ComparisonsContext extends ComparisonSources {
  readonly current: Accessor<{ readonly view: RunView; readonly set: SetStoreFunction<RunView> } | null>;
  /** Runs `work` as the one thing that runs. */
  readonly exclusively: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly heedDevice: (event: RunEvent) => void;
  readonly hooks: Omit<Parameters<typeof runOptions>[2], "signal" | "onEvent">;
  /** Title of the model that generated what is on show. */
  readonly model: Accessor<string>;
}

/** Nothing of it has been generated yet. */
const blankVariant = (comparison: Comparison): VariantView => ({
  id: crypto.randomUUID(),
  comparison,
  status: "sampling",
  step: 0,
  steps: 0,
  preview: null,
  encoded: null,
  error: null,
});

export function createComparisons(context: ComparisonsContext): Comparisons {
  const { services, inputs, packId, cards, announce, current, exclusively, heedDevice, hooks } = context;

  async function compare(imageIndex: number, without: string): Promise<void> {
    const { view, set } = current() ?? {};
    const image = view?.images[imageIndex];
    if (!view || !set || !image?.encoded) return;
    const isOut = (id: string): boolean => without === "all" || id === without;
    const comparison: Comparison =
      without === "all"
        ? { kind: "no-adapters" }
        : { kind: "without", title: cards().get(without)?.title ?? without };
    const setVariant = (variant: Partial<VariantView>): void => {
      if (image.variant?.encoded) URL.revokeObjectURL(image.variant.encoded.url);
      set("images", imageIndex, "variant", { ...blankVariant(comparison), ...variant });
    };
    const fail = (error: StylusError): void => setVariant({ status: "failed", error: explain(error) });
    const generatedBy = view.report?.pack;
    if (generatedBy && generatedBy.id !== packId()) {
      fail(
        new StylusError(
          "not-found",
          say`${generatedBy.title} made this image, but another model is in use.`,
          {
            remedy: say`Choose ${generatedBy.title} under Models, then compare.`,
          },
        ),
      );
      return;
    }
    // Until the model is loaded nothing is known; the run loads it and names what is missing.
    const kept = adapterIdsAnywhere(image).filter((id) => !isOut(id));
    const [lost] = context.pack() ? missingAdapters(kept, cards()) : [];
    if (lost !== undefined) {
      fail(
        new StylusError("not-found", say`This image’s adapter “${lost}” was removed.`, {
          remedy: say`Add its file again, then compare.`,
        }),
      );
      return;
    }
    const rest = image.adapters.filter(({ id }) => !isOut(id));
    const known = [...cards().values()];
    const options: GenerateOptions = {
      ...optionsOfImage(image, view),
      // Its tags are in the list of adapters already.
      prompt: withoutTags(wordsOf(image, view).prompt),
      negativePrompt: wordsOf(image, view).negativePrompt,
      regions: regionsOfImage(view.options.regions, image, isOut),
      commercialOnly: context.commercialOnly(),
      details: withoutTagsOf(view.options.details, (name) => isOut(idNamed(name, known))),
      pins: [], // in the list, too; one that is taken out may be gone
      adapters: rest.length === 0 ? "none" : rest.map(listedOf),
    };
    const loaded = context.pack();
    const ownVae = image.vae === undefined || loaded === null ? undefined : vaeOf(loaded, image.vae);
    await exclusively(async (signal) => {
      setVariant({ steps: options.steps });
      announce(t.run.announced.comparing);
      const onEvent = (event: RunEvent): void => {
        heedDevice(event);
        if (event.type !== "diffusion") return;
        const { event: inner } = event;
        if (inner.type === "step")
          set("images", imageIndex, "variant", { step: inner.step, steps: inner.steps });
        if (inner.type === "preview") set("images", imageIndex, "variant", "preview", inner);
      };
      try {
        const { images } = await runOptions(options, services, {
          ...hooks,
          ...(ownVae && { packId: ownVae.packId }),
          signal,
          onEvent,
        });
        const generated = images[0]!;
        const encoded = await encodeImage(generated, {
          cards: cards(),
          userAdapters: loaded?.userAdapters ?? new Map(),
          model: context.model(),
          options,
          image: generated,
        });
        const { nsfw } = generated;
        const checked = nsfw === undefined ? {} : { nsfw };
        set("images", imageIndex, "variant", { status: "done", encoded, preview: null, ...checked });
        announce(t.run.announced.compared);
      } catch (error) {
        const plain = explain(error);
        if (plain.code === "cancelled") set("images", imageIndex, "variant", null);
        else set("images", imageIndex, "variant", { status: "failed", error: plain });
      }
    });
  }

  async function compareWithInitImage(imageIndex: number): Promise<void> {
    const { view, set } = current() ?? {};
    const start = view?.options.start;
    if (!start || !set) return;
    const blank = blankVariant({ kind: "init-image" });
    const file = await inputs.then((store) => store.get(start.picture.id)).catch(() => null);
    // Another run is on show, or something else beside the image: nobody would revoke the object URL.
    if (current()?.view !== view || view.images[imageIndex]?.variant) return;
    if (file) {
      const encoded = { png: file, url: URL.createObjectURL(file) };
      set("images", imageIndex, "variant", { ...blank, status: "done", encoded });
    } else {
      const error = explain(
        new StylusError("not-found", say`Its init image is no longer in this browser’s storage.`, {
          remedy: say`The image itself is kept.`,
        }),
      );
      set("images", imageIndex, "variant", { ...blank, status: "failed", error });
    }
  }

  return {
    compare,
    compareWithInitImage,
    closeVariant(imageIndex) {
      const { view, set } = current() ?? {};
      const encoded = view?.images[imageIndex]?.variant?.encoded;
      if (encoded) URL.revokeObjectURL(encoded.url);
      set?.("images", imageIndex, "variant", null);
    },
  };
}
