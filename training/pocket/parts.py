"""Parts of composed pictures: heads for bodies that are drawn by code (staging), with the points of their faces.

    STYLUS_DATA=… python -m pocket.parts --fluent icons.json
parts.txt names them. Sources: Fluent Emoji (npm @iconify-json/fluent-emoji-flat) and our own shapes (parts.svg). Writes STYLUS_DATA/emoji/pack-parts.tar
(128x128 WebP) and parts.json: records as in drawings.json, weight 0, and of a head, in units of its longest side from its centre:
chin [x, y], eye [dx, y], mouth y, brow y (where a hat sits), width of the face; skin "#rrggbb"; side: it looks to the left.
"""
import argparse
import io
import json
import os
import tarfile

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from .drawings import HERE, S, TONES, Fluent, mean_colour, own, trimmed

GRID = S / 32
# Fluent's faces of people share one layout, its busts another: chin, eye, mouth, brow, width of the face on the icon's grid.
HUMAN = {"chin": (16, 29.2), "eye": (5.0, 17.6), "mouth": 23.7, "brow": 9.5, "width": 24.0}
HAT = {"chin": (16, 17.2), "eye": (2.5, 9.9), "mouth": 13.6, "brow": 6.0, "width": 12.6}


def entries(path="parts.txt"):
    """Rows of parts.txt: (kind, icon, name, synonyms, category, numbers, flags)."""
    for text in open(os.path.join(HERE, path), encoding="utf-8"):
        text = text.split("#")[0].strip()
        if not text:
            continue
        source, rest = text.split(" = ", 1)
        kind, icon = source.split(":", 1)
        name, synonyms, category, numbers, flags = ([p.strip() for p in rest.split("|")] + [""] * 4)[:5]
        if kind == "hat" and numbers:
            numbers, flags = "", numbers
        yield kind, icon, name, [s.strip() for s in synonyms.split(",") if s.strip()], category or "person", [float(n) for n in numbers.split()], set(flags.split())


def head_of(bust, flags):
    """The head of a bust: what lies above the chin, without the tools that some hold beside it; a beard hangs lower, a staff covers half of a hat's brim."""
    keep = Image.new("L", bust.size, 0)
    d = ImageDraw.Draw(keep)
    beard = "beard" in flags
    d.rectangle([v * GRID for v in ((8.2, 0, 23.8, 9.5) if "narrow" in flags else (0, 0, 32, 9.5))], fill=255)
    d.rectangle([v * GRID for v in (8.2, 0, 23.8, 13.5)], fill=255)
    d.ellipse([v * GRID for v in (8.2, 6.5, 23.8, 18.2)], fill=255)
    if beard:
        d.rounded_rectangle([v * GRID for v in (10.8, 10, 21.2, 25)], radius=4 * GRID, fill=255)
        brim = tuple(int(v * GRID) for v in (4, 7, 10.5, 13.5))
        bust = bust.copy()
        bust.paste(ImageOps.mirror(bust.crop(brim)), tuple(int(v * GRID) for v in (21.5, 7)))
        d.rectangle([v * GRID for v in (21.5, 0, 32, 7)], fill=0)
        d.rectangle([v * GRID for v in (4, 7, 28, 13.5)], fill=255)
    return Image.composite(bust, Image.new("RGBA", bust.size), keep)


def cropped(picture, width, x0, y0, x1, y1):
    """The head of a whole figure: a box whose lower corners are cut round."""
    keep = Image.new("L", picture.size, 0)
    d = ImageDraw.Draw(keep)
    d.rectangle([v * GRID for v in (x0, y0, x1, y1 - 5)], fill=255)
    d.ellipse([v * GRID for v in (16 - width / 2 - .4, y1 - 10, 16 + width / 2 + .4, y1)], fill=255)
    return Image.composite(picture, Image.new("RGBA", picture.size), keep)


def points(kind, numbers):
    if kind in ("human", "hat"):
        return HUMAN if kind == "human" else HAT
    dx, y, mouth, brow, chin = numbers[:5]
    return {"chin": (16, chin), "eye": (dx, y), "mouth": mouth, "brow": brow, "width": numbers[5] if len(numbers) > 5 else 26.0}


