// Descriptions of strangers as plain text.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, hardTexts, linear, propertyRuns } from "../../tests/fixtures/properties.ts";
import { plainText, shortened } from "./plain-text.ts";

describe("plainText", () => {
  it.each([
    ["<p>A <b>bold</b> fox</p><p>Line&nbsp;two</p>", "A bold fox Line two"],
    ["<style>p { color: red }</style>fox<script>alert(1)</script>", "fox"],
    ["fox<STYLE>never closed", "fox"],
    ["fox<!-- hidden --> here", "fox here"],
    ["weight < 0.8 and steps > 20", "weight < 0.8 and steps > 20"],
    ["a <3 b >_< c", "a <3 b >_< c"],
    ['<a href="x" title="1 > 0">link</a>', "link"],
    ['<a title="never closed>link</a> fox', "link fox"],
    [
      "caf&eacute; &amp;lt; &#39;x&#39; &#x6F22; &constructor; &toString; &hellip;",
      "café &lt; 'x' 漢 &constructor; &toString; …",
    ],
    ["<li>one<li>two<br>three", "one two three"],
    ["İ<b>x</b>", "İx"], // lower case of "İ" is longer
    ["\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"],
    ["cl\u200bay so\u00adft \ufeff\u2060", "clay soft"],
    ["\u{1f468}\u200d\u{1f33e} و\u200cا", "\u{1f468}\u200d\u{1f33e} و\u200cا"], // joiners with a meaning
    ["a\u200db", "ab"],
    ["use <lora:hero:0.8>", "use"],
  ])("%j", (html, text) => expect(plainText(html)).toBe(text));

  it("never holds what turns or hides text, and reads its own output as it is", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "b",
      "/",
      "style",
      "script",
      "!--",
      "-->",
      '"',
      "'",
      "=",
      "&",
      "amp;",
      "lt;",
      "#39;",
      " ",
      "\u202e",
      "\u200b",
      "\u200d",
      "é",
      "🦊",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(plainText(pieces.join(""))).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\n]/u);
      }),
      propertyRuns(1000),
    );
  });
  it.each(hardTexts)("takes time in proportion to its length: %s", (_, make) => {
    expect(growth(plainText, make)).toBeLessThan(linear);
  });
});

it("shortened cuts no character in half", () => {
  expect(shortened("🦊".repeat(10), 6)).toBe("🦊🦊…");
});
