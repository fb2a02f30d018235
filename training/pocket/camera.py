"""Steps closer to a composed scene, so that who acts in it fills the picture: faces and hands get pixels that latents can hold."""
import math

from . import places

FLOATING = {"underwater", "space", "clouds"}  # nothing stands there
KEPT = {"cliff", "hill", "table"}  # whose ground is a part of the picture only
WATER = {"sea", "lake"}  # whose waves hide what is below the line
MOST, SHARE, MARGIN = 1.75, 0.75, 9


def extent(layers, half):
    """Box (left, top, right, bottom) of all layers in pixels."""
    boxes = []
    for d in layers:
        if "key" in d:
            hx, hy = half[d["key"]]
            hx, hy = hx * d["size"] * d.get("wide", 1), hy * d["size"] * d.get("tall", 1)
            if d["angle"]:
                cos, sin = abs(math.cos(math.radians(d["angle"]))), abs(math.sin(math.radians(d["angle"])))
                hx, hy = hx * cos + hy * sin, hx * sin + hy * cos
            boxes.append((d["x"] - hx, d["y"] - hy, d["x"] + hx, min(d["y"] + hy, d.get("cut") or 999)))
        for x0, y0, x1, y1, w0, w1, *_ in d.get("strokes", ()):
            boxes.append((min(x0 - w0, x1 - w1), min(y0 - w0, y1 - w1), max(x0 + w0, x1 + w1), max(y0 + w0, y1 + w1)))
    left, top, right, bottom = zip(*boxes)
    return min(left), min(top), max(right), max(bottom)


def closer(spec, rng, half, floor):
    """Scales all layers of a natural spec in place by one factor, where there is room; half: half width and height of each object by its key, in units of its longest side.

    Things that stand are scaled about the line `floor`, which comes down a little; things that float about their middle.
    """
    layers = spec.get("layers", spec["objects"])
    if not layers or spec["place"] in KEPT or rng.random() > SHARE:
        return spec
    left, top, right, bottom = extent(layers, half)
    width, height = right - left, bottom - top
    floats = spec["place"] in FLOATING or bottom < floor - 30
    lowest = 256 - MARGIN if floats else floor if spec["place"] in WATER else min(floor + 18, 238)
    k = min(MOST, (256 - 2 * MARGIN) / width, (lowest - MARGIN) / (height if floats else floor - top), (256 - lowest) / max(bottom - floor, 1) if not floats else MOST)
    if k < 1.08:
        return spec
    k = 1 + (k - 1) * rng.uniform(0.65, 1)
    x, y = (left + right) / 2, (top + bottom) / 2 if floats else floor
    room = 128 - MARGIN - k * width / 2
    to_x = min(max(x, 128 - room), 128 + room)
    to_y = min(max(y, MARGIN + k * height / 2), lowest - k * height / 2) if floats else min(max(floor + 34 * (k - 1), MARGIN + k * (floor - top)), lowest)
    moved = set()

    def at(px, py):
        return round(to_x + (px - x) * k, 1), round(to_y + (py - y) * k, 1)

    for d in [*layers, *spec["objects"]]:
        if id(d) in moved:
            continue
        moved.add(id(d))
        if "key" in d:
            d["x"], d["y"] = at(d["x"], d["y"])
            d["size"] = round(d["size"] * k, 1)
        for name in ("cut", "cast"):
            if d.get(name):
                d[name] = at(0, d[name])[1]
        if "strokes" in d:
            d["strokes"] = [(*at(x0, y0), *at(x1, y1), w0 * k, w1 * k, *rest) for x0, y0, x1, y1, w0, w1, *rest in d["strokes"]]
    if "lights" in spec:
        spec["lights"] = [(*at(lx, ly), radius * k, strength) for lx, ly, radius, strength in spec["lights"]]
    return spec
