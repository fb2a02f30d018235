// Which nouns a Korean denial has, as they stand and without their particles.
import { expect, test } from "vitest";
import { koreanDenials } from "./korean-denials.ts";
import { type Word, wordsOf } from "./words.ts";

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

test.each<[string, readonly (readonly string[])[]]>([
  ["비 없이", [["비"]]],
  ["안개가 없는 성", [["안개가", "안개"]]],
  ["안개와 비 없이", [["안개와", "안개"], ["비"]]],
  ["스테인드 글라스를 빼고", [["스테인드 글라스를", "스테인드 글라스"]]],
  ["대형 스테인드 글라스 창문 없이", [["스테인드 글라스 창문"]]],
  ["성 위의 용 없이", [["용"]]],
  ["모자를 쓰지 않은 남자", [["모자를", "모자"]]],
  ["빼놓을 수 없는 용", []],
  ["없는 용", []],
])("%s", (prompt, readings) => {
  const nouns = koreanDenials(wordsOf(prompt)).flatMap((denial) => denial.nouns);
  expect(nouns.map((noun) => noun.readings.map(textOf))).toEqual(readings);
  for (const { text, start, end } of nouns.flatMap((noun) => noun.readings.flat()))
    expect(prompt.slice(start, end)).toBe(text);
});
