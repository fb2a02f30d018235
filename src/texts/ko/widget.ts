// The embedded widget, and what a page shows that may not be embedded.
import type { widget as english } from "../en/widget.ts";
import { formats } from "./formats.ts";

export const widget: typeof english = {
  title: "Stylus 이미지 생성기",
  prompt: "프롬프트",
  placeholder: "a fox in the snow, stained glass",
  generate: "생성",
  cancel: "취소",
  shortcut: "Ctrl+Enter로 생성하고 Esc로 취소해요.",
  progress: "진행 상황",
  stages: {
    wait: "이 사이트의 다른 위젯을 기다리는 중",
    load: "모델 불러오는 중",
    choose: "어댑터 고르는 중",
    fetch: "어댑터 다운로드 중",
    generate: "생성 중",
  },
  at: (stage, share) => `${stage}, ${formats.percent(share)}`,
  preview: "실시간 미리보기",
  alt: (prompt, seed) => `${prompt}. 시드 ${seed}.`,
  adapters: "이 이미지에 쓴 어댑터",
  adapter: (title, strength) => `${title} ${formats.fraction(strength)}`,
  noAdapters: "어댑터 없이 기본 모델만 썼어요.",
  download: "PNG 다운로드",
  openPage: "Stylus Web 열기",
  done: "이미지가 완성됐어요.",
  cancelled: "취소했어요.",

  memoryOnly: "이 프레임에는 브라우저가 아무것도 보관하지 않아서, 방문할 때마다 모델을 다시 다운로드해요.",
  oneThread: "위젯을 넣은 페이지가 허용하지 않아 CPU 스레드를 하나만 써요. 이미지 생성이 더 오래 걸려요.",

  busy: {
    message: "위젯이 이미지를 생성하고 있어요.",
    remedy: "끝날 때까지 기다리거나 취소하세요.",
  },
  downloadModel: (model, bytes) => `${model} 다운로드(${formats.bytes(bytes)})`,

  forbidden: {
    message: "이 사이트는 이 프레임을 넣은 페이지에 위젯을 허용하지 않아요.",
    remedy: "생성기 사이트에서는 쓸 수 있어요.",
  },
  framed: {
    message: "Stylus Web은 다른 사이트의 페이지 안에서 실행되지 않아요.",
    link: "새 탭에서 열기",
  },
};
