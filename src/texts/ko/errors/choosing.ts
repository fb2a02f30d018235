// Composers, the reader, rerankers, language models; cards and their index.

export const choosing: Readonly<Record<string, string>> = {
  "Check that the server runs and has the model loaded, then try again.":
    "서버가 실행 중이고 모델을 불러왔는지 확인한 다음 다시 시도하세요.",
  "Delete the language model under Models, then download it again.":
    "‘모델’에서 언어 모델을 삭제한 다음 다시 다운로드하세요.",
  "is missing": "없음",
  "is not valid JSON": "올바른 JSON이 아님",
  "{0} has a tokenizer that is not byte-level BPE.": "{0} 모델의 토크나이저가 바이트 단위 BPE가 아니에요.",
  "Choose another language model.": "다른 언어 모델을 고르세요.",
  "There is not enough memory for {0}.": "{0} 모델을 실행할 메모리가 모자라요.",
  "Close other tabs, or choose a smaller language model under Models.":
    "다른 탭을 닫거나 ‘모델’에서 더 작은 언어 모델을 고르세요.",
  "could not be opened ({0})": "열지 못함({0})",
  "{0} failed: {1}": "{0} 모델이 작동하지 못했어요: {1}",
  "Choose a smaller language model, or the reader.": "더 작은 언어 모델이나 독해 모델을 고르세요.",
  "The browser has no room for {0}.": "브라우저에 {0} 모델을 저장할 공간이 없어요.",
  "Free disk space, or delete models you don’t use.": "디스크 공간을 확보하거나 쓰지 않는 모델을 삭제하세요.",
  "{0} could not be downloaded: {1}": "{0} 모델을 다운로드하지 못했어요: {1}",
  "Check the connection and try again. What has arrived is kept.":
    "연결을 확인하고 다시 시도하세요. 받은 부분은 그대로 있어요.",
  "{0} failed on the GPU: {1}": "{0} 모델이 GPU에서 작동하지 못했어요: {1}",
  "The prompt is too long for {0}.": "프롬프트가 너무 길어서 {0} 모델이 읽을 수 없어요.",
  "Shorten it to {0} characters.": "{0}자까지 줄이세요.",
  "{0} gave no answer in {1} seconds.": "{0} 모델이 {1}초 안에 답하지 않았어요.",
  "{0} gave no answer that can be read: {1}.": "{0} 모델의 답을 읽을 수 없어요: {1}.",
  "Choose a larger language model, or the reader.": "더 큰 언어 모델이나 독해 모델을 고르세요.",
  "No language model is open.": "열린 언어 모델이 없어요.",
  "{0} does not fit its graph at {1}.": "{0} 파일이 그래프와 맞지 않아요: {1}.",
  "The reader lacks its file {0}.": "독해 모델에 {0} 파일이 없어요.",
  "{0} is not a lower-case WordPiece tokenizer: {1}.": "{0}: 소문자 WordPiece 토크나이저가 아니에요({1}).",
  "{0} is wrong": "{0}: 값이 잘못됨",
  "the file": "파일",
  "The reranker’s file {0} {1}.": "리랭커의 {0} 파일에 문제가 있어요: {1}.",
  "Delete the reranker under Storage, then download it again.":
    "‘저장 공간’에서 리랭커를 삭제한 다음 다시 다운로드하세요.",
  "The reranker lacks its file {0}.": "리랭커에 {0} 파일이 없어요.",
  "Download the reranker again.": "리랭커를 다시 다운로드하세요.",
  "is no cross-encoder with one score for a pair": "쌍마다 점수 하나를 주는 크로스 인코더가 아님",
  "No reranker is loaded.": "불러온 리랭커가 없어요.",
  "No reader is loaded.": "불러온 독해 모델이 없어요.",
  "Check --key-env: it names the environment variable that holds the server's key.":
    "--key-env를 확인하세요. 서버 키가 담긴 환경 변수의 이름이에요.",
  "Check --server, which ends with /v1, and --model.": "/v1로 끝나는 --server와 --model을 확인하세요.",
  "Check --model; if the server knows no JSON schemas, try --format object or --format text.":
    "--model을 확인하세요. 서버가 JSON 스키마를 지원하지 않으면 --format object나 --format text를 써 보세요.",
  "{0} answers {1}: {2}.": "{0} 서버의 응답: {1}({2}).",
  "{0} answers {1}.": "{0} 서버의 응답: {1}.",
  "Refining was stopped.": "다듬기를 중지했어요.",
  "Correct the file; docs/refine.md describes its fields.":
    "파일을 고치세요. 필드 설명은 docs/refine.md에 있어요.",
  "No server answers: {0}.": "응답하는 서버가 없어요: {0}.",
  "Check that they run, then continue with --resume.":
    "서버가 실행 중인지 확인한 다음 --resume으로 계속하세요.",
  "Correct the card file; docs/stylus.md describes its fields.":
    "카드 파일을 고치세요. 필드 설명은 docs/stylus.md에 있어요.",
  "must be a list of cards": "카드 목록이어야 함",
  "repeats the id {0}": "ID {0}이(가) 되풀이됨",
  "The embedder lacks its file {0}.": "임베딩 모델에 {0} 파일이 없어요.",
  "The embedder's file {0} is not valid JSON.": "임베딩 모델의 {0} 파일이 올바른 JSON이 아니에요.",
  "The embedder's config.json has no hidden_size.": "임베딩 모델의 config.json에 hidden_size가 없어요.",
  "The embedder could not be started: {0}": "임베딩 모델을 시작하지 못했어요: {0}",
  "Download the pack again; if it keeps failing, update the browser.":
    "팩을 다시 다운로드하세요. 계속 안 되면 브라우저를 업데이트하세요.",
  "The index was made with {0}, but another embedder ({1}) is loaded.":
    "색인은 {0} 모델로 만들었는데 다른 임베딩 모델({1})을 불러왔어요.",
  "Download the pack again, or run npm run build:index.":
    "팩을 다시 다운로드하거나 npm run build:index를 실행하세요.",
  "A vector is all zeros.": "벡터가 모두 0이에요.",
  "A vector holds a number that is not finite.": "벡터에 유한하지 않은 숫자가 있어요.",
  "Build the index again (npm run build:index), or replace the embedder.":
    "색인을 다시 만들거나(npm run build:index) 임베딩 모델을 바꾸세요.",
  "Build the index again (npm run build:index) or download it again.":
    "색인을 다시 만들거나(npm run build:index) 다시 다운로드하세요.",
  "is {0} [{1}], expected {2}": "{0} [{1}]인데 필요한 것은 {2}",
  "is no index: its tensor {0} {1}": "색인이 아님, {0} 텐서: {1}",
  "is damaged: {0} does not ascend from 0 to {1}": "손상됨, {0} 값이 0부터 {1}까지 커지지 않음",
  "is damaged: base_models must be a list of names": "손상됨, base_models는 이름 목록이어야 함",
  "is damaged: ids must hold {0} different lines": "손상됨, ids에는 서로 다른 줄 {0}개가 있어야 함",
  "is damaged: {0} has an unknown base model": "손상됨, {0}의 기반 모델을 알 수 없음",
  "is damaged: the scale of row {0} is {1}": "손상됨, {0}번 행의 배율이 {1}임",
  "is no index: its format must be “{0}”": "색인이 아님, 필요한 형식: “{0}”",
  "has version {0}, this program reads version {1}": "버전 {0}인데 이 프로그램은 버전 {1}을(를) 읽음",
  "is damaged: it has fewer rows than items": "손상됨, 항목보다 행이 적음",
  "is damaged: posting_starts must have one entry more than term_counts":
    "손상됨, posting_starts는 term_counts보다 항목이 하나 많아야 함",
  "is larger than 16 MB": "16MB보다 큼",
  "is that of {0}, expected {1}": "{0}의 것인데 필요한 것은 {1}의 것임",
  "has {0} texts, the index has {1} vectors": "텍스트가 {0}개인데 색인의 벡터는 {1}개임",
  "has rows in the wrong order": "행의 순서가 틀림",
  "The cards take over 4 GB: split them into several indexes.":
    "카드가 4GB를 넘어요. 여러 색인으로 나누세요.",
  "The index has no adapter {0}.": "색인에 {0} 어댑터가 없어요.",
  "Vectors of {0} dimensions are not supported.": "{0}차원 벡터는 지원하지 않아요.",
  "The query has {0} dimensions, the index has {1}.": "질의는 {0}차원인데 색인은 {1}차원이에요.",
  "voy-search holds {0} dimensions, not {1}.": "voy-search의 벡터는 {1}차원이 아니라 {0}차원이에요.",
  "voy-search could not index these vectors.": "voy-search에서 이 벡터를 색인하지 못했어요.",
  "The file {0} is not valid JSON.": "{0} 파일이 올바른 JSON이 아니에요.",
  "The embedder is not loaded yet.": "임베딩 모델을 아직 불러오지 않았어요.",
  "No index is loaded yet.": "색인을 아직 불러오지 않았어요.",
  "terms and postings do not belong together": "용어와 포스팅이 서로 맞지 않음",
  "term {0} has no postings": "{0}번 용어에 포스팅이 없음",
  "term {0} has an unknown adapter": "{0}번 용어의 어댑터를 알 수 없음",
};
