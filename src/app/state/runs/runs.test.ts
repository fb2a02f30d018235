// Comparisons of an image that was brought back from the gallery; what the gallery has of a run, whatever becomes of it.
import { createRoot } from "solid-js";
import { describe, expect, it, vi } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { loadedPack, runServices } from "../../../../tests/fixtures/run-services.ts";
import type { Composition } from "../../../compose/composition.ts";
import { StylusError, stopped } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { StoredImage, StoredRun } from "../../images/gallery.ts";
import { memoryInputs } from "../../images/input-store.ts";
import { createGalleryState, type GalleryState } from "../gallery.ts";
import { completeDetails } from "../../../stylus/details/details.ts";
import { checkOptions, completeOptions, type GenerateOptions } from "../../../stylus/options.ts";
import type { RunServices } from "../../../stylus/ports.ts";
import { createRuns } from "./runs.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";

vi.mock("../../images/image-file.ts", () => ({
  encodeImage: async () => ({ png: new Blob(["png"]), url: "blob:png" }), // there is no canvas here
}));

const { defaults } = loadedPack();

const use = (id: string) => ({ id, unetStrength: 1, textStrength: 1 });

const nothing = (): void => {};
const runsWith = (context: {
  readonly services: RunServices;
  readonly gallery: Pick<GalleryState, "keep" | "read">;
  readonly pack: LoadedPack | null;
  readonly announce?: (text: string) => void;
}) =>
  createRoot(() =>
    createRuns({
      announce: nothing,
      ...context,
      inputs: Promise.resolve(memoryInputs()),
      check: () => null,
      packId: () => "pocket",
      wildcards: () => new Map(),
      commercialOnly: () => false,
      pack: () => context.pack,
      cards: () => new Map(context.pack?.cards.map((card) => [card.id, card])),
      onProgress: nothing,
      onPack: nothing,
      onDevice: nothing,
      onFailure: () => false,
    }),
  );

/** A run of the gallery and its image. */
const options = completeOptions({ prompt: "a fox", pins: ["gone"], fewStep: false }, defaults);
const composition: Composition = { tasks: [], rejected: [], composer: { name: "", kind: "none" } };
const run: StoredRun = {
  id: "run",
  createdAt: 0,
  options,
  candidates: [],
  composition,
  report: {
    format: "stylus-web/run",
    version: 3,
    createdAt: "2026-11-29T00:00:00Z",
    app: { version: "0", onnxruntime: "0", userAgent: "test" },
    pack: { id: "pocket", title: "Pocket", sizeBytes: 10, downloadedBytes: 0, adapterCount: 1 },
    device: { ...loadedPack().device, name: "CPU", reason: "" },
    options,
    stages: [],
    milliseconds: 0,
    images: [],
  },
};
const image: StoredImage = {
  id: "run-0",
  runId: "run",
  index: 0,
  createdAt: 0,
  width: 256,
  height: 256,
  seed: 1,
  adapters: [use("clay"), use("gone")],
  masked: [],
  formulas: {},
  png: new Blob(),
};

/** A gallery that only reads. */
const galleryOf = (read: GalleryState["read"]): Pick<GalleryState, "keep" | "read"> => ({
  read,
  keep: async () => {
    throw new Error("Nothing should be kept here.");
  },
});

