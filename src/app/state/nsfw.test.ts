// Which images are blurred, and what the check says of those that it cannot read, in the page's language.
import { createRoot } from "solid-js";
import { afterEach, expect, test } from "vitest";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { speak } from "../../texts/texts.ts";
import { createNsfwState } from "./nsfw.ts";
import { createSettings } from "./settings/stored.ts";

afterEach(() => speak(() => "en"));

const service = {
  state: async () => ({ title: "NSFW", sizeBytes: 1, state: "ready" as const }),
  download: async () => {},
  check: async (): Promise<never> => {
    throw new StylusError("bad-file", say`The file is truncated.`, { remedy: say`Download it again.` });
  },
};

test("an image is blurred until someone wants to see it, and only while the check is on", () => {
  const settings = createSettings();
  const [, setSettings] = settings;
  setSettings({ nsfwCheck: true, nsfwThreshold: 0.5 });
  const nsfw = createRoot(() =>
    createNsfwState({ services: { nsfw: service }, settings, announce: () => {} }),
  );
  const blurred = () => [0.4, 0.6, null, undefined].map((found) => nsfw.isBlurred(found, "a"));
  expect(blurred()).toEqual([false, true, true, false]);
  nsfw.toggle("a");
  expect(blurred()).toEqual([false, false, false, false]);
  nsfw.toggle("a");
  expect(nsfw.isBlurred(0.6, "a")).toBe(true);
  setSettings("nsfwCheck", false);
  expect(blurred()).toEqual([false, false, false, false]);
});

test("an image that cannot be checked is said in the page's language", async () => {
  const settings = createSettings();
  settings[1]("nsfwCheck", true);
  const nsfw = createRoot(() =>
    createNsfwState({ services: { nsfw: service }, settings, announce: () => {} }),
  );
  const said: string[] = [];
  const check = () =>
    nsfw.check({ width: 1, height: 1, rgba: new Uint8ClampedArray(4) }, (problem) => said.push(problem));
  expect(await check()).toBeNull();
  speak(() => "ko");
  expect(await check()).toBeNull();
  expect(said).toEqual([
    "Images could not be checked and stay blurred. The file is truncated. Download it again.",
    "이미지를 검사하지 못해서 흐리게 보여 줘요. 파일이 중간에서 잘렸어요. 다시 다운로드하세요.",
  ]);
});
