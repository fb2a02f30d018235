"""Further places, drawn like those of places.py: rooms of houses and public buildings, gardens, fields, shores, far planets."""
import torch

from .brushes import box, cover, ellipse, flat, hash01, over, peaks, rolling, sky, skyline, speckle, swatch, tufts, waves, window

LIT = ("#ffffff", "#7d83b8", "#f7d3bd", "#dfe3e6")  # what light does to a colour: day, night, sunset, overcast


def lit(g, *choices, k=2):
    """One of several colours by the scene's parameter k, in the light of the hour."""
    return swatch(g.device, *choices)[(g.p[:, k] * (len(choices) - 0.01)).long()] * g.pick(*LIT)


def wide(g, mask):
    return mask.expand(g.n, -1, -1)


def floor(g, img, y, colour, line=0.9, gap=24.0):
    """Boards or tiles from y down."""
    img = over(img, wide(g, cover(y - g.Y)), colour)
    seams = cover((((g.Y - y) / gap % 1) - 0.5).abs() * -gap + gap / 2 - 1) * (g.Y > y + 3).float()
    return over(img, wide(g, seams), colour * line)


def classroom(g):
    img = flat(g, lit(g, "#f3e3c3", "#d5e6ee", "#e6e9d0", k=0))
    img = window(g, img, 14.0)
    img = over(img, wide(g, box(g, 96.0, 26.0, 240.0, 118.0)), lit(g, "#a56953"))
    img = over(img, wide(g, box(g, 102.0, 32.0, 234.0, 112.0)), lit(g, "#2f6b4f", "#35506b", k=1))
    for y, x1 in ((50.0, 176.0), (66.0, 204.0), (82.0, 160.0)):
        img = over(img, wide(g, box(g, 114.0, y, x1, y + 3)) * 0.85, lit(g, "#e8f3ec"))
    img = over(img, cover((((g.X - 216) ** 2 + (g.Y - 62) ** 2).sqrt() - 12).abs() - 1.6).expand(g.n, -1, -1) * 0.85, lit(g, "#e8f3ec"))
    img = floor(g, img, 184.0, lit(g, "#c9966b", "#b9a58c", k=3))
    for x in (40.0, 128.0, 216.0):
        img = over(img, wide(g, box(g, x - 30, 164.0, x + 30, 171.0)), lit(g, "#c98d58"))
        img = over(img, wide(g, torch.maximum(box(g, x - 26, 171.0, x - 22, 196.0), box(g, x + 22, 171.0, x + 26, 196.0))), lit(g, "#8d9aa8"))
    return img


def castle(g):
    """A hall of stone with banners and torches."""
    stone = lit(g, "#a79f97", "#b0a48e", "#9aa3ad", k=0) * 0.86
    img = flat(g, stone)
    row = (g.Y / 24).floor()
    u = g.X / 40 + 0.5 * (row % 2)
    joint = torch.maximum(cover(((g.Y / 24 % 1) - 0.5).abs() * -24 + 11), cover(((u % 1) - 0.5).abs() * -40 + 19))
    img = over(img, wide(g, joint) * 0.5, stone * 0.75)
    red = lit(g, "#c4314b", "#5b2a86", "#1f5fa8", "#2f7a4b", k=2)
    for x in (40.0, 216.0):
        img = over(img, wide(g, torch.maximum(box(g, x - 20, 20.0, x + 20, 112.0), cover((g.X - x).abs() + (g.Y - 112).abs() * 1.25 - 20))), red)
        img = over(img, wide(g, ellipse(g, x, 66.0, 10.0, 13.0)), lit(g, "#ffc83d"))
    img = over(img, wide(g, torch.maximum(box(g, 102.0, 70.0, 154.0, 150.0), ellipse(g, 128.0, 70.0, 26.0, 30.0))), g.pick("#9fd6f5", "#1b2658", "#f79a6b", "#b9c3cc"))
    img = over(img, wide(g, torch.maximum(box(g, 126.5, 40.0, 129.5, 150.0), box(g, 102.0, 92.0, 154.0, 95.0))), stone * 0.6)
    for x in (84.0, 172.0):
        img = over(img, wide(g, box(g, x - 2.5, 104.0, x + 2.5, 126.0)), g.colour("#6d4534"))
        img = over(img, ellipse(g, x, 96.0 + 2 * g.q(3), 6.0, 10.0), g.colour("#ff922b"))
        img = over(img, ellipse(g, x, 99.0, 3.2, 6.0), g.colour("#ffe066"))
    img = over(img, wide(g, cover(188 - g.Y)), stone * 0.62)
    carpet = cover((g.X - 128).abs() - 40 - (g.Y - 188) * 0.5) * cover(188 - g.Y)
    return over(img, wide(g, carpet), red * 0.92)


