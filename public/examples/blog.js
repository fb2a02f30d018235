// What a page can do with <stylus-image> beyond its attributes: hear of images, and ask for one.
const widget = document.querySelector("stylus-image");
const said = document.querySelector("#said");

widget.addEventListener("stylus-image", ({ detail }) => {
  const names = detail.adapters.map(({ title }) => title).join(", ") || "no adapters";
  said.textContent = `Seed ${detail.seed}, ${detail.width} × ${detail.height} pixels, with ${names}.`;
});
widget.addEventListener("stylus-error", ({ detail }) => {
  said.textContent = detail.message;
});

document.querySelector("#surprise").addEventListener("click", () => {
  // The event above tells of failures.
  widget.generate({ prompt: "a robot in a meadow, clay render" }).catch(() => {});
});
