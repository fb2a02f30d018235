import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cataloguesFolder, openLabelled } from "./labelled.ts";

describe("a labelled catalogue", () => {
  let folder: string;
  const line = { prompt: "a clay fox", picks: [{ id: "clay", span: "clay" }], ok: [], kind: "literal" };
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "labelled-"));
    write("catalogue.json", JSON.stringify([{ id: "clay", title: "Clay", category: "style" }]));
    write("phrases.json", JSON.stringify({ clay: { phrases: ["Aardman"], notMeant: ["clay court"] } }));
    write("prompts.jsonl", `${JSON.stringify(line)}\n\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has cards with phrases, or as their authors left them", () => {
    const refined = (phrases: boolean) => openLabelled(folder, { phrases }).catalogue.cards[0]!.refined;
    expect(refined(true)).toMatchObject({ phrases: ["Aardman"], notMeant: ["clay court"] });
    expect(refined(false)).toMatchObject({ phrases: [], notMeant: [] });
    expect(openLabelled(folder, { phrases: true }).prompts).toEqual([line]);
  });

  it.each([
    ["{", "prompts.jsonl, line 1: the line is not JSON."],
    [JSON.stringify({ ...line, kind: 1 }), "line 1: kind: Invalid type"],
    [JSON.stringify({ ...line, ok: ["ink"] }), "line 1: catalogue.json has no card ink."],
    [
      JSON.stringify({ ...line, picks: [{ id: "clay", span: "felt" }] }),
      "line 1: “felt” is not in the prompt.",
    ],
  ])("refuses the line %s", (text, message) => {
    write("prompts.jsonl", text);
    expect(() => openLabelled(folder, { phrases: true })).toThrow(message);
  });

  it.each([
    ["pack-test", 51, 240],
    ["hub-test", 136, 320],
    ["pack-dev", 51, 180],
    ["hub-dev", 136, 180],
    ["p", 60, 300],
    ["q", 60, 300],
    ["r", 60, 300],
  ])("%s is sound", (name, cards, prompts) => {
    const opened = openLabelled(path.join(cataloguesFolder, name), { phrases: true });
    expect([opened.catalogue.cards.length, opened.prompts.length]).toEqual([cards, prompts]);
  });
});
