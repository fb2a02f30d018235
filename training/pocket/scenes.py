"""Scenes: specs -> images, vectorised torch on one device; `SceneSource` is what the trainer reads.

    src = SceneSource(device, sprites, seed)
    batch = src.sample(n, split="train", style="base")    # Batch(images [n, 3, 256, 256] in [-1, 1], captions, specs)
    images = src.render(batch.specs, style="clay")         # the same scenes redrawn
    for packed, captions, specs in spec_batches(512, workers=12, seed=1): src.render_packed(packed)   # for many
"""
from collections import namedtuple
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from . import captions as grammar
from . import objects, places, specs as scene_specs, strokes, styles
from .bpe import Tokenizer
from .sprites import BOX, SIDE

Batch = namedtuple("Batch", "images captions specs")
MAX_LAYERS, MAX_LIGHTS = 24, 3
RECOLOURS = {"red": (0.0, 1, 1), "orange": (0.075, 1, 1), "yellow": (0.135, 1, 1.08), "green": (0.36, 0.9, 0.85), "blue": (0.60, 1, 1), "purple": (0.76, 0.85, 0.95), "pink": (0.93, 0.55, 1.15),
             "brown": (0.07, 0.75, 0.6), "black": (0.0, 0.05, 0.28), "white": (0.0, 0.04, 1.6)}
COLOUR_INDEX = {c: i + 1 for i, c in enumerate(RECOLOURS)}


def pack(specs):
    """Specs -> dict of numpy arrays (what crosses process borders). A layer of a scene is a sprite over strokes, or only one of them."""
    n, drawn = len(specs), [s.get("layers", s["objects"])[:MAX_LAYERS] for s in specs]
    deep = max((len(layers) for layers in drawn), default=0) or 1
    wide = max((sum(len(o.get("strokes", ())) for o in layers) for layers in drawn), default=0)
    out = {"place": np.zeros(n, np.int64), "sky": np.zeros(n, np.int64), "weather": np.zeros(n, np.int64), "a": np.zeros((n, 3), np.float32), "b": np.zeros((n, 3), np.float32),
           "p": np.zeros((n, 8), np.float32), "index": np.full((n, deep), -1, np.int64), "geo": np.zeros((n, deep, 14), np.float32),
           "strokes": np.zeros((n, wide, strokes.FIELDS), np.float32), "lights": np.zeros((n, MAX_LIGHTS, 4), np.float32)}
    table = objects.by_key()
    for i, (s, layers) in enumerate(zip(specs, drawn)):
        out["place"][i] = places.PLACES.index(s["place"])
        out["sky"][i] = places.SKIES.index(s["sky"])
        out["weather"][i] = places.WEATHER.index(s["weather"])
        out["p"][i] = s["p"]
        for slot, word in (("a", s["colour"]), ("b", s["colour2"])):
            if word:
                out[slot][i] = places.rgb(places.COLOURS[word])
        for k, light in enumerate(s.get("lights", ())[:MAX_LIGHTS]):
            out["lights"][i, k] = light
        used = 0
        for k, o in enumerate(layers):
            own = o.get("strokes", ())
            if own:
                out["strokes"][i, used:used + len(own)] = own
            out["geo"][i, k, 11:] = (o.get("cut", 0), used, len(own))
            used += len(own)
            if "key" in o:
                out["index"][i, k] = table[o["key"]].index
                out["geo"][i, k, :11] = (o["x"], o["y"], o["size"], o["angle"], o["mirror"], o["stand"] + 2 * ("on" in o), o["shadow"], COLOUR_INDEX.get(o["colour"], 0), o.get("cast", 0),
                                         o.get("wide", 1), o.get("tall", 1))
    out["a"] *= 0.97 + 0.06 * out["p"][:, :1]
    return out


