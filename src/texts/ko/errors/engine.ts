// Requests to the engine, tokenizers, schedules.

export const engine: Readonly<Record<string, string>> = {
  "Clip skip must be 1–{0} for this text encoder, not {1}.":
    "이 텍스트 인코더에서 클립 스킵은 1부터 {0}까지 쓸 수 있어요(지금 값: {1}).",
  "Use 1 (none) to {0}.": "1(건너뛰지 않음)부터 {0}까지의 값을 쓰세요.",
  "The request has no images.": "요청에 이미지가 없어요.",
  "Request at least one image.": "이미지를 한 장 이상 요청하세요.",
  "There is no adapter “{0}”.": "“{0}” 어댑터가 없어요.",
  "Check its name, or add its file first.": "이름을 확인하거나 파일을 먼저 추가하세요.",
  "The prompt": "프롬프트",
  "The negative prompt": "네거티브 프롬프트",
  "The init image has {0} bytes, which is not {1} × {2} pixels.":
    "초기 이미지가 {0}바이트인데 {1} × {2}픽셀과 맞지 않아요.",
  "The mask has {0} pixels, but the init image has {1}.": "마스크는 {0}픽셀인데 초기 이미지는 {1}픽셀이에요.",
  "Use a mask that was made for this image.": "이 이미지용으로 만든 마스크를 쓰세요.",
  "Mark the area of the init image to regenerate.": "초기 이미지에서 다시 생성할 영역을 표시하세요.",
  "preview.json must have {0} rows of 3 factors and a bias of 3 numbers.":
    "preview.json에는 계수 3개짜리 행 {0}개와 숫자 3개짜리 편향이 있어야 해요.",
  "Load the pack again.": "팩을 다시 불러오세요.",
  'There is no adapter "{0}".': "“{0}” 어댑터가 없어요.",
  reader: "파일 읽기",
  "The U-Net has {0} input channels instead of {1} (txt2img) or {2} (inpainting).":
    "U-Net의 입력 채널이 {1}개(txt2img)나 {2}개(인페인팅)가 아니라 {0}개예요.",
  "Choose a txt2img or inpainting checkpoint.": "txt2img나 인페인팅 체크포인트를 고르세요.",
  "Tensors are missing: {0}.": "텐서가 없어요: {0}.",
  "Use a complete checkpoint.": "빠진 부분이 없는 체크포인트를 쓰세요.",
  "The pack has no file {0}.": "팩에 {0} 파일이 없어요.",
  "Load the pack again, or add the file.": "팩을 다시 불러오거나 파일을 추가하세요.",
  "The list of adapters is not JSON.": "어댑터 목록이 JSON이 아니에요.",
  "The list of adapters is not a list of cards.": "어댑터 목록이 카드 목록이 아니에요.",
  "The tokenizer is not loaded yet.": "토크나이저를 아직 불러오지 않았어요.",
  "The tokenizer has a token {0}, but the text encoder has only {1} tokens.":
    "토크나이저에는 {0}번 토큰이 있는데 텍스트 인코더의 토큰은 {1}개뿐이에요.",
  "Use the tokenizer from the text encoder's model folder.":
    "텍스트 인코더 모델 폴더에 있는 토크나이저를 쓰세요.",
  'The tokenizer\'s vocabulary lacks the token "{0}".': "토크나이저의 어휘에 “{0}” 토큰이 없어요.",
  "Use vocab.json from the text encoder's model folder.":
    "텍스트 인코더 모델 폴더에 있는 vocab.json을 쓰세요.",
  "The tokenizer's vocab.json is not JSON.": "토크나이저의 vocab.json이 JSON이 아니에요.",
  "The tokenizer's vocab.json is not a table of tokens and whole numbers.":
    "토크나이저의 vocab.json이 토큰과 정수의 표가 아니에요.",
  'The tokenizer\'s merges.txt has a line that is not a pair: "{0}".':
    "토크나이저의 merges.txt에 쌍이 아닌 줄이 있어요: “{0}”.",
  "Use merges.txt from the text encoder's model folder.":
    "텍스트 인코더 모델 폴더에 있는 merges.txt를 쓰세요.",
  "The U-Net's output overflowed (NaN or infinity).": "U-Net의 출력이 표현 범위를 넘었어요(NaN 또는 무한대).",
  "Lower the adapters' strengths or the CFG scale; with a 16-bit model, try the device wasm.":
    "어댑터 가중치나 CFG 스케일을 낮추세요. 16비트 모델이면 실행 장치를 wasm으로 바꿔 보세요.",
  '"{0}" should be a positive number, but is {1}.': "“{0}” 값은 양수여야 해요(지금 값: {1}).",
  "The beta schedule {0} is not supported.": "지원하지 않는 베타 스케줄이에요: {0}.",
  "Use a Stable Diffusion 1.x model.": "Stable Diffusion 1.x 모델을 쓰세요.",
  "The LCM schedule has at most {0} steps, not {1}.": "LCM 스케줄의 스텝은 최대 {0}개예요(지금 값: {1}).",
  "Use 4 to 8 steps with LCM, or choose another schedule.":
    "LCM에는 4~8스텝을 쓰거나 다른 스케줄을 고르세요.",
  "No model is loaded.": "불러온 모델이 없어요.",
  'The model "{0}" is not loaded.': "“{0}” 모델을 불러오지 않았어요.",
  "Load it first.": "먼저 불러오세요.",
};