def bathroom(g):
    wall = lit(g, "#bfe3ee", "#cfe8d5", "#f3d5de", "#e3dcf0", k=0)
    img = flat(g, wall)
    tile = torch.maximum(cover(((g.X / 28 % 1) - 0.5).abs() * -28 + 13), cover(((g.Y / 28 % 1) - 0.5).abs() * -28 + 13))
    img = over(img, wide(g, tile) * 0.55, lit(g, "#ffffff"))
    img = over(img, wide(g, ellipse(g, 194.0, 70.0, 34.0, 42.0)), lit(g, "#e0b060"))
    img = over(img, wide(g, ellipse(g, 194.0, 70.0, 28.0, 36.0)), lit(g, "#dff3fb"))
    img = over(img, wide(g, box(g, 160.0, 132.0, 228.0, 146.0)), lit(g, "#ffffff"))
    img = over(img, wide(g, box(g, 186.0, 146.0, 202.0, 192.0)), lit(g, "#f0f0f0"))
    img = over(img, wide(g, box(g, 190.0, 116.0, 198.0, 132.0)), lit(g, "#9aa3ad"))
    img = window(g, img, 20.0)
    return floor(g, img, 188.0, lit(g, "#8fb5c4", "#a8c4b0", "#c7a9b6", k=0), 0.88, 20.0)


def office(g):
    img = flat(g, lit(g, "#e6e9ec", "#dfe6ea", "#ece6dc", k=0))
    img = over(img, wide(g, box(g, 22.0, 24.0, 166.0, 116.0)), lit(g, "#f8f8f8"))
    pane = sky(g, 140.0)
    tower = skyline(g, 116.0, 26.0, 20.0, 66.0, 1, g.pick("#9fb4ca", "#2a3568", "#a86a80", "#98a3ae"), g.pick("#dff1fb", "#ffd873", "#ffe3a0", "#d7e0e8"), pane)
    inner = torch.maximum(box(g, 27.0, 29.0, 92.0, 111.0), box(g, 97.0, 29.0, 161.0, 111.0))
    img = img + wide(g, inner)[:, None] * (tower - img)
    img = over(img, wide(g, box(g, 186.0, 36.0, 246.0, 188.0)), lit(g, "#8d9aa8"))
    for y in (44.0, 82.0, 120.0, 156.0):
        img = over(img, wide(g, box(g, 190.0, y, 242.0, y + 28)), lit(g, "#a9b5c0"))
        img = over(img, wide(g, box(g, 208.0, y + 12, 224.0, y + 16)), lit(g, "#5f6b77"))
    return floor(g, img, 186.0, lit(g, "#8796a5", "#9c8f82", k=1), 0.93, 34.0)


def museum(g):
    img = flat(g, lit(g, "#e9dfcf", "#d8e0e0", "#7d3b44", "#3f5a63", k=0))
    for k, (x, w, h) in enumerate(((48.0, 34.0, 30.0), (128.0, 30.0, 38.0), (208.0, 34.0, 28.0))):
        img = over(img, wide(g, box(g, x - w, 78.0 - h, x + w, 78.0 + h)), lit(g, "#c9952f"))
        img = over(img, wide(g, box(g, x - w + 6, 84.0 - h, x + w - 6, 72.0 + h)), g.pick("#a9d3e8", "#4b5f96", "#e8b89a", "#b9c6ce"))
        img = over(img, box(g, x - w + 6, 80.0 + 4 * g.q(k), x + w - 6, 72.0 + h), lit(g, "#7fae62", "#c98a4b", "#8d65c5", "#3f86e0", k=3 + k))
        img = over(img, wide(g, ellipse(g, x + 8, 68.0, 7.0, 7.0)), lit(g, "#fff0a8"))
    img = over(img, wide(g, box(g, 0.0, 164.0, 256.0, 172.0)), lit(g, "#a56953"))
    return floor(g, img, 186.0, lit(g, "#b98a5e", "#c9bba8", k=1))