class Renderer:
    """Draws packed scenes with one sprite pack per layer; see styles.py for what a style changes."""

    def __init__(self, device, sprites):
        self.device, self.sprites = torch.device(device), sprites
        line = torch.arange(256, device=self.device, dtype=torch.float32) + 0.5
        self.grid = (line[None, None, :], line[None, :, None])
        self.targets = torch.tensor([(0, 0, 0)] + list(RECOLOURS.values()), device=self.device, dtype=torch.float32)
        self.tint = torch.tensor([[1, 1, 1], [0.80, 0.82, 0.96], [1.0, 0.93, 0.86], [0.94, 0.95, 0.96]], device=self.device)

    def tensors(self, packed):
        return {k: torch.as_tensor(v).to(self.device, non_blocking=True) for k, v in packed.items()}

    def groups(self, t, ids):
        for value in torch.unique(ids).tolist():
            sel = (ids == value).nonzero()[:, 0]
            yield value, sel, places.Group(t["p"][sel], t["sky"][sel], t["a"][sel], t["b"][sel], self.grid)

    def background(self, t):
        out = torch.empty((len(t["place"]), 3, 256, 256), device=self.device)
        for value, sel, g in self.groups(t, t["place"]):
            img = places.PAINT[places.PLACES[value]](g)
            for name in ("rainbow", "aurora", "fireworks"):
                sub = (t["weather"][sel] == places.WEATHER.index(name)).nonzero()[:, 0]
                if len(sub):
                    h = places.Group(g.p[sub], g.sky[sub], g.a[sub], g.b[sub], self.grid)
                    open_sky = ((img[sub] - places.sky(h)).abs().amax(1, keepdim=True) < 0.03).float()  # only where the sky shows
                    img[sub] = img[sub] + open_sky * (getattr(places, name)(h, img[sub]) - img[sub])
            out[sel] = img
        return out

    def geometry(self, t, pack_name, upright):
        """Centres and sizes [n, K]: things that stand get their box's bottom on the line; riders sit on what is below them."""
        geo, index = t["geo"], t["index"].clamp(min=0)
        half = self.sprites.half[pack_name][index]  # [n, K, 2]
        size, angle = geo[..., 2], geo[..., 3] * (0.0 if upright else 1.0)
        y = geo[..., 1].clone()
        flag = geo[..., 5]
        y = torch.where(flag == 1, y - half[..., 1] * size, y)
        top = y[:, 0] - half[:, 0, 1] * size[:, 0]
        rider = flag >= 2
        y = torch.where(rider, top[:, None] + 7 - half[..., 1] * size, y)
        return geo[..., 0], y, size, angle, half

    def recolour(self, layer, which, hue):
        """layer: premultiplied [m, 4, H, W]; which: colour index [m]; hue: dominant hue [m]. Pixels near the dominant hue take the target's."""
        alpha = layer[:, 3:].clamp(min=1e-3)
        c = (layer[:, :3] / alpha).clamp(0, 1)
        hi, lo = c.amax(1), c.amin(1)
        chroma = (hi - lo).clamp(min=1e-5)
        r, g, b = c.unbind(1)
        h = torch.where(hi == r, ((g - b) / chroma) % 6, torch.where(hi == g, (b - r) / chroma + 2, (r - g) / chroma + 4)) / 6
        far = ((h - hue[:, None, None] + 0.5) % 1 - 0.5).abs()
        strong = chroma / hi.clamp(min=1e-3)
        mask = ((0.13 - far) * 20).clamp(0, 1) * ((strong - 0.18) * 8).clamp(0, 1)
        target = self.targets[which]
        s = (strong * target[:, 1, None, None]).clamp(0, 1)
        v = (hi * target[:, 2, None, None]).clamp(0, 1)
        grey = (hue < 0)[:, None, None]  # of a grey thing all that is neither coloured nor black takes the colour
        mask = torch.where(grey, ((0.22 - strong) * 12).clamp(0, 1) * ((hi - 0.22) * 8).clamp(0, 1), mask)
        s = torch.where(grey, (0.62 * target[:, 1, None, None]).expand_as(s), s)
        v = torch.where(grey, ((0.35 + 0.65 * hi) * target[:, 2, None, None].clamp(max=1.1)).clamp(0, 1), v)
        th = target[:, 0, None, None].expand_as(s)
        channels = []
        for offset in (5.0, 3.0, 1.0):
            k = (offset + th * 6) % 6
            channels.append(v - v * s * torch.minimum(k, 4 - k).clamp(0, 1))
        new = torch.stack(channels, 1)
        out = c + mask[:, None] * (new - c)
        return torch.cat([out * layer[:, 3:], layer[:, 3:]], 1)

    def sprite_layer(self, pack_name, index, x, y, size, angle, mirror, nearest=False, wide=1.0, tall=1.0):
        """Premultiplied layers [m, 4, 256, 256]; wide and tall stretch a sprite (lying, leaping)."""
        src = self.sprites.data[pack_name][index].permute(0, 3, 1, 2).float() / 255
        k = size * SIDE / BOX / 256  # canvas over image
        rad = angle * (np.pi / 180)
        cos, sin, flip = torch.cos(rad), torch.sin(rad), 1 - 2 * mirror
        cx, cy = x / 128 - 1, y / 128 - 1
        theta = torch.zeros((len(index), 2, 3), device=self.device)
        theta[:, 0, 0], theta[:, 0, 1] = flip * cos / (k * wide), flip * sin / (k * wide)
        theta[:, 1, 0], theta[:, 1, 1] = -sin / (k * tall), cos / (k * tall)
        theta[:, 0, 2] = -(theta[:, 0, 0] * cx + theta[:, 0, 1] * cy)
        theta[:, 1, 2] = -(theta[:, 1, 0] * cx + theta[:, 1, 1] * cy)
        grid = F.affine_grid(theta, (len(index), 4, 256, 256), align_corners=False)
        return F.grid_sample(src, grid, mode="nearest" if nearest else "bilinear", padding_mode="zeros", align_corners=False)

    def render(self, t, style):
        look = styles.LOOKS[style]
        base = "fluent-flat"
        pack_name = look.sprites or base
        img = self.background(t)
        if look.ground:
            img = look.ground(img, t, self)
        x, y, size, angle, half = self.geometry(t, base, look.upright)
        _, own_y, _, _, own_half = self.geometry(t, pack_name, look.upright) if pack_name != base else (None, y, None, None, half)
        valid = self.sprites.valid[pack_name]
        geo, index = t["geo"], t["index"]
        tint = self.tint[t["sky"]] * (0.9 + 0.1 * (t["place"][:, None] != places.PLACES.index("underwater")).float())
        sea = (t["place"] == places.PLACES.index("sea")) | (t["place"] == places.PLACES.index("lake"))
        painted, rows = self.stroke_layers(t)
        for k in range(index.shape[1]):
            drawn = (index[:, k] >= 0).nonzero()[:, 0]
            if len(drawn):
                fallen = geo[drawn, k, 8]  # things in the air cast their shadow on the ground line
                cast = torch.where(fallen > 0, torch.ones_like(fallen), geo[drawn, k, 6]) * look.shadow
                foot = torch.where(fallen > 0, fallen, y[drawn, k] + half[drawn, k, 1] * size[drawn, k])
                img = self.shadow(img, drawn, x[drawn, k], foot, size[drawn, k], half[drawn, k], cast)
            sel = ((index[:, k] >= 0) | (geo[:, k, 13] > 0)).nonzero()[:, 0]
            if not len(sel):
                continue
            row = rows[sel, k]
            layer = painted[row.clamp(min=0)] * (row >= 0).float()[:, None, None, None] if len(painted) else torch.zeros((len(sel), 4, 256, 256), device=self.device)
            if len(drawn):
                i = index[drawn, k]
                has = valid[i]
                yy = torch.where(has, own_y[drawn, k], y[drawn, k])
                sprite = self.sprite_layer(pack_name, i, x[drawn, k], yy, size[drawn, k], angle[drawn, k], geo[drawn, k, 4], look.nearest, geo[drawn, k, 9], geo[drawn, k, 10])
                if not bool(has.all()):
                    lack = (~has).nonzero()[:, 0]
                    at = drawn[lack]
                    sprite[lack] = self.sprite_layer(base, i[lack], x[at, k], y[at, k], size[at, k], angle[at, k], geo[at, k, 4], wide=geo[at, k, 9], tall=geo[at, k, 10])
                if look.recolour:
                    which = geo[drawn, k, 7].long()
                    hue = self.sprites.hue[pack_name][i]
                    change = (which > 0).nonzero()[:, 0]
                    if len(change):
                        sprite[change] = self.recolour(sprite[change], which[change], hue[change])
                at = torch.searchsorted(sel, drawn)
                layer[at] = layer[at] * (1 - sprite[:, 3:]) + sprite
            cut = geo[sel, k, 11][:, None, None, None]
            layer = layer * torch.where(cut > 0, places.cover(self.grid[1] - cut), torch.ones_like(cut))
            if look.layer:
                layer = look.layer(layer, {name: v[sel] for name, v in t.items()}, self)
            rgb = layer[:, :3] * (tint[sel][:, :, None, None] if look.tint else 1.0)
            img[sel] = img[sel] * (1 - layer[:, 3:]) + rgb
            if look.wear and len(drawn):
                hh = torch.where(has[:, None], own_half[drawn, k], half[drawn, k])
                img[drawn] = look.wear(self, img[drawn], pack_name, i, x[drawn, k], yy, size[drawn, k], angle[drawn, k], geo[drawn, k, 4], hh)
        if sea.any():
            sel = sea.nonzero()[:, 0]
            g = places.Group(t["p"][sel], t["sky"][sel], t["a"][sel], t["b"][sel], self.grid)
            mask, water = places.sea_front(g)
            if look.ground:
                water = look.ground(water, {k: v[sel] for k, v in t.items()}, self)
            img[sel] = img[sel] + mask[:, None] * (water - img[sel])
        for value, sel, g in self.groups(t, t["weather"]):
            if places.WEATHER[value] in ("rain", "snowfall"):
                img[sel] = places.weather(g, img[sel], places.WEATHER[value])
            elif places.WEATHER[value] in ("storm", "fog"):
                img[sel] = getattr(places, places.WEATHER[value])(g, img[sel])
        if look.tint:
            img = self.glow(img, t["lights"])
        if look.finish:
            img = look.finish(img, t, self)
        return img.clamp(0, 1)

    def stroke_layers(self, t):
        """Premultiplied layers [m, 4, 256, 256] of all strokes at once, and the row of each scene's k-th layer in them [n, K], -1 where it has none."""
        first, count = t["geo"][..., 12].long(), t["geo"][..., 13].long()
        where = (count > 0).nonzero()
        rows = torch.full(count.shape, -1, device=self.device)
        layers = torch.zeros((len(where), 4, 256, 256), device=self.device)
        if len(where):
            scene, k = where[:, 0], where[:, 1]
            rows[scene, k] = torch.arange(len(where), device=self.device)
            strokes.paint(layers, t["strokes"], scene, first[scene, k], count[scene, k], *self.grid)
        return layers, rows

    def glow(self, img, lights):
        """Warm light around lamps and fires; lights [n, L, 4]: x, y, radius in pixels, strength (0: none)."""
        X, Y = self.grid
        warm = torch.tensor([1.0, 0.80, 0.45], device=self.device)[None, :, None, None]
        for k in range(lights.shape[1]):
            on = (lights[:, k, 3] > 0).nonzero()[:, 0]
            if len(on):
                x, y, radius, strength = (lights[on, k, j, None, None] for j in range(4))
                near = (1 - ((X - x) ** 2 + (Y - y) ** 2).sqrt() / radius).clamp(0, 1) ** 2 * strength
                img[on] = img[on] + near[:, None] * warm * (1.15 - img[on]).clamp(min=0)
        return img

    def shadow(self, img, sel, x, foot, size, half, amount):
        cast = (amount > 0).nonzero()[:, 0]
        if not len(cast):
            return img
        x, bottom = x[cast][:, None, None], foot[cast][:, None, None]
        rx = (half[:, 0] * size * 0.86 + 3)[cast][:, None, None]
        X, Y = self.grid
        d = (((X - x) / rx) ** 2 + ((Y - bottom + 1) / (rx * 0.16 + 2)) ** 2)
        mask = (1.15 - d).clamp(0, 1) * 0.26 * amount[cast][:, None, None]
        img[sel[cast]] = img[sel[cast]] * (1 - mask[:, None])
        return img


