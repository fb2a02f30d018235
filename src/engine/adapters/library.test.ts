// Adapter changes on the CPU, as on WASM, with the engine's library, merger and parameter store;
// tests/browser/merge-sequences.test.ts does the same on WebGPU. Compares the bytes that the graph reads.
import * as fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { makeAdapter, randomWeights } from "../../../tests/fixtures/adapters/make-adapter.ts";
import { textParameters, unetParameters } from "../../../tests/fixtures/adapters/sd-parameters.ts";
import { moduleTable } from "../../adapters/names/module-table.ts";
import type { AdapterNetwork } from "../../adapters/adapter-networks.ts";
import { readHeader, writeSafetensors } from "../../formats/safetensors.ts";
import { loadParameters, type OrtParameterStore } from "../../ort/load-parameters.ts";
import type { OrtParameter } from "../../ort/model.ts";
import { loadOrt, type OrtModule } from "../../ort/ort.ts";
import { fromFloat32 } from "../../shared/dtype.ts";
import type { AdapterUse } from "../../shared/request.ts";
import { AdapterLibrary } from "./library.ts";
import { createMerger } from "./merger.ts";

const KINDS = ["lora", "loha", "lokr", "dora", "oft", "glora"] as const;
const NETWORKS: readonly AdapterNetwork[] = ["unet", "text_encoder"];
const parameters = {
  unet: unetParameters({ widths: [8, 16], layers: 1, contextWidth: 12, attention: [true, false] }),
  text_encoder: textParameters({ width: 12, layers: 1, vocabulary: 8 }),
};
const table = moduleTable(parameters);

let ort: OrtModule;
beforeAll(async () => {
  ({ ort } = await loadOrt({ device: "wasm", threads: 1 }));
});

async function openStore(network: AdapterNetwork): Promise<OrtParameterStore> {
  const list = parameters[network];
  const values = randomWeights(new Map(list.map(({ name, shape }) => [name, shape])), 1);
  const data = list.map(({ name, shape }) => {
    return { name, shape, dtype: "F16" as const, bytes: fromFloat32(values.get(name)!, "F16") };
  });
  const { tensors } = await readHeader(new Blob([writeSafetensors(data)]), { fileName: network });
  const specs = list.map(({ name, shape }): OrtParameter => {
    const isMatrix = shape.length === 2;
    const inputShape = isMatrix ? shape.toReversed() : [...shape];
    return { name, shape: [...shape], layout: isMatrix ? "transpose" : "same", inputShape };
  });
  return loadParameters(specs, tensors, { ort, gpu: null, dtype: "f32" });
}

async function openSession() {
  const stores = { unet: await openStore("unet"), text_encoder: await openStore("text_encoder") };
  const library = new AdapterLibrary(
    table,
    createMerger((network) => stores[network]),
  );
  KINDS.forEach((kind, i) => {
    const file = makeAdapter(table, { kind, seed: i + 1, every: i + 1, rank: 3 });
    library.register(kind, new Blob([file]), { fileName: kind });
  });
  /** A copy of the graph's parameters, by network and name. */
  const fed = (): Map<string, Buffer> =>
    new Map(
      NETWORKS.flatMap((network) =>
        parameters[network].map(({ name }): [string, Buffer] => {
          const { buffer, byteOffset, byteLength } = stores[network].tensor(name).data as Float32Array;
          return [`${network}/${name}`, Buffer.from(Buffer.from(buffer, byteOffset, byteLength))];
        }),
      ),
    );
  const sizeBytes = (): number => stores.unet.sizeBytes + stores.text_encoder.sizeBytes;
  return { library, fed, sizeBytes };
}

const differing = (a: Map<string, Buffer>, b: Map<string, Buffer>): string[] =>
  [...a.keys()].filter((key) => !a.get(key)!.equals(b.get(key)!));