def cafe(g):
    img = flat(g, lit(g, "#a56953", "#5f8a78", "#c98d6a", "#6b5f8a", k=0))
    for y in (44.0, 86.0):
        img = over(img, wide(g, box(g, 20.0, y + 22, 150.0, y + 28)), lit(g, "#6d4534"))
        for k in range(5):
            x = 32.0 + 25 * k
            img = over(img, box(g, x - 6, y + 4 - 6 * g.q(k % 4), x + 6, y + 22), lit(g, "#f3dfc1", "#e5383b", "#6cd0fa", "#00a651", k=(k + 2) % 8))
    for x in (70.0, 186.0):
        img = over(img, wide(g, box(g, x - 1, 0.0, x + 1, 14.0)), g.colour("#3b2a33"))
        img = over(img, wide(g, cover((g.X - x).abs() - 6 - (g.Y - 12) * 0.9) * cover(12 - g.Y) * cover(g.Y - 30)), g.colour("#ffc83d"))
    img = over(img, wide(g, box(g, 172.0, 40.0, 240.0, 108.0)), lit(g, "#2b2b33"))
    for y in (56.0, 72.0, 88.0):
        img = over(img, wide(g, box(g, 184.0, y, 228.0, y + 3)), lit(g, "#e8e0d0"))
    img = over(img, wide(g, box(g, 0.0, 132.0, 256.0, 188.0)), lit(g, "#8b5a3c"))
    img = over(img, wide(g, box(g, 0.0, 126.0, 256.0, 136.0)), lit(g, "#c98d58"))
    return floor(g, img, 188.0, lit(g, "#b99a78", "#8f8276", k=1))


def shop(g):
    """Shelves with coloured goods."""
    img = flat(g, lit(g, "#f3ecd9", "#dfeaf0", k=0))
    row, col = (g.Y / 42).floor(), (g.X / 18).floor()
    tall = 18 + 12 * hash01(col, row, g.q(0) * 5)
    goods = cover(42 * (row + 1) - 7 - tall - g.Y) * cover(g.Y - 42 * (row + 1) + 7) * cover(((g.X / 18 % 1) - 0.5).abs() * 18 - 7)
    tones = swatch(g.device, *("#e5383b", "#2f80ed", "#ffd43b", "#37a85c", "#ff922b", "#8d65c5"))
    pick = (hash01(col + 3, row + 7, g.q(1) * 5) * 5.99).long()
    img = img + (goods * (g.Y < 168).float())[:, None] * (tones[pick].permute(0, 3, 1, 2) * g.pick(*LIT)[:, :, None, None] - img)
    img = over(img, wide(g, cover(((g.Y / 42 % 1) - 0.92).abs() * 42 - 3) * (g.Y < 176).float()), lit(g, "#b9c2ca"))
    return floor(g, img, 184.0, lit(g, "#d9d3c7", "#c9d3d9", k=1), 0.92, 22.0)


def garden(g):
    img = sky(g)
    img = over(img, rolling(g, 152.0, 5, 30.0, 0), g.pick("#3f9c55", "#173f3a", "#6a7a38", "#5b8f66"))
    post = cover(torch.maximum((((g.X + 20 * g.q(1)) / 26 % 1) - 0.5).abs() * 26 - 8, torch.maximum(132 - g.Y + 6 * ((((g.X + 20 * g.q(1)) / 26 % 1) - 0.5).abs() * 2), g.Y - 184)))
    img = over(img, torch.maximum(post, wide(g, torch.maximum(box(g, 0.0, 146.0, 256.0, 151.0), box(g, 0.0, 168.0, 256.0, 173.0)))), g.pick("#fbf5ea", "#8f94c0", "#f3d6bd", "#e4e4e2"))
    img = over(img, rolling(g, 182.0, 3, 60.0, 3), g.pick("#8fd066", "#264e42", "#a09a48", "#86ac76"))
    img = over(img, wide(g, cover(torch.maximum((g.Y - 190).abs() - 9, (g.Y * 0 - 1)))), g.pick("#7a5638", "#2e2c36", "#5c3f30", "#6c5747"))
    for k, c in enumerate(("#f7699a", "#ffd23f", "#e5383b")):
        u = (g.X + 14 * k + 30 * g.q(k)) / 42
        x = ((u % 1) - 0.5) * 42
        stem = cover(torch.maximum(x.abs() - 1.5, torch.maximum(174 - g.Y, g.Y - 192)))
        img = over(img, stem, g.pick("#3d8f35", "#112f2c", "#5c6427", "#477842"))
        img = over(img, cover((x ** 2 + (g.Y - 172 + 3 * k) ** 2).sqrt() - 6), swatch(g.device, c) * g.pick(*LIT))
    return img