class SceneSource:
    """The data side in one object. Seeded: the same seed and calls give the same scenes."""

    def __init__(self, device, sprites, seed):
        self.device, self.seed, self.calls = torch.device(device), seed, 0
        self.renderer = Renderer(device, sprites)
        self.samplers = {}

    def sampler(self, style="base", concept=None, concept_share=0.75):
        key = (styles.LOOKS[style].sprites if style != "base" else None, concept, concept_share)
        if key not in self.samplers:
            self.samplers[key] = scene_specs.Sampler(f"{self.seed}/{key}", key[0] or "base", concept, concept_share)
        return self.samplers[key]

    def specs(self, n, split="train", style="base", concept=None, concept_share=0.75):
        """n specs and their captions (style-neutral)."""
        s = self.sampler(style, concept, concept_share)
        out = [s.sample(split) for _ in range(n)]
        return out, [grammar.caption(x, s.rng, split=split) for x in out]

    def sample(self, n, split="train", style="base"):
        specs, captions = self.specs(n, split, style)
        return Batch(self.render(specs, style), captions, specs)

    def render(self, specs, style="base"):
        return self.render_packed(pack(specs), style)

    @torch.no_grad()
    def render_packed(self, packed, style="base"):
        """Packed specs -> [n, 3, 256, 256] float32 in [-1, 1]."""
        return self.renderer.render(self.renderer.tensors(packed), style) * 2 - 1


