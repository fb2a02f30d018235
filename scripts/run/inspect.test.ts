// `npm run inspect` as a command: its output, --json, and exit codes.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AdapterReport } from "../../src/adapters/report.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { root } from "./setup.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stylus-web-inspect-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A LoRA of one module, rank 4, of an SD 1.5 UNet or of one whose text features are of another width. */
function writeLora(name: string, { module, width = 768 }: { module: string; width?: number }): string {
  const file = path.join(folder, name);
  const tensor = (key: string, shape: number[]) => {
    const bytes = new Uint8Array(4 * shape[0]! * shape[1]!);
    return { name: `${module}.${key}`, dtype: "F32" as const, shape, bytes };
  };
  const tensors = [tensor("lora_A.weight", [4, width]), tensor("lora_B.weight", [320, 4])];
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, writeSafetensors(tensors));
  return file;
}

function inspect(...args: string[]): { status: number | null; output: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(
    "node",
    ["scripts/launch.mjs", "scripts/run/inspect.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  return { status, output: stdout, errors: stderr };
}

const TO_K = "base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";

test("a file that fits, with its configuration", () => {
  const file = writeLora("peft/adapter_model.safetensors", { module: TO_K });
  writeFileSync(path.join(path.dirname(file), "adapter_config.json"), JSON.stringify({ lora_alpha: 8 }));
  const { status, output } = inspect(file);
  expect(status).toBe(0);
  expect(output).toMatch(/family +LoRA × 1\n +rank +4\n +alpha +8\n/);
  expect(output).toMatch(/unet +1 of 391 modules/);
  expect(output).toMatch(/AutoV2 +[0-9a-f]{10}\n +AutoV3 +[0-9a-f]{12}\n/);
  expect(output).toContain("inspected for Stable Diffusion 1.5");
});

test("unusable files: inspects the others and exits with code 1", () => {
  const wrong = writeLora("sdxl.safetensors", { module: TO_K, width: 2048 });
  const cut = path.join(folder, "cut.safetensors");
  writeFileSync(cut, new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 123]));
  const { status, output } = inspect("--json", wrong, path.join(folder, "none.safetensors"), cut);
  expect(status).toBe(1);
  const results = JSON.parse(output) as {
    report: AdapterReport | null;
    error: { message: string } | null;
  }[];
  expect(results.map(({ report, error }) => report?.refusal?.message ?? error?.message)).toEqual([
    expect.stringContaining("made for SDXL"),
    "There is no such file.",
    expect.stringContaining("truncated"),
  ]);
  expect(output).not.toContain('"stack"');
});

test("prints its usage without a file", () => {
  const { status, output, errors } = inspect();
  expect(status).toBe(2);
  expect(output + errors).toContain("Name at least one file.");
});

test("names a folder among the files and still reports the others", () => {
  const file = writeLora("beside/fits.safetensors", { module: TO_K });
  const { status, output } = inspect(file, folder);
  expect(status).toBe(1);
  expect(output).toMatch(/family +LoRA × 1/);
  expect(output).toContain("It is a folder.");
});

test("an adapter of the Pocket pack fits its sizes", () => {
  const { status, output } = inspect("public/packs/pocket/adapters/noir.safetensors");
  expect(status).toBe(0);
  expect(output).toMatch(/base model +fits the sizes of the Pocket pack; its cross attention/);
  expect(output).toContain("inspected for the Pocket pack");
});

test("every adapter of the Pocket pack fits it completely", () => {
  const folder = path.join(root, "public/packs/pocket/adapters");
  const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const { status, output } = inspect(
    "--json",
    "--model",
    "public/packs/pocket",
    ...files.map((name) => path.join(folder, name)),
  );
  expect(status).toBe(0);
  const results = JSON.parse(output) as { report: AdapterReport }[];
  expect(results).toHaveLength(52);
  for (const { report } of results) {
    const { fileName, refusal, unmatched } = report;
    expect({ fileName, refusal, unmatched }).toEqual({ fileName, refusal: null, unmatched: [] });
  }
  const seen = new Set(results.flatMap(({ report }) => report.families.map(({ family }) => family)));
  expect([...seen].sort()).toEqual(["LoCon", "LoHa", "LoKr", "LoRA"]);
  const namings = new Set(results.flatMap(({ report }) => report.namings));
  expect([...namings].sort()).toEqual(["diffusers", "diffusers-old", "kohya", "peft"]);
});