def wheat(g):
    img = sky(g)
    img = over(img, rolling(g, 152.0, 8, 54.0, 0), g.pick("#d9b24a", "#4b4a5e", "#c98a3c", "#b9a465"))
    img = over(img, rolling(g, 170.0, 4, 70.0, 1), g.pick("#e8c35a", "#565070", "#d99a45", "#c7b070"))
    u = (g.X + 4 * torch.sin(g.Y / 9)) / 11
    i = u.floor()
    top = 176 + 14 * hash01(i, i * 0 + 1, g.q(0) * 5)
    x = ((u - i) - 0.5) * 11
    ear = torch.maximum(cover(torch.maximum(x.abs() - 1.0, top - g.Y)), cover(((x / 3.2) ** 2 + ((g.Y - top) / 9) ** 2).sqrt() * 3 - 3))
    return over(img, ear * 0.85, g.pick("#c9952f", "#3d3a52", "#b5752c", "#a58d4f"))


def swamp(g):
    img = sky(g)
    img = over(img, rolling(g, 150.0, 14, 26.0, 0), g.pick("#5d8a5c", "#1d3a3a", "#6b6a40", "#67856a"))
    img = over(img, wide(g, cover(160 - g.Y)), g.pick("#6f8f5a", "#22443f", "#7d6f45", "#788f70"))
    for k in range(3):
        img = over(img, ellipse(g, 40 + 80 * k + 30 * (g.q(k) - 0.5), 176.0 + 12 * k, 24.0, 6.0), g.pick("#4f9a4a", "#17403a", "#6f7a35", "#5b8a58"))
    for x0 in (16.0, 30.0, 232.0, 246.0):
        sway = 3 * torch.sin(g.Y / 20 + x0)
        img = over(img, wide(g, cover(torch.maximum((g.X - x0 - sway).abs() - 2, 118 - g.Y))), g.pick("#3f7a3c", "#15352f", "#5c6427", "#477842"))
        img = over(img, wide(g, cover((((g.X - x0 - sway) / 5) ** 2 + ((g.Y - 118) / 14) ** 2).sqrt() * 5 - 5)), g.pick("#8a5a3c", "#3a2c40", "#6d4030", "#6b5647"))
    return over(img, rolling(g, 206.0, 4, 40.0, 2), g.pick("#6a8f4a", "#1f3f38", "#747a34", "#6b8a5c"))


