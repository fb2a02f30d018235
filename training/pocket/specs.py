"""Random scene specifications: plain dicts that say what is drawn where; the renderer and the caption grammar read the same dict.

spec = {place, sky, weather, colour, colour2 (plain and patterns), p: 8 numbers in [0, 1], relation, objects: [{key, name, x, y, size, angle, mirror, colour, shadow}]}
x, y: centre in pixels; size: longest side of the object's box in pixels; colour: a recolouring word or None.
"""
import random
from bisect import bisect
from itertools import accumulate

from . import natural, objects, places

FAVOURITE = {
    "animal": ["meadow", "forest", "snow", "hill", "park", "desert", "mountains", "beach", "room"], "bird": ["meadow", "park", "forest", "hill", "beach", "snow", "sea"],
    "sea animal": ["underwater", "underwater", "sea", "beach"], "insect": ["meadow", "park", "forest"], "flower": ["meadow", "park", "table", "hill"], "plant": ["meadow", "hill", "park", "desert", "snow", "beach"],
    "fruit": ["table", "table", "room", "park"], "vegetable": ["table", "table", "room"], "food": ["table", "table", "room", "park"], "drink": ["table", "table", "room", "beach"], "household": ["table", "room"],
    "landform": ["meadow", "desert", "sea", "snow"], "building": ["meadow", "hill", "city", "snow", "mountains", "street", "desert", "forest"], "vehicle": ["road", "street", "city", "desert", "meadow", "snow"],
    "boat": ["sea", "sea", "sea", "beach"], "aircraft": ["city", "mountains", "meadow", "sea", "hill", "space"], "sky": ["meadow", "mountains", "sea", "city", "space", "hill"], "party": ["room", "table", "park"],
    "sport": ["park", "room", "meadow", "beach"], "toy": ["room", "table", "park"], "clothing": ["room", "table"], "device": ["table", "room"], "instrument": ["room", "table", "park"], "tool": ["table", "room"],
    "furniture": ["room", "room", "room", "street"], "object": ["table", "room"], "person": ["street", "park", "room", "beach", "city", "meadow", "snow"], "face": ["room"], "shape": ["space"], "sign": ["road", "street"], "body": ["room"],
}
GROUND_PLACES = [p for p in places.PLACES if p not in places.PATTERN and p != "plain"]
HOVER = {"space", "underwater"}
NO_TURN = {"building", "furniture", "landform"}
TEXTED = {"sign", "device", "object"}  # not mirrored: they may carry letters


