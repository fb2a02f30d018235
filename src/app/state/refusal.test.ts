// Refusals in words: another size, another base, nothing fits, unreadable.
import { describe, expect, it } from "vitest";
import type { AdapterReport } from "../../adapters/report.ts";
import { CHOSEN_BY_USER } from "../../shared/request.ts";
import { explainRefusal, explainUnreadable } from "./refusal.ts";

const refused = (base: Partial<AdapterReport["base"]>, message = "Nothing fits."): AdapterReport =>
  ({
    families: [],
    base: { name: null, evidence: [], contextWidth: null, textWidth: null, foreignKeys: 0, ...base },
    refusal: { code: "unsupported", message, remedy: "Check it." },
  }) as unknown as AdapterReport;

const device = { kind: "webgpu", name: "GPU", reason: "", threads: 1, f16: true } as const;
const pocket = { title: "Pocket", baseModels: ["Pocket"], device };
const full = { title: "SD 1.5", baseModels: ["SD 1.5"], device };
const onCpu = (reason: string) => ({ ...pocket, device: { ...device, kind: "wasm" as const, reason } });

describe("explainRefusal", () => {
  it("is null for a file that fits", () => {
    expect(explainRefusal({ ...refused({}), refusal: null }, pocket)).toBeNull();
  });
  it("says that a file of SD 1.5 is sound but of another size", () => {
    const { title, text, remedy } = explainRefusal(
      refused({ name: "Stable Diffusion 1.x", contextWidth: 768 }),
      pocket,
    )!;
    expect(title).toBe("Made for another size of model");
    expect(text).toContain("768 numbers wide");
    expect(remedy).toBe(
      "Nothing is wrong with the file: choose a Stable Diffusion 1.5 model under Models and add it there. Pocket takes adapters that were trained for Pocket.",
    );
  });
  it("sends nobody to models that cannot run here", () => {
    const remedy = (reason: string): string =>
      explainRefusal(refused({ name: "Stable Diffusion 1.x", contextWidth: 768 }), onCpu(reason))!.remedy;
    expect(remedy("no WebGPU in this browser")).toBe(
      "Nothing is wrong with the file: the Stable Diffusion 1.5 models that take it need WebGPU, which cannot be had here (no WebGPU in this browser). Use it with this page in a browser and on a computer that have it. Pocket takes adapters that were trained for Pocket.",
    );
    expect(remedy(CHOSEN_BY_USER)).toContain("Choose another device in the settings, then one of them");
    const sdxl = refused({ name: "SDXL", foreignKeys: 90 });
    expect(explainRefusal(sdxl, onCpu("no WebGPU"))!.remedy).toMatch(
      /^Look for a version of it for Stable Diffusion 1\.5\. The .* need WebGPU, which cannot be had here/,
    );
  });
  it("says so of textual inversions, too", () => {
    const { title, text } = explainRefusal(
      refused({ name: "Stable Diffusion 1.x", textWidth: 768 }),
      pocket,
    )!;
    expect(title).toBe("Made for another size of model");
    expect(text).toContain(
      "a textual inversion for Stable Diffusion 1.x at full size: its text features are 768",
    );
  });
  it("does not say so where the model is SD 1.5 itself", () => {
    expect(explainRefusal(refused({ name: "Stable Diffusion 1.x" }), full)!.title).toBe("Not usable here");
  });
  it("names another base", () => {
    const { title, text, remedy } = explainRefusal(
      refused({ name: "SDXL", foreignKeys: 90, evidence: ["90 keys are SDXL's"] }),
      pocket,
    )!;
    expect(title).toBe("Made for SDXL");
    expect(text).toBe("90 keys are SDXL's.");
    expect(remedy).toContain("for Stable Diffusion 1.5");
    expect(explainRefusal(refused({ name: "SDXL", foreignKeys: 90 }), full)!.remedy).toContain(
      "trained for SD 1.5",
    );
  });
  it("otherwise gives the diagnosis' own words", () => {
    expect(explainRefusal(refused({}), pocket)).toMatchObject({ text: "Nothing fits.", remedy: "Check it." });
  });
});

describe("explainUnreadable", () => {
  it("keeps technical words in the details", () => {
    const said = explainUnreadable({ code: "bad-file", message: "header length 7e18 is over 1e8" });
    expect(said.text).not.toContain("header");
    expect(said).toMatchObject({
      title: "Damaged, or not an adapter",
      detail: "header length 7e18 is over 1e8",
    });
  });
  it("owns up to a bug", () => {
    expect(explainUnreadable({ code: "internal", message: "x is undefined" }).title).toBe(
      "Could not be read",
    );
  });
});
