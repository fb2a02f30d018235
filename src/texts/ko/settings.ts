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
  noise: "노이즈 소스",
  noises: { cpu: "CPU (대부분의 도구)", nv: "NV (NVIDIA GPU, A1111 방식)" },
  tiledVae: "타일 VAE (메모리 절약)",

  variation: {
    section: "시드 변형",
    seed: "변형 시드",
    strength: "변형 강도",
    lock: "변형 시드 유지",
  },

  hires: {
    section: "Hires fix",
    label: "Hires fix",
    notWithInitImage: "초기 이미지와는 함께 쓸 수 없어요. 대신 이미지 크기를 키우세요.",
    scale: "업스케일 배율",
    to: (width, height) => `${width} × ${height} 크기로`,
    strength: "디노이징 강도",
    weakLatent: "잠재 업스케일러는 0.5보다 낮으면 흐려져요",
    steps: "Hires 스텝",
    upscaler: "업스케일러",
  },

  details: {
    label: "세부 보정",
    hint: "완성된 이미지의 일부를 확대해서 다시 생성해요. 얼굴처럼 작은 부분이 더 섬세해져요. 영역은 직접 그리고, 얼굴을 자동으로 찾지는 않아요.",
    area: (number) => `세부 ${number}`,
    prompt: (number) => `세부 ${number}의 프롬프트`,
    promptPlaceholder: "이미지와 같게",
    draw: (number) => `세부 ${number} 그리기`,
    remove: (number) => `세부 ${number} 삭제`,
    add: "영역 그리기",
    full: (most) => `이미지 하나에 ${formats.number(most)}개까지 둘 수 있어요.`,
    covered: (share) => {
      if (share === 0) return "그린 곳이 없으면 영역이 없어져요.";
      return share < 0.01
        ? "영역이 이미지의 1% 미만을 덮고 있어요."
        : `영역이 이미지의 ${formats.percent(share)}를 덮고 있어요.`;
    },
    onImage: (seed) =>
      `시드 ${seed} 이미지 위에 그려요. 다음 생성에서도 이 시드를 써서 대상이 같은 자리에 있어요.`,
    onPaper:
      "이 크기로 완성된 이미지가 없어요. 먼저 이미지를 생성하면 무엇이 어디 있는지 보면서 그릴 수 있어요.",
    strength: "디노이징 강도",
    padding: "여백",
    paddingHint: "영역과 함께 생성할 주변 픽셀이에요.",
    feather: "부드러운 가장자리",
    featherHint: "영역 안쪽의 픽셀이에요.",
  },

  sampling: "샘플링",
  whileFast: "고속 켬",
  whileNotFast: "고속 끔",
  steps: "스텝",
  cfgScale: "CFG 스케일",
  sampler: "샘플러",
  schedule: "스케줄 유형",
  clipSkip: "클립 스킵",

  selection: "어댑터 선택",
  method: "방식",
  preset: "프리셋",
  combine: "여러 어댑터",
  composer: "컴포저",
  reranker: {
    label: "리랭커",
    stored: "이 브라우저에 있어요. ‘저장 공간’에서 삭제할 수 있어요.",
    absent: "아직 다운로드하지 않았어요. 받기 전에는 이 방식으로 고를 수 없어요.",
    download: (bytes) => `약 ${formats.bytes(bytes)} 다운로드`,
    resume: "이어받기",
  },
  languageModel: "언어 모델",
  noLanguageModel: "아직 고르지 않았어요. 독해 모델이 선택해요.",
  chooseLanguageModel: "언어 모델 고르기",
  temperature: "온도",
  temperatureHint: "0보다 크면 시드에 따라 선택이 달라져요.",
};
