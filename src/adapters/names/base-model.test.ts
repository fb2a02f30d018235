// What configuration and metadata say of the base model is believed, or not.
import { describe, expect, test } from "vitest";
import {
  file,
  K,
  pair,
  plain,
  read,
  renamed,
  sd15,
  type Entry,
} from "../../../tests/fixtures/adapters/small-files.ts";
import { inspectAdapter } from "../adapter.ts";
import { withPeftConfig } from "../files/peft-config.ts";
import { english } from "../../shared/saying.ts";

describe("what a file says of its base", () => {
  const peft: Entry[] = renamed((name) => name.replace("lora_down", "lora_A").replace("lora_up", "lora_B"));
  const withConfig = async (base: unknown, entries = peft): Promise<string | undefined> => {
    const adapterConfig = { lora_alpha: 8, base_model_name_or_path: base };
    const options = { fileName: "adapter_model.safetensors", table: sd15 };
    const beside = await inspectAdapter(file(entries), { ...options, adapterConfig });
    const joined = await withPeftConfig(file(entries), adapterConfig, options);
    const inside = await inspectAdapter(joined, options);
    expect(inside.report.refusal?.message).toBe(beside.report.refusal?.message);
    return inside.report.refusal?.message;
  };

  test.each([
    ["stabilityai/stable-diffusion-xl-base-1.0", "SDXL"],
    ["Lykon/dreamshaper-xl-1-0", "SDXL"],
    ["stabilityai/sdxl-turbo", "SDXL"],
    ["stabilityai/stable-diffusion-2-1", "Stable Diffusion 2.x"],
    ["stabilityai/sd-turbo", "Stable Diffusion 2.x"],
    ["stabilityai/stable-diffusion-3.5-large", "Stable Diffusion 3"],
    ["black-forest-labs/FLUX.1-dev", "Flux"],
    ["PixArt-alpha/PixArt-XL-2-1024-MS", "PixArt"],
    ["meta-llama/Llama-2-7b-hf", "a language model"],
  ])("another one in adapter_config.json: %s", async (base, made) => {
    const message = `This adapter was made for ${made}: its adapter_config.json names ${base} as its base.`;
    expect(await withConfig(base)).toBe(message);
    // Then the scale in it is another adapter's, too.
    expect(await withConfig(base, pair(K, { out: 320, input: 768 }))).toBe(message);
  });

  test.each([
    "runwayml/stable-diffusion-v1-5",
    "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "CompVis/stable-diffusion-v1-4",
    "/home/me/sdxl-tools/sd15",
    "/models/dreamshaper_8",
    "fluxus/oil",
    "",
    null,
    7,
  ])("names no other base: %j", async (base) => {
    expect(await withConfig(base)).toBeUndefined();
  });

  test("is believed in other metadata where no width contradicts it", async () => {
    const stated = async (entries: readonly Entry[], text: string): Promise<unknown> =>
      (await read(file(entries, { ss_base_model_version: text }))).report.refusal?.message;
    expect(await stated(plain, "sdxl_base_v1-0")).toBe(
      "This adapter was made for SDXL: its metadata names sdxl_base_v1-0 as its base.",
    );
    expect(await stated(plain, "sd_v1")).toBeUndefined();
    expect(await stated(pair(K, { out: 320, input: 768 }), "sdxl_base_v1-0")).toBeUndefined();
    const { report } = await read(file(plain, { ss_base_model_version: "sd_v1" }));
    expect(report.base.evidence.map(english)).toContain("its metadata says sd_v1");
    const text = pair("lora_te1_text_model_encoder_layers_0_self_attn_q_proj", { out: 768, input: 768 });
    expect(await stated(text, "sdxl_base_v1-0")).toContain("made for SDXL");
    expect(await stated(text, "sd_v2")).toBeUndefined();
  });
});
