// Why adapters are chosen or left out. Continues the adapter's name, without a full stop.
import type { NameSource, NearSource, ReasonTexts } from "../../compose/reason.ts";
import type { SegmentKind } from "../../compose/rules/phrase-kinds.ts";
import { formats } from "./formats.ts";
import { names } from "./names.ts";

const { fraction, number } = formats;

const sources: Readonly<Record<NameSource | NearSource, string>> = {
  title: "제목",
  trigger: "트리거 단어",
  tag: "태그",
  phrase: "검색 문구",
  description: "설명",
};

const withSources: Readonly<Record<NameSource | NearSource, string>> = {
  title: "제목과",
  trigger: "트리거 단어와",
  tag: "태그와",
  phrase: "검색 문구와",
  description: "설명과",
};

const wantedNames: Readonly<Record<SegmentKind, string>> = {
  style: "화풍을 요청해요",
  place: "장소를 가리켜요",
  time: "시간이나 빛을 가리켜요",
  weather: "날씨를 가리켜요",
  clothing: "입거나 걸치는 것을 가리켜요",
  action: "동작을 가리켜요",
  framing: "구도를 요청해요",
  object: "사물을 가리켜요",
  open: "무엇이든 될 수 있어요",
};

export const reasons: ReasonTexts = {
  named: ({ words, source, score }) => `“${words}” 표현이 ${sources[source]}에 있어요 (${fraction(score)})`,
  matches: ({ words, source, text, score }) =>
    `“${words}” 표현이 “${text}” ${withSources[source]} 일치해요 (${fraction(score)})`,
  similar: ({ words, text, score }) =>
    `“${words}” 표현이 ${text === null ? "설명과" : `“${text}” 내용과`} 의미가 비슷해요 (${fraction(score)})`,
  quoted: ({ source, text, score }) => `“${text}” 표현이 ${sources[source]}에 있어요 (${fraction(score)})`,
  close: ({ words, source, text, score }) =>
    `“${words}” 표현이 “${text}” ${withSources[source]} 가까워요 (${fraction(score)})`,
  fits: ({ words, score }) => `“${words}” 표현이 어댑터 카드의 내용과 잘 맞아요 (${fraction(score)})`,
  unexplained: () => "언어 모델이 골랐어요",
  ranked: ({ place, score }) => `전체 프롬프트와의 유사도 ${place}위 (${fraction(score)})`,
  reranked: ({ place, of, score }) =>
    `리랭커가 프롬프트 전체로 매긴 순위: ${of}개 중 ${place}위 (${fraction(score)})`,
  drawn: () => "무작위로 뽑았어요",
  pinned: () => "직접 고정했어요",
  denied: ({ words }) => `“${words}” 구절은 프롬프트에서 부정했기 때문에 기본 모델에 텍스트로만 전달해요`,
  excluded: ({ words }) => `프롬프트에 “${words}” 구절이 있어서 이 어댑터를 제외했어요`,
  unmeant: ({ words, text }) =>
    `“${words}” 구절은 카드에서 이 어댑터의 용도가 아니라고 밝힌 “${text}” 표현에 해당해요`,
  category: ({ words, wanted, category }) =>
    `어댑터의 분류(${names.categories[category]})와 달리 “${words}” 구절은 ${wantedNames[wanted]}`,
  below: ({ words, score, threshold }) =>
    `“${words}” 구절과의 유사도(${fraction(score)})가 기준(${fraction(threshold)})보다 낮아요`,
  unlikely: ({ score, threshold }) =>
    `프롬프트에 필요하지 않은 것 같아요 (${fraction(score)}, 기준 ${fraction(threshold)})`,
  far: ({ words, score, threshold }) =>
    `카드에 “${words}” 구절과 가까운 내용이 없어요 (${fraction(score)}, 기준 ${fraction(threshold)})`,
  full: ({ words, count }) => `“${words}” 구절에는 이미 어댑터가 ${number(count)}개 있어요`,
  weaker: ({ words, best, score }) =>
    `“${words}” 구절과의 유사도가 “${best}” 어댑터보다 낮아요 (${fraction(score)})`,
  styles: ({ count, score }) => `화풍이 이미 ${number(count)}개 있어요 (${fraction(score)})`,
  served: ({ title, score }) => `“${title}” 어댑터가 같은 표현을 맡았어요 (${fraction(score)})`,
  outside: ({ score }) => `다른 어댑터의 조합이 프롬프트에 더 잘 맞아요 (${fraction(score)})`,
  overlaps: ({ words }) => `“${words}” 구절이 다른 구절과 겹쳐요`,
  absent: ({ words }) => `“${words}” 구절이 프롬프트에 없어요`,
  unknown: () => "후보에 없는 어댑터예요",
};
