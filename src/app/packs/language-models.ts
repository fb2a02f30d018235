// The language models a user can choose from: what each is, what it needs, and whether it is here. Pure.
import type { ComposerEntry, Manifest } from "../../storage/manifest.ts";
import type { StorageView } from "../../storage/storage-view.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import type { GraphicsReport } from "./model-fit.ts";
import { licenseNames, type ModelEntry } from "./model-list.ts";
import { ownServerId, type OwnServer } from "./own-server.ts";
import { type Saying } from "../../shared/saying.ts";

export type LanguageModelFit =
  | { readonly kind: "good"; readonly gpuBytes: number }
  /** On the CPU. */
  | { readonly kind: "slow"; readonly memoryBytes: number }
  /** On a computer of the user's, by their own server. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "impossible"; readonly lacks: "webgpu"; readonly reason: Saying }
  | { readonly kind: "impossible"; readonly lacks: "shader-f16" };

export interface LanguageModelEntry extends Pick<ModelEntry, "id" | "title" | "license"> {
  readonly summary: string;
  /** What runs it: web-llm on the GPU, ONNX Runtime on the CPU, or the user's own server. */
  readonly runsOn: "gpu" | "cpu" | "server";
  readonly role: ComposerEntry["role"];
  /** Whole download; an estimate. */
  readonly sizeBytes: number;
  readonly state: "ready" | "partial" | "absent";
  readonly fit: LanguageModelFit;
  /** Whether it can write adapters' cards. */
  readonly writesCards: boolean;
}

/** Smaller ones do not come up with forty phrases that say different things. */
const leastWriterParameters = 1e9;

/** The entry of the user's own server. */
export const ownServerEntry = ({ model }: OwnServer): LanguageModelEntry => ({
  id: ownServerId,
  title: model,
  summary: "",
  license: null,
  runsOn: "server",
  role: null,
  sizeBytes: 0,
  state: "ready",
  fit: { kind: "elsewhere" },
  writesCards: true,
});

export function describeLanguageModelFit(fit: LanguageModelFit): string {
  const texts = t.models.language.fit;
  if (fit.kind === "good") return texts.gpu(fit.gpuBytes);
  if (fit.kind === "slow") return texts.cpu(fit.memoryBytes);
  if (fit.kind === "elsewhere") return texts.ownServer;
  return fit.lacks === "webgpu" ? texts.noWebGpu(spoken(fit.reason)) : texts.noF16;
}

/** Weights in memory, and what a question takes beside them. */
const cpuMemory = (fileBytes: number): number => 1.5 * fileBytes + 3e8;

const licenseOf = (
  { license, licenseConfirmed }: Pick<Manifest, "license" | "licenseConfirmed">,
  pageUrl: string,
): LanguageModelEntry["license"] => ({
  name: licenseNames.get(license) ?? license,
  confirmed: licenseConfirmed,
  pageUrl,
});

function gpuFit({ requirements }: ComposerEntry, graphics: GraphicsReport): LanguageModelFit {
  if (graphics.kind === "none") return { kind: "impossible", lacks: "webgpu", reason: graphics.reason };
  if (requirements.requiredFeatures.includes("shader-f16") && !graphics.f16)
    return { kind: "impossible", lacks: "shader-f16" };
  return { kind: "good", gpuBytes: requirements.minGpuMemoryBytes };
}

/** Of the variants of one model the first that runs here; the first of all where none does. */
function variants(entries: readonly LanguageModelEntry[]): LanguageModelEntry[] {
  const byTitle = new Map<string, LanguageModelEntry>();
  for (const entry of entries) {
    const before = byTitle.get(entry.title);
    if (!before || (before.fit.kind === "impossible" && entry.fit.kind !== "impossible"))
      byTitle.set(entry.title, entry);
  }
  return [...byTitle.values()];
}

/**
 * Those for the GPU first, in the order of the manifest; the user's own server last.
 * @param context.cached ids of models that web-llm has in its own cache
 */
export function listLanguageModels(
  manifests: readonly Manifest[],
  context: {
    readonly view: Pick<StorageView, "packs">;
    readonly graphics: GraphicsReport;
    readonly cached: ReadonlySet<string>;
    readonly ownServer: OwnServer | null;
  },
): LanguageModelEntry[] {
  const { view, graphics, cached, ownServer } = context;
  const onGpu = manifests
    .flatMap(({ composers }) => composers)
    .map((composer): LanguageModelEntry => ({
      id: composer.id,
      title: composer.title,
      summary: composer.summary,
      runsOn: "gpu",
      role: composer.role,
      sizeBytes: composer.sizeBytes,
      state: cached.has(composer.id) ? "ready" : "absent",
      license: licenseOf(composer, composer.modelUrl),
      fit: gpuFit(composer, graphics),
      writesCards: composer.parameters >= leastWriterParameters,
    }));
  const onCpu = manifests
    .filter(({ kind }) => kind === "language-model")
    .map((manifest): LanguageModelEntry => {
      const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const stored = view.packs.find(({ id }) => id === manifest.id);
      return {
        id: manifest.id,
        title: manifest.title,
        summary: manifest.summary,
        runsOn: "cpu",
        role: null,
        sizeBytes,
        state: stored?.complete ? "ready" : stored ? "partial" : "absent",
        license: licenseOf(manifest, `${new URL(manifest.baseUrl).origin}/${manifest.source!.repo}`),
        fit: { kind: "slow", memoryBytes: cpuMemory(sizeBytes) },
        writesCards: false, // those for the CPU are small, and an answer of this length would take a quarter of an hour
      };
    });
  return [...variants(onGpu), ...onCpu, ...(ownServer ? [ownServerEntry(ownServer)] : [])];
}
