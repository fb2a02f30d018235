// Models, services and state of the page; the widget.

export const page: Readonly<Record<string, string>> = {
  "Your adapters": "내 어댑터",
  "Your tags of adapters": "어댑터에 단 태그",
  "Its U-Net takes {0} input channels.": "U-Net의 입력 채널이 {0}개예요.",
  "Use a text-to-image checkpoint ({0} channels) or an inpainting checkpoint ({1}).":
    "텍스트-이미지 체크포인트(채널 {0}개)나 인페인팅 체크포인트({1}개)를 쓰세요.",
  "{0} contains more than {1} files.": "{0} 폴더에 파일이 {1}개 넘게 있어요.",
  "Choose the folder of one model, or of your adapters.": "모델 하나의 폴더나 내 어댑터 폴더를 고르세요.",
  "{0} can no longer be read from your disk.": "디스크에서 {0} 파일을 더는 읽을 수 없어요.",
  "If you moved or renamed it, choose it again; otherwise remove it from the list of models.":
    "옮기거나 이름을 바꿨다면 다시 선택하고, 아니면 모델 목록에서 제거하세요.",
  "The GPU was lost more than once, and {0} is too large for WebAssembly.":
    "GPU 연결이 두 번 이상 끊겼고, {0} 모델은 WebAssembly로 실행하기에 너무 커요.",
  "Close other programs and tabs that use the GPU, or generate smaller images, then try again.":
    "GPU를 쓰는 다른 프로그램과 탭을 닫거나 이미지 크기를 줄인 다음 다시 시도하세요.",
  "the device is set to WebAssembly": "실행 장치가 WebAssembly로 설정됨",
  "{0} cannot run here: {1}. It needs WebGPU: on the CPU its weights take {2} GB, more than WebAssembly can hold.":
    "{0} 모델은 여기서 실행할 수 없어요({1}). WebGPU가 필요해요. CPU에서는 모델 가중치가 {2}GB라서 WebAssembly에 다 담을 수 없어요.",
  "Choose another device under Settings, or use Pocket.": "‘설정’에서 실행 장치를 바꾸거나 Pocket을 쓰세요.",
  "Use Pocket, or a browser and computer with WebGPU.":
    "Pocket을 쓰거나, WebGPU를 지원하는 브라우저와 컴퓨터를 쓰세요.",
  "This build of the site has no model “{0}”.": "이 사이트 빌드에는 “{0}” 모델이 없어요.",
  "Choose another model, or rebuild the site from a complete checkout.":
    "다른 모델을 고르거나, 빠진 파일이 없는 소스에서 사이트를 다시 빌드하세요.",
  "You opened this model on an earlier visit.": "지난 방문 때 연 모델이에요.",
  "This browser doesn’t remember files. Choose it again, or use another model.":
    "이 브라우저는 파일을 기억하지 못해요. 다시 선택하거나 다른 모델을 쓰세요.",
  "{0} needs your permission before it can be read again.": "{0} 모델을 다시 읽으려면 허용이 필요해요.",
  "Allow access to the file, or use another model.": "파일 접근을 허용하거나 다른 모델을 쓰세요.",
  "no WebGPU in this browser": "이 브라우저에 WebGPU 없음",
  "WebGPU needs https": "WebGPU에 https가 필요함",
  "WebGPU found no GPU": "WebGPU가 GPU를 찾지 못함",
  "only a software GPU ({0})": "소프트웨어 GPU뿐임({0})",
  generating: "생성",
  "This build of the site has no such language model.": "이 사이트 빌드에는 그 언어 모델이 없어요.",
  "The model was unloaded.": "모델이 메모리에서 내려갔어요.",
  "Try again to load it.": "다시 시도하면 불러와요.",
  "Another model was chosen.": "다른 모델을 골랐어요.",
  "{0} is not fully downloaded.": "{0} 모델을 다 다운로드하지 않았어요.",
  "Download it under Models, or use Pocket.": "‘모델’에서 다운로드하거나 Pocket을 쓰세요.",
  "The reader is no longer needed.": "독해 모델이 더는 필요하지 않아요.",
  "{0} is not downloaded.": "{0} 모델을 다운로드하지 않았어요.",
  "Download it under Settings, Adapter selection, or choose another method.":
    "‘설정’의 어댑터 선택에서 다운로드하거나 다른 방식을 고르세요.",
  "{0} is no longer needed.": "{0} 모델이 더는 필요하지 않아요.",
  "The pack lacks its file {0}.": "팩에 {0} 파일이 없어요.",
  "Download the pack again.": "팩을 다시 다운로드하세요.",
  retrieval: "검색",
  "The index knows no adapter “{0}”.": "색인에 “{0}” 어댑터가 없어요.",
  "Index and cards do not belong together: run npm run build:index.":
    "색인과 카드가 서로 맞지 않아요. npm run build:index를 실행하세요.",
  composer: "컴포저",
  "language model": "언어 모델",
  "this adapter": "이 어댑터",
  "Free disk space, or remove adapters or images you don’t need, then add it again.":
    "디스크 공간을 확보하거나 필요 없는 어댑터나 이미지를 지운 다음 다시 추가하세요.",
  storage: "저장",
  "the GPU was lost more than once": "GPU 연결이 두 번 이상 끊김",
  token: "토큰",
  "Your images": "내 이미지",
  "this change": "이 변경 내용",
  "Free disk space, then try again.": "디스크 공간을 확보한 다음 다시 시도하세요.",
  "These images": "이 이미지들",
  "these images": "이 이미지들",
  "Free disk space, or delete images you don’t need, then try again.":
    "디스크 공간을 확보하거나 필요 없는 이미지를 지운 다음 다시 시도하세요.",
  "This image": "이 이미지",
  "The image with seed {0}": "시드 {0} 이미지",
  "The image": "이미지",
  "The images": "이미지",
  "{0} and {1} more": "{0} 외 {1}개",
  "{0} has images without their run, which were left out: {1}.":
    "{0} 파일에 생성 기록이 없는 이미지가 있어서 뺐어요: {1}.",
  "Export them again where they come from, or drop them one by one.":
    "원래 있던 곳에서 다시 내보내거나 하나씩 끌어다 놓으세요.",
  "Free disk space, or delete images or models you don’t need, then try again.":
    "디스크 공간을 확보하거나 필요 없는 이미지나 모델을 지운 다음 다시 시도하세요.",
  "this image": "이 이미지",
  "this mask": "이 마스크",
  "Its adapter_config.json is larger than {0} MB.": "함께 있는 adapter_config.json이 {0}MB보다 커요.",
  "Its adapter_config.json is not valid JSON.": "함께 있는 adapter_config.json이 올바른 JSON이 아니에요.",
  "Download that file again, or add the adapter without it.":
    "그 파일을 다시 다운로드하거나, 그 파일 없이 어댑터를 추가하세요.",
  "The adapter “{0}”": "“{0}” 어댑터",
  "The entry for “{0}”": "“{0}” 항목",
  "{0} is larger than {1} MB.": "{0} 파일이 {1}MB를 넘어요.",
  "Split it into smaller files.": "더 작은 파일로 나누세요.",
  "Your styles": "내 스타일",
  "these styles": "이 스타일",
  "No prompt can refer to a file of the name {0}.": "프롬프트에 쓸 수 없는 파일 이름이에요: {0}.",
  "Rename it with letters, digits, spaces, “-”, “.”, “/” and single “_” only, with no “_” at the end.":
    "글자, 숫자, 공백, “-”, “.”, “/”, 이어지지 않은 “_”만 쓰고 “_”로 끝나지 않는 이름으로 바꾸세요.",
  "{0} has no options.": "{0} 파일에 선택지가 없어요.",
  "Write one option per line. Lines that start with # are comments.":
    "선택지를 한 줄에 하나씩 적으세요. #로 시작하는 줄은 주석이에요.",
  "Your wildcard files": "내 와일드카드 파일",
  "these wildcard files": "이 와일드카드 파일들",
  "Download the images you want to keep, and free disk space for new ones.":
    "간직할 이미지를 다운로드하고, 새 이미지를 위해 디스크 공간을 확보하세요.",
  "Download the images you want to keep, then reload this page.":
    "간직할 이미지를 다운로드한 다음 이 페이지를 새로고침하세요.",
  "{0} made this image, but another model is in use.":
    "이 이미지는 {0} 모델로 만들었지만 지금은 다른 모델을 쓰고 있어요.",
  "Choose {0} under Models, then compare.": "‘모델’에서 {0} 모델을 고른 다음 비교하세요.",
  "This image’s adapter “{0}” was removed.": "이 이미지에 쓴 “{0}” 어댑터가 제거됐어요.",
  "Add its file again, then compare.": "파일을 다시 추가한 다음 비교하세요.",
  "Its init image is no longer in this browser’s storage.":
    "초기 이미지가 이 브라우저의 저장 공간에서 사라졌어요.",
  "The image itself is kept.": "이미지는 그대로 있어요.",
  "Stopped.": "중지했어요.",
  "This image was deleted in another tab.": "다른 탭에서 이 이미지를 삭제했어요.",
  "The gallery now shows the remaining images.": "이제 갤러리에 남은 이미지만 보여요.",
  "The unreadable records": "읽을 수 없는 기록",
  "{0} is not in this browser.": "{0} 모델이 이 브라우저에 없어요.",
  "Download it with the widget’s button, or use Pocket.": "위젯의 버튼으로 다운로드하거나 Pocket을 쓰세요.",
};
