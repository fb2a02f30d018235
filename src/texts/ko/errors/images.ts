// Images, init images, archives.

export const images: Readonly<Record<string, string>> = {
  "The init image is not base64.": "초기 이미지가 base64가 아니에요.",
  "Pass a PNG, JPEG or WebP file as base64 or as a data: URL.":
    "PNG, JPEG, WebP 파일을 base64나 data: URL로 넘기세요.",
  "There is no model “{0}”.": "“{0}” 모델이 없어요.",
  "Choose one of {0}, or a file.": "다음 중 하나나 파일을 고르세요: {0}.",
  "These images don’t fit into one ZIP file: {0}.": "이 이미지들은 ZIP 파일 하나에 다 들어가지 않아요: {0}.",
  "Select fewer images, and export the others after them.":
    "이미지를 더 적게 선택하고, 나머지는 다음에 내보내세요.",
  "they are {0}, and {1} is the most": "이미지 {0}장이 최대 {1}장을 넘음",
  "the one with seed {0} is larger than {1} MB": "시드 {0} 이미지가 {1}MB를 넘음",
  "together they have more than {0} MB": "모두 합쳐 {0}MB를 넘음",
  "{0} is not an archive of images that Stylus exported: {1}.":
    "{0}: Stylus에서 내보낸 이미지 압축 파일이 아니에요({1}).",
  "Drop a ZIP file that you exported under “Your images”, or drop its images one by one.":
    "‘내 이미지’에서 내보낸 ZIP 파일을 끌어다 놓거나, 이미지를 하나씩 끌어다 놓으세요.",
  "it is too large": "너무 큼",
  "it is damaged": "손상됨",
  "it has no {0}": "{0} 파일이 없음",
  "its {0} is of another form": "{0} 파일의 형식이 다름",
  "{0} is missing or not a PNG file": "{0} 파일이 없거나 PNG가 아님",
  "what it says of {0} is incomplete": "{0} 이미지의 정보가 불완전함",
  "The record of this image’s run can’t be read.": "이 이미지의 생성 기록을 읽을 수 없어요.",
  "The image itself is kept: save it from its thumbnail. Storage lists the unreadable record.":
    "이미지는 그대로 있으니 썸네일에서 저장하세요. 읽을 수 없는 기록은 ‘저장 공간’에 나와요.",
  "The browser could not create a canvas to encode the image.":
    "브라우저가 이미지를 인코딩할 캔버스를 만들지 못했어요.",
  "{0} cannot be decoded as an image.": "{0} 파일을 이미지로 읽을 수 없어요.",
  "Use an intact PNG, JPEG or WebP file.": "손상되지 않은 PNG, JPEG, WebP 파일을 쓰세요.",
  "The browser could not create a canvas to decode the image.":
    "브라우저가 이미지를 읽을 캔버스를 만들지 못했어요.",
  "Close other tabs, or use a smaller image.": "다른 탭을 닫거나 더 작은 이미지를 쓰세요.",
  "{0} is {1} MB; the limit is {2} MB.": "{0} 파일은 {1}MB예요. 최대 {2}MB까지 쓸 수 있어요.",
  "Scale it down; 2,048 px a side are enough.": "크기를 줄이세요. 한 변이 2,048px이면 충분해요.",
  "{0} is {1} × {2} px; the limit is {3} px a side.":
    "{0} 파일은 {1} × {2}px이에요. 한 변은 최대 {3}px이에요.",
  "The mask is {0} × {1} px, but the init image is {2} × {3} px.":
    "마스크는 {0} × {1}px인데 초기 이미지는 {2} × {3}px이에요.",
  "Use a mask of the same size.": "크기가 같은 마스크를 쓰세요.",
  "{0} is no longer in this browser’s storage.": "이 브라우저의 저장 공간에서 {0}이(가) 사라졌어요.",
  "Choose the image again.": "이미지를 다시 선택하세요.",
  "The init image": "초기 이미지",
  "The mask": "마스크",
  "The mask is empty, so nothing would change.": "마스크가 비어 있어서 바뀌는 것이 없어요.",
  "Make the area to regenerate white in the mask.": "마스크에서 다시 생성할 영역을 흰색으로 칠하세요.",
  "The browser could not create a canvas to draw the plot’s sheet.":
    "브라우저가 플롯 시트를 그릴 캔버스를 만들지 못했어요.",
  "Its images are kept. Close other tabs, then generate it again.":
    "이미지는 그대로 있어요. 다른 탭을 닫고 다시 생성하세요.",
  "an init image is larger than {0} MB": "초기 이미지 하나가 {0}MB를 넘음",
  "{0}{1} is damaged": "{0}{1} 파일이 손상됨",
  NSFW: "NSFW",
  "The NSFW check": "NSFW 검사",
  "The NSFW check lacks its file.": "NSFW 검사에 필요한 파일이 없어요.",
  "The NSFW check is not open.": "NSFW 검사를 아직 불러오지 않았어요.",
  "The NSFW check’s network does not answer with two probabilities.":
    "NSFW 검사의 신경망이 확률 두 개를 내놓지 않아요.",
  "Delete the NSFW check under Storage, then download it again.":
    "‘저장 공간’에서 NSFW 검사를 삭제한 다음 다시 다운로드하세요.",
  "The NSFW check’s file {0} {1}.": "NSFW 검사의 {0} 파일에 문제가 있어요: {1}.",
  "is damaged: it cannot be unpacked": "손상돼서 압축을 풀 수 없음",
  "lacks {0}": "{0} 파일이 없음",
  "is damaged: {0} is not what its SHA-256 says": "손상됨, {0} 파일의 SHA-256이 맞지 않음",
  "Download it under Settings, or turn the check off.": "‘설정’에서 다운로드하거나 검사를 끄세요.",
};
