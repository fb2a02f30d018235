"""Procedural backgrounds: places, skies and weather, drawn flat and clean, vectorised over a group of scenes that share a place.

Every painter takes a `Group` (per-scene parameters p in [0, 1], sky index, colours) and returns images [n, 3, 256, 256] in [0, 1].
Edges are antialiased by signed distances in pixels.
"""
import torch

from . import settings
from .brushes import (SIZE, SKIES, Group, blend, box, cover, ellipse, flat, hash01, over, peaks, pines, rgb, rolling, sky, skyline, speckle, swatch, tufts, wall_colour, waves, window)  # noqa: F401 (others take some of them from here)

PLACES = ["plain", "dots", "stripes", "checks", "meadow", "hill", "snow", "beach", "sea", "desert", "mountains", "forest", "road", "street", "city", "room", "table", "space", "underwater", "park",
          "moon", "cliff", "lake", "jungle", "farm", "kitchen", "bedroom", "library", "cave", "clouds", "volcano", "ice", "stage", "playground",
          "classroom", "castle", "bathroom", "office", "museum", "cafe", "shop", "garden", "wheat", "swamp", "harbor", "river", "rooftop", "pitch", "pool", "mars", "canyon", "station", "spaceship", "valley", "village", "wall", "balcony"]
WEATHER = ["none", "rain", "snowfall", "rainbow", "storm", "fog", "aurora", "fireworks"]
INDOOR = {"room", "bedroom", "kitchen", "library"} | settings.INDOOR
OUTDOOR = {"meadow", "hill", "snow", "beach", "sea", "desert", "mountains", "forest", "road", "street", "city", "park", "cliff", "lake", "jungle", "farm", "volcano", "ice", "playground"} | settings.OUTDOOR
PATTERN = {"dots", "stripes", "checks"}
# y of the line on which things stand, and of the horizon, per place (pixels)
GROUND = {"plain": 196, "dots": 196, "stripes": 196, "checks": 196, "meadow": 212, "hill": 168, "snow": 212, "beach": 216, "sea": 186, "desert": 212, "mountains": 216, "forest": 218, "road": 214,
          "street": 214, "city": 218, "room": 220, "table": 196, "space": 190, "underwater": 190, "park": 214,
          "moon": 208, "cliff": 166, "lake": 186, "jungle": 220, "farm": 214, "kitchen": 224, "bedroom": 222, "library": 222, "cave": 214, "clouds": 190, "volcano": 216, "ice": 214, "stage": 214, "playground": 216, **settings.GROUND}
COLOURS = {  # colour words of plain grounds
    "white": "#f7f6f2", "gray": "#b4bac2", "light blue": "#a9d8f5", "blue": "#3f86e0", "dark blue": "#243a73", "teal": "#38a8a0", "green": "#57b368", "light green": "#b4e0a0", "yellow": "#f8d458", "orange": "#f59a42",
    "red": "#e0524d", "pink": "#f6b0c4", "purple": "#8f68cc", "lavender": "#cdbdf0", "beige": "#ecdcbe", "brown": "#97694a", "black": "#26282e"}
PALE = {"white", "beige", "light green", "light blue", "lavender", "pink"}


def plain(g):
    return flat(g, g.a)


def dots(g):
    u, v = g.X / 32, g.Y / 32
    v_shift = (u.floor() % 2) * 0.5
    d = (((u % 1) - 0.5) ** 2 + (((v + v_shift) % 1) - 0.5) ** 2).sqrt() * 32 - 8.5
    return over(flat(g, g.a), cover(d).expand(g.n, -1, -1), g.b)


def stripes(g):
    upright = (g.q(0) < 0.5).float()
    u = upright * g.X + (1 - upright) * (g.X + g.Y) * 0.7071
    d = ((u / 32) % 1 - 0.5).abs() * 32 - 8
    return over(flat(g, g.a), cover(d), g.b)


def checks(g):
    d = torch.maximum(((g.X / 64) % 1 - 0.5).abs(), ((g.Y / 64) % 1 - 0.5).abs()) * 64 - 16
    e = torch.maximum(((g.X / 64 + 0.5) % 1 - 0.5).abs(), ((g.Y / 64 + 0.5) % 1 - 0.5).abs()) * 64 - 16
    return over(flat(g, g.a), torch.maximum(cover(d), cover(e)).expand(g.n, -1, -1), g.b)


