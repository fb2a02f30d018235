// What an adapter is for, and what of it fits.

export const adapters: Readonly<Record<string, string>> = {
  "the file also has the same part of the same module as {0}": "파일에 같은 모듈의 같은 부분이 또 있음: {0}",
  "the model has no module with that name": "모델에 이 이름의 모듈이 없음",
  "its name matches no known adapter format": "이름이 알려진 어댑터 형식과 맞지 않음",
  "its position in the list fits {0} module orders of this model, and nothing shows which is meant":
    "목록에서의 위치가 이 모델의 모듈 순서 {0}가지에 맞아서 어느 것인지 알 수 없음",
  "its position in the list fits no module order of this model":
    "목록에서의 위치가 이 모델의 어느 모듈 순서와도 맞지 않음",
  "it is a weight of a complete model, not a change to one": "모델의 변경분이 아니라 완전한 모델의 가중치임",
  "it changes token embeddings, which is not supported": "지원하지 않는 토큰 임베딩 변경임",
  "it is a DyLoRA that was not exported": "내보내지 않은 DyLoRA임",
  "it is a sparse bias left over from an extraction, which is not supported":
    "추출하고 남은 희소 편향이며 지원하지 않음",
  "it is Custom Diffusion, which is not supported": "지원하지 않는 Custom Diffusion임",
  "it belongs to a second text encoder (SDXL and later)": "두 번째 텍스트 인코더의 것임(SDXL 이후)",
  "it belongs to a deeper transformer (SDXL)": "더 깊은 트랜스포머의 것임(SDXL)",
  "it belongs to a video model's motion module": "동영상 모델의 모션 모듈의 것임",
  "it belongs to a VAE, whose adapters are not supported": "VAE의 것이며, VAE 어댑터는 지원하지 않음",
  "it belongs to a diffusion transformer (Flux, SD 3)": "디퓨전 트랜스포머의 것임(Flux, SD 3)",
  "its cross attention reads text features of width {0}": "크로스 어텐션이 너비 {0}인 텍스트 특징을 읽음",
  "its token vectors have width {0}": "토큰 벡터의 너비가 {0}임",
  "it changes a text encoder of width {0}": "너비 {0}인 텍스트 인코더를 바꿈",
  "{0} of its {1} keys belong to {2}": "키 {1}개 중 {0}개가 {2}의 것임",
  "its {0} says {1}": "{0}에 적힌 값: {1}",
  metadata: "메타데이터",
  "it contains values that are not numbers (NaN or infinity)": "숫자가 아닌 값(NaN 또는 무한대)이 있음",
  "{0}, but the loaded model's has width {1}": "{0}. 불러온 모델의 너비는 {1}임",
  "{0}, but the loaded model's have width {1}": "{0}. 불러온 모델의 너비는 {1}임",
  "This adapter was made for {0}: its {1} names {2} as its base.":
    "{0}용 어댑터예요. {1}에 적힌 기반 모델: {2}.",
  "Use a version for the loaded model's base; if the {0} belongs to another adapter, add this one without it.":
    "불러온 모델의 기반 모델에 맞는 버전을 쓰세요. {0} 파일이 다른 어댑터의 것이면 그 파일 없이 추가하세요.",
  "Use a version for the loaded model's base, or load a model that it fits.":
    "불러온 모델의 기반 모델에 맞는 버전을 쓰거나, 이 어댑터에 맞는 모델을 불러오세요.",
  "a model with a text encoder of width {0}": "텍스트 인코더 너비가 {0}인 모델",
  "This adapter was made for {0}: {1}.": "{0}용 어댑터예요: {1}.",
  "It changes weights that its training has changed before: its {0} names {1} as init_lora_weights.":
    "학습을 시작할 때 이미 바꾼 가중치를 다시 바꾸는 어댑터예요. {0} 파일의 init_lora_weights 값: {1}.",
  "Use a version that PEFT has converted to a plain LoRA (init_lora_weights: true).":
    "PEFT에서 일반 LoRA로 변환한 버전(init_lora_weights: true)을 쓰세요.",
  "The file contains no tensors.": "파일에 텐서가 없어요.",
  "Download it again or use another file.": "다시 다운로드하거나 다른 파일을 쓰세요.",
  "This is a complete model, not an adapter.": "어댑터가 아니라 모델 전체예요.",
  "Open it as a checkpoint instead.": "체크포인트로 여세요.",
  "Its tensors contain broken values (NaN or infinity).": "텐서에 잘못된 값(NaN 또는 무한대)이 있어요.",
  "Its training or conversion failed; use another version.":
    "학습이나 변환에 실패한 파일이에요. 다른 버전을 쓰세요.",
  "Its settings are missing: {0}.": "설정이 없어요: {0}.",
  "Choose it together with its {0}.": "{0} 파일과 함께 선택하세요.",
  "Nothing in it fits the loaded model: {0} (for example {1}).":
    "불러온 모델에 맞는 내용이 없어요: {0}(예: {1}).",
  "Use it with {0}, for which it seems to be made.": "{0}용으로 보여요. 그 모델에서 쓰세요.",
  "Check which base model it was made for, or use another version of it.":
    "어느 기반 모델용인지 확인하거나 다른 버전을 쓰세요.",
  "1 of {0} tensors is not used; the effect may differ from the author's.":
    "텐서 {0}개 중 1개를 쓰지 않아서 효과가 제작자의 의도와 다를 수 있어요.",
  "{0} of {1} tensors are not used; the effect may differ from the author's.":
    "텐서 {1}개 중 {0}개를 쓰지 않아서 효과가 제작자의 의도와 다를 수 있어요.",
  "1 of its changes has alpha 0 and therefore no effect.": "변경분 1개는 알파가 0이라서 효과가 없어요.",
  "{0} of its changes have alpha 0 and therefore no effect.": "변경분 {0}개는 알파가 0이라서 효과가 없어요.",
  "PEFT stores this file's scale in a separate adapter_config.json, which is missing. Stylus assumes a scale of 1; the right strength may differ.":
    "PEFT는 이 파일의 배율을 따로 adapter_config.json에 저장하는데 그 파일이 없어요. Stylus는 배율을 1로 보므로 알맞은 가중치가 다를 수 있어요.",
  "alpha_pattern of {0} has expressions that are not evaluated: {1}. What they name has the alpha of all others.":
    "{0}의 alpha_pattern에 있는 다음 표현식은 계산하지 않아요: {1}. 해당하는 부분에도 나머지와 같은 알파를 써요.",
  "the metadata's lora_adapter_metadata": "메타데이터의 lora_adapter_metadata",
  "PEFT stores this file's settings in a separate adapter_config.json, which is missing. Stylus assumes OFT without constraint (COFT).":
    "PEFT는 이 파일의 설정을 따로 adapter_config.json에 저장하는데 그 파일이 없어요. Stylus는 제약(COFT)이 없는 OFT로 봐요.",
};
