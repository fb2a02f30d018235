// A page to compare two methods by eye, blind: pairs of images for one prompt, left and right drawn by lot, the methods named at the end.
// One file without scripts or images from elsewhere, so that it can be sent to whoever judges.

export interface VotePair {
  readonly prompt: string;
  /** Of the method that is asked about, and of the one it is compared with. */
  readonly images: readonly [Uint8Array, Uint8Array];
}

const dataUrl = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

/** JSON inside a script element: no text of it can end the element. */
const embedded = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 1080px; padding: 24px; display: grid; gap: 16px; }
h1 { font-size: 20px; margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.pair img { width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: auto; border-radius: 8px; }
.votes { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 16px; }
button { font: inherit; min-height: 44px; border-radius: 8px; border: 1px solid; background: none; cursor: pointer; }
td, th { padding: 4px 16px 4px 0; text-align: start; }`;

/** Runs in the page; as text, it is not part of this program. */
const script = `
const { pairs, methods } = JSON.parse(document.getElementById("data").textContent);
const byLot = pairs.map((_, index) => index);
for (let i = byLot.length - 1; i > 0; i--) {
  const j = Math.floor(Math.random() * (i + 1));
  [byLot[i], byLot[j]] = [byLot[j], byLot[i]];
}
const votes = [];
let swapped = false;
const at = (id) => document.getElementById(id);
function show() {
  if (votes.length === pairs.length) return finish();
  const { prompt, images } = pairs[byLot[votes.length]];
  swapped = Math.random() < 0.5;
  at("prompt").textContent = prompt;
  at("count").textContent = (votes.length + 1) + " of " + pairs.length;
  at("first").src = images[swapped ? 1 : 0];
  at("second").src = images[swapped ? 0 : 1];
}
function vote(side) {
  if (votes.length === pairs.length) return;
  const winner = side === null ? null : methods[side === (swapped ? 1 : 0) ? 0 : 1];
  votes.push({ prompt: pairs[byLot[votes.length]].prompt, better: winner });
  show();
}
function undo() {
  if (votes.length === 0) return;
  votes.pop();
  at("voting").hidden = false;
  at("result").hidden = true;
  show();
}
/** Wilson's score interval, 95 %. */
function interval(won, all) {
  const z = 1.96, p = won / all, n = 1 + (z * z) / all;
  const middle = (p + (z * z) / (2 * all)) / n;
  const half = (z / n) * Math.sqrt((p * (1 - p)) / all + (z * z) / (4 * all * all));
  return [middle - half, middle + half];
}
const percent = (share) => Math.round(100 * share) + " %";
function finish() {
  at("voting").hidden = true;
  at("result").hidden = false;
  const won = methods.map((method) => votes.filter(({ better }) => better === method).length);
  const decided = won[0] + won[1];
  at("table").replaceChildren(...[...methods.map((method, i) => [method, won[i]]), ["no difference", votes.length - decided]].map(([name, count]) => {
    const row = document.createElement("tr");
    for (const [tag, text] of [["th", name], ["td", count]]) row.append(Object.assign(document.createElement(tag), { textContent: text }));
    return row;
  }));
  at("summary").textContent = decided === 0 ? "" :
    methods[0] + " was preferred in " + percent(won[0] / decided) + " of the pairs with a preference (95 %: " + interval(won[0], decided).map(percent).join(" to ") + ").";
  at("save").href = URL.createObjectURL(new Blob([JSON.stringify({ methods, votes }, null, 1)], { type: "application/json" }));
}
at("left").onclick = () => vote(0);
at("same").onclick = () => vote(null);
at("right").onclick = () => vote(1);
for (const button of document.querySelectorAll(".undo")) button.onclick = undo;
addEventListener("keydown", ({ key }) => {
  if (key === "ArrowLeft") vote(0);
  else if (key === "ArrowRight") vote(1);
  else if (key === "ArrowDown") vote(null);
  else if (key === "Backspace") undo();
});
show();`;

/** @param methods names of the two, in the order of each pair's images */
export function votePage(pairs: readonly VotePair[], methods: readonly [string, string]): string {
  const data = {
    methods,
    pairs: pairs.map(({ prompt, images }) => ({ prompt, images: images.map(dataUrl) })),
  };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Which image is better?</title>
<style>${style}</style>
<div id="voting">
<p><span id="count"></span> · Which is the better image of this prompt? Keys: ← left, → right, ↓ no difference, Backspace back.</p>
<h1 id="prompt" aria-live="polite"></h1>
<div class="pair"><img id="first" alt="Left image"><img id="second" alt="Right image"></div>
<p class="votes"><button id="left">Left</button><button id="same">No difference</button><button id="right">Right</button></p>
<button class="undo">Back</button>
</div>
<div id="result" hidden>
<h1>Your votes</h1>
<table id="table"></table>
<p id="summary"></p>
<p><a id="save" download="votes.json">Save the votes</a></p>
<button class="undo">Back</button>
</div>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</html>
`;
}
