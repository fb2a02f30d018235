// What this site keeps on the disk, and how to free it.
import type { storage as english } from "../en/storage.ts";
import { files, formats, images } from "./formats.ts";

export const storage: typeof english = {
  title: "저장 공간",
  loading: "계산하는 중…",
  total: "이 디스크에서 **{used}** 사용 중",
  totalOf: "브라우저가 허용한 {quota} 중 **{used}** 사용 중",

  adapterFiles: (kind, count) => `${kind}: ${files(count)}. 필요할 때 다시 다운로드해요.`,
  complete: (kind) => `${kind}, 다운로드 완료.`,
  incomplete: (kind, bytes) =>
    `${kind}, 다운로드 미완료: 전체 ${formats.bytes(bytes)}. 멈춘 곳부터 이어서 받아요.`,
  leftOver: "쓰지 않는 파일",
  leftOverText: (count) => `이 사이트의 이전 버전이나 중단한 어댑터 다운로드가 남긴 ${files(count)}.`,
  userModel: "디스크에서 바로 읽는 내 체크포인트예요. ‘모델’ 목록에서 제거할 수 있어요.",
  userAdapters: "내 어댑터",
  noUserAdapters: "없음.",
  userAdapterFiles: (count) => `${files(count)}. ‘어댑터’의 상세 정보에서 제거할 수 있어요.`,
  images: "내 이미지",
  noImages: "없음.",
  imageCount: (count) => `${images(count)}. 갤러리에서 삭제할 수 있어요.`,

  tuning: {
    title: "GPU 튜닝",
    text: (gpus) =>
      `이미지 크기마다 처음 생성할 때 GPU ${formats.number(gpus)}개에서 가장 빠른 방법을 측정해 둔 값이에요. 도중에 끊긴 측정은 저절로 다시 하지 않아요. 초기화하면 다음에 방문할 때 다시 측정해요.`,
    reset: "튜닝 초기화",
  },

  unreadable: {
    title: (what) => `읽을 수 없음: ${what}`,
    databases: {
      "stylus-web-gallery": "내 이미지",
      "stylus-web-adapters": "내 어댑터",
      "stylus-web-library": "어댑터에 단 태그",
      "stylus-web-inputs": "초기 이미지와 마스크",
      "stylus-web-queue": "대기 중인 생성 작업",
      "stylus-web-styles": "내 프롬프트 스타일",
      "stylus-web-wildcards": "내 와일드카드 파일",
      "stylus-web-models": "내 체크포인트",
      "stylus-web-indexes": "어댑터 색인",
      "stylus-web-vectors": "내 어댑터의 벡터",
      "stylus-storage": "다운로드 기록",
      "stylus-web-tuning": "GPU 측정값",
    },
    rows: (count, problem) =>
      `항목 ${formats.number(count)}개가 손상됐거나 이 사이트의 다른 버전에서 저장됐어요(${problem}). 나머지는 모두 정상이에요.`,
    whole: (problem) =>
      `이 사이트의 다른 버전에서 저장됐어요(${problem}). 새 항목은 페이지를 닫을 때까지만 남아요. 계속 보관하려면 이 데이터를 삭제하고 페이지를 새로고침하세요.`,
    export: "내보내기",
    exportName: (what) => `내보내기: ${what}`,
    confirmDelete: "삭제",
    notice:
      "저장된 항목 중 일부가 손상됐거나 이 사이트의 다른 버전에서 저장됐어요. 나머지는 모두 정상이에요. ‘저장 공간’에서 내보내거나 삭제할 수 있어요.",
  },
  replaced: (paths) =>
    `이 브라우저에 저장된 파일이 손상되어 다시 다운로드했어요: ${formats.list(paths)}. 자주 일어난다면 디스크를 점검하세요.`,

  persisted: "직접 삭제할 때까지 브라우저가 모두 보관해요.",
  evictable: "디스크가 가득 차면 브라우저가 모두 삭제할 수 있어요. 간직할 이미지는 다운로드해 두세요.",
  persist: "브라우저에 보관 요청",
  refused:
    "브라우저가 요청을 거절했어요. 북마크에 추가하거나 앱으로 설치하거나 자주 방문하면 허용하는 브라우저도 있어요.",
  unsupported: "이 브라우저는 보관을 보장하지 못해요.",

  delete: "삭제",
  deleteName: (title) => `${title} 삭제`,
  confirmDelete: (bytes) => `${formats.bytes(bytes)} 삭제`,
  keep: "취소",
  forget: "해시 지우기",
  forgetName: (title) => `${title} 해시 지우기`,
  forgetTitle: "처음 다운로드할 때 기록한 해시로 나중에 바뀐 파일을 찾아내요",
  nothingForgotten: "파일 목록에 있는 것 말고는 저장된 해시가 없어요.",
  forgotten: (count) =>
    `해시 ${formats.number(count)}개를 지웠어요. 다음 다운로드에서는 허브의 현재 파일을 받아들여요.`,
};
