// The choice of models out of manifests, storage and the user's own: order, states, what is offered.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseManifest } from "../../storage/manifest.ts";
import type { StoredPack, StorageView } from "../../storage/storage-view.ts";
import type { UserModel } from "./user-models.ts";
import { listModels } from "./model-list.ts";
import { rowsOf } from "../services/pack-storage.ts";
import { say } from "../../shared/saying.ts";

const folder = new URL("../../../model-manifests/", import.meta.url);
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => parseManifest(JSON.parse(readFileSync(new URL(name, folder), "utf8")), name));

const gpu = { kind: "gpu", name: "a card", f16: true } as const;

function stored(
  id: string,
  files: readonly { name: string; sizeBytes: number }[],
  complete: boolean,
): StoredPack {
  const { title, kind } = manifests.find((manifest) => manifest.id === id)!;
  const storedBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const all = files.map((file) => ({ ...file, path: file.name, complete: true }));
  return { id, title, kind, storedBytes, totalBytes: storedBytes, complete, files: all };
}
const viewOf = (packs: readonly StoredPack[]): StorageView => ({ packs, others: [], usedBytes: 0 });
const tokenizer = { name: "tokenizer", sizeBytes: 1_600_000 };

const userModel: UserModel = {
  id: "own-1",
  title: "mine",
  sizeBytes: 2e9,
  facts: {
    layout: "single-file",
    isForInpainting: true,
    predictionType: "epsilon",
    parameters: 983e6,
    dtypes: ["F16"],
    hasTokenizer: false,
  },
  vPrediction: false,
  addedAt: 0,
  handles: [],
};

it("lists Pocket first, general checkpoints before special ones, the user's own last", () => {
  const models = listModels(manifests, {
    view: viewOf([]),
    graphics: gpu,
    userModels: [{ model: userModel, readable: true }],
  });
  expect(models.map(({ id }) => id)).toEqual([
    "pocket",
    "sd15",
    "counterfeit-3",
    "realistic-vision-6",
    "sd15-inpainting",
    "own-1",
  ]);
  expect(models.every(({ summary }) => summary !== "")).toBe(true);
  expect(models[0]).toMatchObject({ origin: "site", state: "ready", fit: { kind: "good" } });
  expect(models[1]).toMatchObject({
    origin: "hub",
    state: "absent",
    sizeBytes: 2_134_192_847,
    sizeExact: true,
  });
  expect(models[1]!.license).toEqual({
    name: "CreativeML Open RAIL-M",
    confirmed: true,
    pageUrl: "https://huggingface.co/stable-diffusion-v1-5/stable-diffusion-v1-5",
  });
});

it("says which licences were not confirmed on their pages, and links each page", () => {
  const [sd15] = manifests.filter(({ id }) => id === "sd15");
  const licenseOf = (licenseConfirmed: boolean) =>
    listModels([{ ...sd15!, licenseConfirmed }], { view: viewOf([]), graphics: gpu, userModels: [] })[0]!
      .license;
  expect([licenseOf(true)!.confirmed, licenseOf(false)!.confirmed]).toEqual([true, false]);
});

it("offers another VAE where the checkpoint does not have that one already", () => {
  const models = listModels(manifests, { view: viewOf([]), graphics: gpu, userModels: [] });
  const vaes = Object.fromEntries(models.map(({ id, vaes: offered }) => [id, offered.map((vae) => vae.id)]));
  expect(vaes).toEqual({
    pocket: [],
    sd15: ["vae-ft-mse"],
    "counterfeit-3": ["vae-ft-mse"],
    "realistic-vision-6": [],
    "sd15-inpainting": ["vae-ft-mse"],
  });
});

it("tells begun downloads from files that models share", () => {
  const view = viewOf([
    stored("sd15", [{ name: "unet", sizeBytes: 1e9 }, tokenizer], false),
    stored("counterfeit-3", [tokenizer], false),
  ]);
  const models = listModels(manifests, { view, graphics: gpu, userModels: [] });
  const states = Object.fromEntries(models.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({ sd15: "partial", "counterfeit-3": "absent" });
});

it("says what the browser knows of the user's own files", () => {
  const stateOf = (handles: UserModel["handles"], readable: boolean): string =>
    listModels([], {
      view: viewOf([]),
      graphics: gpu,
      userModels: [{ model: { ...userModel, handles }, readable }],
    })[0]!.state;
  expect(stateOf([], true)).toBe("ready");
  expect(stateOf([], false)).toBe("needs-permission");
  expect(stateOf(null, false)).toBe("lost");
});

it("full size cannot run without a graphics device, Pocket can", () => {
  const none = { kind: "none", reason: say`no WebGPU in this browser` } as const;
  const models = listModels(manifests, { view: viewOf([]), graphics: none, userModels: [] });
  expect(models.map(({ fit }) => fit.kind)).toEqual(["good", ...Array<string>(4).fill("impossible")]);
});

it("storage leaves out a model with only a shared file stored", () => {
  const packs = [
    stored("sd15", [{ name: "unet", sizeBytes: 1e9 }, tokenizer], true),
    stored("counterfeit-3", [tokenizer], false),
    stored("sd15-tokenizer", [tokenizer], true),
    stored("adapters-sd15", [{ name: "clay", sizeBytes: 3e7 }], false),
  ];
  expect(rowsOf(viewOf(packs)).map(({ id }) => id)).toEqual(["sd15", "adapters-sd15"]);
  expect(rowsOf(viewOf(packs.slice(1))).map(({ id }) => id)).toEqual(["sd15-tokenizer", "adapters-sd15"]);
});
