import { createStore } from "solid-js/store";
import { expect, it } from "vitest";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import { completeOptions } from "../../stylus/options.ts";
import { createEventFolder, startRun } from "./run-view.ts";

const { defaults } = loadedPack();

it("images that wait have the seeds they will be generated with, until a plan says otherwise", () => {
  const options = completeOptions({ prompt: "a fox", seed: 2 ** 32 - 2, count: 3 }, defaults);
  const [run, set] = createStore(startRun(options, "run"));
  expect(run.images.map(({ id, seed }) => [id, seed])).toEqual([
    ["run-0", 4294967294],
    ["run-1", 4294967295],
    ["run-2", 0],
  ]);
  const fold = createEventFolder(set);
  const planned = { seed: 7, adapters: [], masked: [], formulas: {} };
  fold({ type: "plan", images: [planned] });
  expect(run.images[0]!.seed).toBe(7);
});

it("says what a run does without", () => {
  const [run, set] = createStore(startRun(completeOptions({ prompt: "a fox" }, defaults), "run"));
  createEventFolder(set)({ type: "notes", notes: ["One.", "Two."] });
  expect(run.notice).toBe("One. Two.");
});
