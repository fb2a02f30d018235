// What is blurred of an image on its way to a result and beside another, and which of it one “Show” makes visible.
import { expect, test } from "vitest";
import { blurReason } from "../../images/nsfw.ts";
import { coverOf } from "./cover.ts";

const on = { nsfwCheck: true, nsfwThreshold: 0.5 };
const check = {
  reason: (nsfw?: number | null) => blurReason(nsfw, on),
  previewReason: () => "pending" as const,
};
const pixels = { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
const encoded = { png: new Blob(), url: "blob:png" };
const waiting = { id: "image", preview: null, encoded: null };
const previewed = { ...waiting, preview: pixels };
const safe = { ...waiting, encoded, nsfw: 0.1 };
const compared = { id: "variant", preview: null, encoded: null };

test("a preview is blurred by its own key; once it is checked it is the image, encoded or not", () => {
  const cover = (image: Parameters<typeof coverOf>[0]) => coverOf(image, { check, variant: null });
  expect(cover(waiting)).toEqual({ reason: null, key: "image preview" });
  expect(cover(previewed)).toEqual({ reason: "pending", key: "image preview" });
  for (const [nsfw, reason] of [
    [0.9, "nsfw"],
    [0.1, null],
    [null, "unchecked"],
  ] as const) {
    expect(cover({ ...previewed, nsfw })).toEqual({ reason, key: "image" });
    expect(cover({ ...waiting, encoded, nsfw })).toEqual({ reason, key: "image" });
  }
  expect(cover({ ...waiting, encoded })).toEqual({ reason: null, key: "image" });
});

test("a comparison is blurred by either image, and its preview and its result each by a key of its own", () => {
  const cover = (variant: Parameters<typeof coverOf>[1]["variant"], image = safe) =>
    coverOf(image, { check, variant });
  expect(cover(compared)).toEqual({ reason: null, key: "image" }); // nothing is beside it yet
  expect(cover({ ...compared, preview: pixels })).toEqual({ reason: "pending", key: "variant preview" });
  expect(cover({ ...compared, encoded, nsfw: 0.9 })).toEqual({ reason: "nsfw", key: "variant" });
  expect(cover({ ...compared, encoded, nsfw: 0.1 })).toEqual({ reason: null, key: "variant" });
  expect(cover({ ...compared, encoded })).toEqual({ reason: null, key: "variant" }); // an init image
  const unsafe = { ...safe, nsfw: 0.9 };
  expect(cover({ ...compared, preview: pixels }, unsafe)).toMatchObject({ reason: "nsfw" });
  expect(cover({ ...compared, encoded, nsfw: 0.1 }, unsafe)).toMatchObject({ reason: "nsfw" });
});
