// PEFT's configuration joined to its file.
import { expect, test } from "vitest";
import { sd15 } from "../../../tests/fixtures/adapters/small-files.ts";
import { dictionary, ramp, writeTorchFile } from "../../../tests/fixtures/adapters/write-torch.ts";
import { inspectAdapter } from "../adapter.ts";
import { withPeftConfig } from "./peft-config.ts";

test("a pickle keeps the scale of its configuration", async () => {
  const value = dictionary({
    [`base_model.model.${"down_blocks.0.attentions.0.proj_in"}.lora_A.weight`]: ramp([4, 320]),
    [`base_model.model.${"down_blocks.0.attentions.0.proj_in"}.lora_B.weight`]: ramp([320, 4]),
  });
  const fileName = "adapter_model.bin";
  const joined = await withPeftConfig(new Blob([writeTorchFile(value)]), { lora_alpha: 8 }, { fileName });
  const { report, updates } = await inspectAdapter(joined, { fileName, table: sd15 });
  expect(updates[0]!.delta()).toMatchObject({ scale: 2, down: { values: ramp([4, 320]).storage } });
  expect(report.warnings).toEqual([]);
});
