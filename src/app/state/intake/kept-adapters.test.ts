// Adapters that were kept for a model, once that is loaded.
import { expect, it } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { AdapterReport } from "../../../adapters/report.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { examineAgain } from "./kept-adapters.ts";

const refusal = { code: "unsupported", message: "too wide" } as const;
const kept: UserAdapter = {
  id: "ink",
  card: { ...card("ink", "style"), baseModel: "SD 1.5" },
  report: adapterReport({ fileName: "ink.pt", refusal }),
  file: new Blob(["x"]),
  addedAt: 0,
};

/** @param edited its record after the examination */
async function examined(report: AdapterReport, edited: UserAdapter = kept) {
  let current: UserAdapter | undefined = kept;
  const put: UserAdapter[] = [];
  const services = {
    inspectAdapter: async () => ((current = edited), report),
    putAdapter: async (adapter: UserAdapter) => void put.push(adapter),
  };
  const loaded = loadedPack({ id: "sd15", baseModels: ["SD 1.5"] });
  const isChanged = await examineAgain(loaded, { services, current: () => current });
  expect(put.length).toBe(isChanged ? 1 : 0);
  return put[0];
}

it("a kept adapter gets the new report, and keeps edits made to its card during the examination", async () => {
  const edited = { ...kept, card: { ...kept.card, title: "Edited" } };
  const fits = adapterReport({ fileName: "ink.pt" });
  expect(await examined(fits, edited)).toEqual({ ...edited, report: fits });
});

it.each([
  ["Stable Diffusion 1.x", 192, "Pocket"],
  ["SDXL", 2048, "SDXL"],
  [null, 7, ""],
])(
  "a kept adapter is for the model that its shapes fit: %s of width %i",
  async (name, contextWidth, baseModel) => {
    const base = { name, contextWidth, textWidth: null, foreignKeys: 0, evidence: [] };
    expect((await examined(adapterReport({ refusal, base })))!.card.baseModel).toBe(baseModel);
  },
);

it("a kept adapter is left alone when it was deleted or another model was loaded during the examination", async () => {
  let current: UserAdapter | undefined = kept;
  const services = {
    inspectAdapter: async () => ((current = undefined), adapterReport({})),
    putAdapter: () => Promise.reject(new Error("written")),
  };
  expect(await examineAgain(loadedPack(), { services, current: () => current })).toBe(false);
});
