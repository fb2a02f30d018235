// Alpha: missing, in the shapes that other programs write, of no effect, and refused.
import { describe, expect, test } from "vitest";
import { effect, hashOf } from "../../../tests/fixtures/adapters/effect.ts";
import {
  file,
  plain,
  Q,
  read,
  refusalOf,
  sd15,
  type Entry,
} from "../../../tests/fixtures/adapters/small-files.ts";
import { inspectAdapter } from "../adapter.ts";
import { english } from "../../shared/saying.ts";

describe("alpha", () => {
  const scaleOf = async (entries: readonly Entry[]): Promise<unknown> => {
    const { updates } = await read(file([...plain, ...entries]));
    return updates[0]?.delta();
  };

  test("missing, a number, a number for each rank", async () => {
    expect(await scaleOf([])).toMatchObject({ scale: 1 });
    expect(await scaleOf([[`${Q}.alpha`, [], [2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [1], [2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [4], [2, 2, 2, 2]]])).toMatchObject({ scale: 0.5 });
    expect(await scaleOf([[`${Q}.alpha`, [], [-2]]])).toMatchObject({ scale: -0.5 });
  });

  test("is refused by name when its numbers differ", async () => {
    expect(await refusalOf([...plain, [`${Q}.alpha`, [4], [1, 2, 3, 4]]])).toBe(
      `Nothing in it fits the loaded model: alpha is [4], not a single number (for example ${Q}.alpha).`,
    );
    expect(await refusalOf([...plain, [`${Q}.alpha`, [0]]])).toContain(`for example ${Q}.alpha`);
  });

  test("0 has no effect, and says so", async () => {
    const adapter = await read(file([...plain, [`${Q}.alpha`, [], [0]]]));
    expect(adapter.updates[0]!.delta()).toMatchObject({ scale: 0 });
    expect(effect(adapter)).toEqual([
      ["unet", adapter.updates[0]!.name, hashOf(new Float32Array(320 * 320).fill(0.25))],
    ]);
    expect(adapter.report.warnings.map(english)).toEqual([
      "1 of its changes has alpha 0 and therefore no effect.",
    ]);
    const scaled = await read(file([...plain, [`${Q}.alpha`, [], [0]], [`${Q}.scale`, [], [0.5]]]));
    expect(scaled.updates[0]!.delta()).toMatchObject({ scale: 0.5 });
    expect(scaled.report.warnings).toEqual([]);
  });

  test("0 in PEFT's configuration", async () => {
    const { updates } = await inspectAdapter(file(plain), {
      fileName: "x",
      table: sd15,
      adapterConfig: { lora_alpha: 0 },
    });
    expect(updates[0]!.delta()).toMatchObject({ scale: 0 });
  });
});
