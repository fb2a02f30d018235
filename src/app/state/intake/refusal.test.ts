// Refusals: another size, another base, nothing fits, unreadable.
import { describe, expect, it } from "vitest";
import { adapterReport } from "../../../../tests/fixtures/run-services.ts";
import type { AdapterReport } from "../../../adapters/report.ts";
import { CHOSEN_BY_USER } from "../../../shared/request.ts";
import { explainRefusal, explainUnreadable } from "./refusal.ts";
import { say, type Saying } from "../../../shared/saying.ts";

const refused = (base: Partial<AdapterReport["base"]>): AdapterReport =>
  adapterReport({
    families: [],
    base: { name: null, evidence: [], contextWidth: null, textWidth: null, foreignKeys: 0, ...base },
    refusal: { code: "unsupported", message: "Nothing fits.", remedy: "Check it." },
  });

const device = { kind: "webgpu", name: say`GPU`, reason: say``, threads: 1, f16: true } as const;
const pocket = { title: "Pocket", baseModels: ["Pocket"], device };
const full = { title: "SD 1.5", baseModels: ["SD 1.5"], device };
const onCpu = (reason: Saying) => ({ ...pocket, device: { ...device, kind: "wasm" as const, reason } });

describe("explainRefusal", () => {
  it("is null for a file that fits", () => {
    expect(explainRefusal({ ...refused({}), refusal: null }, pocket)).toBeNull();
  });
  it("says that a full-size SD 1.5 file needs a full-size model", () => {
    const { title, text, remedy } = explainRefusal(
      refused({ name: "Stable Diffusion 1.x", contextWidth: 768 }),
      pocket,
    )!;
    expect(title).toBe("Needs full-size SD 1.5");
    expect(text).toContain("its text features are 768 wide");
    expect(remedy).toBe("Choose a Stable Diffusion 1.5 model under Models.");
  });
  it("recommends no model that cannot run here", () => {
    const remedy = (reason: Saying): string =>
      explainRefusal(refused({ name: "Stable Diffusion 1.x", contextWidth: 768 }), onCpu(reason))!.remedy;
    expect(remedy(say`no WebGPU in this browser`)).toBe(
      "Full-size models need WebGPU, which is unavailable here (no WebGPU in this browser). Use a browser and computer with WebGPU.",
    );
    expect(remedy(CHOSEN_BY_USER)).toContain(
      "choose another device under Settings, then a Stable Diffusion 1.5 model",
    );
    const sdxl = refused({ name: "SDXL", foreignKeys: 90 });
    expect(explainRefusal(sdxl, onCpu(say`no WebGPU`))!.remedy).toMatch(
      /^Look for a Stable Diffusion 1\.5 version\. Full-size models need WebGPU, which is unavailable here/,
    );
  });
  it("says the same for textual inversions", () => {
    const { title, text } = explainRefusal(
      refused({ name: "Stable Diffusion 1.x", textWidth: 768 }),
      pocket,
    )!;
    expect(title).toBe("Needs full-size SD 1.5");
    expect(text).toContain(
      "This textual inversion is for full-size Stable Diffusion 1.x: its text features are 768 wide.",
    );
  });
  it("does not say so when the model is SD 1.5", () => {
    expect(explainRefusal(refused({ name: "Stable Diffusion 1.x" }), full)!.title).toBe("Can’t be used here");
  });
  it("names another base", () => {
    const { title, text, remedy } = explainRefusal(
      refused({ name: "SDXL", foreignKeys: 90, evidence: [say`90 keys are SDXL's`] }),
      pocket,
    )!;
    expect(title).toBe("Made for SDXL");
    expect(text).toBe("90 keys are SDXL's.");
    expect(remedy).toContain("Look for a Stable Diffusion 1.5 version.");
    expect(explainRefusal(refused({ name: "SDXL", foreignKeys: 90 }), full)!.remedy).toContain(
      "trained for SD 1.5",
    );
  });
  it("otherwise repeats the diagnosis", () => {
    expect(explainRefusal(refused({}), pocket)).toMatchObject({ text: "Nothing fits.", remedy: "Check it." });
  });
});

describe("explainUnreadable", () => {
  it("keeps technical details apart", () => {
    const said = explainUnreadable({ code: "bad-file", message: "header length 7e18 is over 1e8" });
    expect(said.text).not.toContain("header");
    expect(said).toMatchObject({
      title: "Damaged or not an adapter",
      detail: "header length 7e18 is over 1e8",
    });
  });
  it("admits a bug", () => {
    expect(explainUnreadable({ code: "internal", message: "x is undefined" }).title).toBe("Check failed");
  });
});