/** Of an image that Pocket made with `clay` and the pinned `gone`; answers what became of the comparison. */
async function compare(without: string, { isLoaded }: { readonly isLoaded: boolean }) {
  const pack = loadedPack({ cards: [card("clay", "style")] });
  const asked: (readonly string[])[] = [];
  const services = runServices({
    load: async () => pack,
    generate: async (request) => {
      asked.push(request.images[0]!.adapters.map(({ id }) => id));
      throw new StylusError("device", say`Generated enough.`);
    },
  });
  const gallery = galleryOf(async () => ({ run, images: [image] }));
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

it("leaves an adapter out of the detail pass too, by whichever name its tag calls it", async () => {
  const pack = loadedPack({ cards: [card("clay", "style"), card("ink", "style", { title: "Wet ink" })] });
  const words: (string | undefined)[] = [];
  const services = runServices({
    load: async () => pack,
    generate: async (request) => {
      words.push(
        ...request.images[0]!.details!.areas.flatMap(({ adapters = [] }) => adapters.map(({ id }) => id)),
      );
      throw new StylusError("device", say`Generated enough.`);
    },
  });
  const prompt = "a face <lora:Wet Ink:0.5> <lora:clay:0.5>";
  const details = completeDetails({ areas: [{ x: 0, y: 0, width: 0.5, height: 0.5, prompt }] });
  const detailed = {
    run: { ...run, options: { ...options, details } },
    images: [{ ...image, adapters: [] }],
  };
  const runs = runsWith({ services, gallery: galleryOf(async () => detailed), pack });
  await runs.show("run");
  await runs.compare(0, "ink");
  expect(words).toEqual(["clay"]);
});

it("each comparison has an id of its own, so that making one visible does not show the next", async () => {
  const pack = loadedPack({ cards: [card("clay", "style"), card("gone", "style")] });
  const rgba = new Uint8ClampedArray(4);
  const services = runServices({
    load: async () => pack,
    generate: async (_request, { onEvent }) =>
      onEvent({ type: "image", imageIndex: 0, seed: 1, width: 1, height: 1, rgba }),
  });
  const gallery = galleryOf(async () => ({ run, images: [image] }));
  const runs = runsWith({ services, gallery, pack });
  await runs.show("run");
  const ids: (string | undefined)[] = [];
  for (const without of ["clay", "gone", "all"]) {
    await runs.compare(0, without);
    const { variant } = runs.shown()!.images[0]!;
    expect(variant).toMatchObject({ status: "done", encoded: { url: "blob:png" } });
    ids.push(variant?.id);
  }
  expect(new Set(ids).size).toBe(3);
});

it("shows the last requested of two runs brought back, however slowly the other is read", async () => {
  const reads: (() => void)[] = [];
  const gallery = galleryOf(
    (id) => new Promise((resolve) => reads.push(() => resolve({ run: { ...run, id }, images: [image] }))),
  );
  const runs = runsWith({ services: runServices({}), gallery, pack: null });
  const [first, second] = [runs.show("first"), runs.show("second")];
  reads[1]!();
  expect(await second).not.toBeNull();
  reads[0]!();
  expect(await first).toBeNull();
  expect(runs.shown()!.id).toBe("second");
});

it("shows the run of an address that is returned to, and none where the gallery has it no more", async () => {
  const reads: (() => void)[] = [];
  const gallery = galleryOf((id) => {
    const stored = id === "deleted" ? null : { run: { ...run, id }, images: [image] };
    return new Promise((resolve) => reads.push(() => resolve(stored)));
  });
  const runs = runsWith({ services: runServices({}), gallery, pack: null });
  const returnTo = (id: string): Promise<string | undefined> =>
    runs.showAgain(id).then(() => runs.shown()?.id);
  const first = returnTo("first");
  reads[0]!();
  expect(await first).toBe("first");
  // Back and at once forward.
  const [away, here] = [returnTo("second"), returnTo("first")];
  reads[1]!();
  expect([await away, await here, reads.length]).toEqual(["first", "first", 2]);
  const gone = returnTo("deleted");
  reads[2]!();
  expect(await gone).toBeUndefined();
});

describe("what the gallery has of a run of three images", () => {
  const pack = loadedPack();
  const plain = completeOptions(
    { prompt: "a fox", count: 3, seed: 7, method: "sd", fewStep: false },
    defaults,
  );

  /** Generates `finished` images one by one, then throws `end` if there is one; `afterEach` happens after each. */
  async function generate({
    finished,
    end,
    gallery = createRoot(() => createGalleryState({ inputs: Promise.resolve(memoryInputs()) })),
    afterEach = async () => {},
    asked = { id: "run" },
    isLoaded = true,
    options = plain,
  }: {
    readonly finished: number;
    readonly end?: StylusError;
    readonly gallery?: GalleryState;
    readonly afterEach?: (gallery: GalleryState) => Promise<void>;
    readonly asked?: { readonly id: string; readonly wasLeft?: boolean };
    readonly isLoaded?: boolean;
    readonly options?: GenerateOptions;
  }) {
    /** Seeds of the images that the engine was asked for. */
    const requested: number[][] = [];
    /** How often the gallery was asked to keep what there is. */
    let tried = 0;
    const keep: GalleryState["keep"] = async (...kept) => {
      try {
        await gallery.keep(...kept);
      } finally {
        tried++;
      }
    };
    const services = runServices({
      load: async () => pack,
      generate: async ({ images }, { onEvent }) => {
        requested.push(images.map(({ seed }) => seed));
        for (let imageIndex = 0; imageIndex < Math.min(finished, images.length); imageIndex++) {
          onEvent({ type: "step", imageIndex, step: 1, steps: 1, milliseconds: 5 });
          const rgba = new Uint8ClampedArray(4);
          const { seed } = images[imageIndex]!;
          onEvent({ type: "image", imageIndex, seed, width: 1, height: 1, rgba });
          await vi.waitUntil(() => tried > imageIndex, { interval: 1 });
          await afterEach(gallery);
        }
        if (end) throw end;
      },
    });
    const said: string[] = [];
    const runs = runsWith({
      services,
      gallery: { ...gallery, keep },
      pack: isLoaded ? pack : null,
      announce: (text) => said.push(text),
    });
    await runs.start(checkOptions(options), { ...asked, settle: () => checkOptions(options) });
    return { runs, gallery, said, requested, seeds: gallery.images().map(({ seed }) => seed) };
  }

  const stop = stopped();
  const failed = new StylusError("device", say`The device is gone.`);

  it.each([
    [3, undefined, "done"],
    [2, stop, "stopped"],
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
    expect(await runs.show(id)).toEqual(plain);
    expect(runs.shown()!.images.map(({ seed }) => seed)).toEqual(seedsDone);
  });

  it.each([true, false])(
    "only the images that are missing are generated when it was interrupted; model there: %s",
    async (isLoaded) => {
      const first = await generate({ finished: 2, end: stop });
      const { gallery } = first;
      await gallery.mark("run-1", { favourite: true, note: "" });
      const again = await generate({ finished: 1, gallery, isLoaded, asked: { id: "run", wasLeft: true } });
      expect([first.requested, again.requested]).toEqual([[[7, 8, 9]], [[9]]]);
      const shown = again.runs.shown()!;
      expect([shown.id, shown.status, shown.notice]).toEqual([
        "run",
        "done",
        "Continued: 2 of 3 images were finished before and are not generated again.",
      ]);
      expect(again.said).toContain("Image 3 of 3 is done.");
      expect(shown.images.map(({ seed, status }) => [seed, status])).toEqual([
        [7, "done"],
        [8, "done"],
        [9, "done"],
      ]);
      const kept = (await gallery.read("run"))!;
      expect(kept.images.map(({ index, favourite }) => [index, favourite])).toEqual([
        [0, undefined],
        [1, true],
        [2, undefined],
      ]);
      expect(kept.run.report.images.map(({ seed }) => seed)).toEqual([7, 8, 9]);
      expect(
        kept.run.report.stages.filter(({ id }) => id === "generate").map(({ outputs }) => outputs),
      ).toEqual([{ images: 2 }, { images: 1 }]);
    },
  );

  it("all images, as another run, where what was asked for has become something else", async () => {
    const { gallery } = await generate({ finished: 2, end: stop });
    const options = { ...plain, steps: 9 };
    const { runs, requested } = await generate({
      finished: 3,
      gallery,
      options,
      asked: { id: "run", wasLeft: true },
    });
    expect(requested).toEqual([[7, 8, 9]]);
    expect(runs.shown()!.id).not.toBe("run");
    expect(runs.shown()!.notice).toBeNull();
    expect((await gallery.read("run"))!.images).toHaveLength(2);
    expect(gallery.images()).toHaveLength(5);
  });

  it("nothing, when it has no image", async () => {
    const { runs, gallery, seeds } = await generate({ finished: 0, end: stop });
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
      const gallery = createRoot(() => createGalleryState({ inputs: Promise.resolve(memoryInputs()) }));
      const keep: GalleryState["keep"] = async (...run) => {
        if (failures-- > 0) throw new DOMException("no", reason);
        await gallery.keep(...run);
      };
      return { ...gallery, keep };
    };
    const generateTwo = (gallery: GalleryState) => generate({ finished: 2, end: stop, gallery });
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

  it("what a silent database did not keep, with the next image; at the end it is not waited for again", async () => {
    const attempts = async (answers: readonly boolean[]) => {
      const gallery = createRoot(() => createGalleryState({ inputs: Promise.resolve(memoryInputs()) }));
      let asked = 0;
      const keep: GalleryState["keep"] = async (...kept) => {
        if (!answers[asked++]) throw new DOMException("silent", "TimeoutError");
        await gallery.keep(...kept);
      };
      const { seeds, runs } = await generate({ finished: 2, gallery: { ...gallery, keep } });
      return { asked, seeds, message: runs.shown()!.error?.message };
    };
    expect(await attempts([false, false])).toEqual({
      asked: 2,
      seeds: [],
      message: "The browser could not keep these images. The browser’s storage does not answer.",
    });
    expect(await attempts([false, true, true])).toEqual({ asked: 3, seeds: [7, 8], message: undefined });
  });
});
