// The choice of models as the page asks for it: the list, downloads, checkpoints on the user's disk, and what is stored.
import { requestPersistence } from "../../storage/quota.ts";
import { TuningRecords } from "../../storage/tuning-records.ts";
import { readCheckpointFacts } from "../packs/checkpoint-facts.ts";
import { probeGraphics } from "./device-probe.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import { listModels } from "../packs/model-list.ts";
import type { UserAdapterStore } from "../adapters/user-adapters.ts";
import type { UserModel, UserModelStore } from "../packs/user-models.ts";
import { fetchPack, rowsOf } from "./pack-storage.ts";
import { packSource } from "../packs/source.ts";
import { readManifest, readManifests } from "../packs/packs.ts";
import type { StorageClient } from "./storage-client.ts";
import type { DiskUse, ModelList, ModelServices } from "./ports.ts";

/** "realistic_v2.safetensors" → "realistic_v2"; of a folder its name. */
const titleOf = ({ handles, files }: DiskPick): string => {
  const name = handles?.[0]?.name ?? files[0]?.path.split("/")[0] ?? "My checkpoint";
  return name.replace(/\.(?:safetensors|sft)$/i, "");
};

async function readableUserModels(store: UserModelStore): Promise<{ model: UserModel; readable: boolean }[]> {
  const models = await store.all();
  return Promise.all(
    models.map(async (model) => ({ model, readable: await store.readable(model.id, { ask: false }) })),
  );
}

export interface ModelStorage {
  readonly models: ModelServices;
  use(): Promise<DiskUse>;
  /** @throws DOMException */
  resetTuning(): Promise<void>;
  /** @throws StylusError not-found */
  deletePack(manifestId: string): Promise<void>;
}

export function createModelServices(context: {
  readonly storage: StorageClient;
  readonly userModels: UserModelStore;
  readonly userAdapters: Promise<UserAdapterStore>;
}): ModelStorage {
  const { storage, userModels, userAdapters } = context;
  const tuning = new TuningRecords();

  async function list(): Promise<ModelList> {
    const [manifests, view, graphics, ofUser, estimate] = await Promise.all([
      readManifests(),
      storage.describe(),
      probeGraphics(),
      readableUserModels(userModels),
      navigator.storage?.estimate?.().catch(() => null) ?? null,
    ]);
    return {
      models: listModels(
        manifests.map(({ manifest }) => manifest),
        { view, graphics, userModels: ofUser },
      ),
      graphics,
      freeBytes: estimate?.quota === undefined ? null : estimate.quota - (estimate.usage ?? 0),
    };
  }

  const entry = async (id: string) => (await list()).models.find((model) => model.id === id)!;

  return {
    models: {
      list,
      async download(packId, options) {
        await fetchPack(storage, await packSource(packId, userModels), options);
      },
      async forgetPins(packId) {
        const { json } = await packSource(packId, userModels);
        return storage.call((service) => service.forgetPins(json, document.baseURI));
      },
      async addUserModel(pick) {
        const facts = await readCheckpointFacts(pick.files);
        const { id } = await userModels.add(pick, { title: titleOf(pick), facts });
        return entry(id);
      },
      allowUserModel: (id) => userModels.readable(id, { ask: true }),
      changeUserModel: (id, change) => userModels.change(id, change),
      forgetUserModel: (id) => userModels.remove(id),
      deleteFile: (name) => storage.call((service) => service.removeFile(name)),
      requestPersistence,
    },

    async use() {
      const [use, view, adapters, { models }, tunedGpus] = await Promise.all([
        storage.call((service) => service.use()),
        storage.describe(),
        userAdapters.then((store) => store.all()),
        list(),
        tuning.count().catch(() => 0),
      ]);
      return {
        ...use,
        tunedGpus,
        userAdapters: {
          count: adapters.length,
          sizeBytes: adapters.reduce((sum, { file }) => sum + file.size, 0),
        },
        packs: rowsOf(view),
        others: view.others.filter(({ sizeBytes }) => sizeBytes > 0),
        userModels: models.filter(({ origin }) => origin === "disk"),
      };
    },

    resetTuning: () => tuning.reset(),

    async deletePack(manifestId) {
      const { json } = await readManifest(manifestId);
      const complete = (await storage.describe()).packs.filter(
        (pack) => pack.complete && pack.id !== manifestId,
      );
      const keep = await Promise.all(
        complete.map(async ({ id, kind }) =>
          kind === "checkpoint" || kind === "inpainting"
            ? (await packSource(id, userModels)).json
            : (await readManifest(id)).json,
        ),
      );
      const siteUrl = document.baseURI;
      await storage.call((service) => service.removePack(json, { keep, siteUrl }));
    },
  };
}