def meadow(g):
    img = sky(g)
    img = over(img, rolling(g, 160.0, 8, 46.0, 0), g.pick("#a5d977", "#2f5a4c", "#b5a24f", "#8fb582"))
    img = over(img, rolling(g, 176.0, 4, 70.0, 1), g.pick("#7cc656", "#24493f", "#8f9142", "#76a36b"))
    return over(img, tufts(g, 188, None), g.pick("#5fab40", "#1b3b34", "#747c34", "#5f8c57"))


def hill(g):
    img = sky(g, 200.0)
    img = over(img, rolling(g, 214.0, 8, 40.0, 0), g.pick("#a9dc85", "#2c5550", "#b99a55", "#9abd90"))
    d = ((g.X - 128) / 150) ** 2 - (g.Y - 162) / 105
    return over(img, cover(d * 60), g.pick("#76c156", "#25493f", "#8d8e40", "#74a169"))


def snow(g):
    img = sky(g)
    mask, stem = pines(g, 172.0, 54.0, 50.0, 0, None)
    img = over(img, stem, g.colour("#6b5444"))
    img = over(img, mask, g.pick("#7fae9d", "#2c4a66", "#8b7b86", "#8ba39f"))
    img = over(img, rolling(g, 166.0, 6, 44.0, 1), g.pick("#e4f1fb", "#7f93c4", "#f4d3c9", "#dde5ec"))
    return over(img, rolling(g, 186.0, 5, 62.0, 2), g.pick("#f8fcff", "#9db0d8", "#fde6dc", "#eef2f6"))


def beach(g):
    img = sky(g, 150.0)
    img = over(img, cover(150 - g.Y).expand(g.n, -1, -1), g.pick("#35a6d8", "#1d3f7c", "#b06a86", "#6f93a8"))
    img = over(img, rolling(g, 177.0, 4, 38.0, 0), g.pick("#eafaff", "#7f9fd0", "#ffd9c4", "#dbe8ee"))
    return over(img, rolling(g, 182.0, 4, 38.0, 0), g.pick("#f5dfa5", "#6d6a7c", "#e5a970", "#d8ccae"))


WATER = ("#3aa0dc", "#1f3f80", "#a8608a", "#6c90a8")
WAVES = ("#8fd0f3", "#4b6cb4", "#f0a69a", "#a9c2d0")


def sea(g):
    img = sky(g, 150.0)
    img = over(img, cover(148 - g.Y).expand(g.n, -1, -1), g.pick(*WATER))
    return over(img, waves(g, 156.0), g.pick(*WAVES))


def sea_front(g):
    """Water in front of things afloat: mask [n, H, W] and colours."""
    mask = cover(181 + 3 * torch.sin(g.X / 13 + g.q(1) * 6.283) - g.Y)
    img = over(flat(g, g.pick("#2f93d0", "#1a3772", "#995680", "#6185a0")), waves(g, 190.0), g.pick(*WAVES))
    return mask, img


def desert(g):
    img = sky(g)
    img = over(img, rolling(g, 156.0, 14, 52.0, 0), g.pick("#f0c57e", "#6a5878", "#c9795a", "#d3bd98"))
    return over(img, rolling(g, 182.0, 9, 60.0, 1), g.pick("#e8b264", "#57486a", "#b2644c", "#c4ab83"))


def mountains(g):
    img = sky(g)
    rock = g.pick("#8a9bb0", "#3c4674", "#96617c", "#8b95a0")
    cap = g.pick("#ffffff", "#aebbe6", "#ffe0cc", "#eef1f4")
    for body, top in peaks(g, ((62.0, 92.0, 84.0, 0), (200.0, 96.0, 74.0, 1), (132.0, 84.0, 102.0, 2)), rock, cap):
        img = over(img, body, rock)
        img = over(img, top, cap)
        rock = rock * 0.94
    img = over(img, rolling(g, 178.0, 5, 52.0, 3), g.pick("#8ccb68", "#2a5046", "#9a9448", "#84ad78"))
    return img


def forest(g):
    img = sky(g)
    for y, period, height, k, colours in ((178.0, 40.0, 110.0, 0, ("#6fb07a", "#244a50", "#7d7553", "#7f9f88")), (192.0, 58.0, 118.0, 1, ("#3f8f54", "#1a3a3f", "#5f6a3c", "#5b8265"))):
        mask, stem = pines(g, y, period, height, k, None)
        img = over(img, stem, g.pick("#7a5638", "#2e2c36", "#5c3f30", "#6c5747"))
        img = over(img, mask, g.pick(*colours))
    img = over(img, rolling(g, 190.0, 3, 60.0, 2), g.pick("#7cbf58", "#1f4238", "#838a3e", "#739d66"))
    return img


