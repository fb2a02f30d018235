// The choice of models on stand-in services: the real list over an imagined disk. gpu=none: a computer without WebGPU;
// download=fail|stuck: a download that fails or never ends. The user's own server is a real one.
import { listLanguageModels } from "../../src/app/packs/language-models.ts";
import type { GraphicsReport } from "../../src/app/packs/model-fit.ts";
import { listModels } from "../../src/app/packs/model-list.ts";
import type { UserModel } from "../../src/app/packs/user-models.ts";
import { keepOwnServer, readOwnServer, watchOwnServer } from "../../src/app/packs/own-server.ts";
import { readManifests } from "../../src/app/packs/packs.ts";
import { checkOwnServer, writeByOwnServer } from "../../src/app/services/own-server.ts";
import { StylusError, throwIfAborted } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import type { StorageView } from "../../src/storage/storage-view.ts";
import type {
  DiskUse,
  LanguageModelServices,
  ModelServices,
  NsfwServices,
  OptionalModelServices,
} from "../../src/app/services/ports.ts";

const stored = (id: string, storedBytes: number, complete: boolean): StorageView["packs"][number] => ({
  id,
  title: id === "sd15" ? "Stable Diffusion 1.5" : id === "pocket" ? "Pocket" : "Counterfeit 3.0",
  kind: "checkpoint",
  storedBytes,
  totalBytes: id === "pocket" ? storedBytes : 2_134_192_843,
  complete,
  files: [{ name: id, path: "unet", sizeBytes: storedBytes, complete }],
});

const view: StorageView = {
  packs: [
    stored("sd15", 2_134_192_843, true),
    stored("counterfeit-3", 918_000_000, false),
    stored("pocket", 38_000_000, true),
  ],
  others: [],
  usedBytes: 3_090_192_843,
};

const userModel: UserModel = {
  id: "own-00000000",
  title: "dreamlike_v4",
  sizeBytes: 2_132_650_004,
  facts: {
    layout: "single-file",
    isForInpainting: false,
    predictionType: "epsilon",
    parameters: 982_600_000,
    dtypes: ["F16"],
    hasTokenizer: false,
  },
  vPrediction: false,
  addedAt: 0,
  handles: [],
};

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const fakeStored = (): Pick<DiskUse, "packs" | "others" | "userModels"> => ({
  packs: view.packs,
  others: view.others,
  userModels: [],
});

const graphicsOf = (query: URLSearchParams): GraphicsReport =>
  query.get("gpu") === "none"
    ? { kind: "none", reason: say`WebGPU found no GPU` }
    : { kind: "gpu", name: "NVIDIA GeForce RTX 4070", f16: true };

/** The real list of language models; what is downloaded is remembered until the page is closed. */
export function fakeLanguageModels(query: URLSearchParams): LanguageModelServices {
  const cached = new Set<string>();
  const list: LanguageModelServices["list"] = async () =>
    listLanguageModels(
      (await readManifests()).map(({ manifest }) => manifest),
      { view, graphics: graphicsOf(query), cached, ownServer: readOwnServer() },
    );
  return {
    ownServer: { read: readOwnServer, keep: keepOwnServer, watch: watchOwnServer, check: checkOwnServer },
    writeCard: (raw, { signal }) => writeByOwnServer(raw, signal),
    list,
    async download(id, { onProgress, signal }) {
      const { sizeBytes } = (await list()).find((entry) => entry.id === id)!;
      for (let share = 0; share <= 1; share += 0.05) {
        throwIfAborted(signal);
        onProgress({ files: [], receivedBytes: sizeBytes * share, totalBytes: sizeBytes, preparing: null });
        await sleep(50);
      }
      cached.add(id);
    },
    close() {},
    remove: async (id) => void cached.delete(id),
  };
}

/** What is downloaded is remembered until the page is closed. */
function fakeOptionalModel(title: string, sizeBytes: number): OptionalModelServices {
  let isStored = false;
  return {
    state: async () => ({ title, sizeBytes, state: isStored ? "ready" : "absent" }),
    async download({ onProgress, signal }) {
      for (let share = 0; share <= 1; share += 0.1) {
        throwIfAborted(signal);
        onProgress({ files: [], receivedBytes: sizeBytes * share, totalBytes: sizeBytes, preparing: null });
        await sleep(50);
      }
      isStored = true;
    },
  };
}

export const fakeReranker = (): OptionalModelServices => fakeOptionalModel("Reranker", 23_911_000);

/** Finds every image with these many hundredths of probability: nsfw=97. */
export function fakeNsfw(query: URLSearchParams): NsfwServices {
  const model = fakeOptionalModel("NSFW check", 21_962_919);
  return {
    ...model,
    async check() {
      if ((await model.state()).state === "ready") return Number(query.get("nsfw") ?? 1) / 100;
      throw new StylusError("not-found", say`NSFW check is not downloaded.`, {
        remedy: say`Download it under Settings, or turn the check off.`,
      });
    },
  };
}

export function fakeModels(query: URLSearchParams): ModelServices {
  let userModels = [{ model: userModel, readable: false }];
  const graphics = graphicsOf(query);
  const list: ModelServices["list"] = async () => ({
    models: listModels(
      (await readManifests()).map(({ manifest }) => manifest),
      { view, graphics, userModels },
    ),
    graphics,
    freeBytes: 41e9,
  });
  return {
    list,
    async download(packId, { onProgress, signal }) {
      const totalBytes = packId.startsWith("own-") ? 0 : 2_134_192_843;
      for (let share = 0; share <= 1; share += 0.02) {
        throwIfAborted(signal);
        onProgress({ files: [], receivedBytes: totalBytes * share, totalBytes, preparing: null });
        if (query.get("download") === "fail" && share > 0.4) {
          throw new StylusError(
            "network",
            say`unet/diffusion_pytorch_model.safetensors could not be downloaded: huggingface.co cannot be reached.`,
            { remedy: say`Check your connection and try again; the download resumes.` },
          );
        }
        if (query.get("download") === "stuck" && share > 0.4) {
          while (!signal.aborted) await sleep(100);
        }
        if (totalBytes > 0) await sleep(100);
      }
    },
    forgetPins: async () => 4,
    async addUserModel() {
      throw new StylusError("unsupported", say`This is a Stable Diffusion XL model.`, {
        remedy: say`Use a Stable Diffusion 1.x model (1.4, 1.5 or a community model based on them).`,
      });
    },
    async allowUserModel() {
      userModels = userModels.map(({ model }) => ({ model, readable: true }));
      return true;
    },
    async changeUserModel(id, change) {
      userModels = userModels.map((entry) =>
        entry.model.id === id ? { ...entry, model: { ...entry.model, ...change } } : entry,
      );
    },
    async forgetUserModel(id) {
      userModels = userModels.filter(({ model }) => model.id !== id);
    },
    deleteFile: async () => {},
    requestPersistence: async () => "refused",
  };
}
