// What people paste, and what it means.
import { describe, expect, it } from "vitest";
import { parseAddress, readAddresses, shownAddress } from "./addresses.ts";

const file = { fileId: null, type: null, format: null, size: null, fp: null };
const civitai = (modelId: number | null, versionId: number | null, change: object = {}) => ({
  kind: "civitai",
  modelId,
  versionId,
  file: { ...file, ...change },
});
const hub = (revision: string, path: string | null) => ({
  kind: "hub",
  repo: "someone/my-lora.v2",
  revision,
  path,
});

describe("parseAddress", () => {
  it.each([
    ["16014", civitai(16014, null)],
    ["16014@28907", civitai(16014, 28907)],
    ["civitai:16014@28907", civitai(16014, 28907)],
    ["urn:air:sd1:lora:civitai:16014@28907", civitai(16014, 28907)],
    ["urn:air:sd1:lora:civitai:16014@28907.safetensors", civitai(16014, 28907)],
    ["air:sd1:lora:civitai:16014@28907+3036509", civitai(16014, 28907, { fileId: 3036509 })],
    ["https://civitai.com/models/16014", civitai(16014, null)],
    ["https://civitai.com/models/16014/anime-lineart-style?modelVersionId=28907#c", civitai(16014, 28907)],
    ["civitai.com/models/16014?modelVersionId=28907", civitai(16014, 28907)],
    ["https://www.civitai.com/models/16014", civitai(16014, null)],
    ["https://civitai.red/models/16014?modelVersionId=28907", civitai(16014, 28907)],
    ["https://civitai.green/models/16014", civitai(16014, null)],
    ["https://civitai.com/model-versions/28907", civitai(null, 28907)],
    ["https://civitai.com/api/v1/models/16014", civitai(16014, null)],
    ["https://civitai.com/api/v1/model-versions/28907", civitai(null, 28907)],
    ["https://civitai.com/api/download/models/28907", civitai(null, 28907)],
    ["https://civitai.com/api/download/models/28907?fileId=7&token=abc", civitai(null, 28907, { fileId: 7 })],
    [
      "https://civitai.com/api/download/models/28907?type=Model&format=SafeTensor&size=pruned&fp=fp16",
      civitai(null, 28907, { type: "Model", format: "SafeTensor", size: "pruned", fp: "fp16" }),
    ],
    ["https://huggingface.co/someone/my-lora.v2", hub("main", null)],
    ["https://huggingface.co/someone/my-lora.v2/", hub("main", null)],
    ["hf.co/someone/my-lora.v2/tree/main", hub("main", null)],
    ["https://huggingface.co/someone/my-lora.v2/tree/v1/loras", hub("v1", "loras/")],
    ["https://huggingface.co/someone/my-lora.v2/blob/main/a/x.safetensors", hub("main", "a/x.safetensors")],
    ["https://huggingface.co/someone/my-lora.v2/resolve/main/x%20y.pt?download=true", hub("main", "x y.pt")],
    ["https://huggingface.co/someone/my-lora.v2/blob/refs%2Fpr%2F1/x.pt", hub("refs/pr/1", "x.pt")],
  ])("%s", (text, address) => expect(parseAddress(text)).toEqual(address));

  it.each([
    "",
    "0",
    "99999999999",
    "2147483648",
    "paper collage",
    "urn:air:sd1:lora:huggingface:someone/x@main",
    "https://civitai.com/",
    "https://civitai.com/images/16014",
    "https://civitai.com/user/scissors",
    "https://civitai.com/api/download/attachments/5",
    "https://civitai.com.example.org/models/16014",
    "https://example.org/models/16014",
    "https://huggingface.co/someone",
    "https://huggingface.co/datasets/someone/pictures",
    "https://huggingface.co/spaces/someone/demo",
    "https://huggingface.co/someone/name/discussions/1",
    "https://huggingface.co/someone/name/blob/",
    "ftp://civitai.com/models/16014",
    "https://",
  ])("is none: %s", (text) => expect(parseAddress(text)).toBeNull());
});

describe("readAddresses", () => {
  const read = (text: string): (string | boolean)[][] =>
    readAddresses(text).map((pasted) => [pasted.text, pasted.address !== null]);

  it("takes one a line or several beside each other, among words, each once", () => {
    const model = "https://civitai.com/models/16014";
    const lines = [
      "# my list",
      `- ${model}, and <https://huggingface.co/a/b>;`,
      "",
      model,
      "16014 73756",
      "73756@107366",
      `Style 3: (${model}?modelVersionId=1)`,
    ];
    expect(read(lines.join("\r\n"))).toEqual([
      [model, true],
      ["https://huggingface.co/a/b", true],
      ["16014", true],
      ["73756", true],
      ["73756@107366", true],
      [`${model}?modelVersionId=1`, true],
    ]);
  });

  it("keeps whole lines that name nothing", () => {
    expect(read("three 3 words\nhttps://example.org/x\n")).toEqual([
      ["three 3 words", false],
      ["https://example.org/x", false],
    ]);
  });
});

it("shows no key that was pasted with an address", () => {
  const address = "https://civitai.com/api/download/models/1";
  expect(shownAddress(`${address}?token=secret&type=Model`)).toBe(`${address}?type=Model`);
  expect(shownAddress(`${address}?type=Model&token=secret`)).toBe(`${address}?type=Model&`);
  expect(shownAddress(`${address}?TOKEN=secret`)).toBe(`${address}?`);
  expect(shownAddress("16014")).toBe("16014");
});
