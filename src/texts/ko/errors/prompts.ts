// Prompts, tags, plots, styles.

export const prompts: Readonly<Record<string, string>> = {
  "Did you mean “{0}”?": "“{0}” 어댑터를 찾으셨나요?",
  "The list of adapters shows every name.": "모든 이름은 어댑터 목록에 있어요.",
  "Upscale by": "업스케일 배율",
  "Hires fix would reach {0} × {1}; this model goes up to {2} px a side.":
    "Hires fix를 적용한 크기({0} × {1})가 너무 커요. 이 모델은 한 변 {2}px까지 생성해요.",
  "Lower “Upscale by”, or the image size.": "업스케일 배율이나 이미지 크기를 줄이세요.",
  "Not loaded: {0} and {1} more.": "가져오지 않은 설정: {0} 외 {1}개.",
  "Not loaded: {0}.": "가져오지 않은 설정: {0}.",
  "region {0} “{1}”": "영역 {0} “{1}”",
  "the negative prompt of each region": "영역별 네거티브 프롬프트",
  "{0}: write <lora: without spaces.": "{0}: 공백 없이 <lora:로 적으세요.",
  "{0}: it lacks the closing “>”.": "{0}: 닫는 “>”가 없어요.",
  "{0}: a strength of {1} would ruin the image. Strengths go from {2} to {3}; 0.5 to 1 is usual.":
    "{0}: 가중치 {1}은(는) 이미지를 망가뜨려요. 가중치는 {2}부터 {3}까지 쓸 수 있고, 보통 0.5~1을 써요.",
  "{0} does nothing: {1} has no adapter “{2}”. {3}":
    "{0} 태그는 효과가 없어요. {1} 모델에 “{2}” 어댑터가 없어요. {3}",
  "Stylus does not support hypernetworks, only adapters such as LoRA.":
    "Stylus는 하이퍼네트워크를 지원하지 않고, LoRA 같은 어댑터만 지원해요.",
  "this tag does not exist. Write <lora:name:0.8>.": "없는 태그예요. <lora:name:0.8>처럼 적으세요.",
  "the adapter’s name is missing. Write <lora:name:0.8>.":
    "어댑터 이름이 없어요. <lora:name:0.8>처럼 적으세요.",
  "“{0}” may be {1}: write one of them.":
    "“{0}” 이름에 해당하는 어댑터가 여럿이에요: {1}. 그중 하나를 적으세요.",
  "{0} or {1}": "{0} 또는 {1}",
  "“{0}” is not a tag option. The options are {1}.": "태그에 “{0}” 옵션은 없어요. 쓸 수 있는 옵션: {1}.",
  "“{0}” is not a number.": "“{0}” 부분이 숫자가 아니에요.",
  "Steps are whole numbers from 0, and stop comes after start: start=5:stop=15 or step=5-15.":
    "스텝은 0 이상의 정수이고 stop은 start보다 커야 해요. 예: start=5:stop=15 또는 step=5-15.",
  "Correct the tag, or remove it.": "태그를 고치거나 지우세요.",
  "The prompt is empty.": "프롬프트가 비어 있어요.",
  "Describe an image, for example “a fox in the snow”.": "이미지를 설명하세요. 예: “a fox in the snow”.",
  Device: "실행 장치",
  Images: "이미지 수",
  Preset: "프리셋",
  Combine: "어댑터 결합",
  Method: "방식",
  Composer: "컴포저",
  Temperature: "온도",
  "Adapters are named by a list of ids.": "어댑터는 ID 목록으로 지정해야 해요.",
  "The option must be true or false.": "옵션 값은 true나 false여야 해요.",
  "Correct it, or leave it out.": "값을 고치거나 옵션을 빼세요.",
  "The licence of “{0}” isn’t known to allow commercial use.":
    "“{0}” 어댑터의 라이선스가 상업적 이용을 허용하는지 확인할 수 없어요.",
  "Leave it out, or switch off “Only adapters whose licence allows commercial use” under Settings.":
    "빼거나, ‘설정’에서 ‘라이선스가 상업적 이용을 허용하는 어댑터만 사용’을 끄세요.",
  "{0} does nothing: the licence of “{1}” isn’t known to allow commercial use.":
    "{0} 태그는 효과가 없어요. “{1}” 어댑터의 라이선스가 상업적 이용을 허용하는지 확인할 수 없어요.",
  "Give a list, which may be empty.": "목록을 넘기세요. 비어 있어도 돼요.",
  "Adapters must be “auto”, “none” or a list.": "adapters 값이 “auto”, “none”, 목록 중 어느 것도 아니에요.",
  "List them as { id, weight }.": "{ id, weight } 목록으로 적으세요.",
  "CFG Scale": "CFG 스케일",
  "Schedule type": "스케줄 유형",
  Adapter: "어댑터",
  VAE: "VAE",
  "{0} has no other VAE.": "{0} 모델에 쓸 수 있는 다른 VAE가 없어요.",
  "Download it under Models, by the button VAE of your model.":
    "‘모델’에서 지금 쓰는 모델의 ‘VAE…’ 버튼을 눌러 다운로드하세요.",
  "{0} on {1} changes nothing, since Stylus does not choose the adapters.":
    "Stylus가 어댑터를 고르지 않으므로 {1}축의 {0}을(를) 바꿔도 달라지지 않아요.",
  "Choose the method Stylus under Settings, or another type for {0}.":
    "‘설정’에서 방식을 Stylus로 바꾸거나 {0}축의 종류를 바꾸세요.",
  "Adapter weight": "어댑터 가중치",
  "Prompt S/R": "프롬프트 S/R",
  "“1, 2, 3”, “1-5”, “1-10 (+2)” or “1-10 [5]”": "“1, 2, 3”, “1-5”, “1-10 (+2)”, “1-10 [5]”",
  "Use whole numbers from {0} to {1}, such as {2}.": "{0}부터 {1}까지의 정수를 쓰세요. 예: {2}.",
  "Use numbers from {0} to {1}, such as {2}.": "{0}부터 {1}까지의 숫자를 쓰세요. 예: {2}.",
  "{0} in {1}": "{1} 안의 {0}",
  "{0} on {1} cannot be {2}.": "{1}축의 {0}에 쓸 수 없는 값이에요: {2}.",
  "{0} has no values.": "{0}축에 값이 없어요.",
  "Add some, or set its type to Nothing.": "값을 적거나 종류를 ‘없음’으로 바꾸세요.",
  "{0} has more than {1} values.": "{0}축의 값이 {1}개를 넘어요.",
  "A plot can have at most {0} images: take fewer.":
    "플롯 하나에는 이미지가 {0}장까지 들어가요. 값을 줄이세요.",
  "{0} on {1}: “{2}” is not in the prompt.": "{1}축의 {0}: 프롬프트에 “{2}” 부분이 없어요.",
  "Write the words to replace first, exactly as in the prompt, then what replaces them: “a fox, a robot”.":
    "바꿀 말을 프롬프트에 있는 그대로 먼저 적고, 그 뒤에 새로 넣을 말을 적으세요: “a fox, a robot”.",
  "The plot has no axis.": "플롯에 축이 없어요.",
  "Choose what X varies.": "X축에서 바꿀 항목을 고르세요.",
  "{0} and {1} both vary {2}.": "{0}축과 {1}축이 같은 항목을 바꿔요: {2}.",
  "Choose another type for {0}.": "{0}축의 종류를 바꾸세요.",
  "This plot has {0} images; the limit is {1}.":
    "이 플롯의 이미지는 {0}장이에요. 최대 {1}장까지 만들 수 있어요.",
  "Shorten an axis: {0}.": "축 하나를 줄이세요: {0}.",
  "{0} has {1} values": "{0}축 {1}개",
  "{0} has no adapter “{1}”.": "{0} 모델에 “{1}” 어댑터가 없어요.",
  "The init image is not available.": "초기 이미지를 쓸 수 없어요.",
  "{0} is not a file of styles: it lacks the columns name and prompt.":
    "{0} 파일은 스타일 파일이 아니에요. name과 prompt 열이 없어요.",
  "Choose the styles.csv of AUTOMATIC1111, or one that was exported here.":
    "AUTOMATIC1111의 styles.csv나 여기서 내보낸 파일을 고르세요.",
  "{0} stayed as written: there is no wildcard file with that name. Add one, or correct the name.":
    "{0} 표기를 그대로 두었어요. 그 이름의 와일드카드 파일이 없어요. 파일을 추가하거나 이름을 고치세요.",
  "{0} stayed as written: these files refer to each other without end.":
    "{0} 표기를 그대로 두었어요. 이 파일들이 서로를 끝없이 가리켜요.",
};
