"""Sprite cache: every object of every sprite pack, framed alike, as one uint8 tensor per style.

Framing: each picture is cropped to its bounding box and scaled so that the box's longest side is 124 of 128 px, centred; the same
object therefore has the same apparent size in every style, and fluent-flat, fluent-3d and fluent-high-contrast stay aligned.
Colours are stored premultiplied by alpha. Line-art packs get a white body (their own outline's silhouette, filled) so that drawings cover what is behind.
"""
import io
import os
import tarfile
from contextlib import ExitStack
from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw

from . import objects

SIDE, BOX = 128, 124
HUES = {"red": 0.0, "orange": 0.08, "yellow": 0.14, "green": 0.36, "blue": 0.58, "purple": 0.76, "pink": 0.93}  # of colour words, in turns
LINE_ART = {"fluent-high-contrast", "emojitwo-bw"}


def frame(image, nearest=False):
    """RGBA PIL image -> premultiplied float array [128, 128, 4] in [0, 1], box scaled and centred; None when empty."""
    a = np.asarray(image, dtype=np.float32) / 255
    mask = a[..., 3] > 0.12
    if not mask.any():
        return None
    ys, xs = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
    y0, y1, x0, x1 = ys[0], ys[-1] + 1, xs[0], xs[-1] + 1
    a = a[y0:y1, x0:x1]
    a[..., :3] *= a[..., 3:]
    k = BOX / max(a.shape[:2])
    h, w = max(1, round(a.shape[0] * k)), max(1, round(a.shape[1] * k))
    channels = [np.asarray(Image.fromarray(np.ascontiguousarray(a[..., c])).resize((w, h), Image.NEAREST if nearest else Image.BICUBIC)) for c in range(4)]
    out = np.zeros((SIDE, SIDE, 4), np.float32)
    top, left = (SIDE - h) // 2, (SIDE - w) // 2
    out[top:top + h, left:left + w] = np.clip(np.stack(channels, -1), 0, 1)
    out[..., :3] = np.minimum(out[..., :3], out[..., 3:])
    return out


def fill_outline(sprite):
    """White body under line art: everything the outside cannot reach by flood fill."""
    line = Image.fromarray((np.pad(sprite[..., 3], 2) > 0.35).astype(np.uint8) * 255).copy()
    ImageDraw.floodfill(line, (0, 0), 128)
    body = (np.asarray(line)[2:-2, 2:-2] != 128).astype(np.float32)
    alpha = np.maximum(sprite[..., 3], body)
    rgb = sprite[..., :3] + (alpha - sprite[..., 3])[..., None]
    return np.concatenate([rgb, alpha[..., None]], -1)


def build_style(data_dir, style):
    """One pack -> uint8 array [N, 128, 128, 4], all-zero where the pack lacks the object."""
    objs = objects.load()
    out = np.zeros((len(objs), SIDE, SIDE, 4), np.uint8)
    with ExitStack() as stack:
        folders = {"emoji": style, "drawings": "drawings", "parts": "parts"}
        tars = {source: stack.enter_context(tarfile.open(os.path.join(data_dir, f"emoji/pack-{folder}.tar"))) for source, folder in folders.items()}
        for o in objs:
            if style not in o.styles:
                continue
            file = tars[o.source].extractfile(f"{folders[o.source]}/{o.key}.webp")
            sprite = frame(Image.open(io.BytesIO(file.read())).convert("RGBA"), nearest=style == "serenity-pixel")
            if sprite is None:
                continue
            if style in LINE_ART:
                sprite = fill_outline(sprite)
            out[o.index] = np.uint8(sprite * 255 + 0.5)
    return out


class Sprites:
    """data[style]: uint8 [N, 128, 128, 4] premultiplied; half[style]: float [N, 2] half width and height over the longest side;
    head[style]: float [N, 2] top of the silhouette relative to the centre (same unit); hue[style]: float [N] dominant hue in turns, -1 when grey."""

    def __init__(self, data, device="cpu"):
        self.device = torch.device(device)
        self.data = {s: torch.as_tensor(a).to(self.device) for s, a in data.items()}
        self.valid, self.half, self.head, self.hue = {}, {}, {}, {}
        for style, a in data.items():
            valid, half, head, hue = _measure(np.asarray(a))
            for table, value in ((self.valid, valid), (self.half, half), (self.head, head), (self.hue, hue)):
                table[style] = torch.as_tensor(value).to(self.device)

    @classmethod
    def load(cls, data_dir=None, device="cpu", styles=None, cache_dir=None):
        """Builds missing styles from the packs (seconds each; in parallel), keeps them as .npy under cache_dir."""
        data_dir = data_dir or os.environ["STYLUS_DATA"]
        cache_dir = cache_dir or default_cache()
        styles = list(styles or objects.STYLES)
        os.makedirs(cache_dir, exist_ok=True)
        paths = {s: cached(cache_dir, s) for s in styles}
        missing = [s for s in styles if not os.path.exists(paths[s])]
        if missing:
            if len(missing) > 1 and (os.cpu_count() or 1) > 2:
                import multiprocessing
                with multiprocessing.get_context("spawn").Pool(min(len(missing), os.cpu_count())) as pool:
                    pool.starmap(_build_file, [(data_dir, s, paths[s]) for s in missing])
            else:
                for s in missing:
                    _build_file(data_dir, s, paths[s])
        return cls({s: np.load(paths[s]) for s in styles}, device)