def _work(job):
    seed, n, split, style, keep, share, wordings, modified = job
    s = scene_specs.Sampler(seed, style, natural_share=share)
    out = [s.sample(split) for _ in range(n)]
    texts = [grammar.caption(x, s.rng, split=split) for x in out for _ in range(wordings)]
    if modified is not None:
        texts = token_rows([grammar.with_modifier(t, modified, s.rng) if s.rng.random() < 0.15 else t for t in texts])
    return pack(out), texts, out if keep else None


@lru_cache(maxsize=1)
def tokenizer():
    return Tokenizer.load()


def token_rows(texts):
    """Token ids, int16 [N, 77]."""
    return np.array([tokenizer().encode(t, pad=True) for t in texts], np.int16)


def spec_batches(batch, workers=8, seed=0, split="train", sprite_style="base", count=None, keep_specs=False, natural_share=0.0, wordings=1, modified=None):
    """Endless (or `count`) batches (packed, captions, specs or None) made in worker processes; order and content depend on the seed only.
    natural_share: of them scenes of natural.py; wordings: captions of each scene, one after the other.
    modified: a list of words that 15 % of the captions carry without the picture following them; captions then come as token ids, int16 [N, 77]."""
    def numbered():
        i = 0
        while count is None or i < count:
            yield (f"{seed}/{split}/{i}", batch, split, sprite_style, keep_specs, natural_share, wordings, modified)
            i += 1

    if workers <= 0:
        for job in numbered():
            yield _work(job)
        return
    import multiprocessing
    from collections import deque
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pending, todo = deque(), numbered()
        for job in todo:
            pending.append(pool.apply_async(_work, (job,)))
            if len(pending) >= workers * 3:
                yield pending.popleft().get()
        while pending:
            yield pending.popleft().get()
