// Adapters from addresses of Civitai and Hugging Face.

export const sources: Readonly<Record<string, string>> = {
  "{0} is no address of a model on Civitai or Hugging Face.":
    "{0}: Civitai나 Hugging Face의 모델 주소가 아니에요.",
  "Copy it from the address bar of the model’s page.": "모델 페이지의 주소창에서 복사하세요.",
  "“{0}” is marked as showing minors, so it is not offered here.":
    "“{0}” 모델은 미성년자를 보여 준다고 표시되어 있어서 제공하지 않아요.",
  "“{0}” is marked as showing a real person, so it is not offered here.":
    "“{0}” 모델은 실존 인물을 보여 준다고 표시되어 있어서 제공하지 않아요.",
  "“{0}” is not an adapter: its type is {1}.": "“{0}” 모델은 어댑터가 아니에요. 종류: {1}.",
  "The creator of “{0}” allows no downloads.": "“{0}” 모델의 제작자가 다운로드를 허용하지 않아요.",
  "“{0}” has no adapter file to download.": "“{0}” 모델에 다운로드할 어댑터 파일이 없어요.",
  "Its creator may have removed it, or archived the model. Look at its page.":
    "제작자가 파일을 지웠거나 모델을 보관 처리했을 수 있어요. 모델 페이지를 확인하세요.",
  "{0} has no adapter file {1}.": "{0} 저장소에 {1} 어댑터 파일이 없어요.",
  "{0} has no adapter files.": "{0} 저장소에 어댑터 파일이 없어요.",
  "Look at its page for files that end in .safetensors, .pt or .bin.":
    "페이지에 .safetensors, .pt, .bin으로 끝나는 파일이 있는지 확인하세요.",
  "Download the file on its page, then drop it here: its card is filled in from what the site says.":
    "페이지에서 파일을 다운로드한 다음 여기에 끌어다 놓으세요. 카드는 사이트의 정보로 채워져요.",
  "{0} limits requests and did not answer yet.": "{0}에서 요청을 제한해서 아직 답하지 않았어요.",
  "Try again in a few minutes; what is here already stays.":
    "몇 분 뒤에 다시 시도하세요. 이미 받은 것은 그대로 있어요.",
  "Civitai wants a key for {0} ({1}).": "Civitai에서 {0}에 키를 요구해요({1}).",
  "Enter your key below, or download the file on its page and drop it here.":
    "아래에 키를 입력하거나, 페이지에서 파일을 다운로드해서 여기에 끌어다 놓으세요.",
  "Civitai does not accept your key for {0} ({1}).": "Civitai가 {0}에 이 키를 받아들이지 않아요({1}).",
  "Check the key, and on the page whether your account may download it.":
    "키를 확인하고, 내 계정으로 다운로드할 수 있는지 페이지에서 확인하세요.",
  "Hugging Face gives {0} to accounts only.": "Hugging Face는 {0} 파일을 계정이 있는 사람에게만 줘요.",
  "{0} cannot be reached, or lets no page read its answer.":
    "{0}에 연결할 수 없거나, 페이지가 답을 읽도록 허용하지 않아요.",
  "Check your connection and try again. If other pages of the site open: {0}":
    "연결을 확인하고 다시 시도하세요. 사이트의 다른 페이지가 열린다면: {0}",
  "{0} gave no answer that can be read ({1}).": "{0}에서 읽을 수 있는 답이 오지 않았어요({1}).",
  "Try again later.": "나중에 다시 시도하세요.",
  "Civitai has no model {0}. Its creator or Civitai may have removed it.":
    "Civitai에 모델 {0}이(가) 없어요. 제작자나 Civitai가 지웠을 수 있어요.",
  "Civitai has no version {0}. Its creator or Civitai may have removed it.":
    "Civitai에 버전 {0}이(가) 없어요. 제작자나 Civitai가 지웠을 수 있어요.",
  "Civitai has no version of model {0} that can be downloaded.":
    "Civitai의 모델 {0}에 다운로드할 수 있는 버전이 없어요.",
  "Model {0} of Civitai has no version {1}.": "Civitai의 모델 {0}에 버전 {1}이(가) 없어요.",
  "Hugging Face has no public repository {0}, or not at {1}.":
    "Hugging Face에 {0} 공개 저장소가 없거나, {1} 리비전이 없어요.",
  "{0} sends the download of {1} on to an address that lets no page read it.":
    "{0}에서 {1} 다운로드를 페이지가 읽을 수 없는 주소로 넘겨요.",
  "It may want you to sign in: enter your key below. Or: {0}":
    "로그인이 필요할 수 있으니 아래에 키를 입력하세요. 또는: {0}",
  "{0} is not there any more.": "{0} 파일이 이제 없어요.",
  "Look at its page for another version.": "페이지에서 다른 버전을 찾아보세요.",
  "There is no room for {0} in this browser.": "브라우저에 {0} 파일을 저장할 공간이 없어요.",
  "Free disk space, or remove adapters or images you don’t need, then try again.":
    "디스크 공간을 확보하거나, 필요 없는 어댑터나 이미지를 제거한 다음 다시 시도하세요.",
  "The adapter_config.json of {0} could not be downloaded.":
    "{0} 파일의 adapter_config.json을 다운로드하지 못했어요.",
  "Try again; without it nobody knows its strength.":
    "다시 시도하세요. 그 파일이 없으면 알맞은 가중치를 알 수 없어요.",
};