def harbor(g):
    img = sky(g, 150.0)
    img = over(img, rolling(g, 134.0, 8, 50.0, 0), g.pick("#8fb58a", "#22404a", "#8a6f6a", "#8ea393"))
    for k, x in enumerate((20.0, 62.0, 196.0, 236.0)):
        img = over(img, box(g, x - 18, 104.0 - 10 * g.q(k), x + 18, 146.0), lit(g, "#e5383b", "#f3dfc1", "#6cb0e0", "#ffd43b", k=k + 1))
        img = over(img, cover((g.X - x).abs() - (g.Y - 88 + 10 * g.q(k)) * 1.1) * cover(g.Y - 104 + 10 * g.q(k)), lit(g, "#8b4a3c"))
    img = over(img, wide(g, cover(146 - g.Y)), g.pick("#3aa0dc", "#1f3f80", "#a8608a", "#6c90a8"))
    img = over(img, waves(g, 150.0), g.pick("#8fd0f3", "#4b6cb4", "#f0a69a", "#a9c2d0"))
    img = over(img, wide(g, cover(190 - g.Y)), g.pick("#b98a5e", "#4d3f58", "#a8704a", "#a08c76"))
    seams = cover((((g.X - 128) / (60 + (g.Y - 190)) * 4 % 1) - 0.5).abs() * -20 + 9.2) * (g.Y > 192).float()
    img = over(img, wide(g, seams) * 0.5, g.pick("#8b5a3c", "#3a2c40", "#7a4a35", "#7a6a58"))
    return over(img, wide(g, torch.maximum(torch.maximum(box(g, 20.0, 170.0, 32.0, 200.0), box(g, 224.0, 170.0, 236.0, 200.0)), box(g, 0.0, 190.0, 256.0, 194.0))), g.pick("#6d4534", "#2e2236", "#5c3a2c", "#5f4f44"))


def river(g):
    img = sky(g)
    img = over(img, rolling(g, 150.0, 8, 46.0, 0), g.pick("#a5d977", "#2f5a4c", "#b5a24f", "#8fb582"))
    img = over(img, rolling(g, 160.0, 3, 70.0, 1), g.pick("#7cc656", "#24493f", "#8f9142", "#76a36b"))
    bend = 128 + 34 * torch.sin((g.Y - 150) / 34 + g.q(0) * 6) * ((g.Y - 150) / 100).clamp(0, 1)
    half = 8 + (g.Y - 158).clamp(min=0) * 0.42
    water = cover((g.X - bend).abs() - half) * cover(160 - g.Y) * cover(g.Y - 206)
    img = over(img, water, g.pick("#4fb3e8", "#27498c", "#c07f7c", "#8fb0c0"))
    shine = cover((((g.Y - 160) / 12 % 1) - 0.5).abs() * 12 - 1.4) * cover((g.X - bend).abs() - half * 0.5) * cover(164 - g.Y) * cover(g.Y - 204)
    return over(img, shine * 0.7, g.pick("#a6dcf3", "#4b6cb4", "#f0b0a0", "#b4cad6"))


def rooftop(g):
    img = sky(g, 190.0)
    glass = g.pick("#dff1fb", "#ffd873", "#ffe3a0", "#d7e0e8")
    img = skyline(g, 190.0, 34.0, 30.0, 96.0, 0, g.pick("#a9c0d8", "#333f78", "#b06f86", "#a6b0ba"), glass, img)
    img = over(img, wide(g, cover(176 - g.Y)), lit(g, "#b5563c", "#8f4a3a", "#6b7a8a", k=2))
    row = ((g.Y - 176) / 18).floor()
    u = g.X / 26 + 0.5 * (row % 2)
    edge = cover((((u % 1) - 0.5) ** 2 * 40 + ((g.Y - 176) / 18 % 1) * 9 - 8.2).abs() * 2 - 1.4) * (g.Y > 178).float()
    img = over(img, wide(g, edge) * 0.6, lit(g, "#8b3d2b", "#6d3529", "#4f5c69", k=2))
    img = over(img, wide(g, box(g, 206.0, 128.0, 234.0, 186.0)), lit(g, "#a56953"))
    return over(img, wide(g, box(g, 202.0, 122.0, 238.0, 132.0)), lit(g, "#8b4a3c"))


def pitch(g):
    """A football field."""
    img = sky(g)
    img = over(img, wide(g, box(g, 0.0, 128.0, 256.0, 166.0)), g.pick("#8d9aa8", "#39425f", "#96707a", "#8b95a0"))
    img = over(img, speckle(g, 11.0, 4.2, g.q(6) * 9) * (g.Y > 130).float() * (g.Y < 164).float(), lit(g, "#f3dfc1", "#e5383b", "#ffd43b", "#6cd0fa", k=3))
    img = over(img, wide(g, cover(164 - g.Y)), g.pick("#6cc04a", "#235043", "#8d9140", "#6fa55f"))
    stripe = ((g.X - 128) / (40 + (g.Y - 150)) * 2.2 % 2 < 1).float() * (g.Y > 165).float()
    img = over(img, wide(g, stripe), g.pick("#5fb03f", "#1e473b", "#818638", "#649955"))
    line = torch.maximum(cover((g.Y - 172).abs() - 1.5), cover(((((g.X - 128) / 92) ** 2 + ((g.Y - 226) / 26) ** 2).sqrt() - 1).abs() * 60 - 1.8))
    return over(img, wide(g, line), g.colour("#f4f9f0") * g.pick(*LIT))


