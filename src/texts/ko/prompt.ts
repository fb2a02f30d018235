// The prompt, the bar under it, the init image and its mask.
import type { prompt as english } from "../en/prompt.ts";
import { elided } from "../../shared/untrusted-text.ts";
import { quoted } from "../format.ts";
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
    `${model} 모델이 모르는 단어예요: ${quoted(words, (more) => `외 ${formats.number(more)}개`)}. 아는 단어로 바꿔 읽거나 건너뛰어요.`,
  nearestWords: "모델이 아는 비슷한 단어",
  replaceWord: (word, thing) => `“${word}” 대신 “${thing}” 사용`,
  typed: {
    replaced: (words) => `입력해 둔 프롬프트가 바뀌었어요: “${elided(words, 80)}”`,
    bringBack: "내 프롬프트 되살리기",
  },
  negativeInUse: (words) => `네거티브 프롬프트: ${elided(words, 60)}`,
  openNegative: "네거티브 프롬프트 편집",
  negativeTag: (tag) => `네거티브 프롬프트에서는 ${tag} 태그가 효과가 없어요. 프롬프트로 옮기세요.`,

  bar: {
    generate: "생성",
    generateKey: "Ctrl ↵",
    queue: "대기열에 추가",
    queueTitle: "지금 생성이 끝나면 이어서 생성해요 (Ctrl+Enter)",
    stop: "중지",
    stopKey: "Esc",
    images: "이미지 수",
    seed: {
      label: "시드",
      lock: "시드 고정",
      locked: "고정됨: 항상 이 시드로 생성해요",
      unlocked: "무작위: 생성할 때마다 시드가 바뀌어요",
      fresh: "새 시드",
      reuse: (seed) => (seed === null ? "지난 시드 다시 사용" : `시드 ${seed} 다시 사용`),
    },
    randomSeed: "무작위",
    fast: "고속",
    fastSteps: steps,
    addInitImage: "초기 이미지",
    settings: "설정",
  },

  regions: {
    button: (count) => (count === 0 ? "영역" : `영역 (${formats.number(count)})`),
    title: "영역",
    hint: "이미지의 일부에 따로 프롬프트를 지정해요. 영역마다 그 프롬프트에 맞는 어댑터를 선택하고, 위의 프롬프트는 이미지 전체에 적용돼요.",
    add: "영역 추가:",
    full: (most) => `영역은 이미지 하나에 ${formats.number(most)}개까지 둘 수 있어요.`,
    places: {
      left: "왼쪽 절반",
      right: "오른쪽 절반",
      top: "위쪽 절반",
      bottom: "아래쪽 절반",
      centre: "가운데",
    },
    region: (number) => (number === null ? "빈 영역" : `영역 ${number}`),
    prompt: (number) => (number === null ? "빈 영역의 프롬프트" : `영역 ${number}의 프롬프트`),
    remove: (number) => (number === null ? "빈 영역 삭제" : `영역 ${number} 삭제`),
    draw: (number) => (number === null ? "빈 영역 그리기" : `영역 ${number} 그리기`),
    covered: (share) => {
      if (share === 0) return "그린 곳이 없어서 사각형 전체가 영역이에요.";
      return share < 0.01
        ? "영역이 이미지의 1% 미만을 차지해요."
        : `영역이 이미지의 ${formats.percent(share)}를 차지해요.`;
    },
    area: (number, area) => {
      const [left, top, width, height] = [area.x, area.y, area.width, area.height].map((share) =>
        formats.percent(share),
      );
      const name = number === null ? "빈 영역" : `영역 ${number}`;
      return `${name}: 왼쪽에서 ${left}, 위에서 ${top}, 너비 ${width}, 높이 ${height}${area.mask === undefined ? "" : ", 그린 모양"}`;
    },
    keys: "끌어서 옮기고, 모서리를 끌어서 크기를 바꿔요. 화살표 키로 옮기고, Shift와 함께 누르면 크기를 바꿔요.",
    small: (pixels) =>
      `너비나 높이가 ${formats.number(pixels)}픽셀보다 작은 영역에서는 그릴 대상이 잘려요. 영역이나 이미지를 키워 주세요.`,
    sides: { x: "왼쪽, %", y: "위, %", width: "너비, %", height: "높이, %" },
    weight: "가중치",
    baseWeight: "영역 안에서 프롬프트의 비중",
    baseWeightHint: "0이면 영역 안에 적용하지 않고, 클수록 주변과 어우러져요.",
    addPrompt: "프롬프트의 단어를 각 영역에 더하기",
  },

  suggestions: {
    label: "제안",
    tagAdded: (tag) => `임베딩에 필요한 ${tag} 태그를 프롬프트에 넣었어요.`,
    some: (count) => `제안 ${formats.number(count)}개. 화살표 키로 고르고, Enter 키로 넣고, Esc 키로 닫아요.`,
    kinds: {
      lora: "어댑터",
      trigger: "트리거 단어",
      tag: "태그",
      embedding: "임베딩",
      negative: "자주 쓰는 단어",
      wildcard: "와일드카드",
    },
  },

  styles: {
    title: "스타일",
    text: "스타일은 생성할 때마다 프롬프트에 단어를 더해요. 스타일에 `{prompt}` 표시가 있으면 그 자리에 프롬프트가 들어가고, 없으면 프롬프트 뒤에 붙어요.",
    list: "내 스타일",
    none: "아직 스타일이 없어요.",
    applied: "사용 중인 스타일",
    leave: (name) => `${name} 스타일 빼기`,
    edit: "편집",
    editName: (name) => `${name} 편집`,
    remove: "제거",
    removeName: (name) => `${name} 제거`,
    writeOut: "고른 스타일을 프롬프트에 써넣기",
    form: "스타일 저장",
    name: "이름",
    prompt: "프롬프트",
    promptHint: "{prompt} 자리에 프롬프트 입력란의 내용이 들어가요.",
    negative: "네거티브 프롬프트",
    save: "스타일 저장",
    replace: "스타일 바꾸기",
    import: "styles.csv 가져오기",
    export: "styles.csv 내보내기",
    notKept: "이 브라우저는 스타일을 보관하지 않아요. 페이지를 닫을 때까지만 남아요.",
    saved: (name) => `스타일을 저장했어요: ${name}.`,
    removed: (name) => `스타일을 제거했어요: ${name}.`,
    added: (count) => `스타일 ${formats.number(count)}개를 추가했어요.`,
  },

  wildcards: {
    title: "와일드카드",
    paragraphs: [
      "프롬프트의 `{red|blue}` 자리에는 이미지 시드에 따라 단어 하나가 들어가요. `{2$$a|b|c}` 표기는 두 개를 뽑고, `{3::a|b}` 표기는 a를 세 배 자주 뽑아요. 중괄호를 그대로 쓰려면 `\\{`처럼 적으세요.",
      "`__colours__` 자리에는 내 colours.txt 파일의 한 줄이 들어가요. 한 줄에 하나씩 적고, 그 안에 와일드카드를 또 써도 돼요. .txt 파일을 페이지 어디에나 끌어다 놓으면 추가돼요.",
    ],
    files: "내 와일드카드 파일",
    none: "아직 파일이 없어요.",
    options: (count) => `선택지 ${formats.number(count)}개`,
    add: ".txt 파일 추가",
    insert: "넣기",
    insertName: (reference) => `프롬프트에 ${reference} 넣기`,
    remove: "제거",
    removeName: (name) => `${name} 제거`,
    notKept: "이 브라우저는 파일을 보관하지 않아요. 페이지를 닫을 때까지만 남아요.",
    added: (names) => `와일드카드 파일 ${formats.number(names.length)}개를 추가했어요: ${names.join(", ")}.`,
    removed: (name) => `와일드카드 파일을 제거했어요: ${name}.`,
  },

  initImage: {
    section: "초기 이미지",
    offerSection: "이 이미지의 용도",
    offer: "**{name}** 파일에 프롬프트와 설정이 들어 있어요.",
    offerTextSection: "붙여 넣은 텍스트의 설정",
    offerText: "붙여 넣은 텍스트에 설정이 들어 있어요.",
    useSettings: "설정 불러오기",
    useTemplate: "템플릿으로 불러오기",
    useTemplateTitle: "이 이미지의 프롬프트를 뽑아낸 원래 템플릿이에요. 어댑터는 새로 선택해요.",
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
    stretched: "지금 크기로는 초기 이미지의 비율이 달라져요.",
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
      settingsLoaded: (name) =>
        name === null
          ? "텍스트의 프롬프트와 설정을 불러왔어요."
          : `${name} 파일의 프롬프트와 설정을 불러왔어요.`,
    },
  },

  mask: {
    title: "마스크 편집",
    canvas: "이미지 위의 마스크",
    keys: "마우스로 그리거나 화살표 키와 스페이스바로 그리세요. [ 키와 ] 키로 브러시 크기를 바꿔요.",
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
    transparent: "투명 영역을 마스크로",
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
