// The settings under the prompt.
import type { settings as english } from "../en/settings.ts";
import { formats } from "./formats.ts";

export const settings: typeof english = {
  negativePrompt: "네거티브 프롬프트",
  negativePlaceholder: "이미지에서 빼고 싶은 것",
  negativeUnused: "CFG 스케일이 1이면 효과가 없어요. 값을 올리거나 ‘고속’을 끄세요.",

  suggestWords: "입력하는 동안 어댑터, 트리거 단어, 태그 제안",

  image: "이미지",
  width: "너비",
  height: "높이",
  device: "실행 장치",
  lowVramHint:
    "메모리가 2GB인 그래픽 카드용이에요. 모델을 한 부분씩만 카드에 올리고 U-Net은 8비트로 담아요. 이미지마다 몇 초 더 걸리고 세부가 조금 달라질 수 있어요.",
  noise: "노이즈 소스",
  noises: { cpu: "CPU(대부분의 도구)", nv: "NV(NVIDIA GPU, A1111 방식)" },
  tiledVae: "타일 VAE(메모리 절약)",

  variation: {
    section: "시드 변형",
    seed: {
      label: "변형 시드",
      lock: "변형 시드 고정",
      locked: "고정됨: 항상 이 변형 시드로 생성해요",
      unlocked: "무작위: 생성할 때마다 변형 시드가 바뀌어요",
      fresh: "새 변형 시드",
      reuse: (seed) => (seed === null ? "지난 변형 시드 다시 사용" : `변형 시드 ${seed} 다시 사용`),
    },
    strength: "변형 강도",
  },

  hires: {
    section: "Hires fix",
    label: "Hires fix",
    notWithInitImage: "초기 이미지와는 함께 쓸 수 없어요. 대신 이미지 크기를 키우세요.",
    scale: "업스케일 배율",
    to: (width, height) => `${width} × ${height} 크기로`,
    strength: "디노이징 강도",
    weakLatent: "Latent 업스케일러는 0.5보다 낮으면 흐릿해져요",
    steps: "Hires 스텝",
    upscaler: "업스케일러",
  },

  details: {
    label: "세부 보정",
    hint: "완성된 이미지의 일부를 확대해서 다시 생성해요. 얼굴처럼 작은 부분이 더 섬세해져요. 영역은 직접 그리고, 얼굴을 자동으로 찾지는 않아요.",
    area: (number) => `세부 영역 ${number}`,
    prompt: (number) => `세부 영역 ${number}의 프롬프트`,
    promptPlaceholder: "이미지와 같은 프롬프트",
    draw: (number) => `세부 영역 ${number} 그리기`,
    remove: (number) => `세부 영역 ${number} 삭제`,
    add: "영역 그리기",
    full: (most) => `이미지 하나에 ${formats.number(most)}개까지 둘 수 있어요.`,
    covered: (share) => {
      if (share === 0) return "그린 곳이 없어서 이 영역은 적용되지 않아요.";
      return share < 0.01
        ? "영역이 이미지의 1% 미만을 차지해요."
        : `영역이 이미지의 ${formats.percent(share)}를 차지해요.`;
    },
    onImage: (seed) =>
      `시드 ${seed} 이미지 위에 그려요. 다음 생성에서도 이 시드를 쓰므로 대상이 같은 자리에 나와요.`,
    onPaper:
      "이 크기로 완성된 이미지가 없어요. 먼저 이미지를 생성하면 무엇이 어디 있는지 보면서 그릴 수 있어요.",
    strength: "디노이징 강도",
    padding: "여백",
    paddingHint: "영역과 함께 생성할 주변 픽셀이에요.",
    feather: "부드러운 가장자리",
    featherHint: "영역 안쪽의 픽셀이에요.",
  },

  sampling: "샘플링",
  whileFast: "고속 켜짐",
  whileNotFast: "고속 꺼짐",
  steps: "스텝",
  cfgScale: "CFG 스케일",
  guidance: {
    label: "일부 구간에서만 가이던스 적용",
    start: "가이던스 시작",
    end: "가이던스 끝",
    hint: "노이즈만 있는 처음이 0, 노이즈가 없는 끝이 1이에요. 구간 밖에서는 CFG 스케일이 1이 되고 스텝의 계산량이 절반으로 줄어요.",
  },
  cache: {
    label: "심층 특징 재사용",
    interval: "캐시 간격",
    hint: "이 스텝 수마다 한 번씩 U-Net 전체를 계산하고, 나머지 스텝에서는 가장 바깥쪽 레이어만 계산해요.",
  },
  sampler: "샘플러",
  schedule: "스케줄 유형",
  clipSkip: "클립 스킵",

  selection: "어댑터 선택",
  method: "방식",
  preset: "프리셋",
  combine: "어댑터 결합",
  composer: "컴포저",
  reranker: {
    label: "리랭커",
    stored: "이 브라우저에 있어요. ‘저장 공간’에서 삭제할 수 있어요.",
    absent: "아직 다운로드하지 않았어요. 받기 전에는 이 방식으로 고를 수 없어요.",
    download: (bytes) => `약 ${formats.bytes(bytes)} 다운로드`,
    resume: "이어받기",
  },
  languageModel: "언어 모델",
  noLanguageModel: "아직 고른 언어 모델이 없어서 독해 모델이 어댑터를 골라요.",
  chooseLanguageModel: "언어 모델 고르기",
  temperature: "온도",
  temperatureHint: "0보다 크면 시드에 따라 선택이 달라져요.",
};
