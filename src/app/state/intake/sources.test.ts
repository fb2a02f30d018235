// Adapters by address: looked up, chosen, downloaded and kept one after the other; stopped, tried again; newer versions.
import { createRoot } from "solid-js";
import { describe, expect, it, vi } from "vitest";
import { adapterReport, loadedPack, noSources } from "../../../../tests/fixtures/run-services.ts";
import { civitaiModel, civitaiVersion, hubRepository } from "../../../../tests/fixtures/site-answers.ts";
import { StylusError, stopped } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { LoadedPack, UserAdapter } from "../../../stylus/loaded-pack.ts";
import { civitaiListing } from "../../adapters/sources/civitai.ts";
import { hubListings } from "../../adapters/sources/hub.ts";
import type { Listing } from "../../adapters/sources/listing.ts";
import { draftOf } from "../../adapters/user-card.ts";
import { RateLimited } from "../../services/adapter-sources.ts";
import type { SourceServices } from "../../services/ports.ts";
import { createIntake } from "./intake.ts";

const anyFile = { fileId: null, type: null, format: null, size: null, fp: null };
const sha = (name: string): string => name.padEnd(64, "0");

/** A model of Civitai for Pocket; its file has the model's number in its name. */
function listed(modelId: number, { baseModel = "Pocket", versionId = 1000 + modelId } = {}): Listing {
  const name = `m${modelId}-${versionId}.safetensors`;
  const file = { id: versionId, name, sizeBytes: 2048, sha256: sha("") };
  const version = civitaiVersion({ id: versionId, baseModel, files: [file] });
  const listing = civitaiListing(
    civitaiModel(modelId, [version], { name: `Model ${modelId}` }),
    version,
    anyFile,
  );
  return { ...listing, sha256: sha(name) };
}

/** @param loading what the pack comes after */
function setup(given: Partial<SourceServices> = {}, room = Infinity, loading: Promise<void> | null = null) {
  const kept = new Map<string, UserAdapter>();
  const said: string[] = [];
  const released: string[] = [];
  const pack = (): LoadedPack =>
    loadedPack({
      cards: [...kept.values()].filter(({ card }) => card.baseModel === "Pocket").map(({ card }) => card),
      userAdapters: new Map(kept),
    });
  const sources: SourceServices = {
    ...noSources,
    lookUp: async (address) => {
      if (address.kind === "hub") {
        const files = ["a", "b"].map((name) => ({
          path: `${name}.safetensors`,
          sizeBytes: 1024,
          sha256: sha(`${name}.safetensors`),
        }));
        const change = { cardData: { base_model: "Pocket" } };
        return hubListings(hubRepository(address.repo, { files, commit: "main", change }), address);
      }
      if (address.modelId === 404) throw new StylusError("not-found", say`Civitai has no model ${404}.`);
      return [listed(address.modelId!, address.modelId === 66 ? { baseModel: "SDXL 1.0" } : {})];
    },
    preview: async () => null,
    download: async (listing, { onProgress, signal }) => {
      if (signal.aborted) throw stopped();
      onProgress(listing.sizeBytes!);
      return {
        blob: new Blob([listing.fileName]),
        config: null,
        release: async () => void released.push(listing.fileName),
      };
    },
    ...given,
  };
  const intake = createRoot(() =>
    createIntake({
      services: {
        inspectAdapter: async (file) => {
          const isWrong = file.name.startsWith("m13-");
          return adapterReport({
            fileName: file.name,
            sizeBytes: file.size,
            hashes: { sha256: sha(file.name), autoV2: "", autoV3: null },
            refusal: isWrong ? { code: "unsupported", message: "nothing in it fits" } : null,
          });
        },
        addAdapter: async (adapter) => {
          if (kept.size === room) throw new StylusError("quota", say`The disk is full.`);
          if (kept.has(adapter.id)) return false;
          kept.set(adapter.id, adapter);
          return true;
        },
        putAdapter: async (adapter) => void kept.set(adapter.id, adapter),
        removeAdapter: async () => {},
        sources,
      },
      pack: () => (loading === null ? pack() : null),
      refresh: async () => {
        await loading;
        return pack();
      },
      writer: () => null,
      onForgotten: async () => {},
      announce: (text) => said.push(text),
    }),
  );
  const states = (): (string | boolean)[][] =>
    intake.sources.items.map(({ address, status, wanted }) => [address, status, wanted]);
  return { intake, list: intake.sources, kept, said, released, states };
}

