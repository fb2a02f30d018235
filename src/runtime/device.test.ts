import { afterEach, describe, expect, it, vi } from "vitest";
import { adapterName, chooseDevice, chooseThreads, isSoftwareAdapter, wantedFeatures } from "./device.ts";
import { CHOSEN_BY_USER } from "../shared/request.ts";
import { english, verbatim } from "../shared/saying.ts";

interface FakeInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
  readonly subgroupMinSize?: number;
}

function fakeAdapter(
  given: FakeInfo,
  { features = [], fails = false }: { features?: string[]; fails?: boolean } = {},
) {
  const info = {
    vendor: "",
    architecture: "",
    device: "",
    description: "",
    isFallbackAdapter: false,
    subgroupMinSize: 32,
    subgroupMaxSize: 128,
    ...given,
  };
  const requestDevice = async ({ requiredFeatures = [] }: GPUDeviceDescriptor): Promise<unknown> => {
    if (fails) throw new Error("no device");
    return { features: new Set(requiredFeatures) };
  };
  return { info, features: new Set(features), limits: {}, requestDevice };
}
type FakeAdapter = ReturnType<typeof fakeAdapter>;

/** A browser whose only GPU is `adapter`; undefined: a browser without WebGPU. */
function browserWith(adapter: FakeAdapter | null | undefined): void {
  const gpu = adapter === undefined ? undefined : { requestAdapter: async () => adapter };
  vi.stubGlobal("navigator", { gpu, hardwareConcurrency: 4 });
  vi.stubGlobal("location", { href: "https://example.org/" });
  vi.stubGlobal("crossOriginIsolated", true);
}

afterEach(() => vi.unstubAllGlobals());

const real = { vendor: "nvidia", architecture: "hopper" };

describe("chooseDevice", () => {
  it("uses a real GPU, with f16 if available", async () => {
    browserWith(fakeAdapter(real, { features: ["shader-f16", "subgroups"] }));
    const { report, gpu } = await chooseDevice("auto");
    expect(report).toMatchObject({ kind: "webgpu", name: verbatim("nvidia hopper"), f16: true });
    expect([...gpu!.features]).toEqual(["shader-f16", "subgroups"]);
  });

  it.each<[string, FakeAdapter | null | undefined, RegExp]>([
    ["no WebGPU", undefined, /no WebGPU in this browser/],
    ["no GPU", null, /WebGPU found no GPU/],
    [
      "SwiftShader",
      fakeAdapter({ vendor: "google", architecture: "swiftshader" }),
      /only a software GPU \(google swiftshader\)/,
    ],
    ["llvmpipe", fakeAdapter({ vendor: "mesa", description: "llvmpipe (LLVM 15)" }), /only a software GPU/],
    ["a fallback adapter", fakeAdapter({ ...real, isFallbackAdapter: true }), /only a software GPU/],
    ["a GPU that cannot be opened", fakeAdapter(real, { fails: true }), /could not be opened/],
  ])("auto with %s: WASM, and the reason", async (_, adapter, reason) => {
    browserWith(adapter);
    const { report, gpu } = await chooseDevice("auto");
    expect(gpu).toBeNull();
    expect(report).toMatchObject({ kind: "wasm", threads: 4, f16: false });
    expect(english(report.reason)).toMatch(reason);
  });

  it.each<[string, FakeAdapter | null | undefined]>([
    ["no WebGPU", undefined],
    ["no GPU", null],
    ["a GPU that cannot be opened", fakeAdapter(real, { fails: true })],
  ])("WebGPU requested with %s fails with a remedy", async (_, adapter) => {
    browserWith(adapter);
    await expect(chooseDevice("webgpu")).rejects.toMatchObject({
      code: "device",
      remedy: expect.any(String),
    });
  });

  it("uses a software GPU if WebGPU is requested", async () => {
    browserWith(
      fakeAdapter({ architecture: "swiftshader", subgroupMinSize: 4 }, { features: ["subgroups"] }),
    );
    const { report, gpu } = await chooseDevice("webgpu");
    expect(report).toMatchObject({ kind: "webgpu", reason: CHOSEN_BY_USER });
    expect([...gpu!.features]).toEqual([]);
  });

  it("uses WASM if requested", async () => {
    browserWith(fakeAdapter(real));
    expect((await chooseDevice("wasm")).report).toMatchObject({ kind: "wasm", reason: CHOSEN_BY_USER });
  });
});

describe("subgroups", () => {
  it.each([
    [4, false],
    [8, false],
    [16, true],
    [32, true],
  ])("are used with at least %i lanes: %s", (subgroupMinSize, used) => {
    expect(
      wantedFeatures(fakeAdapter({ subgroupMinSize }, { features: ["subgroups"] })).includes("subgroups"),
    ).toBe(used);
  });
});

describe("threads", () => {
  it.each([
    [{ crossOriginIsolated: true, cores: 2 }, 2],
    [{ crossOriginIsolated: true, cores: 4 }, 4],
    [{ crossOriginIsolated: true, cores: 6 }, 4],
    [{ crossOriginIsolated: true, cores: 32 }, 8],
    [{ crossOriginIsolated: true, cores: 1 }, 1],
    [{ crossOriginIsolated: false, cores: 8 }, 1],
    [{ isNode: true, cores: 2 }, 2],
  ])("%o: %i", (scope, threads) => {
    expect(chooseThreads(scope).threads).toBe(threads);
  });

  it("says why there is only one thread", () => {
    expect(english(chooseThreads({ crossOriginIsolated: false, cores: 8 }).why)).toMatch(
      /cross-origin isolated/,
    );
  });
});

it("names GPUs", () => {
  expect(adapterName(fakeAdapter({ description: "GeForce" }).info)).toBe("GeForce");
  expect(adapterName(fakeAdapter({}).info)).toBe("unnamed GPU");
  expect(isSoftwareAdapter(fakeAdapter(real))).toBe(false);
});