def pool(g):
    img = sky(g)
    img = over(img, rolling(g, 150.0, 8, 22.0, 0), g.pick("#58b060", "#1d4840", "#7c8a3c", "#6c9a68"))
    img = over(img, wide(g, cover(160 - g.Y)), g.pick("#efe3cf", "#6a6784", "#e8bd9a", "#d8d2c6"))
    water = cover(torch.maximum(172 - g.Y, (g.X - 128).abs() - 112 - (g.Y - 172) * 0.4))
    img = over(img, wide(g, water), g.pick("#4cc3e2", "#2a5a9c", "#a07fa0", "#7fb5c4"))
    ripple = cover((((g.Y - 172) / 15 + 0.18 * torch.sin(g.X / 11 + 6 * g.q(1))) % 1 - 0.5).abs() * 15 - 1.3)
    return over(img, ripple * water * 0.8, g.pick("#b6ecf8", "#5f8fd0", "#e0c0c0", "#bfe0e6"))


def mars(g):
    img = over(flat(g, g.colour("#f2b98a")), wide(g, cover(g.Y - 260)), g.colour("#f2b98a"))
    img = img + ((g.Y / 190).clamp(0, 1) * 0.5)[:, None] * (g.colour("#fbdcb8")[:, :, None, None] - img)
    img = over(img, ellipse(g, 46 + 160 * g.q(0), 44.0, 13.0, 13.0), g.colour("#fff3d6"))
    img = over(img, ellipse(g, 90 + 100 * g.q(1), 66.0, 6.0, 6.0), g.colour("#e0d0c0"))
    for body, _ in peaks(g, ((56.0, 70.0, 118.0, 0), (206.0, 84.0, 108.0, 1)), None, None):
        img = over(img, body, g.colour("#b5563c"))
    img = over(img, rolling(g, 172.0, 6, 44.0, 2), g.colour("#c9653f"))
    img = over(img, rolling(g, 188.0, 4, 60.0, 3), g.colour("#d97a4b"))
    return over(img, speckle(g, 40.0, 6.0, g.q(6) * 9, density=0.6) * (g.Y > 194).float(), g.colour("#b5563c"))


def canyon(g):
    img = sky(g)
    rock, dark = g.pick("#d98a52", "#4b3f5e", "#b5563c", "#b58a6a"), g.pick("#b5683c", "#3a3050", "#8f4030", "#94705a")
    for x0, w, top in ((14.0, 46.0, 60.0), (246.0, 54.0, 74.0), (150.0, 26.0, 104.0)):
        mesa = cover(torch.maximum((g.X - x0 - 10 * (g.q(1) - 0.5)).abs() - w - (g.Y - top) * 0.12 - 4 * torch.sin(g.Y / 9), top - g.Y))
        img = over(img, mesa, rock)
        band = cover((((g.Y - top) / 22) % 1 - 0.5).abs() * 22 - 4)
        img = over(img, mesa * band * 0.6, dark)
    return over(img, rolling(g, 182.0, 5, 50.0, 2), g.pick("#e8b264", "#57486a", "#c9774c", "#c4ab83"))


