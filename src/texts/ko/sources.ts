// Adapters from addresses of Civitai and Hugging Face.
import type { sources as english } from "../en/sources.ts";
import { formats } from "./formats.ts";

const commercialUses: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Image: "이미지",
    RentCivit: "Civitai에서 생성",
    Rent: "생성 서비스",
    Sell: "파일 판매",
  }),
);

export const sources: typeof english = {
  section: "Civitai 또는 Hugging Face에서 추가",
  addresses: "주소",
  addressesHint:
    "모델이나 파일의 주소를 한 줄에 하나씩 적으세요. 16014@28907 같은 Civitai 아이디도 돼요. 여기에 적은 것만 해당 사이트에서 조회해요.",
  lookUp: "조회",
  checkForUpdates: "업데이트 확인",
  checkForUpdatesHint: (count) =>
    `이 사이트들에서 받은 어댑터 ${formats.number(count)}개에 새 버전이 있는지 조회해요. Stylus가 알아서 조회하는 일은 없어요.`,
  stop: "중지",
  dismiss: "목록 비우기",

  working: {
    asking: (done, total) => `조회 중: ${formats.number(total)}개 중 ${formats.number(done)}개.`,
    checking: (done, total) => `업데이트 확인 중: ${formats.number(total)}개 중 ${formats.number(done)}개.`,
    downloading: (done, total) =>
      `다운로드 중: ${formats.number(total)}개 중 ${formats.number(done)}개 완료.`,
  },
  progress: "완료",
  lookedUp: (found, failed, left) =>
    `${formats.number(found)}개 찾음${failed === 0 ? "" : `, ${formats.number(failed)}개 못 찾음`}.${
      left === 0 ? "" : ` ${formats.number(left)}개는 조회하지 않았어요.`
    }`,
  checked: (newer, of, failed) =>
    `어댑터 ${formats.number(of)}개 중 ${formats.number(newer)}개에 새 버전이 있어요${
      failed === 0 ? "" : `. ${formats.number(failed)}개는 확인하지 못했어요`
    }.`,
  downloaded: (added, others) =>
    `${formats.number(added)}개 추가됨${others === 0 ? "" : `, ${formats.number(others)}개 추가 안 됨`}.`,

  download: (count, bytes) => `파일 ${formats.number(count)}개 다운로드, ${formats.bytes(bytes)}`,
  want: (title) => `${title} 다운로드`,
  downloading: (title) => `${title} 다운로드 중`,
  received: (received, total) =>
    total === null ? formats.bytes(received) : `${formats.bytes(total)} 중 ${formats.bytes(received)}`,

  previewAlt: (title) => `${title} 미리보기`,
  base: (name) => `${name}용`,
  triggers: "트리거 단어",
  licence: (name) => `라이선스: ${name}`,
  permissions: (allowed) =>
    [
      allowed.noCredit ? "출처 표시 불필요" : "출처 표시 필요",
      allowed.commercialUse.length === 0
        ? "상업적 이용 불가"
        : `상업적 이용: ${formats.list(allowed.commercialUse.map((use) => commercialUses.get(use) ?? use))}`,
      !allowed.derivatives
        ? "병합본 공유 불가"
        : `병합본은 ${allowed.differentLicense ? "어떤 조건으로든" : "같은 조건으로만"} 공유 가능`,
    ].join("; "),
  author: (name) => `제작: ${name}`,
  page: "웹 페이지",
  newerThan: (title) => `${title}의 새 버전이에요. 지금 있는 버전은 제거할 때까지 남아요.`,
  keptFor: (model) =>
    `지금 모델이 아니라 ${model}용이에요. 보관해 두면 ${model} 모델을 불러왔을 때 Stylus가 고를 수 있어요.`,
  otherBase: (base) => `${base}용이라 여기에서 쓸 수 있는 모델에 맞지 않아요.`,
  unknownBase: "페이지에 기반 모델이 적혀 있지 않아요. 다운로드한 뒤에 맞는지 검사해요.",
  noHash: "사이트에 해시가 없어서 다운로드한 파일을 검증할 수 없어요.",

  status: {
    waiting: "대기 중",
    adding: "검사하고 추가하는 중…",
    added: (title) => `추가됨: ${title}`,
    kept: (title, model) => `보관됨: ${title}, ${model}용`,
    known: (title) => `이미 있는 어댑터: ${title}`,
    refused: (reason) => `추가하지 않음. ${reason}`,
  },
  open: "상세 정보 열기",

  key: {
    summary: "Civitai 키",
    label: "키",
    hint: "Civitai가 계정 있는 사람에게만 주는 파일에 필요해요. Civitai의 Account settings, API Keys에서 만들 수 있어요. 암호화하지 않고 이 브라우저에만 저장하고, civitai.com으로만 보내요.",
    set: "키가 저장되어 있어요.",
    save: "키 저장",
    forget: "키 삭제",
    bad: "키에는 영문자, 숫자, 기호만 쓸 수 있고 공백은 쓸 수 없어요.",
  },
};