def asphalt(g, y0, y1):
    img_road = cover(torch.maximum(y0 - g.Y, g.Y - y1)).expand(g.n, -1, -1)
    dash = cover(torch.maximum((g.Y - (y0 + y1) / 2 - 12).abs() - 2.5, (((g.X + g.q(3) * 60) / 60 % 1) - 0.5).abs() * 60 - 17))
    return img_road, dash


def road(g):
    img = sky(g)
    img = over(img, rolling(g, 156.0, 6, 50.0, 0), g.pick("#9ad672", "#2b554a", "#ab9c4c", "#8db17f"))
    band, dash = asphalt(g, 186.0, 244.0)
    img = over(img, band, g.pick("#6d737d", "#343a55", "#6b5a66", "#70767d"))
    return over(img, dash, g.pick("#fbf7e6", "#b7bddc", "#ffe3c0", "#eeeeea"))


def city(g):
    img = sky(g, 190.0)
    glass = g.pick("#dff1fb", "#ffd873", "#ffe3a0", "#d7e0e8")
    img = skyline(g, 194.0, 40.0, 60.0, 124.0, 0, g.pick("#a9c0d8", "#333f78", "#b06f86", "#a6b0ba"), glass, img)
    img = skyline(g, 194.0, 52.0, 30.0, 82.0, 1, g.pick("#7f9cbc", "#222b5c", "#86537a", "#84909c"), glass, img)
    return over(img, cover(192 - g.Y).expand(g.n, -1, -1), g.pick("#bfc4c9", "#3b4166", "#a97f80", "#adb2b7"))


def street(g):
    img = sky(g, 180.0)
    glass = g.pick("#e6f5fc", "#ffd873", "#ffe9b0", "#dfe6ec")
    walls = swatch(g.device, *("#e8a07a", "#d98f8a", "#e6c07a", "#9fb8c9"))[(g.p[:, 2] * 3.99).long()]
    tone = g.pick("#ffffff", "#5a5f96", "#e2a498", "#d2d6da")
    img = skyline(g, 180.0, 64.0, 64.0, 104.0, 0, walls * tone, glass, img)
    img = over(img, cover(178 - g.Y).expand(g.n, -1, -1), g.pick("#cfd2d4", "#4a5076", "#c09a92", "#bcc0c4"))
    band, dash = asphalt(g, 192.0, 250.0)
    img = over(img, band, g.pick("#6d737d", "#2e3350", "#6b5a66", "#70767d"))
    return over(img, dash, g.pick("#fbf7e6", "#b7bddc", "#ffe3c0", "#eeeeea"))


def room(g):
    img = flat(g, wall_colour(g, 0))
    img = window(g, img)
    img = over(img, cover(178 - g.Y).expand(g.n, -1, -1), g.pick("#ffffff", "#9a9fca", "#ffeadb", "#eff1f3"))
    floor = g.pick("#c9966b", "#5b4a66", "#c27d58", "#b39477")
    img = over(img, cover(186 - g.Y).expand(g.n, -1, -1), floor)
    boards = cover((((g.Y - 186) / 24 % 1) - 0.5).abs() * -24 + 11) * (g.Y > 190).float()
    return over(img, boards.expand(g.n, -1, -1), floor * 0.9)


def table(g):
    img = flat(g, wall_colour(g, 0))
    wood = g.pick("#c98d58", "#5f4763", "#be7549", "#b08c69")
    img = over(img, cover(172 - g.Y).expand(g.n, -1, -1), wood)
    return over(img, cover(222 - g.Y).expand(g.n, -1, -1), wood * 0.78)


def space(g):
    img = blend(g.colour("#17123d"), g.colour("#3a2468"), g.Y / 255)
    img = over(img, speckle(g, 26.0, 1.9, g.q(6) * 9), g.colour("#fff7dd"))
    planet = swatch(g.device, *("#e8835a", "#6fb6d8", "#c98ad6"))[(g.p[:, 0] * 2.99).long()]
    cx = torch.where(g.p[:, 5] < 0.5, 34 + 20 * g.p[:, 4], 222 - 20 * g.p[:, 4])[:, None, None]
    disc = ellipse(g, cx, 44.0, 24.0, 24.0)
    img = over(img, disc, planet)
    return over(img, disc * ellipse(g, cx + 12, 54.0, 24.0, 24.0), planet * 0.82)


