import { afterEach, expect, it } from "vitest";
import type { AdapterCategory } from "../retrieval/card.ts";
import { describeBaseline, describeReason, describeUnavailable } from "./reason.ts";
import { speak } from "./texts.ts";

const named = { kind: "named", words: "clay render", source: "tag", score: 1 } as const;

afterEach(() => speak(() => "en"));

it("is shown in the user's language", () => {
  expect(describeReason(named)).toBe("“clay render” is named in its tags (1.00)");
  speak(() => "ko");
  expect(describeReason(named)).toBe("“clay render” 표현이 태그에 있어요 (1.00)");
});

it("stays as written when it comes from a language model or an older run", () => {
  speak(() => "ko");
  expect(describeReason("it looks like clay")).toBe("it looks like clay");
});

it.each(["later", "toString", "__proto__"])("names its kind when that is unknown (%s)", (kind) => {
  expect(describeReason({ kind })).toBe(kind);
  expect(describeUnavailable({ kind })).toBe(kind);
});

it("may be missing in a stored run", () => expect(describeReason(undefined)).toBe(""));

it("says why a composer cannot choose; the message of an error stays", () => {
  const absent = { kind: "notDownloaded", title: "Qwen3" } as const;
  expect(describeUnavailable(absent)).toBe("Qwen3 is not downloaded: download it under Models.");
  expect(describeUnavailable({ kind: "noWebGpu", title: "Qwen3", reason: "no GPU" })).toBe(
    "Qwen3 cannot run here. Needs WebGPU: no GPU.",
  );
  speak(() => "ko");
  expect(describeUnavailable(absent)).toContain("Qwen3 모델을 아직 다운로드하지 않았어요");
  expect(describeUnavailable("The GPU is gone.")).toBe("The GPU is gone.");
});

it("names the baselines, and others as they are stored", () => {
  speak(() => "ko");
  expect(["three at random", "toString", ""].map(describeBaseline)).toEqual(["무작위 3개", "toString", ""]);
});

it("quotes the words that deny an adapter", () => {
  const excluded = { kind: "excluded", words: "no stained glass" } as const;
  expect(describeReason(excluded)).toBe("the prompt denies it: “no stained glass”");
  speak(() => "ko");
  expect(describeReason(excluded)).toBe("프롬프트에 “no stained glass” 구절이 있어서 이 어댑터를 제외했어요");
});

it("counts in whole words", () => {
  expect(describeReason({ kind: "full", words: "fox", count: 1 })).toBe("“fox” has 1 adapter already");
  expect(describeReason({ kind: "styles", count: 2, score: 0.5 })).toBe("there are 2 styles already (0.50)");
});

it.each<[AdapterCategory, string]>([
  ["style", "it is a style, but “a hat” names something worn"],
  ["eyes", "it is eyes, but “a hat” names something worn"],
])("names the category %s", (category, text) => {
  expect(describeReason({ kind: "category", words: "a hat", wanted: "clothing", category })).toBe(text);
});
