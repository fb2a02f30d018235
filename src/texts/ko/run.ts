// A run and its outcome: stages, images, chosen adapters, candidates, gallery.
import type { ComposerId, MethodId } from "../../shared/limits.ts";
import type { run as english } from "../en/run.ts";
import { adapterCount, formats, images } from "./formats.ts";
import { models } from "./models.ts";

const { fit } = models.language;

const choosers: Readonly<Record<MethodId | ComposerId, string>> = {
  stylus: "Stylus가 골라요",
  retriever: "유사도만으로 골라요",
  reranker: "리랭커가 골라요",
  random: "무작위로 골라요",
  sd: "직접 고정하거나 태그한 것만 써요",
  reader: "독해 모델이 골라요",
  rules: "규칙으로 골라요",
  llm: "언어 모델이 골라요",
};

export const run: typeof english = {
  announced: {
    generating: "이미지를 생성하고 있어요.",
    chosen: (picks) =>
      picks === 0
        ? "이 프롬프트에 맞춰 고른 어댑터가 없어요."
        : `이 프롬프트에 맞는 ${adapterCount(picks)}를 골랐어요.`,
    imageDone: (image, of) => `이미지 ${of}장 중 ${image}번째를 완성했어요.`,
    stopped: "중지했어요.",
    comparing: "비교 이미지를 생성하고 있어요.",
    compared: "비교 이미지가 준비됐어요.",
  },

  device: {
    restarting: (loss) => `${loss} Stylus가 다시 시작하고 있어요.`,
    lostAgain: (loss) => `${loss} 같은 문제가 또 생겼어요.`,
    switching: (failure) => `${failure} ONNX Runtime으로 계속해요.`,
    onRuntime: "GPU에서 ONNX Runtime으로 계속 생성해요. 사라진 내용은 없어요.",
    onCpuAfterLosses:
      "GPU 연결이 두 번 이상 끊겨서 CPU로 계속 생성해요. 더 느리지만 결과는 같아요. GPU를 다시 쓰려면 페이지를 새로고침하세요.",
    recovered: "GPU 연결이 끊겼다가 복구됐어요. 생성을 계속하며, 사라진 내용은 없어요.",
    onCpu: (reason) => `생성이 중단되어 CPU로 계속해요(${reason}). 사라진 내용은 없어요.`,
  },

  continued: (there, of) =>
    `이어서 생성해요. 이미지 ${formats.number(of)}장 중 ${formats.number(there)}장은 이미 완성돼 있어 다시 생성하지 않아요.`,

  missingAdapters: (ids) =>
    `이 이미지에 쓴 어댑터를 찾을 수 없어요: ${ids.map((id) => `“${id}”`).join(", ")}. 똑같이 다시 생성하려면 어댑터 파일을 다시 추가하세요.`,

  stages: {
    label: "이번 생성의 단계",
    candidates: (count) => `후보 ${formats.number(count)}개`,
    parts: (count) => `구절 ${formats.number(count)}개`,
    adapters: adapterCount,
    images,
    failed: "실패",
    stopped: "중지됨",
    bytes: (received, total) => `${formats.bytes(received)} / ${formats.bytes(total)}`,
    step: (step, of) => `스텝 ${step}/${of}`,
    imageStep: (place) => `이미지 ${place.image}/${place.images}, 스텝 ${place.step}/${place.steps}`,
    left: (milliseconds) => `${formats.duration(milliseconds)} 남음`,
  },

  image: {
    alt: (image) =>
      `${image.prompt}. 시드 ${image.seed}, ${image.adapters.length > 0 ? `어댑터: ${image.adapters.join(", ")}` : "어댑터 없음"}.`,
    preview: "실시간 미리보기",
    progress: (index) => `이미지 ${index + 1}`,
    stopped: "중지됨",
    starting: "시작하는 중",
    waiting: "대기 중",
    seed: "시드 **{seed}**",
    variation: "변형 **{seed}**",
    compareAll: "어댑터 없이 비교",
    compareAllTitle: "같은 시드를 어댑터 없이 생성해 비교해요",
    compareInitImage: "전후 비교",
    compareInitImageTitle: "초기 이미지와 비교해요",
    closeComparison: "비교 닫기",
    useAsInitImage: "초기 이미지로 사용",
    reuse: "프롬프트, 시드, 설정 다시 사용",
    reused: "프롬프트, 시드, 설정을 불러왔어요.",
    download: "설정을 포함한 PNG 다운로드",
    adapters: "이 이미지에 쓴 어댑터",
    inRegion: (region, adapter) => `영역 ${region}: ${adapter}`,
    masked: "이 이미지의 조합에서는 빠졌어요",
    off: "제외",
    noAdapters: "어댑터 없이 기본 모델만 썼어요.",
  },

  link: {
    copy: "링크 복사",
    copied: "링크를 복사했어요. 프롬프트와 설정만 들어 있고 이미지는 들어 있지 않아요.",
    without: (names) => `목록에 없는 것은 링크에서 뺐어요: ${names.map((name) => `“${name}”`).join(", ")}.`,
    copyNames: "이름까지 복사",
    copiedNames: "내 파일 이름까지 넣어 링크를 복사했어요. 파일 자체는 이 기기에 그대로 있어요.",
    notCopied: "이 브라우저에서는 페이지가 복사할 수 없어요. 아래 링크를 직접 복사하세요:",
    address: "링크",
    loaded: "링크의 프롬프트와 설정을 불러왔어요.",
  },

  comparison: {
    noAdapters: "어댑터 없음",
    without: (title) => `${title} 제외`,
    before: "전",
    after: "후",
    chosen: "모든 어댑터",
    alt: (label) => `같은 시드, ${label}`,
    preview: (label) => `실시간 미리보기, ${label}`,
    divider: (label) => `구분선: ${label}`,
    step: (label, step, steps) => `${label} · ${step} / ${steps}`,
  },

  choice: {
    title: "선택된 어댑터",
    byRules: "규칙에 따라 선택",
    byReader: "독해 모델이 선택",
    byModel: (name) => `${name} 모델이 선택`,
    byOwnServer: "내 서버가 선택",
    byYou: "직접 선택",
    byBaseline: {
      "no adapters": "어댑터 없음",
      "chosen by hand": "직접 선택",
      "top 3 by similarity": "유사도 상위 3개",
      "top 3 by the reranker": "리랭커 상위 3개",
      "three at random": "무작위 3개",
    },
    choosing: "언어 모델이 고르는 중…",
    instead: {
      readerLoading: () => "독해 모델을 아직 불러오고 있어요.",
      noReader: () => "이 사이트에는 독해 모델이 없어요.",
      noModel: () => "선택한 언어 모델이 없어요. ‘모델’에서 하나를 고르세요.",
      modelGone: () => "선택한 언어 모델은 더 이상 제공하지 않아요.",
      noWebGpu: ({ title, reason }) => `${title} 모델은 여기서 실행할 수 없어요. ${fit.noWebGpu(reason)}`,
      noShaderF16: ({ title }) => `${title} 모델은 여기서 실행할 수 없어요. ${fit.noF16}`,
      notDownloaded: ({ title }) => `${title} 모델을 아직 다운로드하지 않았어요. ‘모델’에서 다운로드하세요.`,
    },
    restored: {
      next: (who) => `다음 생성에서는 복원한 어댑터를 사용해요. 그다음부터는 다시 ${choosers[who]}.`,
      done: (who) => `이번 생성에는 복원한 어댑터를 사용했어요. 이제부터는 다시 ${choosers[who]}.`,
      now: "지금 고르기",
    },
    reading: "어댑터 고르는 중…",
    pending: "바꾼 내용이 아직 이미지에 반영되지 않았어요.",
    regenerate: "같은 시드로 다시 생성",
    emptyPrompt: "프롬프트를 입력하면 구절과 구절별 어댑터가 여기에 나타나요.",
    off: "어댑터 선택이 꺼져 있어요. ‘설정’에서 다른 방식을 고르세요.",
    noCards: "이 모델에 쓸 수 있는 어댑터가 없어요. ‘어댑터’에서 이 모델용 LoRA 파일을 추가하세요.",
    noneNeeded: "고른 어댑터가 없어요. 이 프롬프트는 기본 모델에 맡겨요.",
    regionAsImage: "이 영역만의 어댑터는 없어요. 이미지 전체의 어댑터가 여기에도 적용돼요.",
    pinned: "직접 고정함",
    pinReason: "고정을 해제할 때까지 모든 이미지에 써요.",
    tagged: "프롬프트에 태그됨",
    unknownTag: (advice) => `이런 이름의 어댑터가 없어요. ${advice}`,
    base: "기본 모델에 맡김:",
    noOther: "다른 어댑터 없음:",
    more: (count) => `외 ${formats.number(count)}개`,
    banned: "차단됨:",
    unban: "차단 해제",
  },

  formulaWords: {
    "set by you": "직접 설정함",
    "tag in the prompt": "프롬프트의 태그",
    budget: "한도",
  },

  pick: {
    details: (title) => `${title} 상세 정보`,
    match: "이 구절과의 유사도(0~1)",
    banned: "차단됨: Stylus가 다시 고르지 않아요.",
    removed: "이 프롬프트에서 뺐어요.",
    download: (bytes) =>
      `생성할 때 ${formats.bytes(bytes)} 다운로드하고, 그다음부터는 이 브라우저에 보관해요.`,
    formula: (formula, strength) => `가중치: ${formula} = ${formats.fraction(strength)}`,
    triggerWords: "트리거 단어:",
    restore: "되돌리기",
    strength: (title) => `${title} 가중치`,
    strengthNumber: (title) => `${title} 가중치 숫자 입력`,
    setByYou: "직접 설정함",
    reset: (title) => `${title} 가중치 초기화`,
    resetTitle: "권장값으로 초기화",
    compare: "빼고 비교",
    compareTitle: "같은 시드를 이 어댑터 없이 생성해 비교해요",
    notInImage: "아직 이 어댑터를 쓴 이미지가 없어요",
    pin: (title) => `${title} 고정`,
    pinTitle: "고정: 모든 이미지에 써요",
    pinnedTitle: "고정됨: 모든 이미지에 써요",
    ban: (title) => `${title} 차단`,
    banTitle: "차단: 절대 고르지 않아요",
    remove: (title) => `이 프롬프트에서 ${title} 빼기`,
    removeTitle: "이 프롬프트에서 빼기",
  },

  candidates: {
    rejected: "검토했지만 고르지 않은 어댑터",
    read: "검토한 어댑터",
    wanted: "프롬프트가 이 어댑터를 원할 확률",
    nearest: {
      title: (text) => `카드에서 가장 가까운 내용: 제목 “${text}”`,
      trigger: (text) => `카드에서 가장 가까운 내용: 트리거 단어 “${text}”`,
      tag: (text) => `카드에서 가장 가까운 내용: 태그 “${text}”`,
      phrase: (text) => `카드에서 가장 가까운 내용: 검색 문구 “${text}”`,
    },
    serves: (words) => `가장 잘 맞는 표현: “${words}”`,
    others: (count) => `그 밖의 ${formats.number(count)}개는 프롬프트와 관련이 없어요`,
    noPart: "그 밖의 표현",
    all: "유사도순 전체 후보",
  },

  queue: {
    title: (count) => `대기 중인 작업 ${formats.number(count)}개`,
    list: "대기 중인 작업",
    clear: "대기열 비우기",
    up: (prompt) => `“${prompt}” 먼저 시작`,
    upTitle: "앞으로 (Alt+↑)",
    down: (prompt) => `“${prompt}” 나중에 시작`,
    downTitle: "뒤로 (Alt+↓)",
    cancel: (prompt) => `“${prompt}” 취소`,
    cancelTitle: "취소 (Delete)",
    left: (count) => `작업 ${formats.number(count)}개가 대기 중이었어요.`,
    interrupted: (count, waiting) =>
      `작업 ${formats.number(count)}개가 중단됐어요.${
        waiting === 0 ? "" : ` 다른 ${formats.number(waiting)}개는 대기 중이었어요.`
      }`,
    partly: (there, of) =>
      there === of
        ? `이미지 ${formats.number(of)}장이 모두 갤러리에 있어요.`
        : `이미지 ${formats.number(of)}장 중 ${formats.number(there)}장은 갤러리에 있으니 나머지 ${formats.number(of - there)}장만 생성해요.`,
    leftLabel: "대기 중이던 작업",
    continue: "계속",
    dismiss: "지우기",
    cfgScale: (scale) => `CFG 스케일 ${formats.fraction(scale)}`,
    seed: (seed) => `시드 ${seed}`,
    clipSkip: (layers) => `클립 스킵 ${formats.number(layers)}`,
    strengths: "어댑터 가중치",
    without: {
      negativePrompt: "네거티브 프롬프트 없음",
      initImage: "초기 이미지 없음",
      hires: "Hires fix 없음",
      details: "세부 보정 없음",
      variation: "시드 변형 없음",
      tiledVae: "타일 VAE 없음",
      guidanceInterval: "모든 스텝에 가이던스 적용",
      cache: "특징 재사용 없음",
      plot: "플롯 없음",
    },
    announced: {
      added: (waiting) => `대기열에 추가했어요. 대기 중인 작업은 ${formats.number(waiting)}개예요.`,
      moved: (place, of) => `${of}개 중 ${place}번째로 옮겼어요.`,
      removed: (waiting) =>
        waiting === 0 ? "대기열이 비었어요." : `지웠어요. 대기 중인 작업은 ${formats.number(waiting)}개예요.`,
    },
  },

  gallery: {
    title: "내 이미지",
    empty: "아직 없음",
    size: (count, bytes) => `${formats.number(count)}장 · ${formats.bytes(bytes)}`,
    here: "이 브라우저에 저장됨",
    untilClosed: "페이지를 닫으면 사라짐",
    deleteAll: "모두 삭제",
    deleteAllName: "모든 이미지 삭제",
    confirmDelete: (count) => `${images(count)} 삭제`,
    keep: "취소",
    more: (count) => `${formats.number(count)}장 더 보기`,
    filter: "필터",
    find: "프롬프트와 메모 검색",
    adapter: "어댑터",
    anyAdapter: "모든 어댑터",
    date: "날짜",
    dates: { any: "전체 기간", today: "오늘", week: "최근 7일", month: "최근 30일" },
    favourites: "즐겨찾기",
    noneFound: "조건에 맞는 이미지가 없어요.",
    found: (count, of) => `${formats.number(of)}장 중 ${formats.number(count)}장`,
    favourite: (seed) => `즐겨찾기: 시드 ${seed} 이미지`,
    note: "메모",
    notePlaceholder: "메모 추가",
    select: "선택",
    selected: (count) => `${formats.number(count)}장 선택`,
    selectImage: (seed) => `시드 ${seed} 이미지 선택`,
    all: "모두 선택",
    compare: "비교",
    compareTitle: "두 이미지 비교",
    compareHint: "비교할 이미지 두 장을 선택하세요",
    compared: (seed) => `시드 ${seed}`,
    export: "ZIP 내보내기",
    exporting: "내보내는 중…",
    exported: (count) => `${images(count)}을 내보냈어요.`,
    import: "ZIP 가져오기",
    imported: (count, known) =>
      `${images(count)}을 가져왔어요.${known === 0 ? "" : ` ${images(known)}은 이미 있었어요.`}`,
    done: "완료",
    show: (seed) => `시드 ${seed} 이미지와 생성 과정 보기`,
    delete: (seed) => `시드 ${seed} 이미지 삭제`,
  },
};