def anchors(p, box):
    """Points of the grid -> units of the trimmed picture's longest side, from its centre."""
    x0, y0, x1, y1 = (v / GRID for v in box)
    side, cx, cy = max(x1 - x0, y1 - y0), (x0 + x1) / 2, (y0 + y1) / 2
    unit = lambda v: round(v / side, 4)  # noqa: E731
    return {"chin": [unit(p["chin"][0] - cx), unit(p["chin"][1] - cy)], "eye": [unit(p["eye"][0]), unit(p["eye"][1] - cy)], "mouth": unit(p["mouth"] - cy),
            "brow": unit(p["brow"] - cy), "width": unit(p["width"])}


def skin_colour(image, p, kind):
    """Of a cheek; of an animal, the commonest colour of the face's middle."""
    if kind in ("face", "crop"):
        image = trimmed(image)
        w, h = image.size
        return mean_colour(image.crop((int(w * .2), int(h * .3), int(w * .8), int(h * .9))))
    x, y = p["chin"][0] + p["eye"][0] * 1.15, (p["eye"][1] + p["mouth"]) / 2 + (0.6 if kind == "human" else 0.2)
    r = 1.2 if kind == "human" else 0.6
    return mean_colour(image.crop(tuple(int(v * GRID) for v in (x - r, y - r, x + r, y + r))))


class Builder:
    def __init__(self, fluent):
        self.fluent, self.own, self.records, self.images = Fluent(fluent), {**own(), **own("parts.svg")}, [], {}

    def add(self, key, image, record):
        image = trimmed(image)
        image.thumbnail((126, 126), Image.LANCZOS)
        seen = np.asarray(image)
        self.images[key] = image
        self.records.append({"key": key, **record, "weight": record.get("weight", 0), "concept": None, "pale": bool(seen[seen[..., 3] > 100][:, :3].mean(0).min() > 185), "styles": ["fluent-flat"]})

    def picture(self, icon):
        """A Fluent icon, or own/NAME: one of our drawings."""
        return self.own[icon[4:]] if icon.startswith("own/") else self.fluent[icon]

    def head(self, kind, icon, name, synonyms, category, numbers, flags):
        tones = [t for t in TONES if icon + t in self.fluent] if kind in ("human", "hat") else [""]
        for tone in tones:
            picture, p = self.picture(icon + tone), points(kind, numbers)
            if kind == "hat":
                picture = head_of(picture, flags)
            if kind == "crop":
                picture = cropped(picture, *numbers[5:])
            box = picture.getchannel("A").point(lambda a: 255 if a > 24 else 0).getbbox()
            p = {**p, "chin": (p["chin"][0], min(p["chin"][1], box[3] / GRID - 0.3))}
            self.add(f"h-{icon.split('/')[-1].removeprefix('head-')}{tone}", picture, {"name": name, "synonyms": synonyms, "category": category, "pose": "head", "head": {
                "kind": "hat" if kind == "crop" and category == "person" else "face" if kind == "crop" else kind, **anchors(p, box), "skin": "#%02x%02x%02x" % skin_colour(picture, p, kind), "side": "side" in flags}})

    def build(self):
        for kind, icon, name, synonyms, category, numbers, flags in entries():
            if kind == "own":
                self.add("p-" + icon, self.own[icon], {"name": name, "synonyms": synonyms, "category": category, "pose": "", "weight": numbers[0]})
            else:
                self.head(kind, icon, name, synonyms, category, numbers, flags)
        return self

    def write(self):
        with tarfile.open(os.path.join(os.environ["STYLUS_DATA"], "emoji/pack-parts.tar"), "w") as tar:
            for key, image in sorted(self.images.items()):
                canvas = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
                canvas.paste(image, ((128 - image.width) // 2, (128 - image.height) // 2))
                buffer = io.BytesIO()
                canvas.save(buffer, "WEBP", quality=92, method=4)
                info = tarfile.TarInfo(f"parts/{key}.webp")
                info.size = len(buffer.getvalue())
                tar.addfile(info, io.BytesIO(buffer.getvalue()))
        with open(os.path.join(HERE, "parts.json"), "w", encoding="utf-8") as f:
            f.write("[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in self.records) + "\n]\n")


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--fluent", required=True)
    args = p.parse_args()
    made = Builder(args.fluent).build()
    made.write()
    print(len(made.records), "parts,", len({r["name"] for r in made.records}), "names")