def underwater(g):
    img = blend(g.colour("#4cc3e2"), g.colour("#145a9c"), g.Y / 255)
    ray = ((((g.X + g.Y * 0.45) / 74 + g.q(0)) % 1) - 0.5).abs() * 74 - 13
    img = over(img, cover(ray * 0.2) * 0.16 * (1 - g.Y / 256), g.colour("#ffffff"))
    rows = speckle(g, 58.0, 6.5, g.q(6) * 9, density=0.6)
    img = over(img, rows * 0.55, g.colour("#c8f2fb"))
    for k, x0 in enumerate((26.0, 232.0, 206.0)):
        sway = 6 * torch.sin(g.Y / 13 + g.q(k) * 6.283)
        blade = cover(torch.maximum((g.X - x0 - sway).abs() - 5.5, (168 + 22 * k) - g.Y))
        img = over(img, blade, g.colour("#2f9e74"))
    return over(img, rolling(g, 228.0, 4, 40.0, 1), g.colour("#e6cf94"))


def park(g):
    img = sky(g)
    leaf = g.pick("#58b060", "#1d4840", "#7c8a3c", "#6c9a68")
    for k, x0 in enumerate((28.0, 226.0, 178.0)):
        x = x0 + 14 * (g.q(k) - 0.5)
        img = over(img, box(g, x - 4.5, 130.0, x + 4.5, 178.0), g.pick("#8a5f3e", "#332f3c", "#6a4632", "#77604c"))
        img = over(img, ellipse(g, x, 112.0 + 5 * k, 30 - 4 * k, 32 - 4 * k), leaf * (1 - 0.05 * k))
    img = over(img, rolling(g, 168.0, 4, 56.0, 3), g.pick("#8fd066", "#264e42", "#a09a48", "#86ac76"))
    flowers = speckle(g, 30.0, 4.0, g.q(6) * 9, density=0.55) * (g.Y > 184).float()
    petals = swatch(g.device, *("#f7699a", "#ffffff", "#ffd23f"))[(g.p[:, 7] * 2.99).long()] * g.pick("#ffffff", "#9298cc", "#ffd5c0", "#e6e8ea")
    return over(img, flowers, petals)


def moon(g):
    img = blend(g.colour("#0d0a26"), g.colour("#251a4a"), g.Y / 200)
    img = over(img, speckle(g, 24.0, 1.8, g.q(6) * 9), g.colour("#fff7dd"))
    cx = torch.where(g.p[:, 5] < 0.5, 52 + 24 * g.p[:, 4], 204 - 24 * g.p[:, 4])[:, None, None]
    disc = ellipse(g, cx, 50.0, 25.0, 25.0)
    img = over(img, disc, g.colour("#2f8fe0"))
    img = over(img, disc * torch.maximum(ellipse(g, cx - 9, 44.0, 11.0, 8.0), ellipse(g, cx + 8, 59.0, 10.0, 9.0)), g.colour("#5fbf63"))
    img = over(img, rolling(g, 172.0, 6, 60.0, 0), g.colour("#8d8d9c"))
    img = over(img, rolling(g, 186.0, 4, 48.0, 1), g.colour("#b9b9c4"))
    for k in range(4):
        x, y = 22 + 62 * k + 30 * (g.q(k) - 0.5), 206 + 12 * (k % 2) + 24 * g.q(3 - k)
        img = over(img, ellipse(g, x, y, 17 - 2 * k, 6.0), g.colour("#8f8f9e"))
        img = over(img, ellipse(g, x + 1, y + 2, 14 - 2 * k, 4.0), g.colour("#a5a5b2"))
    return img


def cliff(g):
    img = sky(g, 150.0)
    img = over(img, cover(152 - g.Y).expand(g.n, -1, -1), g.pick(*WATER))
    img = over(img, waves(g, 164.0), g.pick(*WAVES))
    side = torch.where(g.p[:, 0] < 0.5, -1.0, 1.0)[:, None, None]
    edge = side * (g.X - 128) + 74 + 5 * torch.sin(g.Y / 9 + g.q(1) * 6.283) + (g.Y - 166) * -0.25  # land on one side up to beyond the middle
    rock = cover(torch.maximum(edge - 148, 166 - g.Y))
    img = over(img, rock, g.pick("#8d7763", "#3a3950", "#8a5a4c", "#7d746c"))
    ledge = (((g.Y - 166) / 22 + 0.25 * torch.sin(g.X / 21)) % 1 - 0.5).abs() * 22 - 9.6
    img = over(img, rock * cover(-ledge) * 0.6, g.pick("#76614f", "#2c2b40", "#73473c", "#67605a"))
    grass = cover(torch.maximum(torch.maximum(edge - 150, 162 - g.Y), g.Y - 174 - 2 * torch.sin(g.X / 7)))
    return over(img, grass, g.pick("#76c156", "#25493f", "#8d8e40", "#74a169"))


