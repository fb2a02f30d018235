// Stand-in services with the shapes of the real ones, based on the pocket pack's cards and drawn images.
import type { Composition, AdapterPick, Task } from "../../src/compose/composition.ts";
import type { PageServices } from "../../src/app/services/ports.ts";
import type { Reason } from "../../src/compose/reason.ts";
import type { AdapterCard } from "../../src/retrieval/card.ts";
import { StylusError, throwIfAborted } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { parseCards } from "../../src/retrieval/cards.ts";
import cardData from "../../training/pocket/cards.json";
import { fakeLanguageModels, fakeModels, fakeNsfw, fakeReranker, fakeStored } from "./fake-models.ts";
import { fakeReport } from "./fake-report.ts";
import { fakeSources } from "./fake-sources.ts";
import { madeCards, madeFiles } from "./made-cards.ts";
import { drawScene, drawPixels } from "./scene.ts";
import type { UserAdapter, LoadProgress } from "../../src/stylus/loaded-pack.ts";

const cards = parseCards(
  Object.entries(cardData).map(([id, raw]) => ({
    id,
    title: raw.title,
    tags: raw.tags,
    triggerWords: raw.triggerWords,
    description: raw.description
      .replace(/<\/p>/g, "\n")
      .replace(/<[^>]*>/g, "")
      .trim(),
    refined: raw.refined,
    baseModel: raw.baseModel,
    file: { path: `adapters/${id}.safetensors`, sizeBytes: 180_000, sha256: "0".repeat(64) },
    license: "Apache-2.0",
    author: raw.author,
    samples: raw.samplePrompts.map((prompt, index) => ({
      path: `samples/${id}-${index}`,
      prompt: prompt.replace(/ ?<[^>]*>/, ""),
    })),
    ...(id === "lcm" ? { fewStep: { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" } } : {}),
  })),
  "training/pocket/cards.json",
);

const files = [
  ["unet/diffusion_pytorch_model.safetensors", 19_804_512],
  ["vae/diffusion_pytorch_model.safetensors", 4_812_004],
  ["text_encoder/model.safetensors", 4_420_128],
  ["embedder/onnx/model_quantized.onnx", 6_910_340],
  ["adapters/clay.safetensors", 884_120],
  ["tokenizer/vocab.json", 92_118],
  ["index/adapters.safetensors", 61_440],
] as const;
const totalBytes = files.reduce((sum, [, size]) => sum + size, 0);

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Words of `text` that occur in a card's title or tags. */
const overlap = (card: AdapterCard, text: string): number => {
  const words = new Set(text.toLowerCase().match(/[a-z]{3,}/g) ?? []);
  const own = new Set(
    [card.title, ...card.tags, ...card.triggerWords]
      .join(" ")
      .toLowerCase()
      .match(/[a-z]{3,}/g) ?? [],
  );
  return [...words].filter((word) => own.has(word) || own.has(word.replace(/s$/, ""))).length;
};
/** Those that say something, in lower case. */
const longWords = (text: string): readonly string[] => text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
const jitter = (id: string): number =>
  ([...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 97) / 970;

function fakeCompose(prompt: string, candidates: readonly { card: AdapterCard }[]): Composition {
  const used = new Set<string>();
  const tasks: Task[] = [];
  for (const match of prompt.matchAll(/(?:(?!\s+(?:in|at|with|next to|above|on)\s|,).)+/g)) {
    const text = match[0].replace(/^\s*(?:in|at|with|next to|above|on)\s+/, "").replace(/^[\s,]+/, "");
    if (text.trim() === "") continue;
    const start = match.index + match[0].length - text.length;
    const picks = candidates
      .filter(({ card }) => !used.has(card.id) && overlap(card, text) > 0)
      .slice(0, 2)
      .map(({ card }): AdapterPick => ({
        id: card.id,
        reason: {
          kind: "matches",
          words: text,
          source: "tag",
          text: card.tags[1] ?? card.tags[0]!,
          score: 0.58 + jitter(card.id) * 3,
        },
        similarity: 0.58 + jitter(card.id) * 3,
        weight: card.refined.weight,
      }));
    for (const { id } of picks) used.add(id);
    tasks.push({ text, start, end: start + text.length, picks });
  }
  const words = tasks[0]?.text ?? prompt;
  const reasons: readonly Reason[] = [
    { kind: "category", words, wanted: "object", category: "style" },
    { kind: "below", words, score: 0.41, threshold: 0.5 },
    { kind: "styles", count: 2, score: 0.62 },
    { kind: "weaker", words, best: "Castle", score: 0.55 },
  ];
  const rejected = candidates
    .filter(({ card }) => !used.has(card.id))
    .slice(0, reasons.length)
    .map(({ card }, index) => ({ id: card.id, reason: reasons[index]! }));
  return { tasks, rejected, composer: { name: "rules", kind: "rules" } };
}

/** What a reader would make of the same choice: the picks, of each part one adapter that is less likely, and two out of the question. */
function fakeReading(prompt: string): Composition {
  const { tasks } = fakeCompose(
    prompt,
    cards.filter(({ fewStep }) => !fewStep).map((card) => ({ card })),
  );
  const picked = tasks.flatMap(({ picks, text }, task) =>
    picks.map(({ id, reason }) => ({ id, reason, words: text, task, wanted: 0.98, chosen: true })),
  );
  const others = cards.filter(({ id, fewStep }) => !fewStep && !picked.some((each) => each.id === id));
  const refused = [...tasks.keys(), null].map((task, index) => ({
    id: others[index]!.id,
    reason: { kind: "unlikely", score: 0.12, threshold: 0.8 } as const,
    words: task === null ? "" : tasks[task]!.text,
    task,
    wanted: 0.12,
    chosen: false,
  }));
  const hopeless = others.slice(refused.length, refused.length + 2).map(({ id }) => ({
    ...refused.at(-1)!,
    id,
    wanted: 0.01,
  }));
  const read = [...picked, ...refused, ...hopeless].map((each) => ({
    ...each,
    nearest: each.task === null ? null : { source: "phrase" as const, text: "plasticine" },
  }));
  return { tasks, rejected: [], read, composer: { name: "reader", kind: "reader" } };
}

export function fakeServices(query: URLSearchParams): PageServices {
  const slow = query.get("run") === "slow";
  const own = {
    id: null,
    title: "Pocket",
    packId: "pocket",
    packTitle: "Pocket",
    sizeBytes: 0,
    stored: true,
  };
  const soft = { id: "soft", title: "Soft VAE", packId: "pocket+soft", packTitle: "Pocket with Soft VAE" };
  const vaes = query.has("vae")
    ? [own, { ...soft, sizeBytes: 5e6, stored: query.get("vae") === "stored" }]
    : [];
  let loaded = false;
  let packInUse: string | null = null;
  let tunedGpus = Number(query.get("tuned") ?? 0);
  const urls = new Map<string, string>();
  const userAdapters = new Map<string, UserAdapter>();
  const made = madeCards(Number(query.get("adapters") ?? 0));
  const stored = new Set(made.filter((_, index) => index % 4 === 0).map(({ id }) => id));
  const fitting = (): UserAdapter[] =>
    [...userAdapters.values()].filter(({ card }) => card.baseModel === "Pocket");
  return {
    packInUse: () => packInUse,
    vaes: async () => vaes.map((vae) => ({ ...vae, stored: vae.stored || query.get("vae") === "late" })),
    async load(packId, { onProgress, signal }) {
      packInUse = packId;
      const mode = query.get("load");
      const progress = (share: number, preparing: string | null): LoadProgress => {
        let left = totalBytes * share;
        const list = files.map(([path, sizeBytes]) => {
          const receivedBytes = Math.min(sizeBytes, left);
          left -= receivedBytes;
          return { path, sizeBytes, receivedBytes };
        });
        return { files: list, receivedBytes: totalBytes * share, totalBytes, preparing };
      };
      if (!loaded) {
        const count = mode === "slow" || mode === "stuck" ? 40 : 2;
        for (let i = 0; i <= count; i++) {
          throwIfAborted(signal);
          onProgress(progress(i / count, null));
          if (mode === "stuck" && i === 24) await sleep(1e9);
          await sleep(mode === "slow" ? 120 : 10);
        }
        if (mode === "missing") {
          throw new StylusError(
            "not-found",
            say`unet/diffusion_pytorch_model.safetensors is missing on the server.`,
            {
              where: "http://localhost/packs/pocket/unet/diffusion_pytorch_model.safetensors",
              remedy: say`The site is incomplete. Publish it again with all files of the pack, then reload.`,
            },
          );
        }
        if (mode === "corrupt") {
          throw new StylusError(
            "bad-file",
            say`vae/diffusion_pytorch_model.safetensors is damaged: expected SHA-256 9f2c41aa0b1d…, got 01b7e5c2d9f0….`,
            {
              where: "http://localhost/packs/pocket/vae/diffusion_pytorch_model.safetensors",
              remedy: say`Download it again. If that fails, the server's copy is damaged or has changed.`,
            },
          );
        }
        onProgress(progress(1, "Building the networks"));
        await sleep(mode === "slow" ? 2000 : 30);
        for (const card of cards) {
          for (const [index, sample] of card.samples.entries()) {
            urls.set(
              sample.path,
              URL.createObjectURL(await drawPixels(drawScene(index * 7 + card.id.length, card.id))),
            );
          }
        }
        loaded = true;
      }
      const threads = query.get("threads") === "1" ? 1 : 2;
      return {
        id: packId,
        title: packId === "pocket+soft" ? "Pocket with Soft VAE" : "Pocket",
        vaes,
        sizeBytes: totalBytes,
        downloadedBytes: totalBytes,
        persistent: true,
        device: {
          kind: "wasm",
          name: say`${threads} threads of WebAssembly`,
          reason: say`WebGPU found no GPU`,
          threads,
          f16: false,
        },
        defaults: {
          width: 256,
          height: 256,
          full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
          fewStep: { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" },
        },
        cards: [...cards, ...made, ...fitting().map(({ card }) => card)],
        leftOut: [],
        baseModels: ["Pocket"],
        remote: madeFiles(made, (id) => stored.has(id)),
        userAdapters: new Map(fitting().map((adapter) => [adapter.id, adapter])),
        otherAdapters: [...userAdapters.values()].filter(({ card }) => card.baseModel !== "Pocket"),
        unread: null,
        vocabulary: new Set(
          "a an the in on at of and with two three castle hill robot meadow fox snow forest clay render rocket space penguin dog dogs".split(
            " ",
          ),
        ),
        things: {
          drawn: 918,
          names: ["red tower", "castle"],
          near: new Map([["lighthouse", "red tower"]]),
          values: new Int8Array([127, 0, 0, 0, 0, 127, 0, 0]),
          scales: new Float32Array([1 / 127, 1 / 127]),
        },
        fileUrl: (path) => urls.get(path) ?? null,
      };
    },
    async embedQuery(text) {
      queryText = text;
      return { dimensions: 4 };
    },
    embedText: async () => new Float32Array(4),
    async search(_query, { bans, limit }) {
      await sleep(slow ? 400 : 4);
      return cards
        .filter((card) => !card.fewStep && !bans.includes(card.id))
        .map((card) => ({
          id: card.id,
          similarity: Math.min(0.94, 0.12 + jitter(card.id) * 2 + overlap(card, queryText) * 0.22),
        }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, limit);
    },
    async compose(candidates, { request }) {
      await sleep(slow ? 500 : 6);
      const byId = new Map(cards.map((card) => [card.id, card]));
      return fakeCompose(
        request.prompt,
        candidates.map(({ id }) => ({ card: byId.get(id)! })),
      );
    },
    countTokens: async (prompt) => {
      const tokens = prompt.match(/\p{L}+|[^\s\p{L}]/gu)?.length ?? 0;
      return { tokens, room: 75 * Math.max(1, Math.ceil(tokens / 75)) };
    },
    read: async ({ prompt }) =>
      query.has("reader") ? fakeReading(prompt) : { unavailable: { kind: "noReader" } },
    consult: async () => ({ unavailable: { kind: "noModel" } }),
    languageModels: fakeLanguageModels(query),
    sources: fakeSources(),
    reranker: fakeReranker(),
    nsfw: fakeNsfw(query),
    async generate(request, { onEvent, signal }) {
      const pause = slow ? 900 : 25;
      for (const [imageIndex, job] of request.images.entries()) {
        const names = job.adapters.map(({ id }) => id).join(" ");
        const scene = drawScene(job.seed, `${names} ${request.prompt}`);
        onEvent({ type: "stage", stage: "text encoder", imageIndex, milliseconds: 84 });
        for (let step = 1; step <= request.steps; step++) {
          await sleep(pause);
          throwIfAborted(signal);
          if (query.get("run") === "fail" && step === 3) {
            throw new StylusError("device", say`The GPU was lost during generation.`, {
              remedy: say`Generate again, which reloads the model. If this happens often, choose WebAssembly in the settings.`,
            });
          }
          if (query.get("run") === "lost" && step === 3) {
            const message =
              "The GPU was lost more than once, so the run continues on the CPU: slower, with the same result. Reload the page to use the GPU again.";
            onEvent({ type: "device", imageIndex, message, device: null });
          }
          onEvent({ type: "step", imageIndex, step, steps: request.steps, milliseconds: pause });
          onEvent({ type: "preview", imageIndex, ...scene.preview(step / request.steps) });
        }
        onEvent({ type: "stage", stage: "VAE decoder", imageIndex, milliseconds: 1240 });
        onEvent({ type: "image", imageIndex, seed: job.seed, width: 256, height: 256, rgba: scene.pixels() });
      }
    },
    async inspectAdapter(file) {
      await sleep(600);
      return fakeReport(file);
    },
    async addAdapter(adapter) {
      userAdapters.set(adapter.id, adapter);
      return true;
    },
    async nearAdapters(text, { limit }) {
      await sleep(30);
      const words = longWords(text);
      return cards
        .filter((card) => !card.fewStep)
        .flatMap(({ id, refined: { phrases = [] } }) => {
          const near = phrases.find((phrase) => longWords(phrase).some((word) => words.includes(word)));
          return near === undefined ? [] : [{ id, score: 1 + jitter(id), text: near }];
        })
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
    deleteAdapterFile: async (id) => void stored.delete(id),
    putAdapter: async (adapter) => void userAdapters.set(adapter.id, adapter),
    removeAdapter: async (id) => void userAdapters.delete(id),
    checkStored: async () => [],
    fetchAdapters: async () => ({ downloadedBytes: 0 }),
    models: fakeModels(query),
    storageUse: async () => ({
      usedBytes: loaded ? totalBytes : 0,
      quotaBytes: 9.2e9,
      persisted: false,
      fileCount: loaded ? files.length : 0,
      userAdapters: { count: userAdapters.size, sizeBytes: userAdapters.size * 184_000 },
      tunedGpus,
      ...fakeStored(),
    }),
    async resetTuning() {
      tunedGpus = 0;
    },
    release() {},
    async deletePack() {
      loaded = false;
    },
  };
}

let queryText = "";
