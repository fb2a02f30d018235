// What <stylus-image> says itself, where the widget cannot: part of stylus-image.js, which is small.
export const element = {
  offline: "This image generator needs the internet. It loads by itself once you are online.",
  silent: "This image generator could not be loaded here.",
  openSite: "Open its site",
};
