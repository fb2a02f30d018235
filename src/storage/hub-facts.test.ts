// Facts from a hub's headers and from a Git LFS pointer.
import { expect, test } from "vitest";
import { atCommit, factsOfHeaders, factsOfPointer } from "./hub-facts.ts";

const sha256 = "ab".repeat(32);
const commit = "0123456789".repeat(4);

test("headers of a file in LFS", () => {
  const headers = { "X-Linked-Size": "4265146304", "X-Linked-Etag": `"${sha256}"`, "X-Repo-Commit": commit };
  expect(factsOfHeaders(new Headers(headers))).toEqual({ sizeBytes: 4_265_146_304, sha256, commit });
});

test("does not use a Git blob's hash as SHA-256", () => {
  const headers = { "X-Linked-Etag": `"${commit}"`, ETag: `"${sha256}"` };
  expect(factsOfHeaders(new Headers(headers))).toEqual({ sizeBytes: null, sha256: null, commit: null });
});

test("a pointer, and text that is not one", () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 12\n`;
  expect(factsOfPointer(pointer)).toEqual({ sizeBytes: 12, sha256 });
  expect(factsOfPointer(pointer.replace("sha256:ab", "sha256:x"))).toBeNull();
  expect(factsOfPointer("<!doctype html>")).toBeNull();
});

test("an address at a commit", () => {
  const hub = "https://huggingface.co/owner/name/resolve";
  expect(atCommit(`${hub}/main/a/b.bin`, commit)).toBe(`${hub}/${commit}/a/b.bin`);
  expect(atCommit("https://example.org/a.bin", commit)).toBe("https://example.org/a.bin");
});
