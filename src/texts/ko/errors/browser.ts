// What the browser refuses.

export const browser: Readonly<Record<string, string>> = {
  "It is in use, perhaps by another tab of this site.": "이 사이트의 다른 탭 등에서 쓰고 있어요.",
  "This tab has lost its storage, perhaps to a tab with a newer version of this site.":
    "이 탭이 저장 공간을 쓸 수 없게 됐어요. 이 사이트의 새 버전을 연 탭 때문일 수 있어요.",
  "The disk is full.": "디스크가 가득 찼어요.",
  "The browser’s storage does not answer.": "브라우저 저장 공간이 응답하지 않아요.",
  "The browser says: “{0}”": "브라우저 메시지: “{0}”",
  "Nothing else is lost.": "다른 것은 그대로 있어요.",
  "{0} could not be deleted. {1}": "{0}을(를) 삭제하지 못했어요. {1}",
  "{0} Close other tabs of this site and reload this page; if the disk is full, free some space first.":
    "{0} 이 사이트의 다른 탭을 닫고 이 페이지를 새로고침하세요. 디스크가 가득 찼다면 먼저 공간을 확보하세요.",
  "{0} could not be read. {1}": "{0}을(를) 읽지 못했어요. {1}",
  "Reload this page, then try again.": "이 페이지를 새로고침한 다음 다시 시도하세요.",
  "The browser has no room to keep {0}.": "브라우저에 {0}을(를) 보관할 공간이 없어요.",
  "The browser could not keep {0}. {1}": "브라우저가 {0}을(를) 보관하지 못했어요. {1}",
  "A stored file can no longer be read.": "저장된 파일을 더는 읽을 수 없어요.",
  "It was deleted or replaced, perhaps in another tab. Try again; if it stays missing, add it again.":
    "다른 탭 등에서 삭제되거나 바뀌었어요. 다시 시도하고, 그래도 없으면 다시 추가하세요.",
  "The browser refused to store or read something. {0}": "브라우저가 저장하거나 읽기를 거부했어요. {0}",
  "Close other tabs of this site, free disk space if it is low, then reload this page.":
    "이 사이트의 다른 탭을 닫고, 디스크 공간이 모자라면 확보한 다음 이 페이지를 새로고침하세요.",
  "A part of this site could not be loaded.": "이 사이트의 일부를 불러오지 못했어요.",
  "Check your connection, then reload the page: the site may have been updated.":
    "연결을 확인한 다음 페이지를 새로고침하세요. 사이트가 업데이트됐을 수 있어요.",
  "The browser has no memory left for this.": "브라우저에 남은 메모리가 없어요.",
  "Close other tabs or choose a smaller image, then try again.":
    "다른 탭을 닫거나 더 작은 이미지를 고른 다음 다시 시도하세요.",
};
