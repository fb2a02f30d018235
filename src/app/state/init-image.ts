// The init image as the page has it: taken from a file or a finished image, shown small, masked, removed. Its
// id stands in the settings, its file in the input store: both outlive a reload.
import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { keepingError, readingError, type PlainError, type StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import type { RgbaImage } from "../../shared/request.ts";
import type { GalleryState } from "./gallery.ts";
import { parametersText } from "../images/image-file.ts";
import { parseParameters } from "../../formats/generation-parameters.ts";
import { claimedInputs, claimInputs } from "../images/input-claims.ts";
import { maskFile, maskValues, pixelsOf, takeImage } from "../images/input-image.ts";
import type { InputStore } from "../images/input-store.ts";
import { blankMask, markedShare, type MaskImage } from "../images/mask-drawing.ts";
import { t } from "../../texts/texts.ts";
import { explain } from "../explain.ts";
import type { SettingsStore } from "./settings/stored.ts";

/** Settings that came in: with an image file, of which the user says what it is for, or as a text that was pasted into the prompt. */
export interface Offer {
  /** Null: a text alone. */
  readonly image: { readonly file: Blob; readonly name: string } | null;
  /** Its `parameters` text. */
  readonly text: string;
  /** Object URL of the image. */
  readonly url: string | null;
}

export interface OpenMask {
  readonly imageId: string;
  readonly image: RgbaImage;
  readonly mask: MaskImage;
}

export interface InitImageState {
  readonly inputs: Promise<InputStore>;
  /** Object URLs of the image and its mask; null when there is none, or its file is not read yet. */
  readonly shown: Accessor<{ readonly url: string; readonly maskUrl: string | null } | null>;
  /** What there is to say about the image; null when nothing. */
  readonly note: Accessor<string | null>;
  readonly offer: Accessor<Offer | null>;
  setNote(text: string | null): void;
  /** Asks what an image file or a text with settings is for; null takes the question back. */
  ask(offer: Omit<Offer, "url"> | null): void;
  /**
   * An image file comes in, or none after all: if it carries settings, the user is asked what it is for; else it becomes the init image.
   */
  receive(coming: Promise<File | null>): Promise<void>;
  /** A text was pasted into the prompt: if it carries settings, as AUTOMATIC1111 copies them, they are offered. */
  receiveText(text: string): void;
  /** Makes an image file the init image. */
  take(file: Blob, name: string): Promise<void>;
  /**
   * To be called when the user does something about the init image: a file of an earlier action that is read or kept more slowly
   * changes nothing any more. Answers whether this is still the latest action.
   */
  claim(): () => boolean;
  /** Resolves when every image and mask that the user has given so far is stored, or refused. */
  settled(): Promise<void>;
  remove(): void;
  /** Pixels and mask to draw on; null when they cannot be read. */
  openMask(): Promise<OpenMask | null>;
  /** Keeps a drawn mask, unless another image has come in since it was opened; an empty one is no mask. */
  saveMask(drawn: Pick<OpenMask, "imageId" | "mask">): Promise<void>;
}

const notKept = (what: Saying, cause: unknown): StylusError =>
  keepingError(what, cause, {
    full: say`Free disk space, or delete images or models you don’t need, then try again.`,
  });

/** A tab that was closed since may have taken an image and not used it yet. */
const keptUnusedMilliseconds = 24 * 60 * 60 * 1000;

export function createInitImageState(context: {
  readonly settings: SettingsStore;
  readonly inputs: Promise<InputStore>;
  readonly gallery: GalleryState;
  /** Ids of the images and masks that waiting runs start from. */
  readonly waitingInputs: () => Promise<ReadonlySet<string>>;
  readonly announce: (text: string) => void;
  readonly setInputError: (error: PlainError | null) => void;
}): InitImageState {
  const { announce, setInputError, inputs, gallery, waitingInputs } = context;
  const [settings, setSettings] = context.settings;
  const [shown, setShown] = createSignal<{ url: string; maskUrl: string | null } | null>(null);
  const [note, setNote] = createSignal<string | null>(null);
  const [offer, setOffer] = createSignal<Offer | null>(null);

  const ids = (): readonly (string | null)[] => [
    settings.start?.picture.id ?? null,
    settings.start?.mask ?? null,
  ];
  createEffect(
    on(
      () => ids().join(),
      () => {
        const [id, maskId] = ids();
        let current = true;
        const urls: string[] = [];
        onCleanup(() => {
          current = false;
          setShown(null);
          for (const url of urls) URL.revokeObjectURL(url);
        });
        if (!id) return;
        onCleanup(claimInputs(ids().filter((each) => each !== null)));
        void inputs.then(async (store) => {
          let image: Blob | null;
          let mask: Blob | null;
          try {
            [image, mask] = await Promise.all([store.get(id), maskId ? store.get(maskId) : null]);
          } catch (cause) {
            if (current) setInputError(explain(readingError(say`The init image`, cause)));
            return;
          }
          if (!current) return;
          if (!image || (maskId && !mask)) {
            setSettings("start", null);
            setNote(t.prompt.initImage.notes.gone);
            return;
          }
          urls.push(URL.createObjectURL(image));
          if (mask) urls.push(URL.createObjectURL(mask));
          setShown({ url: urls[0]!, maskUrl: urls[1] ?? null });
        });
      },
    ),
  );

  /** What runs of the gallery and open tabs start from; null: nobody knows, so nothing may go. */
  async function used(): Promise<Set<string> | null> {
    const [kept, claimed, waiting] = await Promise.all([gallery.inputs(), claimedInputs(), waitingInputs()]);
    return kept && new Set([...kept, ...claimed, ...waiting, ...untrack(ids).filter((id) => id !== null)]);
  }
  const ignore = (): void => {}; // tidying up only
  void Promise.all([inputs, used()])
    .then(([store, keep]) => keep && store.prune(keep, Date.now() - keptUnusedMilliseconds))
    .catch(ignore);
  // Deleting an image deletes its init image and mask.
  gallery.onRemoved((gone) => {
    void Promise.all([inputs, used()])
      .then(async ([store, keep]) => {
        if (keep) for (const id of gone) if (!keep.has(id)) await store.remove(id);
      })
      .catch(ignore);
  });

  function ask(next: Omit<Offer, "url"> | null): void {
    const previous = offer();
    if (previous?.url) URL.revokeObjectURL(previous.url);
    setOffer(next && { ...next, url: next.image && URL.createObjectURL(next.image.file) });
  }

  let claims = 0;
  function claim(): () => boolean {
    const own = ++claims;
    return () => own === claims;
  }

  /** Work on what the user has given. */
  const storing = new Set<Promise<void>>();
  function whileStoring(work: Promise<void>): Promise<void> {
    storing.add(work);
    return work.finally(() => storing.delete(work));
  }

  async function take(file: Blob, name: string): Promise<void> {
    const isLatest = claim();
    setInputError(null);
    try {
      const taken = await takeImage(file, name);
      const { width, height, original } = taken;
      const id = await (await inputs).put(taken.file).catch((cause: unknown) => {
        throw notKept(say`this image`, cause);
      });
      if (!isLatest()) return;
      ask(null);
      setSettings({ start: { picture: { id, width, height }, name, mask: null }, size: null });
      setNote(original && t.prompt.initImage.notes.scaledDown(original, { width, height }));
      announce(t.prompt.initImage.announced.taken(name));
    } catch (error) {
      if (!isLatest()) return;
      ask(null);
      setInputError(explain(error));
    }
  }

  async function receive(coming: Promise<File | null>): Promise<void> {
    const isLatest = claim();
    const file = await coming;
    if (!file) return;
    const text = await parametersText(file);
    if (!isLatest()) return;
    if (text) ask({ image: { file, name: file.name }, text });
    else await take(file, file.name);
  }

  return {
    inputs,
    shown,
    note,
    offer,
    setNote: (text) => void setNote(text),
    ask,
    receive: (coming) => whileStoring(receive(coming)),
    receiveText(text) {
      if (parseParameters(text).fields.has("Steps")) ask({ image: null, text });
    },
    take: (file, name) => whileStoring(take(file, name)),
    claim,
    async settled() {
      while (storing.size > 0) await Promise.allSettled(storing);
    },
    remove() {
      claim();
      setSettings({ start: null, size: null });
      setNote(null);
      announce(t.prompt.initImage.announced.removed);
    },
    async openMask() {
      const { start } = settings;
      if (!start) return null;
      try {
        const store = await inputs;
        const [file, drawn] = await Promise.all([
          store.get(start.picture.id),
          start.mask === null ? null : store.get(start.mask),
        ]);
        if (!file) return null;
        const image = await pixelsOf(file, start.name);
        const { width, height } = image;
        const mask = drawn ? { width, height, values: await maskValues(drawn, image) } : blankMask(image);
        return { imageId: start.picture.id, image, mask };
      } catch (error) {
        setInputError(explain(error));
        return null;
      }
    },
    saveMask: (drawn) => whileStoring(saveMask(drawn)),
  };

  async function saveMask({ imageId, mask }: Pick<OpenMask, "imageId" | "mask">): Promise<void> {
    const { start } = settings;
    if (start?.picture.id !== imageId) {
      setNote(t.prompt.initImage.notes.maskDiscarded);
      return;
    }
    const isLatest = claim();
    if (markedShare(mask) === 0) {
      if (start.mask !== null) announce(t.prompt.initImage.announced.maskRemoved);
      setSettings("start", { ...start, mask: null });
      setNote(t.prompt.mask.empty);
      return;
    }
    try {
      const file = await maskFile(mask.values, mask);
      const id = await (await inputs).put(file).catch((cause: unknown) => {
        throw notKept(say`this mask`, cause);
      });
      if (!isLatest()) return;
      setSettings("start", { ...start, mask: id });
      setNote(null);
      announce(t.prompt.initImage.announced.maskSaved);
    } catch (error) {
      if (!isLatest()) return;
      setInputError(explain(error));
    }
  }
}
