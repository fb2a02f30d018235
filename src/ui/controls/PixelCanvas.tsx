// Pixels on a canvas. CSS enlarges the small latent preview.
import { createEffect, type JSX } from "solid-js";
import type { RgbaImage } from "../../shared/request.ts";

export function PixelCanvas(props: { readonly pixels: RgbaImage; readonly label: string }): JSX.Element {
  let canvas!: HTMLCanvasElement;
  createEffect(() => {
    const { width, height, rgba } = props.pixels;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
  });
  return <canvas ref={(element) => (canvas = element)} role="img" aria-label={props.label} />;
}