def lake(g):
    img = sky(g, 150.0)
    img = over(img, rolling(g, 138.0, 10, 40.0, 0), g.pick("#7fb58a", "#22404a", "#8a6f6a", "#86a393"))
    mask, stem = pines(g, 156.0, 30.0, 36.0, 1, None)
    img = over(img, mask, g.pick("#4b9a5c", "#193740", "#6a6440", "#628a6c"))
    img = over(img, cover(154 - g.Y).expand(g.n, -1, -1), g.pick("#62bfe6", "#27498c", "#c07f7c", "#8fb0c0"))
    return over(img, waves(g, 164.0), g.pick("#a6dcf3", "#4b6cb4", "#f0b0a0", "#b4cad6"))


def jungle(g):
    img = sky(g)
    for k, (y, colour) in enumerate(((150.0, ("#4aa55e", "#153a3a", "#6a7a40", "#5b9068")), (176.0, ("#2f8a4a", "#102e30", "#50662f", "#467a54")))):
        u = (g.X + 60 * g.q(k)) / (46 - 8 * k)
        bump = y - 78 + 34 * k + 16 * (torch.sin(u * 6.283).abs()) + 10 * torch.sin(g.X / 13 + k)
        img = over(img, cover(bump - g.Y), g.pick(*colour))
    for k, x0 in enumerate((16.0, 240.0, 66.0)):
        x = x0 + 18 * (g.q(3 + k) - 0.5) + 5 * torch.sin(g.Y / 24)
        img = over(img, cover(torch.maximum((g.X - x).abs() - (7 - k), g.Y - 200)), g.pick("#7a5638", "#2e2c36", "#5c3f30", "#6c5747"))
        vine = cover(torch.maximum((g.X - x - 24 - 6 * torch.sin(g.Y / 17)).abs() - 1.6, g.Y - 90 - 30 * g.q(k)))
        img = over(img, vine, g.pick("#3f9c3c", "#1b4a35", "#66702f", "#4d8a4c"))
    img = over(img, rolling(g, 192.0, 5, 22.0, 2), g.pick("#58b046", "#173f38", "#747a34", "#5d9152"))
    return over(img, tufts(g, 196, None, 0.8), g.pick("#3d8f35", "#112f2c", "#5c6427", "#477842"))


def farm(g):
    img = meadow(g)
    field = cover(torch.maximum(168 - g.Y, g.Y - 190)) * cover(((((g.X - 128) / (g.Y - 140).clamp(min=6)) * 8 % 1) - 0.5).abs() * 8 - 2)
    img = over(img, field * 0.7, g.pick("#c9a24c", "#3d4a3a", "#a0742f", "#a79660"))
    rail = torch.maximum(cover((g.Y - 196).abs() - 2), cover((g.Y - 206).abs() - 2))
    post = cover(torch.maximum((((g.X + 20 * g.q(2)) / 40 % 1) - 0.5).abs() * 40 - 3, (g.Y - 201).abs() - 12))
    return over(img, torch.maximum(rail.expand(g.n, -1, -1), post), g.pick("#fbf5ea", "#8f94c0", "#f3d6bd", "#e4e4e2"))


def kitchen(g):
    img = flat(g, wall_colour(g, 0))
    tile = cover(-torch.minimum(((g.X / 26 % 1) - 0.5).abs() * 26 - 12, ((g.Y / 26 % 1) - 0.5).abs() * 26 - 12) * 0 + torch.maximum(((g.X / 26 % 1) - 0.5).abs(), ((g.Y / 26 % 1) - 0.5).abs()) * -26 + 12)
    img = over(img, tile.expand(g.n, -1, -1) * 0.35 * (g.Y < 128).float(), g.colour("#ffffff"))
    shelf = swatch(g.device, *("#7fb5c9", "#d98f6a", "#8fbf7f", "#c9a06a"))[(g.p[:, 2] * 3.99).long()] * g.pick("#ffffff", "#8a8fc0", "#f7d3bd", "#dfe3e6")
    img = over(img, cover(132 - g.Y).expand(g.n, -1, -1) * cover(g.Y - 202), shelf)
    door = cover((((g.X + 64 * g.q(1)) / 64 % 1) - 0.5).abs() * -64 + 30.5)
    img = over(img, door * cover(142 - g.Y) * cover(g.Y - 202), shelf * 0.85)
    knob = ((((g.X + 64 * g.q(1)) / 64 % 1 - 0.15) * 64) ** 2 + (g.Y - 160) ** 2).sqrt() - 3
    img = over(img, cover(knob), g.colour("#f4e3b0"))
    img = over(img, cover((g.Y - 130).abs() - 4).expand(g.n, -1, -1), g.pick("#f2ede4", "#9a9fca", "#ffe9d6", "#e8e8e6"))
    img = over(img, cover(202 - g.Y).expand(g.n, -1, -1), g.pick("#d9c3a5", "#5b4a66", "#c9946f", "#bfae98"))
    return window(g, img, 96.0)


