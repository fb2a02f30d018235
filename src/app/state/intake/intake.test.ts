// Adapter files on their way in: examined in turn, refused with a reason, added once, dismissed.
import { createRoot } from "solid-js";
import { describe, expect, it, vi } from "vitest";
import { dictionary, ramp, writeTorchFile } from "../../../../tests/fixtures/adapters/write-torch.ts";
import { card } from "../../../../tests/fixtures/cards.ts";
import { png, pngText } from "../../../../tests/fixtures/image-files.ts";
import { adapterReport, loadedPack, noSources } from "../../../../tests/fixtures/run-services.ts";
import { readHeader, writeSafetensors } from "../../../formats/safetensors.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { createIntake, usedTensors } from "./intake.ts";
import type { AdapterServices, SourceServices } from "../../services/ports.ts";
import type { UserAdapter, LoadedPack } from "../../../stylus/loaded-pack.ts";

const sha = (name: string): string => name.padEnd(64, "0");

/** @param elsewhere ids that the database holds and the pack does not know: of another model, or from another tab */
function setup(elsewhere: ReadonlySet<string> = new Set(), { notesFail = false } = {}) {
  const userAdapters = new Map<string, UserAdapter>();
  const clay = card("clay", "style", { title: "Clay" });
  const pack = (): LoadedPack =>
    loadedPack({
      device: { kind: "wasm", name: say``, reason: say`WebGPU found no GPU`, threads: 1, f16: false },
      cards: [
        { ...clay, file: { ...clay.file, sha256: sha("clay.pt") } },
        ...[...userAdapters.values()].map(({ card: added }) => added),
      ],
      userAdapters: new Map(userAdapters),
    });
  const services: AdapterServices & { readonly sources: SourceServices } = {
    async inspectAdapter(file: File) {
      if (file.name.startsWith("broken")) throw new StylusError("bad-file", say`cut off`);
      const full = file.name.startsWith("full");
      const width = full ? 768 : 192;
      return adapterReport({
        fileName: file.name,
        sizeBytes: file.size,
        base: {
          name: full ? "Stable Diffusion 1.x" : null,
          contextWidth: width,
          textWidth: width,
          foreignKeys: 0,
          evidence: [],
        },
        hashes: { sha256: sha(file.name), autoV2: "", autoV3: null },
        refusal: full ? { code: "unsupported", message: "too wide" } : null,
      });
    },
    addAdapter: async (adapter: UserAdapter) => {
      if (adapter.card.title === "huge") throw new StylusError("quota", say`No room.`);
      if (userAdapters.has(adapter.id) || elsewhere.has(adapter.id)) return false;
      userAdapters.set(adapter.id, adapter);
      return true;
    },
    putAdapter: async (adapter: UserAdapter) => {
      if (adapter.card.title === "huge") throw new StylusError("quota", say`No room.`);
      userAdapters.set(adapter.id, adapter);
    },
    removeAdapter: async (id: string) => void userAdapters.delete(id),
    sources: noSources,
  };
  const said: string[] = [];
  const forgotten: string[] = [];
  let refreshes = 0;
  const intake = createRoot(() =>
    createIntake({
      services,
      pack,
      refresh: async () => {
        refreshes++;
        return pack();
      },
      writer: () => null,
      announce: (text) => said.push(text),
      onForgotten: async (ids) => {
        if (notesFail) throw new StylusError("quota", say`No room.`);
        forgotten.push(...ids);
      },
    }),
  );
  const settled = async (): Promise<void> => {
    await vi.waitUntil(
      () => intake.items.every(({ status }) => status !== "waiting" && status !== "reading"),
      { interval: 1 },
    );
  };
  return { intake, userAdapters, said, forgotten, settled, refreshes: () => refreshes };
}

const file = (name: string): File => new File(["x"], name);

/** The metadata of a safetensors file. */
const metadataOf = async (blob: Blob): Promise<Record<string, string>> =>
  Object.fromEntries((await readHeader(blob, { fileName: "kept" })).metadata);

