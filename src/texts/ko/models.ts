// Models: loading, the list, the question before a download, the download, checkpoints from disk.
import type { models as english } from "../en/models.ts";
import { files, formats } from "./formats.ts";
import { modelSummaries } from "./model-summaries.ts";

/** Rounded to tenths. */
const gigabytes = (bytes: number): string => `${formats.number(Math.round(bytes / 1e8) / 10)}GB`;

export const models: typeof english = {
  title: "모델",
  vaeTitle: (model) => `${model}의 VAE`,
  downloadTitle: (model) => `${model} 모델을 다운로드할까요?`,

  load: {
    section: "모델",
    retry: "다시 시도",
    allow: "접근 허용",
    usePocket: "Pocket 사용",
    models: "모델",
    reload: "페이지 새로고침",
    deleted: "이 브라우저에서 모델이 삭제됐어요",
    deletedHint: "생성하려면 모델을 다시 다운로드하세요. 이미지와 설정은 그대로 있어요.",
    downloadAgain: "다시 다운로드",
    downloading: "모델 다운로드 중",
    progress: "모델 불러오기 진행률",
    bytes: (received, total) => `${formats.bytes(received)} / ${formats.bytes(total)}`,
    files,
    once: "다음 방문부터는 이 브라우저에서 바로 읽어요.",
    rate: (bytesPerSecond, left) => `초당 ${formats.bytes(bytesPerSecond)}, ${formats.duration(left)} 남음.`,
    unknown: "…",
  },

  fit: {
    small: "어떤 컴퓨터에서든 쓸 수 있을 만큼 작아요.",
    gpu: (bytes, hasF16) =>
      `GPU 메모리가 약 ${gigabytes(bytes)} 필요해요. ‘설정’에서 실행 장치를 “저용량 VRAM”으로 바꾸면 2GB로도 돼요.${hasF16 ? "" : " 이 GPU는 16비트 셰이더를 지원하지 않아 두 배가 필요해요."}`,
    slow: (reason) => `여기서는 CPU로 실행하고(${reason}), 이미지 한 장에 몇 분씩 걸려요.`,
    impossible: (weightBytes) =>
      `WebGPU가 필요해요. CPU에서는 모델 가중치가 ${gigabytes(weightBytes)}라서 WebAssembly에 다 담을 수 없어요.`,
  },

  offered: (summary) => modelSummaries.get(summary) ?? summary,

  summary: (facts) =>
    [
      facts.isForInpainting ? "인페인팅 체크포인트" : "체크포인트",
      facts.isFolder ? "diffusers 폴더" : "단일 파일",
      `${facts.dtypes.join(", ")}.`,
    ].join(", "),

  withVae: (model, vae) => `${model} + ${vae}`,

  announced: {
    ready: (title) => `${title} 모델을 쓸 수 있어요.`,
    paused: "다운로드를 일시정지했어요.",
    cannotRun: (title) => `${title} 모델을 다운로드했지만 이 컴퓨터에서는 실행할 수 없어요.`,
    downloaded: (title) => `${title} 모델을 다운로드했어요. ‘모델’에서 선택하세요.`,
    chooses: (title) => `${title} 모델을 다운로드했어요. 이제 이 모델이 어댑터를 골라요.`,
    added: (title) => `${title} 모델을 목록에 추가했어요.`,
    filesDeleted: "파일을 삭제했어요.",
  },

  preparing: {
    networks: "신경망 준비 중",
    stored: "저장된 파일 확인 중",
    languageModel: "언어 모델 준비 중",
    adapter: (done, total) => `어댑터 임베딩 중 ${done}/${total}`,
  },

  list: {
    loading: "모델 찾는 중…",
    noGraphics: (reason) =>
      `여기서는 GPU를 쓸 수 없어요: ${reason}. 전체 크기 모델에는 GPU가 필요하고, Pocket은 없어도 돼요.`,
    graphics: (name) =>
      `전체 크기 모델은 WebGPU로 이 GPU에서 실행돼요: ${name}. GPU 메모리가 얼마나 되는지는 브라우저가 알려 주지 않아요.`,
    label: "모델",
    kept: "모델은 삭제할 때까지 이 브라우저에 보관해요.",
    storage: "저장 공간 관리",
  },

  row: {
    inUse: "사용 중",
    resolution: (side) => `${side} × ${side}px`,
    size: (bytes, exact) => `${exact ? "" : "약 "}${formats.bytes(bytes)}`,
    partly: (stored, size) => `${size} 중 ${formats.bytes(stored)} 다운로드됨`,
    lost: "지난 방문에 연 파일이에요. 이 브라우저는 파일을 기억하지 못해요",
    needsPermission: "내 디스크에 있어요. 다시 읽으려면 허용이 필요해요",
    onDisk: "내 디스크에 있음, 복사하지 않음",
    stored: "이 브라우저에 저장됨",
    absent: "다운로드하지 않음",
    vPrediction: "v-prediction으로 학습됨(모델 페이지 참고)",
    impossible: "여기서는 실행 불가",
    downloadAnyway: "그래도 다운로드…",
    downloadAnywayName: (title) => `그래도 ${title} 다운로드`,
    downloadAnywayTitle: "나중에 이 브라우저에서 WebGPU를 쓸 수 있게 될 때를 대비해 받아 둬요",
    allow: "접근 허용",
    download: "다운로드…",
    downloadName: (title) => `${title} 다운로드`,
    resume: "이어받기…",
    use: "사용",
    useName: (title) => `${title} 사용`,
    vae: "VAE…",
    vaeName: (title) => `${title}의 VAE`,
    remove: "제거",
    removeName: (title) => `목록에서 ${title} 제거`,
    removeInUse: "먼저 다른 모델로 바꾸세요",
    removeTitle: "파일은 디스크에 그대로 남아요",
  },

  question: {
    download: "다운로드",
    nothing: "다운로드할 것이 없어요.",
    size: (bytes, exact) =>
      `${exact ? "" : "약 "}${formats.bytes(bytes)}, 한 번만 받아요. 중단되면 멈춘 곳부터 이어서 받아요.`,
    space: "공간",
    unknownSpace: "이 브라우저는 한도를 알려 주지 않아요.",
    noSpace: (bytes) =>
      `부족해요. 브라우저가 ${formats.bytes(bytes)}까지만 더 허용해요. 디스크 공간을 확보하거나 쓰지 않는 모델을 삭제하세요.`,
    enoughSpace: (bytes) => `브라우저가 ${formats.bytes(bytes)}까지 더 허용해요.`,
    runsHere: "실행 환경",
    adapters: "어댑터",
    adaptersText: "Stylus가 허브에 있는 이 모델용 어댑터 중에서 골라요. 처음 쓸 때 하나씩 다운로드해요.",
    license: "이용 조건",
    licenseText: "다운로드하면 동의한 것으로 간주돼요.",
    vae: "VAE: 잠재 표현을 픽셀로 디코딩",
    builtInVae: "내장",
    otherVae: (title, bytes) => `${title} (+ ${formats.bytes(bytes)}): 얼굴과 세부가 더 매끄러워요`,
    busy: (title) => `지금 다운로드 중이에요: ${title}. 끝날 때까지 기다리거나 먼저 일시정지하세요.`,
    use: "사용",
    confirm: (bytes) => `${formats.bytes(bytes)} 다운로드`,
    cancel: "취소",
  },

  download: {
    pause: "다운로드 일시정지",
    progress: (title) => `${title} 다운로드`,
    carryOn: "계속 생성할 수 있어요.",
    paused: "다운로드를 일시정지했어요. 받은 부분은 보관돼요.",
    resume: "이어받기",
    retry: "다시 시도",
    acceptChanged: "바뀐 파일 받기",
    acceptChangedTitle: "허브에서 파일이 바뀌었고 새 파일을 신뢰할 때만 쓰세요",
  },

  language: {
    fit: {
      gpu: (bytes) => `어댑터를 고르는 동안 GPU 메모리가 약 ${gigabytes(bytes)} 필요해요.`,
      cpu: (bytes) =>
        `CPU에서 실행하고, 프롬프트마다 1분 이상 걸려요. 메모리가 약 ${gigabytes(bytes)} 필요해요.`,
      noWebGpu: (reason) => `WebGPU가 필요해요: ${reason}.`,
      noF16: "16비트 셰이더를 지원하는 GPU가 필요해요.",
      ownServer: "내 서버에서 실행해요.",
    },
    title: "언어 모델",
    hint: "언어 모델은 프롬프트를 읽고 구절로 나눠 구절마다 어댑터를 골라요. 쓰지 않으면 내장된 빠른 독해 모델이 골라요. 여기에서 선택하기 전에는 아무것도 다운로드하지 않아요.",
    roles: { default: "추천", small: "소형", better: "고품질" },
    download: (bytes) => `${formats.bytes(bytes)} 다운로드`,
    action: (label, title) => `${label}: ${title}`,
    stopUsing: "독해 모델 사용",
    stopUsingName: (title) => `${title} 대신 독해 모델 사용`,
    delete: "삭제",
    deleteName: (title) => `${title} 삭제`,
    confirmDelete: "다운로드 삭제",
    keep: "취소",
  },

  ownServer: {
    title: "내 서버",
    summary:
      "Ollama, LM Studio, llama.cpp, vLLM 등 OpenAI API를 지원하는 서버를 쓸 수 있어요. 아무것도 다운로드하지 않아요. 추가하는 LoRA 파일의 카드도 작성해요.",
    privacy:
      "프롬프트와 어댑터 카드의 글은 이 서버로 전송돼요. 프롬프트는 입력하는 동안에도 전송돼요. 이미지와 파일은 이 브라우저에만 있어요.",
    withKey: "키 사용",
    name: "설정…",
    change: "변경…",
    address: "주소",
    addressHint:
      "포트까지 적으세요. Ollama는 http://localhost:11434/v1, LM Studio는 http://localhost:1234/v1이에요.",
    noAddress: "http:// 또는 https://로 시작하는 주소를 적으세요.",
    model: "모델",
    modelHint:
      "서버에 등록된 이름을 적으세요. 예: qwen2.5:7b. “확인” 버튼을 누르면 서버에 있는 모델을 볼 수 있어요.",
    noName: "모델 이름을 적으세요.",
    key: "키(선택 사항)",
    keyHint: "암호화하지 않고 이 브라우저에만 저장하고, 이 서버로만 보내요.",
    badKey: "키에는 영문자, 숫자, 기호만 쓸 수 있고 공백은 쓸 수 없어요.",
    format: "답변 형식",
    formats: { schema: "JSON 스키마", object: "JSON 객체", text: "텍스트" },
    formatHint: "스키마를 쓸 때 답변이 가장 정확해요. 서버가 거부하면 다른 형식을 선택하세요.",
    save: "저장",
    check: "확인",
    checking: "확인하고 있어요. 서버가 모델을 불러오는 동안 첫 답변은 1분쯤 걸릴 수 있어요.",
    stopCheck: "확인 중지",
    cancel: "취소",
    forget: "삭제",
    confirmForget: "서버와 키 삭제",
    describe: (found, model) => {
      switch (found.kind) {
        case "works":
          return `${model} 모델이 답했어요.`;
        case "blocked":
          return `이 사이트에서는 ${found.origin} 주소를 쓸 수 없어요. 이 컴퓨터의 서버(localhost 또는 127.0.0.1)와 사이트 운영자가 허용한 서버만 쓸 수 있어요. 운영자는 주소를 추가할 수 있어요. README의 STYLUS_MODEL_SERVERS를 참고하세요.`;
        case "insecure":
          return "https 페이지에서는 다른 컴퓨터의 http 주소에 접속할 수 없어요. 서버에서 https를 쓰거나, 이 컴퓨터에서 서버를 실행하세요.";
        case "redirects":
          return "이 주소는 다른 주소로 리디렉션해요. 프롬프트와 키는 입력한 주소로만 보내니, 리디렉션되는 주소를 입력하세요.";
        case "cors":
          return `이 주소에서 서버가 응답하지만, ${found.origin} 페이지가 답을 읽도록 허용하지 않아요(CORS). 다른 주소로 리디렉션한다면 그 주소를 입력하고, 아니면 서버에서 이 페이지를 허용하세요:`;
        case "unreachable":
          return found.isCertain
            ? "이 주소에서 응답이 없어요. 서버가 실행 중인지, 포트가 맞는지 확인하세요. 브라우저가 로컬 네트워크 접근을 물으면 허용하세요."
            : "응답이 없어요. 서버가 실행 중인지, 포트가 맞는지 확인하세요. 실행 중이라면 이 페이지를 허용하지 않은 거예요(CORS). 서버에서 이렇게 허용하세요:";
        case "key":
          return found.hasKey ? "서버가 이 키를 거부했어요." : "서버에 키가 필요해요.";
        case "noModel":
          return found.models.length === 0
            ? `서버에 ${model} 모델이 없어요.`
            : `서버에 ${model} 모델이 없어요. 있는 모델: ${formats.list(found.models.slice(0, 12))}.`;
        case "noChat":
          return "이 주소에서 응답이 오지만 OpenAI API가 아니에요. 주소를 확인하세요. 보통 /v1로 끝나요.";
        case "refused":
          return `서버가 요청을 거부했어요(${found.status}${found.said ? `: ${found.said}` : ""}). 다른 답변 형식을 선택해 보세요.`;
        case "failing":
          return `서버 오류: ${found.why}.`;
        case "silent":
          return `${found.seconds}초 안에 답이 오지 않았어요. 서버에 ${model} 모델을 실행할 메모리가 충분한지 확인하세요.`;
        default:
          return found satisfies never;
      }
    },
    leave: (origin) => [
      `Ollama: 환경 변수 OLLAMA_ORIGINS=${origin} 값을 설정하고 시작하세요`,
      "LM Studio: 서버 설정에서 “Enable CORS”를 켜세요",
      `vLLM: --allowed-origins '["${origin}"]'`,
      "llama.cpp: 모든 페이지를 허용해요",
    ],
  },

  disk: {
    section: "내 디스크",
    title: "디스크에서 체크포인트 열기",
    hint: "모든 Stable Diffusion 1.x 모델을 열 수 있어요. .safetensors 파일이나 diffusers 구조의 폴더면 돼요. Stylus는 업로드하거나 복사하지 않고 그 자리에서 읽어요. 페이지에 끌어다 놓아도 돼요.",
    file: "파일 선택",
    folder: "폴더 선택",
    filesInput: "체크포인트 파일",
    folderInput: "체크포인트 폴더",
  },
};
