// The prompt, the bar under it, the init image and its mask.
import type { prompt as english } from "../en/prompt.ts";
import { formats, steps } from "./formats.ts";

export const prompt: typeof english = {
  section: "프롬프트와 설정",
  label: "프롬프트",
  placeholder: "A robot in a meadow, clay render",
  parts: (texts) => `찾은 구절: ${texts.join("; ")}.`,
  long: (characters) =>
    `프롬프트가 ${formats.number(characters)}자예요. 모델은 75토큰씩 나눠 읽고, 앞부분을 가장 크게 반영해요.`,
  tokens: (count, room) => `토큰 ${formats.number(room)}개 중 ${formats.number(count)}개`,
  tokensTitle: "토큰 수예요. 모델은 프롬프트를 75토큰씩 나눠 읽어요.",
  otherScript: "모델은 영어만 이해해요. 프롬프트를 영어로 적어 보세요.",
  unknownWords: (model, words) =>
    `${model} 모델이 모르는 단어예요: ${words.map((word) => `“${word}”`).join(", ")}.`,
  nearestWords: "모델이 아는 비슷한 단어",
  replaceWord: (word, thing) => `“${word}” 대신 “${thing}” 사용`,
  negativeTag: (tag) => `네거티브 프롬프트에서는 ${tag} 태그가 효과가 없어요. 프롬프트로 옮기세요.`,

  bar: {
    generate: "생성",
    generateKey: "Ctrl ↵",
    stop: "중지",
    stopKey: "Esc",
    images: "이미지 수",
    seed: "시드",
    lockSeed: "시드 고정",
    locked: "고정됨: 항상 이 시드로 생성해요",
    unlocked: "고정 안 됨: 생성할 때마다 시드가 바뀌어요",
    newSeed: "새 시드",
    fast: "고속",
    fastSteps: steps,
    addInitImage: "초기 이미지",
    settings: "설정",
  },

  initImage: {
    section: "초기 이미지",
    offerSection: "이 이미지의 용도",
    offer: "**{name}** 파일에 프롬프트와 설정이 들어 있어요.",
    useSettings: "설정 불러오기",
    useImage: "초기 이미지로 사용",
    dismiss: "닫기",
    title: "초기 이미지: **{name}**",
    unnamed: "이름 없음",
    alt: "초기 이미지",
    maskAlt: "마스크: 흰 영역을 다시 생성해요",
    size: (width, height) => `${width} × ${height}`,
    generatedAt: (own, size) => `${own}, 생성 크기 ${size}`,
    maskedAt: (own, size) => `${own}, 마스크 영역 생성 크기 ${size}`,
    strength: "디노이징 강도",
    strengthEffects: {
      none: "이미지를 그대로 유지",
      details: "세부만 변경",
      composition: "구도 유지",
      shapes: "대략적인 형태만 유지",
      all: "거의 모두 변경",
    },
    strengthText: (strength, effect) => `${formats.fraction(strength)}, ${effect}`,
    editMask: "마스크 편집",
    addMask: "마스크 추가",
    matchSize: "초기 이미지 비율에 맞추기",
    stretched: "지금 크기로는 초기 이미지가 늘어나요.",
    remove: "초기 이미지 제거",
    notes: {
      gone: "초기 이미지가 이 브라우저의 저장 공간에서 사라졌어요. 다시 선택하세요.",
      scaledDown: (from, to) =>
        `${from.width} × ${from.height}px 이미지를 ${to.width} × ${to.height}px 크기로 줄였어요.`,
      maskDiscarded: "마스크를 그리는 동안 초기 이미지가 바뀌어서 마스크를 버렸어요.",
      notInFile:
        "이 이미지는 초기 이미지로 만들었지만, 그 초기 이미지는 파일에 들어 있지 않아요. 다시 생성하려면 초기 이미지를 추가하세요.",
    },
    announced: {
      taken: (name) => `${name} 이미지를 초기 이미지로 써요.`,
      removed: "초기 이미지를 제거했어요.",
      maskRemoved: "마스크를 제거했어요.",
      maskSaved: "마스크를 저장했어요.",
      settingsLoaded: (name) => `${name} 파일의 프롬프트와 설정을 불러왔어요.`,
    },
  },

  mask: {
    title: "마스크 편집",
    canvas: "이미지 위의 마스크",
    keys: "마우스로 그리거나 화살표 키와 스페이스바로 그리세요. [ 와 ] 키로 브러시 크기를 바꿔요.",
    tool: "도구",
    brush: "브러시",
    eraser: "지우개",
    undo: "실행 취소",
    undoTitle: "실행 취소 (Ctrl+Z)",
    redo: "다시 실행",
    redoTitle: "다시 실행 (Ctrl+Shift+Z)",
    size: "크기 **{size}**px",
    sizeLabel: "브러시 크기",
    invert: "반전",
    clear: "모두 지우기",
    transparent: "투명 영역 마스크",
    empty: "마스크가 비어 있어서 이미지 전체를 다시 생성해요.",
    share: (share) =>
      share < 0.01
        ? "마스크가 이미지의 1% 미만을 덮고 있어요."
        : `마스크가 이미지의 ${formats.percent(share)}를 덮고 있어요.`,
    done: "완료",
    rectangle: "사각형으로 마스크",
    left: "왼쪽",
    top: "위쪽",
    width: "너비",
    height: "높이",
    add: "마스크에 추가",
    remove: "마스크에서 제거",
    area: "인페인팅 영역",
    areaHint:
      "마스크 영역만 잘라 전체 크기로 생성한 뒤 다시 줄여 넣어요. 이미지 크기는 그대로이고 더 세밀해져요.",
    content: "마스크 영역 채우기",
    blur: "마스크 블러",
    padding: "여백",
  },
};