const strength = fc.constantFrom(-1, -0.3, 0, 0.25, 0.8, 1.5);
const use: fc.Arbitrary<AdapterUse> = fc.record(
  {
    id: fc.constantFrom(...KINDS),
    unetStrength: strength,
    textStrength: strength,
    blockWeights: fc.constantFrom<Readonly<Record<string, number>>>({ M00: 0 }, { IN01: 0.5, BASE: -1 }),
  },
  { requiredKeys: ["id", "unetStrength", "textStrength"] },
);
const sets = fc.array(fc.uniqueArray(use, { selector: ({ id }) => id, maxLength: 3 }), {
  minLength: 1,
  maxLength: 5,
});

it("any sequence gives the bytes of a merge from scratch, and removing all adapters the pristine bytes", async () => {
  const gradual = await openSession();
  const scratch = await openSession();
  const pristine = gradual.fed();
  const pristineBytes = gradual.sizeBytes();
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(sets, async (sequence) => {
      for (const set of sequence) await gradual.library.apply(set);
      await scratch.library.apply(sequence.at(-1)!.toReversed());
      expect(differing(gradual.fed(), scratch.fed())).toEqual([]);
      changed += differing(pristine, gradual.fed()).length;
      for (const { library, fed, sizeBytes } of [gradual, scratch]) {
        await library.apply([]);
        expect(differing(pristine, fed())).toEqual([]);
        expect(sizeBytes()).toBe(pristineBytes);
      }
    }),
    propertyRuns(30),
  );
  expect(changed).toBeGreaterThan(200);
});

it("the comparison detects strengths that differ by a thousandth", async () => {
  const one = await openSession();
  const other = await openSession();
  await one.library.apply([{ id: "lora", unetStrength: 1, textStrength: 1 }]);
  const touched = await other.library.apply([{ id: "lora", unetStrength: 1.001, textStrength: 1.001 }]);
  expect(differing(one.fed(), other.fed()).length).toBe(touched);
});

it("a file of one embedding has its file's name, too; embeddings stay the same objects as long as their file does", async () => {
  const { library } = await openSession();
  const inversion = (...names: string[]): Blob =>
    new Blob([
      writeSafetensors(
        names.map((name, i) => ({
          name,
          dtype: "F32" as const,
          shape: [1, 12],
          bytes: fromFloat32(new Float32Array(12).fill(i + 1), "F32"),
        })),
      ),
    ]);
  const names = async (uses: readonly AdapterUse[] = []): Promise<string[]> =>
    (await library.embeddings(uses)).map(({ name }) => name);
  library.register("one", inversion("<q>"), { fileName: "folder/qq.safetensors", isEmbedding: true });
  expect(await names()).toEqual(["<q>", "qq"]);
  const [first, again] = [await library.embeddings([]), await library.embeddings([])];
  expect(again.every((embedding, i) => embedding === first[i])).toBe(true);
  library.register("one", inversion("qq"), { fileName: "qq.safetensors", isEmbedding: true });
  expect(await names()).toEqual(["qq"]);
  // What a file holds is known once it has been read, even if nobody said so.
  library.register("one", inversion("<r>"), { fileName: "r.safetensors" });
  expect(await names()).toEqual([]);
  await library.report("one");
  expect(await names()).toEqual(["<r>", "r"]);
  library.remove("one");
  expect(await names()).toEqual([]);
  expect(await names([{ id: "lora", unetStrength: 1, textStrength: 1 }])).toEqual([]);
});

it("a merge that is cancelled beforehand changes nothing", async () => {
  const { library, fed } = await openSession();
  const before = fed();
  const uses = [{ id: "lora", unetStrength: 1, textStrength: 1 }];
  await expect(library.apply(uses, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(differing(before, fed())).toEqual([]);
});

it("the text revision changes with the text encoder's parameters alone", async () => {
  const { library } = await openSession();
  const revisions = [library.textRevision];
  for (const textStrength of [0, 1, 1, 0.5, 0]) {
    await library.apply([{ id: "lora", unetStrength: 1, textStrength }]);
    revisions.push(library.textRevision);
  }
  expect(revisions.map((revision) => revision - revisions[0]!)).toEqual([0, 0, 1, 1, 2, 3]);
});

it("says which adapter there is none of", async () => {
  const { library } = await openSession();
  await expect(library.report("x")).rejects.toMatchObject({ code: "bad-input", where: "adapters" });
});