def bedroom(g):
    img = flat(g, wall_colour(g, 0))
    img = window(g, img, 20.0)
    quilt = swatch(g.device, *("#6fa8dc", "#e58fa8", "#8fc48a", "#b49ae0"))[(g.p[:, 2] * 3.99).long()] * g.pick("#ffffff", "#7d83b8", "#f7d3bd", "#dfe3e6")
    wood = g.pick("#a56953", "#4d3b55", "#96583f", "#8d7060")
    img = over(img, box(g, 150.0, 96.0, 250.0, 196.0).expand(g.n, -1, -1), wood)
    img = over(img, cover(186 - g.Y).expand(g.n, -1, -1), g.pick("#c9966b", "#5b4a66", "#c27d58", "#b39477"))
    img = over(img, box(g, 156.0, 118.0, 246.0, 150.0).expand(g.n, -1, -1), g.pick("#ffffff", "#a9aed6", "#fff0e2", "#f2f4f6"))
    return over(img, box(g, 144.0, 144.0, 254.0, 206.0).expand(g.n, -1, -1), quilt)


def library(g):
    wood = g.pick("#7a4e33", "#3a2c40", "#6d4030", "#6b5647")
    img = flat(g, wood * 0.75)
    row, col = (g.Y / 46).floor(), (g.X / 11).floor()
    tall = 24 + 12 * hash01(col, row, g.q(0) * 5)
    inside = torch.maximum(cover(46 * (row + 1) - 6 - tall - g.Y) * cover(g.Y - 46 * (row + 1) + 6), torch.zeros_like(tall)) * cover(((g.X / 11 % 1) - 0.5).abs() * 11 - 4.6)
    tones = swatch(g.device, *("#d9534f", "#3f7fc9", "#e6b84a", "#5aa56a", "#8c68b8"))
    pick = (hash01(col + 3, row + 7, g.q(1) * 5) * 4.99).long()
    book = tones[pick].permute(0, 3, 1, 2) * g.pick("#ffffff", "#7d83b8", "#f7d3bd", "#dfe3e6")[:, :, None, None]
    img = img + (inside * (g.Y < 184).float())[:, None] * (book - img)
    shelf = cover(((g.Y / 46 % 1) - 0.935).abs() * 46 - 3)
    img = over(img, shelf.expand(g.n, -1, -1), wood)
    return over(img, cover(186 - g.Y).expand(g.n, -1, -1), g.pick("#c9966b", "#5b4a66", "#c27d58", "#b39477"))


def cave(g):
    img = flat(g, g.colour("#3a3342"))
    light = ellipse(g, 128 + 40 * (g.q(0) - 0.5), 128.0, 92.0, 84.0)
    img = over(img, light * 0.9, g.colour("#574b60"))
    img = over(img, ellipse(g, 128 + 40 * (g.q(0) - 0.5), 122.0, 62.0, 58.0) * (g.q(1) < 0.6).float(), g.colour("#8fc7e6"))
    spikes = 30 + 26 * hash01((g.X / 22).floor(), (g.X / 22).floor() * 0 + 1, g.q(2) * 5)
    tooth = g.Y - spikes * (1 - (((g.X / 22) % 1) - 0.5).abs() * 2)
    img = over(img, cover(tooth), g.colour("#241f2b"))
    return over(img, rolling(g, 188.0, 6, 26.0, 3), g.colour("#2e2835"))


def clouds(g):
    img = sky(g, 256.0)
    for k, (y, c) in enumerate(((186.0, 0.94), (208.0, 1.0))):
        puff = y + 10 * torch.sin(g.X / 17 + 6 * g.q(k)).abs() * -1 + 6 * torch.sin(g.X / 41 + 6 * g.q(k + 2))
        img = over(img, cover(puff - g.Y), g.pick("#ffffff", "#7f8cc4", "#ffd9c0", "#d9dee4") * c)
    return img