def default_cache():
    return os.environ.get("POCKET_CACHE") or os.path.join(os.path.expanduser("~"), ".cache", "pocket-sprites")


def cached(folder, style):
    return os.path.join(folder, f"{style}-3-{len(objects.load())}.npy")


@lru_cache(maxsize=1)
def shapes():
    """Of the base's sprites, in units of the longest side, relative to the centre: half [N, 2], head [N, 2] and back [N, 2] (where a rider sits).
    Needs the cache that Sprites.load writes; kept beside it."""
    path = cached(default_cache(), "fluent-flat")[:-4] + "-shapes.npz"
    if not os.path.exists(path):
        a = np.load(cached(default_cache(), "fluent-flat"))
        _, half, head, _ = _measure(a)
        back = np.zeros((len(a), 2), np.float32)
        for i in range(len(a)):
            seen = a[i, ..., 3] > 100
            if not seen.any():
                continue
            columns = np.where(seen.any(0))[0]
            x0, width = columns[0], columns[-1] + 1 - columns[0]
            part = slice(x0 + int(0.48 * width), x0 + max(int(0.68 * width), int(0.48 * width) + 1))
            tops = [np.where(c)[0][0] for c in seen[:, part].T if c.any()]
            back[i] = [(x0 + 0.58 * width - SIDE / 2) / BOX, ((np.median(tops) if tops else SIDE / 2) - SIDE / 2) / BOX]
        part_path = path + f".{os.getpid()}.npz"
        np.savez(part_path, half=half, head=head, back=back)
        os.replace(part_path, path)
    with np.load(path) as z:
        return {k: z[k] for k in z.files}


def _build_file(data_dir, style, path):
    part = path + f".{os.getpid()}.npy"
    np.save(part, build_style(data_dir, style))
    os.replace(part, path)


def _measure(a):
    n = len(a)
    alpha = a[..., 3] > 100
    valid = alpha.any((1, 2))
    faces_left = [o.category in ("animal", "bird", "insect") for o in objects.load()]
    half, head, hue = np.full((n, 2), 0.5, np.float32), np.zeros((n, 2), np.float32), np.full(n, -1, np.float32)
    for i in np.where(valid)[0]:
        ys, xs = np.where(alpha[i].any(1))[0], np.where(alpha[i].any(0))[0]
        half[i] = [(xs[-1] + 1 - xs[0]) / 2 / BOX, (ys[-1] + 1 - ys[0]) / 2 / BOX]
        seen = alpha[i]
        if faces_left[i]:  # a raised tail is not a head
            seen = seen[:, : xs[0] + int(0.55 * (xs[-1] - xs[0]))]
        top = np.where(seen.any(1))[0][0]
        band = np.where(seen[top:top + 10].any(0))[0]
        head[i] = [(band.mean() - SIDE / 2) / BOX, (top - SIDE / 2) / BOX]
        rgb = a[i, ::3, ::3, :3].reshape(-1, 3).astype(np.float32) / 255
        hi, lo = rgb.max(1), rgb.min(1)
        chroma = hi - lo
        strong = chroma > 0.25
        if strong.sum() > 12:
            r, g, b = rgb[strong].T
            c, m = chroma[strong], hi[strong]
            h = np.where(m == r, (g - b) / c % 6, np.where(m == g, (b - r) / c + 2, (r - g) / c + 4)) / 6
            own = HUES.get(objects.load()[i].recolour)
            if own is not None:  # the colour that its words name, not that of its windows
                c = c * np.where(np.abs((h - own + 0.5) % 1 - 0.5) < 0.07, 8.0, 1.0)
            histogram, _ = np.histogram(h, bins=24, range=(0, 1), weights=c)
            histogram = histogram + np.roll(histogram, 1) * 0.5 + np.roll(histogram, -1) * 0.5
            hue[i] = (histogram.argmax() + 0.5) / 24
    return valid, half, head, hue