def station(g):
    """A railway platform."""
    img = sky(g)
    img = over(img, wide(g, box(g, 0.0, 92.0, 256.0, 168.0)), lit(g, "#b5563c", "#d9b08c", "#8f9aa5", k=0))
    for x in (36.0, 96.0, 160.0, 220.0):
        img = over(img, wide(g, torch.maximum(box(g, x - 15, 112.0, x + 15, 152.0), ellipse(g, x, 112.0, 15.0, 12.0))), g.pick("#cfe8f7", "#ffd873", "#ffe3a0", "#d7e0e8"))
    img = over(img, wide(g, box(g, 0.0, 74.0, 256.0, 94.0)), lit(g, "#37745c", "#7a3b44", k=1))
    img = over(img, wide(g, ellipse(g, 128.0, 84.0, 15.0, 15.0)), lit(g, "#f8f8f8"))
    img = over(img, wide(g, torch.maximum(box(g, 127.0, 74.0, 129.0, 85.0), box(g, 127.0, 83.0, 135.0, 85.0))), g.colour("#2b2b33"))
    img = over(img, wide(g, cover(166 - g.Y)), lit(g, "#c9c4bb"))
    img = over(img, wide(g, box(g, 0.0, 222.0, 256.0, 228.0)), lit(g, "#ffd43b"))
    img = over(img, wide(g, cover(232 - g.Y)), lit(g, "#5f5a57"))
    return over(img, wide(g, box(g, 0.0, 238.0, 256.0, 242.0)), lit(g, "#a9b5c0"))


def spaceship(g):
    """Inside a spaceship: panels and a window to the stars."""
    img = flat(g, g.colour("#c3cdd6"))
    img = over(img, wide(g, box(g, 52.0, 30.0, 204.0, 118.0)), g.colour("#7f8c99"))
    pane = wide(g, box(g, 60.0, 38.0, 196.0, 110.0))
    img = over(img, pane, g.colour("#17123d"))
    img = over(img, pane * speckle(g, 20.0, 1.6, g.q(6) * 9), g.colour("#fff7dd"))
    img = over(img, pane * ellipse(g, 90 + 70 * g.q(0), 86.0, 26.0, 26.0), lit(g, "#e8835a", "#6fb6d8", "#c98ad6", k=1))
    for x in (24.0, 232.0):
        img = over(img, wide(g, box(g, x - 16, 40.0, x + 16, 140.0)), g.colour("#94a1ad"))
        for k, c in enumerate(("#f8312f", "#ffd43b", "#00d26a", "#2f80ed")):
            img = over(img, wide(g, ellipse(g, x, 56.0 + 22 * k, 6.0, 6.0)), g.colour(c))
    img = over(img, wide(g, box(g, 0.0, 140.0, 256.0, 182.0)), g.colour("#8d9aa8"))
    return over(img, wide(g, cover(182 - g.Y)), g.colour("#6f7b88"))


def valley(g):
    """Green hills with a waterfall and mountains behind."""
    img = sky(g)
    rock, cap = g.pick("#8a9bb0", "#3c4674", "#96617c", "#8b95a0"), g.pick("#ffffff", "#aebbe6", "#ffe0cc", "#eef1f4")
    for body, top in peaks(g, ((40.0, 80.0, 86.0, 0), (214.0, 86.0, 78.0, 1)), rock, cap):
        img = over(over(img, body, rock), top, cap)
    img = over(img, rolling(g, 140.0, 18, 40.0, 2), g.pick("#7fb56a", "#28504a", "#98924a", "#82a878"))
    fall = cover(torch.maximum((g.X - 128 - 30 * (g.q(3) - 0.5)).abs() - 11, torch.maximum(126 - g.Y, g.Y - 178)))
    img = over(img, fall, g.pick("#bfe9fb", "#5f7fc0", "#f3c9b8", "#d5e3ea"))
    img = over(img, ellipse(g, 128 + 0 * g.q(3), 180.0, 60.0, 10.0), g.pick("#62bfe6", "#27498c", "#c07f7c", "#8fb0c0"))
    img = over(img, rolling(g, 188.0, 5, 52.0, 1), g.pick("#8ccb68", "#2a5046", "#9a9448", "#84ad78"))
    return over(img, tufts(g, 198, None, 0.4), g.pick("#5fab40", "#1b3b34", "#747c34", "#5f8c57"))