describe("lookUp", () => {
  it("lists what is there, with what is wanted chosen, and says why the rest is not", async () => {
    const { list, states, said } = setup();
    await list.lookUp("1\n404\nnonsense\n66\nhttps://huggingface.co/a/b\n1");
    expect(states()).toEqual([
      ["1", "found", true],
      ["404", "failed", false],
      ["nonsense", "failed", false],
      ["66", "found", false], // for another base model
      ["https://huggingface.co/a/b", "found", false], // several: the user chooses
      ["https://huggingface.co/a/b", "found", false],
    ]);
    expect(list.items.map(({ error }) => error?.message ?? null)).toEqual([
      null,
      "Civitai has no model 404.",
      "nonsense is no address of a model on Civitai or Hugging Face.",
      null,
      null,
      null,
    ]);
    expect(list.items[3]!.fit).toEqual({ kind: "other", base: "SDXL 1.0" });
    expect(said).toEqual(["4 found, 2 not found."]);
    expect(list.work()).toBeNull();
  });

  it("lists nothing twice, and forgets a failure when it is asked for again", async () => {
    const { list, states, said } = setup();
    await list.lookUp("1 404");
    await list.lookUp("404\n1\nhttps://civitai.com/models/1");
    expect(states()).toEqual([
      ["1", "found", true],
      ["404", "failed", false],
    ]);
    expect(said).toEqual(["1 found, 1 not found.", "1 found, 1 not found."]);
    list.dismiss();
    expect(states()).toEqual([]);
  });

  it("once, however often it is asked for while the model is loaded", async () => {
    const asked: unknown[] = [];
    let load = (): void => {};
    const { list } = setup(
      {
        lookUp: async (address) => {
          asked.push(address);
          return [];
        },
      },
      Infinity,
      new Promise<void>((resolve) => (load = resolve)),
    );
    const looking = [list.lookUp("1 2"), list.lookUp("1 2")];
    expect(list.work()).toEqual({ kind: "asking", done: 0, total: 2 });
    load();
    await Promise.all(looking);
    expect(asked.length).toBe(2);

    const stopped = list.lookUp("1 2");
    list.stop();
    await stopped;
    expect(asked.length).toBe(2);
  });

  it("three at a time, and none after a stop", async () => {
    let open = 0;
    let most = 0;
    const gates: (() => void)[] = [];
    const { list, states } = setup({
      lookUp: async (address) => {
        most = Math.max(most, ++open);
        await new Promise<void>((resolve) => gates.push(resolve));
        open--;
        return [listed(address.kind === "civitai" ? address.modelId! : 0)];
      },
    });
    const looking = list.lookUp(Array.from({ length: 300 }, (_, index) => index + 1).join("\n"));
    await vi.waitUntil(() => gates.length === 3, { interval: 1 });
    expect(list.work()).toEqual({ kind: "asking", done: 0, total: 300 });
    gates.shift()!();
    await vi.waitUntil(() => list.work()?.done === 1, { interval: 1 });
    list.stop();
    for (const go of gates) go();
    await looking;
    expect(most).toBe(3);
    expect(states().length).toBe(4);
  });

  it("ends with the site that limits requests", async () => {
    let asked = 0;
    const { list, states } = setup({
      lookUp: async () => {
        asked++;
        throw new RateLimited("network", say`Civitai limits requests and did not answer yet.`);
      },
    });
    await list.lookUp("1 2 3 4 5 6");
    expect(asked).toBe(3);
    expect(states().map(([, status]) => status)).toEqual(["failed"]);
    expect(list.outcome()).toBe("0 found, 1 not found. 5 were not asked for.");
  });

  it("tells a file that is among the adapters already", async () => {
    const { list, states } = setup();
    await list.lookUp("1");
    await list.download();
    list.dismiss();
    await list.lookUp("1");
    expect(states()).toEqual([["1", "known", false]]);
    expect(list.items[0]!.title).toBe("Model 1");
  });
});

