// The models a user can choose from: what each is, what it needs, and what of it is here. Pure.
import type { Manifest } from "../../storage/manifest.ts";
import type { StorageView } from "../../storage/storage-view.ts";
import { fitOf, needsOf, type GraphicsReport, type ModelFit } from "./model-fit.ts";
import type { UserModel } from "./user-models.ts";
import { infoOfPack, pocketId } from "./packs.ts";

export interface ModelEntry {
  /** As settings keep it; a pack's id without a VAE. */
  readonly id: string;
  readonly title: string;
  /** Null for the user's own files. */
  readonly summary: string | null;
  /** Where its files are: on this site, on a hub, on the user's disk. */
  readonly origin: "site" | "hub" | "disk";
  /** Whole download, or the files on disk. */
  readonly sizeBytes: number;
  /** False: an estimate. */
  readonly sizeExact: boolean;
  /** Of the download, in this browser already. */
  readonly storedBytes: number;
  /** needs-permission: the browser must ask the user before it reads the file again. */
  readonly state: "ready" | "partial" | "absent" | "needs-permission" | "lost";
  /** Null for the user's own files. */
  readonly license: {
    readonly name: string;
    readonly confirmed: boolean;
    readonly pageUrl: string | null;
  } | null;
  /** Nobody knows all hashes beforehand: what the first download brought is remembered. */
  readonly isPinned: boolean;
  /** Side of its images in pixels. */
  readonly width: number;
  readonly fit: ModelFit;
  /** VAEs that may take the place of its own. */
  readonly vaes: readonly { readonly id: string; readonly title: string; readonly sizeBytes: number }[];
  /** For the user's own: what its header says. */
  readonly userModel: UserModel | null;
}

export const licenseNames: ReadonlyMap<string, string> = new Map([
  ["creativeml-openrail-m", "CreativeML Open RAIL-M"],
  ["mit", "MIT"],
  ["apache-2.0", "Apache-2.0"],
  ["gemma", "Gemma Terms of Use"],
  ["llama3.2", "Llama 3.2 Community License"],
]);

const isComplete = (view: StorageView, id: string): boolean =>
  view.packs.find((pack) => pack.id === id)?.complete === true;

/** Small files are shared among models (the tokenizer): having those alone is not worth a word. */
const isBegun = (storedBytes: number, sizeBytes: number): boolean => storedBytes > sizeBytes * 0.02;

/** Origin and repository, for the link to the model's page. */
const pageOf = ({ source, baseUrl }: Manifest): string | null =>
  source && `${new URL(baseUrl).origin}/${source.repo}`;

/** VAEs that may take the place of a model's own: others than that. */
export const otherVaes = (model: Manifest, manifests: readonly Manifest[]): Manifest[] => {
  const isOwn = (vae: Manifest): boolean =>
    vae.files.some(({ url, path }) =>
      model.files.some(
        (file) => file.url !== undefined && file.url === new URL(url ?? path, vae.baseUrl).href,
      ),
    );
  return model.id === pocketId ? [] : manifests.filter((each) => each.kind === "vae" && !isOwn(each));
};

export const sizeOf = ({ files }: Pick<Manifest, "files">): number =>
  files.reduce((sum, file) => sum + file.sizeBytes, 0);

function hubEntry(
  manifest: Manifest,
  context: { manifests: readonly Manifest[]; view: StorageView; graphics: GraphicsReport },
): ModelEntry {
  const { manifests, view, graphics } = context;
  const { id, title, summary, files } = manifest;
  const sizeBytes = sizeOf(manifest);
  const storedBytes = view.packs.find((pack) => pack.id === id)?.storedBytes ?? 0;
  const begun = isBegun(storedBytes, sizeBytes);
  return {
    id,
    title,
    summary,
    origin: id === pocketId ? "site" : "hub",
    sizeBytes,
    sizeExact: files.every(({ sizeExact }) => sizeExact),
    storedBytes,
    state: id === pocketId || isComplete(view, id) ? "ready" : begun ? "partial" : "absent",
    license: {
      name: licenseNames.get(manifest.license) ?? manifest.license,
      confirmed: manifest.licenseConfirmed,
      pageUrl: pageOf(manifest),
    },
    isPinned: files.some(({ sha256 }) => sha256 === null),
    width: infoOfPack(id).width,
    fit: fitOf(needsOf(manifest), graphics),
    vaes: otherVaes(manifest, manifests).map((vae) => ({
      id: vae.id,
      title: vae.title,
      sizeBytes: sizeOf(vae),
    })),
    userModel: null,
  };
}

function userModelEntry(
  model: UserModel,
  { readable, graphics }: { readable: boolean; graphics: GraphicsReport },
): ModelEntry {
  const { id, title, sizeBytes, facts, handles } = model;
  return {
    id,
    title,
    summary: null,
    origin: "disk",
    sizeBytes,
    sizeExact: true,
    storedBytes: 0,
    state: readable ? "ready" : handles ? "needs-permission" : "lost",
    license: null,
    isPinned: true, // the tokenizer that it is lent
    width: infoOfPack(id).width,
    fit: fitOf({ parameters: facts.parameters, minGpuMemoryBytes: null }, graphics),
    vaes: [],
    userModel: model,
  };
}

/** Pocket first, then the hub's checkpoints, general ones before special ones, then the user's own. */
export function listModels(
  manifests: readonly Manifest[],
  context: {
    readonly view: StorageView;
    readonly graphics: GraphicsReport;
    readonly userModels: readonly { readonly model: UserModel; readonly readable: boolean }[];
  },
): ModelEntry[] {
  const { view, graphics, userModels } = context;
  const checkpoints = manifests.filter(({ kind }) => kind === "checkpoint" || kind === "inpainting");
  const order = ({ id, kind, domain }: Manifest): number =>
    id === pocketId ? 0 : kind === "inpainting" ? 3 : domain === "any" ? 1 : 2;
  return [
    ...[...checkpoints]
      .sort((a, b) => order(a) - order(b))
      .map((manifest) => hubEntry(manifest, { manifests, view, graphics })),
    ...userModels.map(({ model, readable }) => userModelEntry(model, { readable, graphics })),
  ];
}
