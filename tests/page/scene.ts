// Drawn stand-ins for generated images: a hill, a sky and an object, in a palette that follows the words.
import type { RgbaImage } from "../../src/shared/request.ts";

export interface Scene {
  pixels(): Uint8ClampedArray<ArrayBuffer>;
  preview(share: number): RgbaImage;
}

const palettes: Record<string, [sky: string, far: string, ground: string, wall: string, roof: string]> = {
  night: ["#16235c", "#26358a", "#2d7048", "#c9bfe6", "#7a4fb5"],
  clay: ["#233a8c", "#35559f", "#4d9d63", "#e5b48c", "#c65a4a"],
  watercolour: ["#cfe3ec", "#a6c7cf", "#9db98f", "#e7d3c0", "#b8796c"],
  pixel: ["#5bb8f0", "#3d93d6", "#4cb04a", "#b9bec9", "#d04848"],
  glass: ["#2f5fb3", "#7e3f9a", "#2f8f5b", "#e0b53a", "#c2353a"],
  plain: ["#a9dcf7", "#83c2e8", "#7cc46a", "#d7dbe3", "#d96a55"],
};

export function drawScene(seed: number, words: string): Scene {
  const key =
    Object.keys(palettes).find((name) => words.includes(name)) ?? (/night/.test(words) ? "night" : "plain");
  const [sky, far, ground, wall, roof] = palettes[key]!;
  const canvas = new OffscreenCanvas(256, 256);
  const c = canvas.getContext("2d")!;
  const random = (index: number): number => (Math.sin(seed * 12.9898 + index * 78.233) * 43758.5453) % 1;
  const gradient = c.createLinearGradient(0, 0, 0, 200);
  gradient.addColorStop(0, sky);
  gradient.addColorStop(1, far);
  c.fillStyle = gradient;
  c.fillRect(0, 0, 256, 256);
  c.fillStyle = "#fff8dc";
  for (let i = 0; i < 26; i++) c.fillRect(Math.abs(random(i)) * 256, Math.abs(random(i + 50)) * 140, 2, 2);
  c.beginPath();
  c.arc(190 + random(3) * 40, 52, 20, 0, 7);
  c.fill();
  c.fillStyle = ground;
  c.beginPath();
  c.ellipse(128 + random(1) * 30, 262, 190, 92 + random(2) * 14, 0, 0, 7);
  c.fill();
  const x = 128 + random(1) * 30;
  c.fillStyle = wall;
  c.fillRect(x - 44, 112, 88, 70);
  for (const [dx, w, h] of [
    [-56, 26, 96],
    [30, 26, 96],
    [-13, 26, 122],
  ] as const) {
    c.fillRect(x + dx, 184 - h, w, h);
    c.fillStyle = roof;
    c.beginPath();
    c.moveTo(x + dx - 5, 184 - h);
    c.lineTo(x + dx + w / 2, 150 - h);
    c.lineTo(x + dx + w + 5, 184 - h);
    c.fill();
    c.fillStyle = wall;
  }
  c.fillStyle = "#3a2d3f";
  c.beginPath();
  c.roundRect(x - 10, 150, 20, 34, [10, 10, 0, 0]);
  c.fill();
  const data = c.getImageData(0, 0, 256, 256).data as Uint8ClampedArray<ArrayBuffer>;
  return {
    pixels: () => data.slice(),
    preview(share) {
      const rgba = new Uint8ClampedArray(32 * 32 * 4);
      for (let i = 0; i < 32 * 32; i++) {
        const at = ((i >> 5) * 8 * 256 + (i & 31) * 8) * 4;
        for (let k = 0; k < 3; k++)
          rgba[i * 4 + k] = data[at + k]! * share + Math.abs(random(i * 3 + k)) * 255 * (1 - share);
        rgba[i * 4 + 3] = 255;
      }
      return { width: 32, height: 32, rgba };
    },
  };
}

export async function drawPixels(scene: Scene): Promise<Blob> {
  const canvas = new OffscreenCanvas(256, 256);
  canvas.getContext("2d")!.putImageData(new ImageData(scene.pixels(), 256, 256), 0, 0);
  return canvas.convertToBlob();
}
