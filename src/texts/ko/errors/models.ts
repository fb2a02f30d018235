// Checkpoints, their configs, and models of other kinds.

export const models: Readonly<Record<string, string>> = {
  "The model's config does not match its tensors; use a matching config.json.":
    "모델의 설정이 텐서와 맞지 않아요. 맞는 config.json을 쓰세요.",
  "The config is not valid JSON.": "설정 파일이 올바른 JSON이 아니에요.",
  "This file contains no Stable Diffusion model and no VAE.":
    "이 파일에는 Stable Diffusion 모델도 VAE도 없어요.",
  "Use a Stable Diffusion 1.x checkpoint.": "Stable Diffusion 1.x 체크포인트를 쓰세요.",
  "text encoder": "텍스트 인코더",
  "Add a VAE file, for example vae-ft-mse-840000-ema-pruned.safetensors.":
    "VAE 파일을 추가하세요. 예: vae-ft-mse-840000-ema-pruned.safetensors.",
  "The model has no {0}.": "모델에 없는 부분이 있어요: {0}.",
  "The U-Net expects text features with {0} channels, but the text encoder produces {1}.":
    "U-Net에는 채널 {0}개짜리 텍스트 특징이 필요한데 텍스트 인코더는 {1}개를 내요.",
  "The config is not a JSON object.": "설정 파일이 JSON 객체가 아니에요.",
  '"{0}" should be {1}, but is {2}.': "“{0}” 값이 올바르지 않아요. 필요한 값: {1}, 지금 값: {2}.",
  "a positive integer": "양의 정수",
  "a number": "숫자",
  "true or false": "true 또는 false",
  "a list of positive integers": "양의 정수 목록",
  "a list of {0}": "{0}개짜리 목록",
  "a list of {0} block types": "블록 종류 {0}개의 목록",
  '"{0}": {1} is not supported: Stable Diffusion 1.x does not use it.':
    "“{0}”: {1} 값은 지원하지 않아요. Stable Diffusion 1.x에서 쓰지 않는 값이에요.",
  '"layers_per_block" differs between levels, which is not supported.':
    "단계마다 다른 “layers_per_block” 값은 지원하지 않아요.",
  'Tensor "{0}" is missing.': "“{0}” 텐서가 없어요.",
  "The file is incomplete or not a Stable Diffusion 1.x model.":
    "파일이 불완전하거나 Stable Diffusion 1.x 모델이 아니에요.",
  "Use a Stable Diffusion 1.x model (1.4, 1.5 or a community model based on them).":
    "Stable Diffusion 1.x 모델(1.4, 1.5나 이를 바탕으로 한 커뮤니티 모델)을 쓰세요.",
  "Use the FP16, FP8 or plain INT8 version of this model.":
    "이 모델의 FP16, FP8 또는 일반 INT8 버전을 쓰세요.",
  "a Flux model": "Flux 모델",
  "a Stable Diffusion 3 model": "Stable Diffusion 3 모델",
  "a Stable Diffusion XL model": "Stable Diffusion XL 모델",
  "a Stable Diffusion 2.x model": "Stable Diffusion 2.x 모델",
  "a video model": "동영상 모델",
  "a ControlNet": "ControlNet",
  "a model with two scales per weight": "가중치마다 배율이 두 개인 모델",
  "an adapter (LoRA), not a model": "모델이 아니라 어댑터(LoRA)",
  "Add it as an adapter instead.": "어댑터로 추가하세요.",
  "This is {0}.": "여기서 쓸 수 없는 파일이에요. 파일 종류: {0}.",
  "a quantisation note that cannot be read": "읽을 수 없는 양자화 정보",
  "the format {0}": "{0} 형식",
  "rotated weights (ConvRot)": "회전된 가중치(ConvRot)",
  'Layer "{0}" has {1}.': "“{0}” 레이어를 읽을 수 없어요: {1}.",
};
