// The comparison at full size (compare-full-size.ts), proven on the miniature in float32.
// Tolerance: relative error 2e-5 for every block; measured at most 2e-6. The reference is full_size.py's float64.
import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/runtime/backend.ts";
import { keepInMemory, randomPack } from "../bench/random-pack.ts";
import { backendsIn } from "./backends.ts";
import type { ParityCase } from "./cases.ts";
import { compareFullSize, type ComparedOutput } from "./full-size.ts";

const TOLERANCE = 2e-5;
const BROKEN = 1e-3;

let files: ReadonlyMap<string, Blob>;
let references: Blob;

beforeAll(async () => {
  files = await randomPack("mini", { keep: keepInMemory });
  references = await openAsBlob(
    fileURLToPath(new URL("goldens/full-size-mini.safetensors", import.meta.url)),
  );
});

describe.each(backendsIn("node"))("$name", ({ open }) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await open();
  });

  async function compared(change?: (parity: ParityCase) => ParityCase): Promise<Map<string, ComparedOutput>> {
    const rows = new Map<string, ComparedOutput>();
    const options = { backend, size: "mini", files, references, ...(change && { change }) } as const;
    for await (const row of compareFullSize(options)) rows.set(`${row.network}/${row.output}`, row);
    return rows;
  }

  it("every block of every network agrees", async () => {
    const rows = await compared();
    expect(rows.size).toBe(28);
    for (const [name, { error, normError, torch }] of rows) {
      expect(error, name).toBeLessThan(TOLERANCE);
      expect(normError, name).toBeLessThan(TOLERANCE);
      expect(torch.f32, name).toBeLessThan(TOLERANCE);
    }
  });

  describe("a break shows in the blocks behind it, and in none before", () => {
    it("UNet: group norm of another size", async () => {
      const rows = await compared((parity) => ({
        ...parity,
        config: { ...parity.config, ...(parity.network === "unet" && { norm_num_groups: 4 }) },
      }));
      expect(rows.get("unet/conv_in")!.error).toBeLessThan(TOLERANCE);
      expect(rows.get("unet/down_blocks.0")!.error).toBeGreaterThan(BROKEN);
      expect(rows.get("unet/out_sample")!.error).toBeGreaterThan(BROKEN);
      expect(rows.get("vae_decoder/sample")!.error).toBeLessThan(TOLERANCE);
    });
  });
});
