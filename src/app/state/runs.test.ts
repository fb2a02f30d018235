// Comparisons of an image that was brought back from the gallery; what the gallery has of a run, whatever becomes of it.
import { createRoot } from "solid-js";
import { describe, expect, it, vi } from "vitest";
import type { AdapterCard } from "../../retrieval/card.ts";
import { StylusError } from "../../shared/errors.ts";
import { createGalleryState, type GalleryState } from "./gallery.ts";
import { memoryInputs } from "../images/input-store.ts";
import { completeOptions } from "../../stylus/options.ts";
import type { RunServices } from "../../stylus/ports.ts";
import type { DiffusionEvent } from "../../shared/request.ts";
import { createRuns } from "./runs.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";

vi.mock("../images/image-file.ts", () => ({
  encodeImage: async () => ({ png: new Blob(["png"]), url: "blob:png" }), // there is no canvas here
}));

const defaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
} as const;

const use = (id: string) => ({ id, unetStrength: 1, textStrength: 1 });

const nothing = (): void => {};
const runsWith = (context: {
  readonly services: RunServices;
  readonly gallery: GalleryState;
  readonly pack: LoadedPack | null;
  readonly announce?: (text: string) => void;
}) =>
  createRoot(() =>
    createRuns({
      announce: nothing,
      ...context,
      inputs: Promise.resolve(memoryInputs()),
      packId: () => "pocket",
      pack: () => context.pack,
      cards: () => new Map(context.pack?.cards.map((card) => [card.id, card])),
      onProgress: nothing,
      onPack: nothing,
      onDevice: nothing,
      onFailure: () => false,
    }),
  );

/** A run of the gallery and its image. */
const run = {
  id: "run",
  createdAt: 0,
  options: completeOptions({ prompt: "a fox", pins: ["gone"], fewStep: false }, defaults),
  candidates: [],
  composition: null,
  report: { pack: { id: "pocket", title: "Pocket" }, stages: [] },
};
const image = { id: "run-0", seed: 1, adapters: [use("clay"), use("gone")], png: new Blob() };

/** Of an image that Pocket made with `clay` and the pinned `gone`; answers what became of the comparison. */
async function compare(without: string, { isLoaded }: { readonly isLoaded: boolean }) {
  const known = [{ id: "clay", title: "Clay" }] as unknown as readonly AdapterCard[];
  const pack = {
    id: "pocket",
    title: "Pocket",
    cards: known,
    remote: new Map(),
    defaults,
  } as unknown as LoadedPack;
  const asked: (readonly string[])[] = [];
  const services = {
    load: async () => pack,
    generate: async (request: { images: { adapters: { id: string }[] }[] }) => {
      asked.push(request.images[0]!.adapters.map(({ id }) => id));
      throw new StylusError("device", "Generated enough.");
    },
  } as unknown as RunServices;
  const gallery = { read: async () => ({ run, images: [image] }) } as unknown as GalleryState;
  const runs = runsWith({ services, gallery, pack: isLoaded ? pack : null });
  await runs.show("run");
  await runs.compare(0, without);
  return { asked, message: runs.shown()!.images[0]!.variant?.error?.message };
}

it.each([true, false])("a lost adapter can be left out, pinned or not; model there: %s", async (isLoaded) => {
  expect(await compare("gone", { isLoaded })).toEqual({ asked: [["clay"]], message: "Generated enough." });
  expect(await compare("all", { isLoaded })).toEqual({ asked: [[]], message: "Generated enough." });
});

it("a lost adapter that stays in the image is named; when the model is not there yet, after it has come", async () => {
  expect(await compare("clay", { isLoaded: true })).toEqual({
    asked: [],
    message: "This image’s adapter “gone” was removed.",
  });
  expect(await compare("clay", { isLoaded: false })).toEqual({
    asked: [],
    message: "Pocket has no adapter “gone”.",
  });
});

it("of two runs brought back, the one asked for last is shown, however slowly the other is read", async () => {
  const reads: (() => void)[] = [];
  const gallery = {
    read: (id: string) =>
      new Promise((resolve) => reads.push(() => resolve({ run: { ...run, id }, images: [image] }))),
  } as unknown as GalleryState;
  const runs = runsWith({ services: {} as RunServices, gallery, pack: null });
  const [first, second] = [runs.show("first"), runs.show("second")];
  reads[1]!();
  expect(await second).not.toBeNull();
  reads[0]!();
  expect(await first).toBeNull();
  expect(runs.shown()!.id).toBe("second");
});