def volcano(g):
    img = sky(g)
    cx = 128 + 70 * (g.q(0) - 0.5)
    x = (g.X - cx).abs()
    body = cover(torch.maximum((x - 16) * 0.86 - (g.Y - 70), 70 - g.Y) * 0.7)
    img = over(img, body, g.pick("#6d5550", "#332c3f", "#6a3f3a", "#675a58"))
    lava = cover(torch.maximum(x - 6 - 5 * torch.sin(g.Y / 11 + g.q(1) * 6) - (g.Y - 70) * 0.07, torch.maximum(70 - g.Y, g.Y - 170)))
    img = over(img, lava, g.colour("#ff7a2d"))
    for k in range(3):
        img = over(img, ellipse(g, cx + 16 * (k - 1), 50.0 - 12 * k, 18 + 4 * k, 12 + 3 * k), g.pick("#9a9292", "#55506a", "#8a6a70", "#86827f"))
    return over(img, rolling(g, 182.0, 6, 44.0, 3), g.pick("#7a8a55", "#2a3d3a", "#7a6a3c", "#74806a"))


def ice(g):
    img = sky(g, 170.0)
    for k, cx in enumerate((40.0, 150.0, 226.0)):
        x = (g.X - cx - 24 * (g.q(k) - 0.5)).abs()
        img = over(img, cover((x * (0.9 + 0.4 * g.q(k + 1)) - (g.Y - 108 - 14 * k)) * 0.7), g.pick("#c6e6f6", "#6f88c4", "#f0cfd2", "#cfdde6"))
    img = over(img, cover(166 - g.Y).expand(g.n, -1, -1), g.pick("#4fa8d8", "#22488a", "#a0708e", "#7d9fb2"))
    return over(img, rolling(g, 184.0, 3, 52.0, 2), g.pick("#eef8fe", "#9db0d8", "#fde6dc", "#e6edf2"))


def stage(g):
    curtain = swatch(g.device, *("#b3202e", "#5b2a86", "#1f4f8f"))[(g.p[:, 2] * 2.99).long()]
    img = flat(g, curtain * 0.35)
    fold = 0.82 + 0.18 * torch.sin(g.X / 5.5)
    sides = torch.maximum(cover(g.X - 52 - 10 * torch.sin(g.Y / 60)), cover(204 + 10 * torch.sin(g.Y / 60) - g.X))
    img = img + sides[:, None] * (curtain[:, :, None, None] * fold[:, None] - img)
    beam = cover((g.X - 128).abs() - 22 - g.Y * 0.22)
    img = over(img, beam * 0.28 * (1 - sides), g.colour("#fff3c4"))
    img = over(img, cover(184 - g.Y).expand(g.n, -1, -1), g.colour("#a06a43"))
    return over(img, ellipse(g, 128.0, 212.0, 86.0, 16.0) * 0.4, g.colour("#fff3c4"))


def playground(g):
    img = park(g)
    img = over(img, ellipse(g, 128.0, 220.0, 150.0, 34.0), g.pick("#ecd29a", "#57506a", "#d9a36a", "#cfc0a0"))
    for x in (200.0, 244.0):
        img = over(img, box(g, x - 3, 110.0, x + 3, 204.0).expand(g.n, -1, -1), g.pick("#e05a4d", "#5a3a60", "#c04a3c", "#b06a60"))
    img = over(img, box(g, 196.0, 108.0, 250.0, 114.0).expand(g.n, -1, -1), g.pick("#e05a4d", "#5a3a60", "#c04a3c", "#b06a60"))
    for x in (212.0, 232.0):
        img = over(img, box(g, x - 1, 112.0, x + 1, 176.0).expand(g.n, -1, -1), g.pick("#8a8f96", "#4a4f70", "#8a7a7a", "#85898c"))
    return over(img, box(g, 208.0, 174.0, 236.0, 180.0).expand(g.n, -1, -1), g.pick("#3f86e0", "#2a3f80", "#7a5a90", "#5f80a8"))


PAINT = {**{name: globals()[name] for name in PLACES if name not in settings.PAINT}, **settings.PAINT}