def village(g):
    """Small houses on hills."""
    img = sky(g)
    img = over(img, rolling(g, 146.0, 12, 50.0, 0), g.pick("#a5d977", "#2f5a4c", "#b5a24f", "#8fb582"))
    for k, (x, y, s) in enumerate(((30.0, 150.0, 0.8), (84.0, 142.0, 0.7), (150.0, 148.0, 0.75), (208.0, 140.0, 0.7), (246.0, 154.0, 0.85), (118.0, 162.0, 0.9), (186.0, 166.0, 0.95))):
        x = x + 10 * (g.q(k % 8) - 0.5)
        img = over(img, box(g, x - 17 * s, y - 20 * s, x + 17 * s, y + 12 * s), lit(g, "#f3dfc1", "#f6c9b8", "#cfe0ee", "#fff3c9", k=(k + 3) % 8))
        img = over(img, cover((g.X - x).abs() - (g.Y - y + 42 * s) * 1.05) * cover(g.Y - y + 19 * s), lit(g, "#b5563c", "#8b4a3c", "#6b7a8a", k=(k + 5) % 8))
        img = over(img, box(g, x - 10 * s, y - 12 * s, x - 2 * s, y - 3 * s), g.pick("#8fcdf0", "#ffd873", "#ffe3a0", "#b9cdd8"))
        img = over(img, box(g, x + 3 * s, y - 10 * s, x + 11 * s, y + 12 * s), lit(g, "#8b5a3c"))
    img = over(img, rolling(g, 182.0, 5, 60.0, 1), g.pick("#7cc656", "#24493f", "#8f9142", "#76a36b"))
    return over(img, tufts(g, 192, None), g.pick("#5fab40", "#1b3b34", "#747c34", "#5f8c57"))


def wall(g):
    """A brick wall behind a pavement."""
    brick = lit(g, "#c0694a", "#d9b08c", "#a9887a", "#8f9aa5", k=0)
    img = flat(g, brick)
    row = (g.Y / 20).floor()
    u = g.X / 44 + 0.5 * (row % 2)
    joint = torch.maximum(cover(((g.Y / 20 % 1) - 0.5).abs() * -20 + 9), cover(((u % 1) - 0.5).abs() * -44 + 21))
    img = over(img, wide(g, joint) * 0.55, lit(g, "#efe6da"))
    img = over(img, wide(g, cover(186 - g.Y)), lit(g, "#c9c4bb"))
    return over(img, wide(g, cover(((g.X / 64 % 1) - 0.5).abs() * -64 + 31) * (g.Y > 188).float()), lit(g, "#a9a49b"))


def balcony(g):
    img = sky(g, 190.0)
    img = skyline(g, 176.0, 44.0, 20.0, 70.0, 0, g.pick("#a9c0d8", "#333f78", "#b06f86", "#a6b0ba"), g.pick("#dff1fb", "#ffd873", "#ffe3a0", "#d7e0e8"), img)
    rail = torch.maximum(wide(g, torch.maximum(box(g, 0.0, 136.0, 256.0, 142.0), box(g, 0.0, 180.0, 256.0, 186.0))), cover(torch.maximum((((g.X + 9 * g.q(1)) / 18 % 1) - 0.5).abs() * 18 - 2, (g.Y - 161).abs() - 24)))
    img = over(img, rail, lit(g, "#f4f4f4", "#4b4b55", "#8b5a3c", k=2))
    img = over(img, wide(g, cover(186 - g.Y)), lit(g, "#d9a878", "#c9c4bb", k=3))
    return over(img, wide(g, cover((((g.Y - 186) / 20 % 1) - 0.5).abs() * -20 + 9.2) * (g.Y > 190).float()), lit(g, "#b98a5e", "#a9a49b", k=3))


PAINT = {f.__name__: f for f in (classroom, castle, bathroom, office, museum, cafe, shop, garden, wheat, swamp, harbor, river, rooftop, pitch, pool, mars, canyon, station, spaceship, valley, village, wall, balcony)}
GROUND = {"classroom": 222, "castle": 222, "bathroom": 222, "office": 222, "museum": 222, "cafe": 224, "shop": 222, "garden": 222, "wheat": 220, "swamp": 216, "harbor": 218, "river": 222, "rooftop": 210, "pitch": 214, "pool": 178, "mars": 214, "canyon": 214, "station": 214, "spaceship": 216, "valley": 216, "village": 218, "wall": 216, "balcony": 218}
INDOOR = {"classroom", "castle", "bathroom", "office", "museum", "cafe", "shop"}
OUTDOOR = {"garden", "wheat", "swamp", "harbor", "river", "rooftop", "pitch", "pool", "canyon", "station", "valley", "village", "balcony"}
