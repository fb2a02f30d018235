// Where the files of a pack come from: the site, a hub, the user's disk. Every pack shares Pocket's embedder, for which the
// composer's thresholds are fitted (docs/stylus.md).
import type { Manifest } from "../../storage/manifest.ts";
import { packFromDisk } from "../../storage/local-files.ts";
import { needsOf, type ModelNeeds } from "./model-fit.ts";
import { remoteAdapters, type RemoteAdapter } from "../adapters/hub-adapters.ts";
import type { VaeChoice } from "../../stylus/loaded-pack.ts";
import { otherVaes, sizeOf } from "./model-list.ts";
import { isUserModel, type UserModelStore } from "./user-models.ts";
import { composeManifest, type PackPart } from "./parts.ts";
import {
  infoOfPack,
  packIdOf,
  pocketId,
  readManifest,
  readManifests,
  readRefinedCards,
  splitPackId,
  type PackInfo,
} from "./packs.ts";

export interface PackSource {
  readonly packId: string;
  readonly info: PackInfo;
  readonly title: string;
  /** VAEs that its model can have, its own first; empty where there is no other. */
  readonly vaes: readonly Omit<VaeChoice, "stored">[];
  readonly needs: ModelNeeds;
  /** Manifest of all that is downloaded. */
  readonly json: unknown;
  /** Files of the user's disk, by path in the pack. */
  readonly local: ReadonlyMap<string, Blob>;
  /** Adapters whose files are downloaded when first used. */
  readonly remote: readonly RemoteAdapter[];
}

const siteUrl = (): string => document.baseURI;
const ofEmbedder = (path: string): boolean => path.startsWith("embedder/");

async function embedderPart(): Promise<PackPart> {
  return { manifest: (await readManifest(pocketId)).manifest, pick: ofEmbedder };
}

const titleWithVae = (model: Manifest, vae: Manifest): string => `${model.title} with ${vae.title}`;

async function hubSource(packId: string): Promise<PackSource> {
  const { modelId, vaeId } = splitPackId(packId);
  const { manifest } = await readManifest(modelId);
  const vae = vaeId === null ? null : (await readManifest(vaeId)).manifest;
  const info = infoOfPack(packId);
  const manifests = (await readManifests()).map((read) => read.manifest);
  const parts: PackPart[] = [{ manifest }, ...(vae ? [{ manifest: vae }] : []), await embedderPart()];
  return {
    packId,
    info,
    title: vae ? titleWithVae(manifest, vae) : manifest.title,
    vaes: vaesOf(manifest, manifests),
    needs: needsOf(manifest),
    json: composeManifest(modelId, parts, { siteUrl: siteUrl() }),
    local: new Map(),
    remote: await remoteOf(manifests, info, manifest.domain),
  };
}

function vaesOf(model: Manifest, manifests: readonly Manifest[]): PackSource["vaes"] {
  const others = otherVaes(model, manifests).map((vae) => ({
    id: vae.id,
    title: vae.title,
    packId: packIdOf(model.id, vae.id),
    packTitle: titleWithVae(model, vae),
    sizeBytes: sizeOf(vae),
  }));
  const { id: packId, title } = model;
  return others.length === 0 ? [] : [{ id: null, title, packId, packTitle: title, sizeBytes: 0 }, ...others];
}

async function remoteOf(
  manifests: readonly Manifest[],
  info: PackInfo,
  domain: string | null,
): Promise<RemoteAdapter[]> {
  const lists = manifests.filter(({ kind }) => kind === "adapters");
  const refined = await readRefinedCards(lists.map(({ id }) => id));
  return remoteAdapters(manifests, { baseModel: info.baseModels[0]!, domain, refined });
}

/** For a file that does not say that it predicts v: the schedule is that of SD 1.x. */
const vPredictionScheduler = (): Blob =>
  new Blob([
    JSON.stringify({
      beta_schedule: "scaled_linear",
      beta_start: 0.00085,
      beta_end: 0.012,
      num_train_timesteps: 1000,
      prediction_type: "v_prediction",
    }),
  ]);

async function userModelSource(packId: string, store: UserModelStore): Promise<PackSource> {
  const { model, files } = await store.open(packId);
  const local = packFromDisk(files);
  if (model.vPrediction && model.facts.predictionType !== "v_prediction")
    local.set("scheduler/scheduler_config.json", vPredictionScheduler());
  const info = infoOfPack(packId);
  const parts: PackPart[] = [
    ...(model.facts.hasTokenizer ? [] : [{ manifest: (await readManifest("sd15-tokenizer")).manifest }]),
    await embedderPart(),
  ];
  return {
    packId,
    info,
    title: model.title,
    vaes: [],
    needs: { parameters: model.facts.parameters, minGpuMemoryBytes: null },
    json: composeManifest(packId, parts, { siteUrl: siteUrl() }),
    local,
    remote: await remoteOf(
      (await readManifests()).map(({ manifest }) => manifest),
      info,
      null,
    ),
  };
}

/** @throws StylusError not-found | device: see UserModelStore.open */
export async function packSource(packId: string, store: UserModelStore): Promise<PackSource> {
  if (isUserModel(packId)) return userModelSource(packId, store);
  if (packId !== pocketId) return hubSource(packId);
  const { manifest } = await readManifest(pocketId);
  return {
    packId,
    info: infoOfPack(packId),
    title: manifest.title,
    vaes: [],
    needs: needsOf(manifest),
    json: composeManifest(packId, [{ manifest }], { siteUrl: siteUrl() }),
    local: new Map(),
    remote: [],
  };
}
