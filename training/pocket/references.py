"""Renders the reference pictures of the evaluation prompts: what a perfect model might paint for each.

    STYLUS_DATA=… PYTHONPATH=training python3 -m pocket.references [--out .cache/quality/references]
Writes ID-K.png for scene K of the prompt ID (eval_prompts.json), 256x256. `npm run eval -- --references DIR` turns them into
training/pocket/references.safetensors, the scorer's statistics of them, which is all that `npm run eval` needs later.
"""
import argparse
import json
import os

from PIL import Image

from .scenes import SceneSource
from .sprites import Sprites

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", default=".cache/quality/references")
    args = p.parse_args()
    with open(os.path.join(HERE, "eval_prompts.json"), encoding="utf-8") as f:
        rows = json.load(f)
    os.makedirs(args.out, exist_ok=True)
    source = SceneSource("cpu", Sprites.load(), 1)
    count = 0
    for row in rows:
        images = ((source.render(row["specs"], row["look"]) + 1) * 127.5).round().clamp(0, 255).byte()
        for k, image in enumerate(images):
            Image.fromarray(image.permute(1, 2, 0).numpy()).save(os.path.join(args.out, f"{row['id']}-{k}.png"), compress_level=1)
            count += 1
    print(f"{count} pictures of {len(rows)} prompts in {args.out}")


if __name__ == "__main__":
    main()
