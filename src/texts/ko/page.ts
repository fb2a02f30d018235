// The frame of the page: header, model popover, notices, help, welcome, and what every dialog and error shares.
import type { page as english } from "../en/page.ts";
import { formats, steps } from "./formats.ts";

export const page: typeof english = {
  title: "Stylus Web",
  titleAt: (share) => `${formats.percent(share)} · Stylus Web`,

  drop: {
    title: "여기에 파일을 놓으세요",
    kinds: [
      "LoRA 파일이나 폴더: 내 어댑터에 추가해요",
      "체크포인트: 내 모델에 추가해요",
      "이미지: 설정을 불러오거나 초기 이미지로 써요",
      "텍스트 파일: 내 와일드카드에 추가해요",
      "styles.csv: 프롬프트 스타일을 추가해요",
      "내보낸 이미지 ZIP: 내 이미지에 추가해요",
    ],
  },

  header: {
    name: "Stylus",
    model: "모델",
    models: "모델",
    modelsWith: (state) => `모델: ${state}`,
    adapters: "어댑터",
    adaptersWith: (count) => `어댑터 ${formats.number(count)}개`,
    switchLanguage: (language) => `언어 바꾸기: ${language}`,
    help: "도움말과 단축키",
    deviceLabel: (model, status) => `${model}: ${status}. 자세히`,
    status: {
      webgpu: "WebGPU",
      wasm: "CPU",
      preparing: "준비 중",
      loading: (percent) => `불러오는 중 ${formats.percent(percent / 100)}`,
      deleted: "삭제됨",
      failed: "불러오지 못함",
      waiting: "시작하는 중",
    },
    downloadStates: { stopped: "일시정지", failed: "실패" },
  },

  device: {
    label: "모델과 실행 장치",
    deleted: "이 브라우저에서 모델 파일이 삭제됐어요.",
    failed: "모델을 불러오지 못했어요.",
    loading: "모델을 불러오는 중이에요.",
    runsOn: "실행 장치",
    reason: (reason) => `이유: ${reason}.`,
    size: "크기",
    allStored: "이 브라우저에 저장된 파일을 읽었어요.",
    downloaded: (bytes) => `이번 방문에 ${formats.bytes(bytes)} 다운로드했어요.`,
    notKept: "이 브라우저는 파일을 보관하지 않아서 방문할 때마다 다시 다운로드해요.",
    fewStep: "고속",
    fewStepSteps: steps,
    noFewStep: "이 모델에는 고속 어댑터가 없어요.",
    files: "파일",
    storage: "저장 공간",
  },

  notices: {
    oneThread: "CPU 스레드를 하나만 쓸 수 있어서 생성이 느려요.",
    notIsolated:
      "이 페이지가 교차 출처 격리(cross-origin isolated) 상태가 아니라서 CPU 스레드를 하나만 쓸 수 있어요. 한 번 새로고침하세요. 그래도 이 알림이 남으면 서버가 COOP·COEP 헤더를 보내야 해요.",
    close: "알림 닫기",
  },

  version: {
    ready: "새 버전이 준비됐어요.",
    reload: "새로고침",
    later: "나중에",
  },

  install: {
    title: "설치",
    offer: "Stylus를 설치할 수 있어요. 별도의 창에서 열리고 오프라인에서도 작동해요.",
    why: "설치하면 Stylus가 별도의 창에서 열리고, 다른 앱의 LoRA 파일과 이미지를 바로 열 수 있어요. 아무것도 전송하지 않으며, 이미지와 모델은 이 브라우저에 그대로 있어요.",
    install: "설치",
    decline: "다시 제안하지 않기",
  },

  error: {
    bug: (message) => `Stylus에서 버그가 발생했어요: ${message}`,
    bugRemedy: "프롬프트와 설정은 그대로 있어요. 다시 시도하거나 페이지를 새로고침하세요.",
    details: "자세히",
  },

  close: "닫기",
  deleting: "삭제하는 중…",
  confirmLabel: (action) => `${action} 확인`,
  decrease: (label) => `${label}: 줄이기`,
  increase: (label) => `${label}: 늘리기`,
  noLetter: "?",
  license: (name) => `라이선스: ${name}`,
  licenseOnPage: (name) => `라이선스: ${name}(해당 페이지 참고)`,

  welcome: {
    title: "만들고 싶은 이미지를 영어로 적어 보세요.",
    text: (asksServer) =>
      `Stylus가 프롬프트를 구절로 나누고, 구절마다 맞는 LoRA 어댑터를 골라 이미지를 생성해요. ${
        asksServer
          ? "프롬프트는 ‘모델’에서 선택한 내 언어 모델 서버로 전송되고, 나머지는 모두 이 브라우저 안에만 있어요."
          : "모든 작업은 이 브라우저 안에서 이루어지고, 프롬프트는 밖으로 나가지 않아요."
      }`,
    scope: (things) =>
      `내장 모델 Pocket은 ${
        things === null ? "" : `사물 약 ${formats.number(Math.round(things / 100) * 100)}가지를 `
      }단순한 만화풍으로 그려요.`,
    everythingElse: "그 밖의 이미지를 원한다면",
    fullSize: "Stable Diffusion 1.5를 불러오세요.",
    noFullSize: (reason) =>
      `그 밖의 이미지를 생성하는 Stable Diffusion 1.5는 여기서 실행할 수 없어요. 실제 GPU와 WebGPU가 필요해요(${reason}).`,
    examples: "예시 프롬프트",
    pictures: "Pocket이 생성한 예시예요. 하나를 골라 시도해 보세요.",
    inPrompt: "프롬프트에 있음",
    taken: (prompt) => `예시를 프롬프트에 넣었어요: ${prompt}.`,
  },

  abilities: {
    title: "이 기기에서",
    pocket: (bytes, device) =>
      `${formats.bytes(bytes)}, 내장. 256 × 256px 만화풍 이미지를 생성해요. ${
        device === "wasm" ? "CPU에서 " : ""
      }한 장에 ${device === "webgpu" ? "1초 정도" : "몇 초에서 30초 정도"} 걸려요.`,
    fullSize: (bytes, gpuBytes) =>
      `무엇이든 512 × 512px로 생성해요. 처음 한 번 ${formats.bytes(bytes)} 다운로드해요${
        gpuBytes === null ? "" : `(GPU 메모리 약 ${formats.bytes(gpuBytes)} 사용)`
      }. 이미지 한 장에 몇 초에서 1분 정도 걸려요.`,
    noFullSize: (bytes, reason) =>
      `무엇이든 생성하지만 여기서는 실행할 수 없어요: ${reason}. 다른 기기에서는 ${formats.bytes(bytes)} 다운로드해요.`,
    languageTitle: "언어 모델",
    language: (bytes, onGpu) =>
      `선택 사항: 어댑터를 고르고 이유를 알려 줘요. 크기는 ${formats.bytes(bytes)}부터이고, 프롬프트마다 ${
        onGpu ? "몇 초" : "1분 이상"
      } 걸려요. 없으면 내장 독해 모델이 1초 안에 골라요.`,
    models: "모든 모델",
  },
  allAdapters: "모든 어댑터 보기",
  collection: "고를 수 있는 어댑터",

  help: {
    title: "도움말과 단축키",
    shortcuts: "단축키",
    keys: [
      { keys: ["Ctrl", "Enter"], action: "생성, 생성 중에는 대기열에 추가" },
      { keys: ["Esc"], action: "중지" },
      { keys: ["Ctrl", "↑ ↓"], action: "선택한 부분이나 커서가 있는 단어의 가중치 올리기·내리기" },
      { keys: ["Alt", "↑ ↓"], action: "이전·다음 프롬프트" },
      { keys: ["↑ ↓", "Enter"], action: "제안 고르고 넣기" },
    ],
    how: "작동 방식",
    paragraphs: [
      "Stylus는 프롬프트를 모든 어댑터의 설명과 비교해요. 프롬프트를 구절로 나눠 구절마다 어댑터를 고르고, 여러 장을 생성할 때는 이미지마다 다르게 조합하며, 가중치 합계를 한도 안에서 유지해요. 이 방식은 논문 _Stylus: Automatic Adapter Selection for Diffusion Models_ (arXiv 2404.18928)에서 제안했어요.",
      "프롬프트에는 `(emphasis:1.2)` 같은 강조와 `<lora:name:0.8>` 같은 LoRA 태그를 쓸 수 있어요. LoRA 태그에는 텍스트 인코더와 U-Net의 가중치를 따로 적거나(`:0.3:0.8`), 블록별 가중치(`:lbw=OUTALL`)와 스텝 범위(`:start=2:stop=12`)를 적을 수 있어요. 같은 어댑터의 태그가 여러 개면 가중치를 더해요.",
      "`{red|blue}` 표기는 이미지마다 단어 하나를 뽑고, `__colours__` 표기는 내 파일의 한 줄을 뽑아요. 프롬프트 아래의 ‘와일드카드’에서 볼 수 있어요.",
      "블록별 가중치 목록과 OUTALL 같은 프리셋은 Stable Diffusion 1.5의 블록을 기준으로 해요. Pocket은 블록 수가 더 적으니 블록 이름을 직접 적으세요: `:lbw=IN03=0.5,M00=0`.",
      "다운로드한 이미지에는 프롬프트, 시드, 설정, 어댑터가 A1111 형식으로 들어 있어요. 이 페이지에 끌어다 놓으면 설정을 불러와요.",
      "아무 이미지나 끌어다 놓거나, 붙여 넣거나, 골라서 초기 이미지로 쓸 수 있어요. 디노이징 강도를 낮추면 원래 모습이 더 많이 남고, 마스크를 그리면 그 영역만 바뀌어요. ‘설정’의 Hires fix는 이미지를 더 큰 크기로 다시 다듬어요.",
      "내 LoRA 파일(.safetensors, .pt, .bin)이나 폴더를 페이지에 끌어다 놓으세요. Stylus가 파일을 하나씩 검사하고, 모델에 맞으면 내 어댑터에 추가할 수 있게 해 줘요. 다른 프로그램이 파일 옆에 둔 .civitai.info, .json, .txt, 미리보기 이미지가 있으면 어댑터 정보도 함께 채워 줘요.",
      "내장 모델 Pocket은 단순한 장면으로 학습한 작은 모델이에요. ‘모델’에서 Stable Diffusion 1.5와 커뮤니티 체크포인트를 다운로드하거나 디스크에 있는 체크포인트를 열 수 있어요. 허브는 무엇을 다운로드하는지만 알 뿐, 무엇을 입력하는지는 알 수 없어요.",
    ],
    language: "언어",
    appearance: "화면 모드",
    appearances: { system: "시스템", light: "라이트", dark: "다크" },
  },
};