class Sampler:
    """Draws specs; seeded and independent of torch. Held-out object pairs (one in 20, by hash) appear only in split "eval"."""

    def __init__(self, seed, style="base", concept=None, concept_share=0.75, natural_share=0.0):
        self.rng = random.Random(seed)
        pack = None if style == "base" else style
        pool = [o for o in objects.load() if not o.concept and (pack is None or pack in o.styles) and o.name]
        self.pool, self.cumulative = pool, list(accumulate(o.weight for o in pool))
        held = [o for o in objects.load() if concept and o.concept == concept and (pack is None or pack in o.styles)]
        self.held, self.share = held, concept_share if held else 0.0
        self.composer = natural.Composer(self.rng) if natural_share and not concept and pack is None else None
        self.natural_share = natural_share

    def one(self):
        """A base object by weight."""
        return self.pool[bisect(self.cumulative, self.rng.random() * self.cumulative[-1])]

    def pick(self):
        return self.rng.choice(self.held) if self.held and self.rng.random() < self.share else self.one()

    def other(self, first, split):
        for _ in range(20):
            o = self.one()
            if o.name != first.name and (held_out_pair(first, o) == (split == "eval")):
                return o
        return o

    def sample(self, split="train"):
        r = self.rng
        if self.composer and split == "train" and r.random() < self.natural_share:
            return self.composer.sample()
        u = r.random()
        a = self.pick()
        if u < 0.40:
            return self.scene([a], "single")
        if u < 0.79:
            relation = r.choices(["and", "left", "right", "next", "above", "below", "on", "front"], [26, 13, 13, 14, 7, 7, 11, 9])[0]
            b = self.other(a, split)
            if relation == "on":
                for _ in range(60):
                    if b.support and b.name != a.name and not a.support or b.name in ("rock", "box", "car", "house", "chair") and b.name != a.name:
                        break
                    b = self.other(a, split)
                else:
                    relation = "next"
            return self.scene([a, b], relation)
        if u < 0.93:
            n = r.choices([2, 3, 4], [5, 5, 3])[0]
            return self.scene([a] * n, "row" if n == 3 and r.random() < 0.35 else "count")
        b = self.other(a, split)
        c = self.other(b, split)
        for _ in range(20):
            if c.name != a.name:
                break
            c = self.other(b, split)
        return self.scene([a, b, c], "list" if c.name != a.name else "and")

    # --- the ground
    def place(self, objs, relation):
        r = self.rng
        if relation in ("above", "below"):
            return r.choices(["plain", "dots", "stripes", "checks", "space", "underwater"], [60, 5, 5, 5, 12, 13])[0]
        u = r.random()
        if u < 0.30:
            return "plain"
        if u < 0.37:
            return r.choice(["dots", "stripes", "checks"])
        if u < 0.74:
            return r.choice(FAVOURITE.get(objs[0].category, GROUND_PLACES))
        return r.choice(GROUND_PLACES)

    def scene(self, objs, relation, place=None, sky=None, weather=None, colour=None, colours=None):
        r = self.rng
        place = place or self.place(objs, relation)
        spec = {"place": place, "relation": relation, "p": [round(r.random(), 4) for _ in range(8)], "colour": None, "colour2": None}
        outdoor = place in places.OUTDOOR
        spec["sky"] = sky or (r.choices(places.SKIES, [58, 20, 13, 9])[0] if outdoor else r.choices(["day", "night"], [88, 12])[0] if place == "room" else "day")
        if weather is None:
            weather = "none"
            if outdoor and r.random() < 0.15:
                weather = "snowfall" if place == "snow" or r.random() < 0.3 else r.choice(["rain", "rainbow"])
        if weather == "rain" and spec["sky"] in ("day", "sunset"):
            spec["sky"] = "overcast"
        if weather == "rainbow":
            spec["sky"] = "day"
        spec["weather"] = weather
        if place == "plain" or place in places.PATTERN:
            self.ground_colours(spec, objs, colour)
        spec["objects"] = self.layout(objs, relation, place)
        if relation in ("single", "and", "left", "right", "next", "front") or relation in ("count", "row"):
            self.paint(spec, objs, relation, colours)
        return spec

    def ground_colours(self, spec, objs, colour):
        r = self.rng
        names = list(places.COLOURS)
        c = colour or r.choice(names)
        if colour is None and any(o.pale for o in objs) and c in places.PALE:
            c = r.choice(["blue", "teal", "purple", "red", "green", "dark blue", "orange"])
        spec["colour"] = c
        if spec["place"] != "plain":
            light = c in places.PALE or c in ("yellow", "gray")
            others = [x for x in names if x != c and (x in places.PALE) != light and x not in ("black", "gray")]
            spec["colour2"] = r.choice(others) if not (c != "white" and r.random() < 0.4) else "white"

    def paint(self, spec, objs, relation, colours):
        """Recolouring of objects that can be: the word becomes part of the caption."""
        r = self.rng
        palette = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"]
        same = relation in ("count", "row")
        shared = r.choice(palette) if r.random() < 0.45 else None
        for i, (o, d) in enumerate(zip(objs, spec["objects"])):
            if not o.recolour:
                continue
            word = colours[i] if colours else (shared if same else (r.choice(palette) if r.random() < 0.5 else None))
            if word == spec["colour"] and spec["place"] == "plain" and not colours:
                word = None
            d["colour"] = word

    # --- positions
    def layout(self, objs, relation, place):
        r = self.rng
        n = len(objs)
        ground, hover = places.GROUND[place], place in HOVER
        plain = place == "plain" or place in places.PATTERN
        jitter = lambda s: r.uniform(-s, s)  # noqa: E731

        def item(o, x, size, bottom=None, y=None, shadow=True):
            angle = 0.0 if o.category in NO_TURN or not (plain or hover) and r.random() < 0.5 else r.uniform(-6, 6)
            d = {"key": o.key, "name": o.name, "x": round(x, 1), "size": round(size, 1), "angle": round(angle, 1), "colour": None,
                 "mirror": int(o.category not in TEXTED and r.random() < 0.5), "shadow": int(shadow and not hover)}
            if y is not None:
                d["y"], d["stand"] = round(y, 1), 0
            else:
                d["y"], d["stand"] = round(bottom, 1), 1  # the renderer puts the box's bottom here
            return d

        def placed(o, x, size, rise=0.0):
            if hover or plain:
                return item(o, x, size, y=(130 if plain else 126) - rise + jitter(5), shadow=plain)
            if o.flying and place in places.OUTDOOR:
                return item(o, x, min(size, 110), y=92 + jitter(18), shadow=False)
            return item(o, x, size, bottom=ground - rise + jitter(3), shadow=place != "sea")

        if n == 1:
            size = r.uniform(105, 155)
            if place == "hill":
                size = r.uniform(100, 132)
            return [placed(objs[0], 128 + jitter(16 if plain else 26), size)]
        if relation in ("above", "below"):
            a, b = (objs if relation == "above" else objs[::-1])
            s = r.uniform(82, 104)
            return self.ordered([item(a, 128 + jitter(10), s, y=72, shadow=False), item(b, 128 + jitter(10), s * r.uniform(0.92, 1.06), y=184, shadow=plain)], relation)
        if relation == "on":
            a, b = objs
            big, small = r.uniform(104, 122), r.uniform(62, 78)
            base = item(b, 128 + jitter(12), big, bottom=(ground + 4) if not hover else 206, shadow=not hover)
            top = item(a, base["x"] + jitter(8), small, bottom=0, shadow=False)
            top["on"] = 0
            base["angle"] = top["angle"] = 0.0
            return [base, top]
        if relation == "front":
            a, b = objs
            x = 128 + jitter(8)
            side = r.choice([-1, 1]) * r.uniform(26, 40)
            low = (ground if not (hover or plain) else 200)
            back = item(b, x - side * 0.6, r.uniform(118, 138), bottom=low - 8, shadow=place != "sea")
            fore = item(a, x + side, r.uniform(74, 90), bottom=low + 12, shadow=place != "sea")
            return [back, fore]
        if n == 2:
            s = r.uniform(82, 114)
            gap = s / 2 + r.uniform(4, 12)
            k = [1, r.uniform(0.9, 1.06)] if relation != "count" else [1, 1]
            order = objs[::-1] if relation == "right" or relation in ("and", "next") and r.random() < 0.5 else objs
            row = [placed(o, 128 + gap * (2 * i - 1) + jitter(2), min(s * k[i], 114)) for i, o in enumerate(order)]
            return row if order is objs else row[::-1]
        if n == 3:
            if relation == "row" or relation == "list" or r.random() < 0.5 or not plain and not hover:
                s = r.uniform(68, 80)
                return [placed(o, 128 + (i - 1) * (s + 5) + jitter(1), s) for i, o in enumerate(objs)]
            s = r.uniform(74, 88)
            return [item(objs[0], 128, s, y=78, shadow=plain), item(objs[1], 128 - s * 0.62, s, y=180, shadow=plain), item(objs[2], 128 + s * 0.62, s, y=180, shadow=plain)]
        if (plain or hover) and r.random() < 0.6:
            s = r.uniform(72, 88)
            return [item(o, 128 + (i % 2 - 0.5) * (s + 16), s, y=130 + (i // 2 - 0.5) * (s + 18), shadow=plain) for i, o in enumerate(objs)]
        s = r.uniform(52, 57)
        return [placed(o, 128 + (i - 1.5) * (s + 5), s) for i, o in enumerate(objs)]

    @staticmethod
    def ordered(items, relation):
        return items if relation == "above" else items[::-1]


def held_out_pair(a, b):
    """About one pair of names in 20 is kept for the evaluation, whatever the order."""
    x, y = sorted((a.name, b.name))
    h = 2166136261
    for ch in (x + "|" + y).encode():
        h = ((h ^ ch) * 16777619) & 0xFFFFFFFF
    return h % 20 == 0
