// Adapters: library, details, the form for a card, intake of files, diagnosis.
import type { adapters as english } from "../en/adapters.ts";
import { formats } from "./formats.ts";

const partNames = { unet: "U-Net", text_encoder: "텍스트 인코더" } as const;

export const adapters: typeof english = {
  library: {
    title: "어댑터",
    search: "어댑터 검색",
    searchPlaceholder: "제목, 태그, 설명 검색",
    filter: "필터",
    all: "전체",
    user: (count) => `내 어댑터 ${formats.number(count)}`,
    pinned: (count) => `고정 ${formats.number(count)}`,
    banned: (count) => `차단 ${formats.number(count)}`,
    add: "LoRA 파일 추가",
    addHint:
      "페이지 어디에나 끌어다 놓아도 돼요. 파일은 이 브라우저에만 보관하고, Stylus가 다른 어댑터처럼 골라 써요.",
    noUserAdapters: "추가한 어댑터가 없어요.",
    noneFound: "일치하는 어댑터가 없어요.",
    otherModels: "다른 모델용",
    otherModelsHint: "지금 모델에는 맞지 않아요. 맞는 모델을 불러오면 Stylus가 사용해요.",
    forModel: (model, bytes) => `${model}용, ${formats.bytes(bytes)}`,
    unknownModel: "알 수 없는 모델",
    removeOther: (title) => `${title} 제거`,
    userBadge: "내 어댑터",
    fewStep: "고속",
    pinnedMark: "고정됨",
    bannedMark: "차단됨",
  },

  details: {
    sampleAlt: (prompt) => `샘플: ${prompt}`,
    previewAlt: "파일과 함께 있던 이미지",
    description: "설명",
    noDescription: "아직 설명이 없어요. Stylus가 이 어댑터를 찾을 수 있도록 설명을 추가하세요.",
    facts: (category, weight) => `분류: ${category}. 권장 가중치: ${weight}.`,
    byYou: "직접 작성했어요.",
    byList: "어댑터 목록에서 가져왔어요.",
    bySamples: "샘플 이미지를 보고 작성했어요.",
    author: "제작자 메모",
    noAuthorText: "없음.",
    credit: (author, license) => `제작: ${author}. 라이선스: ${license}.`,
    effect: "효과",
    effectFacts: (prompts) => `프롬프트 ${formats.number(prompts)}개로 측정했어요.`,
    effectKinds: {
      weak: "이미지가 거의 바뀌지 않아요.",
      misleading: "쓰면 이미지가 프롬프트에서 더 멀어져요.",
      uncertain: "이미지가 프롬프트에 더 잘 맞는지 확실하지 않아요.",
      good: "쓰면 이미지가 프롬프트에 더 잘 맞아요.",
    },
    tags: "태그",
    triggerWords: "트리거 단어",
    none: "없음",
    tag: "프롬프트 태그",
    file: "파일",
    fileFacts: (bytes, baseModel) => `${formats.bytes(bytes)}, ${baseModel}용`,
    stored: "이 브라우저에 저장됨",
    notStored: "처음 쓸 때 다운로드",
    page: "웹 페이지",
    fewStep: "‘고속’ 스위치가 쓰는 고속 어댑터예요. Stylus가 프롬프트에 맞춰 고르지는 않아요.",
    pin: "고정: 모든 이미지에 사용",
    unpin: "고정 해제",
    ban: "차단: 절대 고르지 않기",
    unban: "차단 해제",
  },

  userAdapter: {
    section: "내 어댑터",
    save: "저장",
    saving: "저장하는 중…",
    cancel: "취소",
    edit: "상세 정보 편집",
    remove: "제거",
    confirmRemove: "파일과 상세 정보 제거",
    keep: "취소",
    report: (fileName) => `${fileName} 내용`,
  },

  form: {
    title: "제목",
    category: "분류",
    strength: "가중치",
    description: "설명",
    descriptionHint:
      "Stylus가 이 설명을 검색하니 영어로 적으세요. 예: “Turns the image into a paper collage with torn edges.”",
    tags: "태그",
    triggerWords: "트리거 단어",
    suggestions: "학습 데이터에서:",
    addTrigger: "트리거 단어에 추가",
    phrases: "검색 문구",
    phrasesHint: "이 어댑터를 원하는 사람이 입력할 영어 문구를 쉼표로 구분해 적으세요.",
    notMeant: "해당하지 않는 뜻",
    notMeantHint: "같은 단어지만 이 어댑터와 관계없는 표현을 적으세요. 예: “paper cup”.",
  },

  write: {
    with: (model) => `${model} 모델로 작성`,
    all: (count, model) => `카드 ${formats.number(count)}개를 ${model} 모델로 작성`,
    writing: (model) => `${model} 모델이 작성하고 있어요…`,
    stop: "중지",
    undo: "되돌리기",
    toServer: "파일이 아니라 이 글만 내 서버로 보내요.",
    onDevice: "이 기기에서 작성해요. 내용을 확인하세요.",
    written: (title) => `카드를 작성했어요: ${title}.`,
  },

  intake: {
    title: "내 LoRA 파일",
    more: "파일 더 추가",
    privacy: "파일은 이 브라우저에만 있어요. 아무것도 업로드하지 않아요.",
    waiting: "대기 중",
    afterRun: "이번 생성이 끝나면 검사",
    checking: "검사하는 중…",
    checkingFile: (name) => `${name} 검사하는 중`,
    known: (title) => `이미 추가됨: ${title}`,
    added: (title) => `추가됨: ${title}`,
    fits: (model) => `사용 가능: ${model}`,
    fitsInPart: (model, used, of) =>
      `일부만 사용 가능: ${model}, 텐서 ${formats.number(of)}개 중 ${formats.number(used)}개`,
    keep: (model) => `${model}용으로 보관`,
    keepHint: (model) => `여기에 보관해 두면 ${model} 모델을 불러왔을 때 Stylus가 고를 수 있어요.`,
    kept: (title, model) => `보관됨: ${title}, ${model}용. ‘어댑터’ 목록에 있어요.`,
    theModel: "지금 모델",
    dismiss: "닫기",
    dismissFile: (name) => `${name} 닫기`,
    details: "자세히",
    open: "상세 정보 열기",
    add: "내 어댑터에 추가",
    adding: "추가하는 중…",
    report: "파일 내용",
    unknownFile: (names) => `이미지도 어댑터 파일도 아니에요: ${names.join(", ")}.`,
    unknownRemedy: "이미지나 LoRA 파일(.safetensors, .pt, .bin)을 끌어다 놓으세요.",
  },

  many: {
    title: "LoRA 파일 폴더",
    checking: (done, total) =>
      `${formats.number(total)}개 중 ${formats.number(done)}개 확인했어요. 맞는 파일은 바로 추가해요.`,
    progress: "확인한 파일",
    stop: "중지",
    stopped: (done, total) =>
      `${formats.number(total)}개 중 ${formats.number(done)}개에서 멈췄어요. 추가한 파일은 그대로 있어요.`,
    report: (kept, skipped) => `${formats.number(kept)}개 추가, ${formats.number(skipped)}개 건너뜀.`,
    reason: (reason, count) => `${reason}: ${formats.number(count)}개`,
    known: "이미 내 어댑터에 있음",
    leftOut: "확인하지 않음",
    notAdapter: "LoRA 파일이 아님",
    dismiss: "결과 닫기",
    cards: {
      option: (model) => `${model} 모델로 카드 작성`,
      hint: "파일은 초안과 함께 바로 추가하고, 카드를 작성하면 초안을 바꿔요.",
      progress: "작성한 카드",
      soFar: (written, total) =>
        `카드 ${formats.number(total)}개 중 ${formats.number(written)}개를 작성했어요.`,
      report: (written, failed) =>
        `카드 ${formats.number(written)}개 작성${failed === 0 ? "" : `, 초안 ${formats.number(failed)}개 유지`}.`,
    },
  },

  announced: {
    refused: (fileName, title) => `${fileName ?? "파일"}: ${title}.`,
    known: (fileName, title) => `${fileName} 파일은 이미 추가되어 있어요: ${title}.`,
    fits: (fileName) => `${fileName} 파일을 쓸 수 있어요. 추가하세요.`,
    fitsInPart: (fileName, used, of) =>
      `${fileName} 파일을 일부만 쓸 수 있어요. 텐서 ${formats.number(of)}개 중 ${formats.number(used)}개예요. 추가하세요.`,
    fitsOther: (fileName, model) => `${fileName} 파일은 ${model}용이에요. 나중을 위해 보관할 수 있어요.`,
    added: (title) => `${title} 어댑터를 추가했어요. 이제 Stylus가 고를 수 있어요.`,
    kept: (title, model) => `${title} 어댑터를 ${model}용으로 보관했어요.`,
    saved: (title) => `${title} 어댑터를 저장했어요.`,
    removed: (title) => `${title} 어댑터를 제거했어요.`,
  },

  refusal: {
    tooLarge: {
      title: "어댑터로 쓰기에는 너무 커요",
      text: "어댑터는 보통 2GB를 넘지 않아요. 체크포인트 파일인 것 같아요.",
      remedy: "체크포인트는 ‘모델’에서 여세요.",
    },
    fullSize: "전체 크기 SD 1.5용이에요",
    fullSizeText: (file) =>
      `전체 크기 Stable Diffusion 1.x용 ${file.isEmbedding ? "텍스추얼 인버전" : "어댑터"} 파일이에요${
        file.width === null ? "" : `(텍스트 특징 너비 ${file.width})`
      }. ${file.model} 모델은 층이 더 좁아서 맞지 않아요.`,
    chooseModel: "‘모델’에서 Stable Diffusion 1.5 모델을 고르세요.",
    chooseDevice:
      "전체 크기 모델에는 WebGPU가 필요해요. ‘설정’에서 실행 장치를 바꾼 다음 ‘모델’에서 Stable Diffusion 1.5 모델을 고르세요.",
    noWebGpu: (reason) =>
      `전체 크기 모델에는 WebGPU가 필요하지만 여기서는 쓸 수 없어요(${reason}). WebGPU를 지원하는 브라우저와 컴퓨터를 쓰세요.`,
    otherBase: (base) => `${base}용 파일이에요`,
    otherVersion: (way) => `Stable Diffusion 1.5용 버전을 찾아보세요. ${way}`,
    otherVersionFor: (models) => `이 모델로 학습한 버전을 찾아보세요: ${models.join(", ")}.`,
    unusable: "여기서는 쓸 수 없어요",
    bug: {
      title: "검사하지 못했어요",
      text: "파일을 검사하는 중에 Stylus에서 버그가 발생했어요.",
      remedy: "다시 시도하거나 페이지를 새로고침하세요.",
    },
    unreadable: {
      title: "손상됐거나 어댑터가 아니에요",
      text: "이 파일을 어댑터로 읽을 수 없어요. 덜 받은 파일이거나 다른 종류의 파일이에요.",
    },
    downloadAgain: "다시 다운로드하세요.",
  },

  strength: {
    both: (value) => formats.fraction(value),
    split: (unet, text) => `U-Net ${formats.fraction(unet)}, 텍스트 인코더 ${formats.fraction(text)}`,
    blocks: "블록별 가중치",
    fromStep: (step) => `스텝 ${step}부터`,
    oneStep: (step) => `스텝 ${step}`,
    steps: (first, last) => `스텝 ${first}~${last}`,
    embeddingsOnly: "임베딩만 들어 있어서 가중치를 바꿔도 효과가 없어요.",
    onlyPart: (part, strength) =>
      strength === 0
        ? `이 어댑터가 바꾸는 부분(${partNames[part]})의 가중치가 0이라서 효과가 없어요.`
        : `이 어댑터가 바꾸는 부분은 하나(${partNames[part]})뿐이라서 그 가중치(${formats.fraction(strength)})만 적용돼요.`,
  },

  diagnosis: {
    unchanged: "변경 없음",
    modules: (modules, of) => `모듈 ${of}개 중 ${modules}개`,
    meter: (network) => `${network}, 바뀐 모듈`,
    type: "유형",
    family: (family, modules) => `${family}, 모듈 ${formats.number(modules)}개`,
    dora: (family, modules) => `${family}, DoRA ${formats.number(modules)}개`,
    rank: "랭크",
    alpha: "알파",
    noAlpha: "설정 안 됨 (랭크 값 사용)",
    range: (first, last) => `${first}~${last}`,
    embeddings: "임베딩",
    embedding: (name, vectors) => `${name} (벡터 ${formats.number(vectors)}개)`,
    baseModel: "기반 모델",
    unknownBase: "알 수 없음",
    unlistedBase: "알 수 없지만 텐서 모양이 이 모델과 맞아요",
    file: "파일",
    fileFacts: (bytes, tensors, dtypes) =>
      `${formats.bytes(bytes)}, 텐서 ${formats.number(tensors)}개, ${dtypes.join(", ")}`,
    pickle: "pickle, 코드를 실행하지 않고 읽음",
    namings: (namings) => `키 이름 형식: ${namings.join(", ")}`,
    hashes: "해시",
    autoV2: "AutoV2",
    autoV3: "AutoV3",
    triggers: "자주 나온 태그",
    unused: (count) => `쓰지 않음: 텐서 ${formats.number(count)}개`,
    unusedCause: (count, cause) => `${formats.number(count)}개: ${cause}`,
    more: (count) => `외 ${formats.number(count)}개`,
    metadata: "학습 메타데이터",
  },
};
