// What <stylus-image> says itself, where the widget cannot: part of stylus-image.js, which is small.
import type { element as english } from "../en/element.ts";

export const element: typeof english = {
  offline: "이 이미지 생성기는 인터넷에 연결되어 있어야 쓸 수 있어요. 연결되면 자동으로 불러와요.",
  silent: "이 이미지 생성기를 여기에 불러오지 못했어요.",
  openSite: "생성기 사이트 열기",
};
