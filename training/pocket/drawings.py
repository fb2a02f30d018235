"""Further drawings for the base, beside the emoji of one style: `drawings.txt` names them, this program draws them.

    python -m pocket.drawings --fluent icons.json --openclipart usr/share/openclipart/svg     # STYLUS_DATA with the emoji packs
Sources: our own shapes (`drawings.svg`), Fluent Emoji's people in four skin colours (npm @iconify-json/fluent-emoji-flat), public-domain drawings
(Debian's openclipart-svg), and for objects that concept adapters draw in the base's style, the same thing as another pack draws it. Busts and faces
get bodies: standing, sitting, riding, lying. Writes STYLUS_DATA/emoji/pack-drawings.tar (128x128 WebP) and `drawings.json` (records as in
objects.json, with a pose). Needs resvg-py; the trainers need only what is written.
"""
import argparse
import io
import json
import os
import re
import tarfile

import numpy as np
from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
TONES = ["", "-light", "-medium", "-dark"]
S = 256  # canvas


def svg(text, side=S):
    import resvg_py
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=text, width=side, skip_system_fonts=True)))).convert("RGBA")


def trimmed(image):
    box = image.getchannel("A").point(lambda a: 255 if a > 24 else 0).getbbox()
    return image.crop(box) if box else None


def own(file="drawings.svg"):
    """key -> image of our own shapes in a file."""
    text = open(os.path.join(HERE, file), encoding="utf-8").read()
    return {m[1]: svg(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="{S}" height="{S}">{m[2]}</svg>')
            for m in re.finditer(r'<g id="([\w-]+)">(.*)</g>$', text, re.M)}


class Fluent:
    def __init__(self, path):
        self.set = json.load(open(path, encoding="utf-8"))

    def __contains__(self, name):
        return name in self.set["icons"]

    def __getitem__(self, name):
        icon = self.set["icons"][name]
        w, h = icon.get("width", self.set.get("width", 32)), icon.get("height", self.set.get("height", 32))
        return svg(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{S}" height="{S}">{icon["body"]}</svg>')


# --- bodies
SHIRTS = ["#F8312F", "#00A6ED", "#FFB02E", "#00B85C", "#8D65C5", "#FF87C3", "#F4F4F4", "#FF822D"]
TROUSERS = ["#26408B", "#533566", "#4B4B55", "#6D4534"]


def paint(image, shape, box, colour, radius=None):
    """An antialiased ellipse or rounded box on an RGBA canvas; box in units of 1/64."""
    k = 3
    layer = Image.new("L", (S * k, S * k), 0)
    box = [v * S * k / 64 for v in box]
    d = ImageDraw.Draw(layer)
    if shape == "ellipse":
        d.ellipse(box, fill=255)
    else:
        d.rounded_rectangle(box, radius=(radius or 3) * S * k / 64, fill=255)
    image.paste(Image.new("RGBA", (S, S), colour), (0, 0), layer.resize((S, S), Image.LANCZOS))


def mean_colour(image, rows=(0.0, 1.0)):
    """The commonest opaque colour of a band of rows."""
    a = np.asarray(image)
    a = a[int(rows[0] * len(a)):max(int(rows[1] * len(a)), int(rows[0] * len(a)) + 1)].reshape(-1, 4)
    a = a[a[:, 3] > 200][:, :3]
    code = (a // 16).astype(int) @ [256, 16, 1]
    return tuple(int(v) for v in np.median(a[code == np.bincount(code).argmax()], 0))


def shade(colour, k):
    return tuple(max(0, min(255, int(v * k))) for v in colour)


def put(canvas, image, box):
    """Pastes image into box (units of 1/64), keeping its proportions, centred, resting on the box's bottom."""
    x0, y0, x1, y1 = [v * S / 64 for v in box]
    k = min((x1 - x0) / image.width, (y1 - y0) / image.height)
    im = image.resize((max(1, round(image.width * k)), max(1, round(image.height * k))), Image.LANCZOS)
    canvas.alpha_composite(im, (round((x0 + x1 - im.width) / 2), round(y1 - im.height)))


def body(head, pose, *, bust, skin=None, shirt=None, trousers="#26408B", belly=None, tail=False):
    """A figure from a head (or a bust, whose shoulders go on) in one of the poses stand, sit, ride and lie."""
    c = Image.new("RGBA", (S, S), (0, 0, 0, 0))
    animal = belly is not None
    shirt = shirt or mean_colour(head, (0.88, 0.99))
    leg = shade(skin, 0.92) if animal else trousers
    shoe = shade(skin, 0.8) if animal else "#3B2A33"
    if pose == "lie":
        if tail:
            paint(c, "ellipse", (52, 34, 64, 42), leg)
        paint(c, "box", (20, 34, 60, 58), shirt, 12)
        if animal:
            paint(c, "box", (26, 48, 54, 58), belly, 5)
        paint(c, "box", (48, 51, 63, 59), leg, 4)
        paint(c, "box", (10, 52, 28, 59), skin if skin else leg, 3.5)
        put(c, head, (1, 12, 37, 55))
        return c
    if pose == "stand":
        if tail:
            paint(c, "ellipse", (44, 42, 60, 52), leg)
        for x in (23.5, 33.5):
            paint(c, "box", (x, 48, x + 7, 61), leg, 2.5)
            paint(c, "box", (x - 1.5, 58.5, x + 8, 63), shoe, 2)
        top = 38 if bust else 33
    elif pose == "sit":
        top = 36 if bust else 31
        if tail:
            paint(c, "ellipse", (44, 46, 62, 56), leg)
    else:
        top = 34 if bust else 30
        if tail:
            paint(c, "ellipse", (42, 40, 58, 47), leg)
    paint(c, "box", (19, top - 2, 45, 53), shirt, 6 if bust else 9)
    if animal:
        paint(c, "ellipse", (24, 36, 40, 52), belly)
    if not bust:
        arm = skin if animal else shirt
        for x in (14, 43):
            paint(c, "box", (x, 34, x + 7, 49), arm, 3.5)
            if not animal:
                paint(c, "ellipse", (x, 45.5, x + 7, 52), skin)
    if pose == "sit":
        for x in (17, 34):
            paint(c, "box", (x, 49, x + 13, 60), leg, 5)
            paint(c, "ellipse", (x + 1, 53, x + 12, 63), shoe)
    if pose == "ride":
        paint(c, "box", (24, 46, 36, 62), leg, 5)
        paint(c, "box", (19, 58, 35, 63.5), shoe, 2.5)
    put(c, head, (15, 0, 49, 41) if bust else (13, 0, 51, 36))
    return c


def entries():
    """Rows of drawings.txt: (source, key, name, synonyms, category, weight, flags)."""
    for number, line in enumerate(open(os.path.join(HERE, "drawings.txt"), encoding="utf-8"), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        source, rest = line.split(" = ", 1)
        kind, key = source.split(":", 1)
        parts = [p.strip() for p in rest.split("|")] + [""] * 4
        yield kind, key, parts[0], [s.strip() for s in parts[1].split(",") if s.strip()], parts[2] or "object", float(parts[3] or 1), set(parts[4].split())


class Builder:
    def __init__(self, data, fluent, openclipart):
        self.fluent, self.clips, self.own = Fluent(fluent), openclipart, own()
        self.packs = {}
        self.data, self.records, self.images = data, [], {}

    def pack(self, style, key):
        if style not in self.packs:
            self.packs[style] = tarfile.open(os.path.join(self.data, f"emoji/pack-{style}.tar"))
        return Image.open(io.BytesIO(self.packs[style].extractfile(f"{style}/{key}.webp").read())).convert("RGBA")

    def add(self, key, image, name, synonyms, category, weight, pose="", recolour=True):
        image = trimmed(image)
        if image is None:
            print("empty:", key)
            return
        image.thumbnail((126, 126), Image.LANCZOS)
        seen = np.asarray(image)
        rgb = seen[seen[..., 3] > 100][:, :3].mean(0)
        self.images[key] = image
        self.records.append({"key": key, "name": name, "synonyms": synonyms, "category": category, "weight": round(weight, 3), "concept": None,
                             "pale": bool(rgb.min() > 185), "styles": ["fluent-flat"], "pose": pose})

    def tones(self, icon):
        found = [icon + t for t in TONES if icon + t in self.fluent]
        if not found:
            raise SystemExit(f"drawings.txt: Fluent Emoji has no {icon}")
        return found

    def build(self):
        turn = 0
        for kind, key, name, synonyms, category, weight, flags in entries():
            if kind == "own":
                self.add("d-" + key, self.own[key], name, synonyms, category, weight)
            elif kind == "clip":
                text = open(os.path.join(self.clips, key), encoding="utf-8", errors="replace").read()
                image = svg(text)
                if "crop" in flags:
                    image = image.crop((0, 0, int(image.width * 0.92), image.height))
                self.add("d-" + re.sub(r"\W+", "-", os.path.splitext(os.path.basename(key))[0]), image, name, synonyms, category, weight)
            elif kind in ("noto", "twemoji", "fxemoji"):
                self.add(f"d-{kind}-{key}", self.pack(kind, key), name, synonyms, category, weight)
            elif kind == "fluent":
                for icon in self.tones(key):
                    self.add("d-" + icon, self.fluent[icon], name, synonyms, category, weight / len(self.tones(key)))
            elif kind in ("bust", "head"):
                icons = self.tones(key)
                for icon in icons:
                    picture = trimmed(self.fluent[icon])
                    a = np.asarray(picture)
                    h = len(a)
                    middle = a[int(h * 0.45):int(h * 0.65), int(a.shape[1] * 0.35):int(a.shape[1] * 0.65)]
                    skin = mean_colour(Image.fromarray(middle))
                    for pose in ("stand", "sit", "ride"):
                        turn += 1
                        worn = next((f[6:] for f in flags if f.startswith("shirt=")), None)
                        shirt = worn or (None if kind == "bust" else SHIRTS[turn * 3 % len(SHIRTS)])
                        trousers = TROUSERS[turn % len(TROUSERS)]
                        if kind == "bust":
                            trousers = shade(mean_colour(picture, (0.8, 0.99)), 0.72)
                        figure = body(picture, pose, bust=kind == "bust", skin=skin, shirt=shirt, trousers=trousers)
                        self.add(f"d-{icon}-{pose}", figure, name, synonyms, category, weight / len(icons) if pose == "stand" else 0, pose)
            elif kind == "animal":
                picture = trimmed(self.fluent[key])
                skin = mean_colour(picture, (0.2, 0.8))
                for pose in ("stand", "sit", "ride", "lie"):
                    figure = body(picture, pose, bust=False, skin=skin, shirt=skin, belly=shade(skin, 1.25) if max(skin) < 225 else shade(skin, 0.9), tail="tail" in flags)
                    self.add(f"d-{key}-{pose}", figure, name, synonyms, category, weight if pose == "stand" else 0, pose)
            else:
                raise SystemExit(f"drawings.txt: unknown source {kind}")
        self.compose()
        return self

    def compose(self):
        """A unicorn and a winged horse from Fluent's horse; a llama's white cousin."""
        horse = self.fluent["horse"]
        a = np.asarray(horse).astype(np.float32)
        light = a[..., :3].mean(-1, keepdims=True)
        white = np.clip(205 + (light - 70) * 0.55, 120, 252)
        dark = light < 62
        mane = np.where(dark, np.array([255.0, 135, 195]), white)
        pale = Image.fromarray(np.concatenate([mane, a[..., 3:]], -1).astype(np.uint8), "RGBA")
        horn = svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="M7 20L0 2l12 14z" fill="#FFD93B"/></svg>')
        unicorn = Image.new("RGBA", (S, S + 24), (0, 0, 0, 0))
        unicorn.alpha_composite(pale, (0, 24))
        box = pale.getchannel("A").getbbox()
        unicorn.alpha_composite(horn, (max(0, box[0] + 18), 0))
        self.add("d-unicorn", unicorn, "unicorn", ["magical unicorn", "white unicorn"], "animal", 3.0)
        wings = svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="M24 34Q26 8 54 2q-2 8-6 10 2 4-4 8 2 4-5 7-3 7-15 7z" fill="#CFE8F7"/></svg>')
        pegasus = pale.copy()
        pegasus.alpha_composite(wings, (20, 10))
        self.add("d-pegasus", pegasus, "pegasus", ["winged horse", "flying horse"], "animal", 1.2)
        llama = np.asarray(self.fluent["llama"]).astype(np.float32)
        warm = llama[..., :3] * np.array([1.0, 0.9, 0.72])
        self.add("d-alpaca", Image.fromarray(np.concatenate([warm.clip(0, 255), llama[..., 3:]], -1).astype(np.uint8), "RGBA"), "alpaca", ["llama", "fluffy alpaca"], "animal", 2.0)

    def write(self):
        with tarfile.open(os.path.join(self.data, "emoji/pack-drawings.tar"), "w") as tar:
            for key, image in sorted(self.images.items()):
                canvas = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
                canvas.paste(image, ((128 - image.width) // 2, (128 - image.height) // 2))
                buffer = io.BytesIO()
                canvas.save(buffer, "WEBP", quality=92, method=4)
                info = tarfile.TarInfo(f"drawings/{key}.webp")
                info.size = len(buffer.getvalue())
                tar.addfile(info, io.BytesIO(buffer.getvalue()))
        with open(os.path.join(HERE, "drawings.json"), "w", encoding="utf-8") as f:
            f.write("[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in self.records) + "\n]\n")


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--fluent", required=True)
    p.add_argument("--openclipart", required=True)
    args = p.parse_args()
    made = Builder(os.environ["STYLUS_DATA"], args.fluent, args.openclipart).build()
    made.write()
    print(len(made.records), "drawings,", len({r["name"] for r in made.records}), "names")
