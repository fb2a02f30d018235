// Downloads, manifests, stored rows.

export const storage: Readonly<Record<string, string>> = {
  "{0} ended after {1} of {2} bytes.": "{0} 파일이 {2}바이트 중 {1}바이트에서 끝났어요.",
  "{0} is damaged: expected SHA-256 {1}…, got {2}….":
    "{0} 파일이 손상됐어요. SHA-256이 {1}…이어야 하는데 {2}…이에요.",
  "Download it again. If that fails, the server's copy is damaged or has changed.":
    "다시 다운로드하세요. 그래도 안 되면 서버의 파일이 손상됐거나 바뀐 거예요.",
  "The browser deleted {0} right after storing it.": "브라우저가 {0} 파일을 저장하자마자 삭제했어요.",
  "Free disk space and try again.": "디스크 공간을 확보하고 다시 시도하세요.",
  "{0} was replaced on the hub and no longer belongs to this model.":
    "허브에서 {0} 파일이 바뀌어 더는 이 모델의 파일이 아니에요.",
  "Wait for an update of this site, or use the file from your disk.":
    "이 사이트의 업데이트를 기다리거나 디스크에 있는 파일을 쓰세요.",
  "{0} is no longer on the hub.": "허브에 {0} 파일이 더는 없어요.",
  "Try again later, or wait for an update of this site.":
    "나중에 다시 시도하거나 이 사이트의 업데이트를 기다리세요.",
  "Choose another model, or use the file from your disk.":
    "다른 모델을 고르거나 디스크에 있는 파일을 쓰세요.",
  "{0} did not answer the request for {1}.": "{0} 서버가 {1} 요청에 응답하지 않았어요.",
  "None of these files is a model.": "이 파일 중에 모델이 없어요.",
  "Choose a .safetensors file, or a diffusers folder (unet, text_encoder, vae, tokenizer).":
    ".safetensors 파일이나 diffusers 폴더(unet, text_encoder, vae, tokenizer)를 고르세요.",
  "{0} from your disk is not this model's {1}.": "디스크의 {0} 파일은 이 모델의 {1} 파일이 아니에요.",
  "Choose the file from the model's page, or open this one as a separate model.":
    "모델 페이지의 파일을 고르거나, 이 파일을 별도의 모델로 여세요.",
  "an object": "객체",
  "left out, because it is not a known field": "알려진 필드가 아니므로 삭제",
  "a non-empty string": "비어 있지 않은 문자열",
  "a whole number of bytes": "바이트 수(정수)",
  "a list of strings": "문자열 목록",
  "a list": "목록",
  '{0} is not a valid manifest: "{1}" must be {2}.':
    "{0}: 올바른 매니페스트가 아니에요. “{1}” 필드에 필요한 값: {2}.",
  "Restore the file from the release, or rebuild it with `npm run build:manifest`.":
    "릴리스에서 파일을 되돌리거나 `npm run build:manifest`로 다시 만드세요.",
  "an https address": "https 주소",
  "a relative path": "상대 경로",
  "left out if there is sizeBytes": "sizeBytes가 있으면 삭제",
  "64 lower-case hex digits": "소문자 16진수 64자리",
  "owner/name": "소유자/이름",
  "the 40 hex digits of a commit, or left out": "커밋의 16진수 40자리, 또는 삭제",
  "one of {0}": "다음 중 하나: {0}",
  "free of repeated paths": "중복되지 않는 경로",
  "the address of {0} at the source's commit": "원본 커밋의 {0} 주소",
  "about files of the list": "목록에 있는 파일",
  "lower-case letters, digits, dots and hyphens": "소문자, 숫자, 점, 하이픈",
  "The browser does not have enough storage left for this model.":
    "브라우저에 이 모델을 저장할 공간이 모자라요.",
  "Free disk space or delete unused models in the storage view, then try again.":
    "디스크 공간을 확보하거나 ‘저장 공간’에서 쓰지 않는 모델을 삭제한 다음 다시 시도하세요.",
  "This window cannot store files, and {0} is too much for its memory.":
    "이 창은 파일을 저장할 수 없고, 메모리에 담기에도 너무 커요({0}).",
  "Open the page in a normal (not private) window, or use files from your disk.":
    "시크릿 창이 아닌 일반 창에서 페이지를 열거나 디스크에 있는 파일을 쓰세요.",
  "This model needs {0} more storage, but the browser allows this page only {1}.":
    "이 모델에는 저장 공간이 {0} 더 필요한데 브라우저는 이 페이지에 {1}만 허용해요.",
  "Free disk space, delete unused models in the storage view, or use files from your disk, which are not copied.":
    "디스크 공간을 확보하거나 ‘저장 공간’에서 쓰지 않는 모델을 삭제하거나, 복사하지 않고 읽는 디스크의 파일을 쓰세요.",
  "it has no store “{0}”": "“{0}” 저장소가 없음",
  "the rows of “{0}” have other keys": "“{0}” 행의 키가 다름",
  "“{0}” has no index “{1}”": "“{0}” 저장소에 “{1}” 색인이 없음",
  "it is of a newer version": "더 새로운 버전임",
  "The site is incomplete. Publish it again with all files of the pack, then reload.":
    "사이트에 빠진 파일이 있어요. 팩의 모든 파일과 함께 다시 게시한 다음 새로고침하세요.",
  "{0} on the server is not the expected file: {1}.": "서버의 {0} 파일이 예상한 파일이 아니에요: {1}.",
  "Choose another model, or wait for an update of this site.":
    "다른 모델을 고르거나 이 사이트의 업데이트를 기다리세요.",
  "the server sent bytes from {0} instead of {1}": "서버가 {1}바이트가 아니라 {0}바이트부터 보냄",
  "it has {0} bytes, not {1}": "{1}바이트가 아니라 {0}바이트임",
  "this computer is offline": "컴퓨터가 오프라인임",
  "{0} cannot be reached": "{0}에 연결할 수 없음",
  "{0} could not be downloaded: {1}.": "{0} 파일을 다운로드하지 못했어요: {1}.",
  "Check your connection and try again; the download resumes.":
    "연결을 확인하고 다시 시도하세요. 이어서 다운로드해요.",
  "{0} is missing on the server.": "서버에 {0} 파일이 없어요.",
  "it ends before byte {0}": "{0}바이트 전에 끝남",
  "The server refused to send {0} ({1}).": "서버가 {0} 파일을 보내지 않아요({1}).",
  "It may require an account or consent to a licence. Download the file from the model’s page, then choose it from your disk.":
    "계정이나 라이선스 동의가 필요할 수 있어요. 모델 페이지에서 파일을 다운로드한 다음 디스크에서 고르세요.",
  "The server limits downloads and did not send {0} yet.":
    "서버가 다운로드를 제한해서 {0} 파일을 아직 보내지 않았어요.",
  "Try again in a few minutes; the download resumes.": "몇 분 뒤에 다시 시도하세요. 이어서 다운로드해요.",
  "The server answered {0} for {1}.": "{1} 파일에 대한 서버의 응답: {0}.",
  "Try again later; the download resumes.": "나중에 다시 시도하세요. 이어서 다운로드해요.",
  "The connection was lost during the download of {0}.": "{0} 파일을 다운로드하는 중에 연결이 끊겼어요.",
  "Try again; the download resumes.": "다시 시도하세요. 이어서 다운로드해요.",
  "{0} is a list of adapters, not a single download.":
    "{0} 항목은 한 번에 다운로드하는 파일이 아니라 어댑터 목록이에요.",
  "Name the files to download.": "다운로드할 파일을 지정하세요.",
  "The other files are deleted.": "다른 파일은 삭제했어요.",
  "{0} of {1}": "{1}의 {0}",
  "A leftover file": "남은 파일",
  "The file of “{0}”": "“{0}” 파일",
  "The server did not respond for {0}.": "서버가 {0} 요청에 응답하지 않았어요.",
  "{0} is longer than the expected {1} bytes.": "{0} 파일이 예상한 {1}바이트보다 길어요.",
};