def weather(g, img, kind):
    """Rain, snowfall or a rainbow over images [n, 3, H, W]."""
    if kind == "rain":
        img = img * 0.93
        u, v = (g.X + g.Y * 0.3) / 17, g.Y / 44
        i = u.floor()
        v = v + hash01(i, i * 0 + 1, g.q(6) * 9)
        d = torch.maximum((u - i - 0.5).abs() * 17 - 1.1, ((v % 1) - 0.5).abs() * 44 - 8)
        return over(img, cover(d) * 0.8, g.colour("#dcefff"))
    if kind == "snowfall":
        img = over(img, speckle(g, 30.0, 4.2, g.q(6) * 9, density=0.9), g.colour("#ffffff"))
        return over(img, speckle(g, 19.0, 2.2, g.q(7) * 9, shift_x=7.0, density=0.6), g.colour("#ffffff"))
    return img


def storm(g, img):
    """Dark clouds, a flash of lightning, then rain."""
    dark = (1 - g.Y / 200).clamp(0, 1) * 0.6
    img = img * (1 - 0.1) + (g.colour("#2b3140")[:, :, None, None] - img) * dark[:, None] * 0.8
    img = img.clamp(0, 1)
    for k in range(4):
        cx = 20 + 72 * k + 26 * (g.q(k) - 0.5)
        img = over(img, torch.maximum(ellipse(g, cx, 18 + 9 * g.q(k + 1), 46.0, 20.0), ellipse(g, cx + 24, 30 + 6 * g.q(k), 30.0, 14.0)), g.colour("#4a5262") * (0.9 + 0.06 * k))
    x = torch.where(g.p[:, 5] < 0.5, 46 + 30 * g.p[:, 4], 210 - 30 * g.p[:, 4])[:, None, None]
    zig = x + 15 * (((g.Y - 36) / 26 % 1) - 0.5) * torch.where((((g.Y - 36) / 26).floor() % 2) == 0, 1.0, -1.0) + (g.Y - 36) * 0.12
    bolt = cover(torch.maximum((g.X - zig).abs() - 3.6 * (1 - (g.Y - 36) / 130).clamp(0.25, 1), torch.maximum(36 - g.Y, g.Y - 132)))
    img = over(img, bolt * (g.q(2) < 0.8).float(), g.colour("#fff2a0"))
    return weather(g, img, "rain")


def fog(g, img):
    band = (0.35 + 0.3 * torch.sin(g.Y / 19 + 2 * torch.sin(g.X / 60 + 6 * g.q(0)))).clamp(0.1, 0.5) * ((g.Y - 40) / 120).clamp(0, 1)
    return over(img, band.expand(g.n, -1, -1), g.pick("#eef2f5", "#7f8ab0", "#f6d9cc", "#e0e5e8"))


def aurora(g, img):
    """Green and violet curtains in a night sky."""
    for k, (c, y0) in enumerate((("#3fe8a0", 44.0), ("#7a8cff", 66.0), ("#63f0c0", 30.0))):
        edge = y0 + 34 + 16 * torch.sin(g.X / 31 + 6.283 * g.q(k)) + 7 * torch.sin(g.X / 13 + 6.283 * g.q(k + 1))
        glow = (1 - (edge - g.Y) / 58).clamp(0, 1) * (g.Y < edge).float() * (0.65 + 0.35 * torch.sin(g.X / 5 + 6 * g.q(k)))
        img = over(img, glow.clamp(0, 1) * 0.62, g.colour(c))
    return img


def fireworks(g, img):
    for k, (x, y, c) in enumerate(((62.0, 58.0, "#ff5a6e"), (178.0, 44.0, "#ffd43b"), (214.0, 92.0, "#6cd0fa"))):
        px, py = g.X - x - 30 * (g.q(k) - 0.5), g.Y - y - 14 * (g.q(k + 1) - 0.5)
        r, turn = (px ** 2 + py ** 2).sqrt(), torch.atan2(py, px) / 6.283 * 14
        ray = cover(((turn % 1) - 0.5).abs() * r * 0.45 - 1.3) * cover(8 - r) * cover(r - 31)
        sparks = cover(((((turn % 1) - 0.5) * r * 0.45) ** 2 + (r - 36) ** 2).sqrt() - 2.4)
        img = over(img, torch.maximum(ray * 0.8, sparks), g.colour(c))
    return img


def rainbow(g, img, ground=190.0):
    r = ((g.X - 128 - 40 * (g.q(5) - 0.5)) ** 2 + (g.Y - ground) ** 2).sqrt()
    for k, c in enumerate(("#e8574f", "#f59b42", "#f7d94c", "#5cbf6a", "#4a8fe0", "#8b68cc")):
        img = over(img, cover((r - 146 + 6 * k).abs() - 3.2) * (g.Y < 186).float() * 0.95, g.colour(c))
    return img