describe("what the gallery has of a run of three images", () => {
  const pack = {
    id: "pocket",
    title: "Pocket",
    cards: [],
    remote: new Map(),
    device: { kind: "wasm", name: "", reason: "", threads: 1, f16: false },
    defaults,
  } as unknown as LoadedPack;
  const options = completeOptions(
    { prompt: "a fox", count: 3, seed: 7, method: "sd", fewStep: false },
    defaults,
  );

  /** Generates `finished` images one by one, then throws `end` if there is one; `afterEach` happens after each. */
  async function generate({
    finished,
    end,
    gallery = createRoot(createGalleryState),
    afterEach = async () => {},
  }: {
    readonly finished: number;
    readonly end?: StylusError;
    readonly gallery?: GalleryState;
    readonly afterEach?: (gallery: GalleryState) => Promise<void>;
  }) {
    const services = {
      load: async () => pack,
      generate: async (
        _request: unknown,
        { onEvent }: { readonly onEvent: (event: DiffusionEvent) => void },
      ) => {
        for (let imageIndex = 0; imageIndex < finished; imageIndex++) {
          onEvent({ type: "step", imageIndex, step: 1, steps: 1, milliseconds: 5 });
          const rgba = new Uint8ClampedArray(4);
          onEvent({ type: "image", imageIndex, seed: 7 + imageIndex, width: 1, height: 1, rgba });
          await new Promise((resolve) => setTimeout(resolve));
          await afterEach(gallery);
        }
        if (end) throw end;
      },
    } as unknown as RunServices;
    const said: string[] = [];
    const runs = runsWith({ services, gallery, pack, announce: (text) => said.push(text) });
    await runs.start(() => options);
    return { runs, gallery, said, seeds: gallery.images().map(({ seed }) => seed) };
  }

  const stopped = new StylusError("cancelled", "Stopped.");
  const failed = new StylusError("device", "The device is gone.");

  it.each([
    [3, undefined, "done"],
    [2, stopped, "stopped"],
    [1, failed, "failed"],
  ] as const)("%i are finished, then %s: they are kept and recalled", async (finished, end, status) => {
    const counts: number[] = [];
    const { runs, gallery, seeds } = await generate({
      finished,
      ...(end && { end }),
      afterEach: async ({ images }) => void counts.push(images().length),
    });
    const seedsDone = [7, 8, 9].slice(0, finished);
    expect(counts).toEqual([1, 2, 3].slice(0, finished)); // at once
    expect([runs.shown()!.status, seeds]).toEqual([status, seedsDone]);
    const { id } = runs.shown()!;
    const kept = (await gallery.read(id))!;
    expect(kept.run.report.images.map(({ seed }) => seed)).toEqual(seedsDone);
    expect(kept.run.report.stages.at(-1)).toMatchObject({ id: "generate", outputs: { images: finished } });
    expect(await runs.show(id)).toEqual(options);
    expect(runs.shown()!.images.map(({ seed }) => seed)).toEqual(seedsDone);
  });

  it("nothing, when it has no image", async () => {
    const { runs, gallery, seeds } = await generate({ finished: 0, end: stopped });
    expect(seeds).toEqual([]);
    expect(await gallery.read(runs.shown()!.id)).toBeNull();
  });

  it("not what the user deletes while it runs", async () => {
    const remove = async ({ images, remove: take }: GalleryState): Promise<void> => take(images().at(-1)!.id);
    const { runs, gallery, seeds } = await generate({ finished: 3, afterEach: remove });
    expect(seeds).toEqual([]);
    expect(await gallery.read(runs.shown()!.id)).toBeNull();
  });

  it("what had no room at first, once there is some; else it is said, for its true reason", async () => {
    const keptAfter = (failures: number, reason: string): GalleryState => {
      const gallery = createRoot(createGalleryState);
      const keep: GalleryState["keep"] = async (...run) => {
        if (failures-- > 0) throw new DOMException("no", reason);
        await gallery.keep(...run);
      };
      return { ...gallery, keep };
    };
    const generateTwo = (gallery: GalleryState) => generate({ finished: 2, end: stopped, gallery });
    const later = await generateTwo(keptAfter(1, "QuotaExceededError"));
    expect([later.seeds, later.said.at(-1)]).toEqual([[7, 8], "Stopped."]);
    expect(later.runs.shown()!.error).toBeNull();
    for (const [reason, words] of [
      ["QuotaExceededError", "The browser has no room to keep these images."],
      ["InvalidStateError", "The browser could not keep these images. This tab has lost its storage"],
    ] as const) {
      const { runs, seeds, said } = await generateTwo(keptAfter(99, reason));
      expect([seeds, said.at(-1)]).toEqual([[], expect.stringContaining(words)]);
      expect(runs.shown()!.error!.message).toBe(said.at(-1));
    }
  });
});