describe("download", () => {
  it("keeps card, credits, origin, and reports what was not added", async () => {
    const { list, kept, states, said, released, intake } = setup();
    await list.lookUp("1 13 66");
    list.want(list.items[2]!.key, true);
    list.want(list.items[0]!.key, false);
    list.want(list.items[0]!.key, true);
    await list.download();
    expect(states().map(([, status]) => status)).toEqual(["added", "refused", "added"]);
    expect(list.items[1]!.refusal).toMatchObject({ title: "Can’t be used here" });
    const adapter = kept.get("m1-1001")!;
    expect(adapter.card).toMatchObject({
      title: "Model 1",
      author: "scissors",
      triggerWords: ["pprcllg", "torn paper"],
    });
    expect(adapter.card.license).toContain("allowCommercialUse={Image,RentCivit}");
    expect(adapter.origin).toEqual({ kind: "civitai", modelId: 1, versionId: 1001 });
    expect(list.items[0]).toMatchObject({ id: "m1-1001", title: "Model 1", receivedBytes: 2048 });
    expect(released).toEqual(["m1-1001.safetensors", "m13-1013.safetensors", "m66-1066.safetensors"]);
    expect(said.at(-1)).toBe("2 added, 1 not.");
    expect(intake.open()).toBe(true);

    // An edited card keeps what the form does not have.
    await intake.change("m1-1001", { ...draftOf(adapter.card), title: "Model 1!" });
    expect(kept.get("m1-1001")!.card).toMatchObject({ title: "Model 1!", author: "scissors" });
  });

  it("one after the other; what was stopped waits, and continues", async () => {
    let go = (): void => {};
    const order: string[] = [];
    const { list, states, kept } = setup({
      download: async ({ fileName }, { signal }) => {
        order.push(fileName);
        await new Promise<void>((resolve, reject) => {
          go = resolve;
          signal.addEventListener("abort", () => reject(stopped()));
        });
        return { blob: new Blob([fileName]), config: null, release: async () => {} };
      },
    });
    await list.lookUp("1 2 3");
    const downloading = list.download();
    await vi.waitUntil(() => order.length === 1, { interval: 1 });
    expect(states().map(([, status]) => status)).toEqual(["downloading", "waiting", "waiting"]);
    go();
    await vi.waitUntil(() => order.length === 2, { interval: 1 });
    list.stop();
    await downloading;
    expect(states()).toEqual([
      ["1", "added", false],
      ["2", "found", true],
      ["3", "found", true],
    ]);
    expect(list.outcome()).toBe("1 added.");
    const again = list.download();
    for (const count of [3, 4]) {
      await vi.waitUntil(() => order.length === count, { interval: 1 });
      go();
    }
    await again;
    expect(kept.size).toBe(3);
    expect(order.map((name) => name.slice(0, 2))).toEqual(["m1", "m2", "m2", "m3"]);
  });

  it("goes on after one that fails, and tries it again", async () => {
    let fails = true;
    const { list, states } = setup({
      download: async ({ fileName }) => {
        if (fails && fileName.startsWith("m2-"))
          throw new StylusError("network", say`Civitai wants a key for ${fileName} (${401}).`);
        return { blob: new Blob([fileName]), config: null, release: async () => {} };
      },
    });
    await list.lookUp("1 2 3");
    await list.download();
    expect(states()).toEqual([
      ["1", "added", false],
      ["2", "failed", true],
      ["3", "added", false],
    ]);
    expect(list.items[1]!.error!.message).toBe("Civitai wants a key for m2-1002.safetensors (401).");
    fails = false;
    await list.download();
    expect(list.items[1]).toMatchObject({ status: "added", error: null });
  });

  it.each([
    ["the site limits requests", new RateLimited("network", say`Civitai limits requests.`)],
    ["there is no room", new StylusError("quota", say`The browser has no room.`)],
  ])("ends when %s", async (_, error) => {
    let asked = 0;
    const { list, states } = setup({
      download: async () => {
        asked++;
        throw error;
      },
    });
    await list.lookUp("1 2 3");
    await list.download();
    expect(asked).toBe(1);
    expect(states().map(([, status]) => status)).toEqual(["failed", "found", "found"]);
  });

  it("ends when nothing more can be kept, and leaves nothing in the store", async () => {
    const { list, states, released } = setup({}, 1);
    await list.lookUp("1 2 3");
    await list.download();
    expect(states().map(([, status]) => status)).toEqual(["added", "failed", "found"]);
    expect(released.length).toBe(2);
  });
});

it("a file that was downloaded by hand gets the card of its listing", async () => {
  const { list, intake } = setup();
  await list.lookUp("1");
  intake.take([new File(["x"], "m1-1001.safetensors")]);
  await vi.waitUntil(() => intake.items[0]?.status === "ready", { interval: 1 });
  expect(intake.items[0]!.draft).toMatchObject({ title: "Model 1", triggerWords: "pprcllg, torn paper" });
  await intake.accept(intake.items[0]!.key);
  expect(intake.items[0]).toMatchObject({ status: "added", id: "m1-1001" });
});

describe("checkForUpdates", () => {
  it("lists newer versions of adapters with an origin, and says what could not be asked", async () => {
    const asked: unknown[] = [];
    const { list, kept, states, said } = setup({
      newer: async (origin) => {
        asked.push(origin);
        const { modelId } = origin as { modelId: number };
        if (modelId === 3) throw new StylusError("not-found", say`Civitai has no model ${3}.`);
        return modelId === 1 ? listed(1, { versionId: 2001 }) : null;
      },
    });
    expect(list.checkable()).toBe(0);
    await list.lookUp("1 2 3");
    await list.download();
    list.dismiss();
    kept.set("own", { ...kept.get("m1-1001")!, id: "own", origin: undefined! });
    expect(list.checkable()).toBe(3);
    await list.checkForUpdates();
    expect(asked.length).toBe(3);
    expect(states()).toEqual([
      ["Model 1", "found", true],
      ["Model 3", "failed", false],
    ]);
    expect(list.items[0]!.newerThan).toBe("Model 1");
    for (const _ of ["first", "again"]) {
      expect(said.at(-1)).toBe("1 of 3 adapters have newer versions; 1 could not be checked.");
      await list.checkForUpdates();
      expect(states()).toEqual([
        ["Model 1", "found", true],
        ["Model 3", "failed", false],
      ]);
    }
    await list.download();
    expect([...kept.keys()]).toContain("m1-2001");
  });
});

it("a key is kept and forgotten, and shown to nobody", () => {
  let key: string | null = null;
  const { list } = setup({ key: { read: () => key, keep: (next) => void (key = next) } });
  expect(list.hasKey()).toBe(false);
  list.setKey("secret");
  expect([list.hasKey(), key]).toEqual([true, "secret"]);
  list.setKey(null);
  expect([list.hasKey(), key]).toEqual([false, null]);
});
