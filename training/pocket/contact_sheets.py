"""Contact sheets of the training data: base scenes with captions, every look, evaluation references.

    STYLUS_DATA=… python -m pocket.contact_sheets        # writes training/sheets/data-*.jpg, the first below 350 KB, the others below 150
"""
import io
import json
import os

import torch
from PIL import Image, ImageDraw

from . import captions, objects, scenes, specs, styles
from .sprites import Sprites

NATURAL = 0.75  # as train_base
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sheets")


def save(name, images, labels, columns, side, limit=150_000):
    """images [n, 3, 256, 256] in [-1, 1]; JPEG quality falls until the file fits."""
    rows = -(-len(images) // columns)
    page = Image.new("RGB", (columns * side, rows * (side + 24)), "white")
    draw = ImageDraw.Draw(page)
    for i, image in enumerate(images):
        x, y = i % columns * side, i // columns * (side + 24)
        array = ((image * 0.5 + 0.5) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        page.paste(Image.fromarray(array).resize((side, side), Image.LANCZOS), (x, y))
        wide = side // 6
        draw.text((x + 2, y + side), labels[i][:wide], fill="black")
        draw.text((x + 2, y + side + 11), labels[i][wide:2 * wide], fill="black")
    for quality in range(85, 15, -5):
        out = io.BytesIO()
        page.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() < limit:
            break
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, name), "wb") as f:
        f.write(out.getvalue())


def fixed_scenes():
    n, s = objects.by_name(), specs.Sampler(7)
    return [s.scene([n["dog"]] * 2, "count", place="snow", sky="day", weather="none"), s.scene([n["castle"]], "single", place="hill", sky="night", weather="none"),
            s.scene([n["car"], n["tree"]], "next", place="road", sky="day", weather="none", colours=["red", None]), s.scene([n["apple"]] * 3, "row", place="table")]


def main():
    source = scenes.SceneSource("cpu", Sprites.load(), 1)
    sampler = specs.Sampler("sheet", natural_share=NATURAL)
    drawn = [sampler.sample() for _ in range(48)]
    save("data-base.jpg", source.render(drawn), [captions.caption(x, sampler.rng) for x in drawn], 8, 172, limit=350_000)
    fixed = fixed_scenes()[:2]
    save("data-looks.jpg", torch.cat([source.render(fixed, look) for look in styles.STYLES]), [look for look in styles.STYLES for _ in fixed], 12, 108)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "eval_prompts.json"), encoding="utf-8") as f:
        rows = json.load(f)[4::5]
    save("data-evaluation.jpg", torch.cat([source.render(r["specs"][:1], r["look"]) for r in rows]), [r["prompt"] for r in rows], 8, 140)


if __name__ == "__main__":
    main()