describe("createIntake", () => {
  it("keeps the scale of a PEFT configuration that comes with a file", async () => {
    const { intake, userAdapters, settled } = setup();
    const tensor = { name: "a.lora_A.weight", dtype: "F32", shape: [1], bytes: new Uint8Array(4) } as const;
    const adapter = new File([writeSafetensors([tensor], { title: "a" })], "adapter_model.safetensors");
    const config = new File(['{"lora_alpha": 16, "task": "x"}'], "adapter_config.json");
    intake.take([adapter, config]);
    await settled();
    expect(intake.items.map(({ fileName, status }) => [fileName, status])).toEqual([
      ["adapter_model.safetensors", "ready"],
    ]);
    await intake.accept(intake.items[0]!.key);
    const [kept] = userAdapters.values();
    expect(await metadataOf(kept!.file)).toEqual({ title: "a", lora_adapter_metadata: '{"lora_alpha":16}' });

    const saved = writeTorchFile(dictionary({ "a.lora_A.weight": ramp([1]) }));
    intake.take([new File([saved], "adapter_model.bin"), config]);
    await settled();
    await intake.accept(intake.items.at(-1)!.key);
    const pickle = [...userAdapters.values()].at(-1)!.file;
    expect(await metadataOf(pickle)).toEqual({ lora_adapter_metadata: '{"lora_alpha":16}' });

    for (const [content, reason] of [
      ["{", "not valid JSON"],
      [" ".repeat(4_000_001), "larger than 4 MB"],
    ] as const) {
      intake.take([adapter, new File([content], "adapter_config.json")]);
      await settled();
      expect(intake.items.at(-1)!.refusal).toMatchObject({
        title: "Damaged or not an adapter",
        detail: expect.stringContaining(reason),
      });
    }
  });

  it("takes an image that holds a textual inversion, under its name and with the image as its preview", async () => {
    const { intake, userAdapters, settled } = setup();
    const embedding = {
      name: "my-cat",
      string_to_param: { "*": { TORCHTENSOR: [Array.from({ length: 768 }, () => 0.5)] } },
    };
    const text = Buffer.from(JSON.stringify(embedding)).toString("base64");
    intake.take([new File([png(pngText("sd-ti-embedding", text))], "some.png")]);
    await settled();
    expect(intake.items).toMatchObject([{ fileName: "some.png", status: "ready" }]);
    await intake.accept(intake.items[0]!.key);
    const [kept] = userAdapters.values();
    expect(kept!.id).toBe("my-cat");
    const { tensors } = await readHeader(kept!.file, { fileName: "kept" });
    expect([...tensors.values()]).toMatchObject([{ name: "emb_params", dtype: "F32", shape: [1, 768] }]);

    intake.take([new File([png(pngText("sd-ti-embedding", "damaged"))], "other.png")]);
    await settled();
    expect(intake.items.at(-1)).toMatchObject({
      status: "refused",
      refusal: { title: "Damaged or not an adapter" },
    });
  });

  it("examines each file, and says why one is refused", async () => {
    const { intake, said, settled } = setup();
    intake.take([file("paper.safetensors"), file("full.safetensors"), file("broken.pt"), file("clay.pt")]);
    expect(intake.open()).toBe(true);
    await settled();
    expect(intake.items.map(({ status, refusal, known }) => [status, refusal?.title ?? null, known])).toEqual(
      [
        ["ready", null, false],
        ["ready", "Needs full-size SD 1.5", false],
        ["refused", "Damaged or not an adapter", false],
        ["added", null, true],
      ],
    );
    expect(said).toContain("clay.pt is already added as Clay.");
  });

  it("keeps one for another model, which has it when it is loaded", async () => {
    const { intake, userAdapters, said, settled } = setup();
    intake.take([file("full.safetensors")]);
    await settled();
    const { key, keptFor } = intake.items[0]!;
    expect([keptFor, said]).toEqual([
      "SD 1.5",
      ["full.safetensors is made for SD 1.5. You can keep it for later."],
    ]);
    await intake.accept(key);
    expect(userAdapters.get("full")!.card.baseModel).toBe("SD 1.5");
    expect(said.at(-1)).toBe("full is kept for SD 1.5.");
  });

  it("counts the tensors that are used", () => {
    const unmatched = [
      { cause: say`a`, keys: ["x", "y"] },
      { cause: say`b`, keys: ["z"] },
    ];
    expect(usedTensors(adapterReport({ tensors: 8, unmatched }))).toEqual({ used: 5, of: 8 });
  });

  it("tells of files that are something else until it is closed", async () => {
    const { intake, settled } = setup();
    intake.take([file("paper.safetensors")]);
    intake.refuseOthers([file("notes.txt"), file("notes.txt"), file("list.csv")]);
    await settled();
    expect(intake.others()).toEqual(["notes.txt", "list.csv"]);
    intake.dismiss(intake.items[0]!.key);
    expect(intake.open()).toBe(true);
    intake.close();
    expect([intake.open(), intake.others()]).toEqual([false, []]);
  });

  it("adds one with the card as edited, under a name of its own", async () => {
    const { intake, userAdapters, forgotten, settled } = setup();
    intake.take([file("clay.safetensors")]);
    await settled();
    const { key } = intake.items[0]!;
    intake.edit(key, { title: "My clay", category: "style" });
    await intake.accept(key);
    await intake.accept(key); // a second press changes nothing
    expect([...userAdapters.keys()]).toEqual(["clay-2"]);
    expect(userAdapters.get("clay-2")!.card).toMatchObject({ title: "My clay", baseModel: "Pocket" });
    expect(intake.items[0]).toMatchObject({ status: "added", id: "clay-2", known: false });
    await intake.change("clay-2", { ...intake.items[0]!.draft!, title: "Our clay" });
    expect(userAdapters.get("clay-2")!.card.title).toBe("Our clay");
    await intake.forget(["clay-2"]);
    expect(userAdapters.size).toBe(0);
    expect(forgotten).toEqual(["clay-2"]);
  });

  it("lists an adapter that is removed no more, even where its notes cannot be", async () => {
    const { intake, userAdapters, said, settled, refreshes } = setup(new Set(), { notesFail: true });
    intake.take([file("ink.pt")]);
    await settled();
    await intake.accept(intake.items[0]!.key);
    const before = refreshes();
    await intake.forget(["ink"]);
    expect([userAdapters.size, refreshes() - before]).toEqual([0, 1]);
    expect(said.at(-1)).toMatch(/removed/);
  });

  it("keeps the form when there is no room, and closes with the last file dismissed", async () => {
    const { intake, userAdapters, settled } = setup();
    intake.take([file("a.pt")]);
    await settled();
    const { key } = intake.items[0]!;
    intake.edit(key, { title: "huge" });
    await intake.accept(key);
    expect(intake.items[0]).toMatchObject({ status: "ready", error: { code: "quota" } });
    expect(userAdapters.size).toBe(0);
    intake.dismiss(key);
    expect(intake.open()).toBe(false);
  });

  it("keeps one adapter when one file is given twice and accepted at once", async () => {
    const { intake, userAdapters, settled } = setup();
    intake.take([file("ink.pt"), file("ink.pt")]);
    await settled();
    await Promise.all(intake.items.map(({ key }) => intake.accept(key)));
    expect([...userAdapters.keys()]).toEqual(["ink"]);
    expect(intake.items.map(({ status, id, known }) => [status, id, known])).toEqual([
      ["added", "ink", false],
      ["added", "ink", true],
    ]);
  });

  it("a name that another model’s adapter has is not taken from it", async () => {
    const { intake, userAdapters, settled } = setup(new Set(["ink", "ink-2"]));
    intake.take([file("ink.pt")]);
    await settled();
    await intake.accept(intake.items[0]!.key);
    expect([...userAdapters.keys()]).toEqual(["ink-3"]);
  });
});
