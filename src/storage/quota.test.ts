// Whether a download fits, before it starts.
import { afterEach, expect, it, vi } from "vitest";
import { checkQuota, isQuotaError, requestPersistence } from "./quota.ts";

afterEach(() => void vi.unstubAllGlobals());
const browserOf = (storage: object | undefined) => vi.stubGlobal("navigator", { storage });
const estimating = (quota?: number, usage?: number) =>
  browserOf({ estimate: async () => ({ quota, usage }) });
const disk = { persistent: true };

it("needs room for the files and 50 MB more", async () => {
  estimating(1_000_000_000, 600_000_000);
  await checkQuota(350_000_000, disk);
  await expect(checkQuota(350_000_001, disk)).rejects.toMatchObject({
    code: "quota",
    message: "This model needs 350 MB more storage, but the browser allows this page only 400 MB.",
  });
});

it("says gigabytes from one on, at least one megabyte, and no negative room", async () => {
  estimating(1, 2);
  const messageOf = (bytes: number): Promise<string> =>
    checkQuota(bytes, disk).catch((error: Error) => error.message) as Promise<string>;
  expect(await messageOf(1_000_000_000)).toContain("needs 1.0 GB more");
  expect(await messageOf(2_150_000_000)).toContain("needs 2.1 GB more");
  expect(await messageOf(999_400_000)).toContain("needs 999 MB more");
  expect(await messageOf(3)).toContain(
    "needs 1 MB more storage, but the browser allows this page only 1 MB.",
  );
});

it("asks nothing when nothing is needed, and lets writes show what the browser does not tell", async () => {
  browserOf({ estimate: () => Promise.reject(new Error("unasked")) });
  await checkQuota(0, disk);
  await checkQuota(1e12, disk);
  estimating(undefined, 5);
  await checkQuota(1e12, disk);
  estimating(5, undefined);
  await checkQuota(1e12, disk);
  estimating(0, 0);
  await checkQuota(0, disk);
});

it("1.5 GB go into memory when there is no disk", async () => {
  await checkQuota(1_500_000_000, { persistent: false });
  await expect(checkQuota(1_500_000_001, { persistent: false })).rejects.toMatchObject({
    message: "This window cannot store files, and 1.5 GB is too much for its memory.",
  });
});

it("knows what the browser answers to the wish to keep files", async () => {
  browserOf({ persist: async () => true });
  expect(await requestPersistence()).toBe("granted");
  browserOf({ persist: async () => false });
  expect(await requestPersistence()).toBe("refused");
  browserOf({ persist: () => Promise.reject(new Error("no")) });
  expect(await requestPersistence()).toBe("refused");
  for (const storage of [{}, undefined]) {
    browserOf(storage);
    expect(await requestPersistence()).toBe("unsupported");
  }
});

it("knows a full disk by its name", () => {
  expect(isQuotaError(new DOMException("full", "QuotaExceededError"))).toBe(true);
  expect(isQuotaError(new DOMException("other", "AbortError"))).toBe(false);
  expect(isQuotaError(Object.assign(new Error("full"), { name: "QuotaExceededError" }))).toBe(false);
});
