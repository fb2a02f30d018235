// The NSFW check, and what stands on images that it blurs.
import type { nsfw as english } from "../en/nsfw.ts";
import { formats } from "./formats.ts";

export const nsfw: typeof english = {
  label: "NSFW 검사",
  hint: "완성된 이미지를 이 기기에서 검사해, 노출이 있을 수 있는 이미지를 흐리게 보여 줘요. 잘못 판단할 수도 있어요.",
  model: "검사 모델",
  stored: "이 브라우저에 있어요. ‘저장 공간’에서 삭제할 수 있어요.",
  absent: "아직 다운로드하지 않았어요. 받기 전에는 새 이미지를 모두 흐리게 보여 줘요.",
  download: (bytes) => `${formats.bytes(bytes)} 다운로드`,
  resume: "이어받기",
  threshold: "흐림 기준",
  thresholdHint: "0~1 사이의 확률이에요. 낮출수록 더 많은 이미지가 흐려져요.",

  reasons: { nsfw: "NSFW일 수 있음", unchecked: "검사하지 못함", pending: "아직 검사 전" },
  show: "보기",
  blur: "흐리게",
  showImage: (seed) => `보기: 흐려진 시드 ${seed} 이미지`,
  blurImage: (seed) => `흐리게: 시드 ${seed} 이미지`,
  showComparison: "보기: 비교",
  blurComparison: "흐리게: 비교",
  showPreview: "보기: 실시간 미리보기",
  blurPreview: "흐리게: 실시간 미리보기",
  showPlot: "보기: 플롯",
  blurPlot: "흐리게: 플롯",
  problem: (message, remedy = "") => `이미지를 검사하지 못해서 흐리게 보여 줘요. ${message} ${remedy}`.trim(),
  downloadPlain: "설정을 포함한 PNG를 흐림 없이 다운로드",
  showBeforeInitImage: "흐려진 이미지는 먼저 보이게 해야 초기 이미지로 쓸 수 있어요",
};
