"""What backgrounds are painted with: grounds, shapes with antialiased edges, skies, rows of trees and houses; vectorised over a group of scenes.

Images are [n, 3, 256, 256] in [0, 1], masks [n, 256, 256]; edges are signed distances in pixels.
"""
from functools import lru_cache

import torch

SIZE = 256
SKIES = ["day", "night", "sunset", "overcast"]
WALLS = ("#f3d9b8", "#bfdcec", "#cfe3c1", "#f2c6c6", "#d9cdec", "#f5e3a3")


def rgb(hexa):
    return [int(hexa[i:i + 2], 16) / 255 for i in (1, 3, 5)]


@lru_cache(maxsize=4096)
def swatch(device, *hexes):
    """Colours [k, 3] on a device; kept, since copying them there costs more than using them."""
    return torch.tensor([rgb(c) for c in hexes], device=device)


class Group:
    """Parameters of n scenes on one device: p [n, 8], sky [n] int64, a [n, 3] and b [n, 3] colours, X and Y pixel grids [1, 256, 256]."""

    def __init__(self, p, sky, a, b, grid):
        self.p, self.sky, self.a, self.b = p, sky, a, b
        self.X, self.Y = grid
        self.n, self.device = p.shape[0], p.device

    def q(self, i, low=0.0, high=1.0):
        return (low + (high - low) * self.p[:, i])[:, None, None]

    def pick(self, *by_sky):
        """Colour [n, 3] by sky (day, night, sunset, overcast)."""
        return swatch(self.device, *by_sky)[self.sky]

    def colour(self, hexa):
        return swatch(self.device, hexa).expand(self.n, 3)

    def is_sky(self, name):
        return (self.sky == SKIES.index(name)).float()[:, None, None]


def cover(distance):
    return (0.5 - distance).clamp(0, 1)


def over(img, mask, colour):
    return img + mask[:, None] * (colour[:, :, None, None] - img)


def flat(g, colour):
    return colour[:, :, None, None].expand(g.n, 3, SIZE, SIZE)


def blend(a, b, t):
    """Vertical mix of two colours [n, 3] by t [n or 1, H, W]."""
    return a[:, :, None, None] + (b - a)[:, :, None, None] * t[:, None]


def ellipse(g, cx, cy, rx, ry):
    d = (((g.X - cx) / rx) ** 2 + ((g.Y - cy) / ry) ** 2).sqrt()
    return cover((d - 1) * (rx + ry) / 2)


def box(g, x0, y0, x1, y1):
    return cover(torch.maximum(torch.maximum(x0 - g.X, g.X - x1), torch.maximum(y0 - g.Y, g.Y - y1)))


def hash01(i, j, seed):
    """Pseudo-random in [0, 1) from integer cells and a per-scene seed."""
    v = torch.sin(i * 12.9898 + j * 78.233 + seed * 37.719) * 437.5853
    return v - v.floor()


def speckle(g, cell, radius, seed, shift_x=0.0, shift_y=0.0, density=1.0):
    """One round dot per cell at a random place of its cell; mask [n, H, W]."""
    u, v = (g.X + shift_x) / cell, (g.Y + shift_y) / cell
    i, j = u.floor(), v.floor()
    margin = radius / cell
    cx = margin + hash01(i, j, seed) * (1 - 2 * margin)
    cy = margin + hash01(j, i, seed + 0.31) * (1 - 2 * margin)
    size = radius * (0.55 + 0.45 * hash01(i + 3, j, seed + 0.7))
    d = (((u - i - cx) ** 2 + (v - j - cy) ** 2).sqrt()) * cell - size
    return cover(d) * (hash01(i, j + 5, seed + 0.9) < density).float()


def sky(g, low=170.0):
    """Sky with its sun, moon and stars, sunset or clouds."""
    top = g.pick("#6fbdf2", "#141d4a", "#8d5fae", "#9fabb8")
    bottom = g.pick("#d3eefc", "#3b4a8f", "#ffc070", "#dbe1e6")
    t = (g.Y / low).clamp(0, 1)
    img = blend(top, bottom, t)
    mid = g.colour("#f47f63")
    img = img + (g.is_sky("sunset") * (1 - (t - 0.55).abs() * 2.2).clamp(0, 1) * 0.85)[:, None] * (mid[:, :, None, None] - img)
    night = g.is_sky("night")
    img = over(img, night * speckle(g, 30.0, 2.0, g.q(6) * 9) * (g.Y < low).float(), g.colour("#fff6d6"))
    side = torch.where(g.p[:, 5] < 0.5, 42 + 30 * g.p[:, 4], 214 - 30 * g.p[:, 4])[:, None, None]
    moon = ellipse(g, side, 44.0, 19.0, 19.0) * (1 - ellipse(g, side + 9, 39.0, 16.0, 16.0) * (g.q(6) < 0.6).float())
    img = over(img, night * moon, g.colour("#fdf0b8"))
    img = over(img, g.is_sky("day") * (g.q(6) < 0.5).float() * ellipse(g, side, 42.0, 20.0, 20.0), g.colour("#ffd84d"))
    img = over(img, g.is_sky("sunset") * ellipse(g, 128 + (side - 128) * 0.7, low - 14, 30.0, 30.0), g.colour("#fff0a8"))
    white = g.pick("#ffffff", "#ffffff", "#ffd9b0", "#c3cbd3")
    amount = g.is_sky("day") * (g.q(7) < 0.75).float() + g.is_sky("overcast") + g.is_sky("sunset") * (g.q(7) < 0.4).float() * 0.8
    for k in range(2):
        cx = 30 + 80 * g.q(2 + k) + 118 * k
        cy = 34 + 34 * g.q(3 - k) + 6 * k
        s = 0.8 + 0.4 * g.q(4 + k)
        cloud = torch.maximum(torch.maximum(ellipse(g, cx - 17 * s, cy + 4, 15 * s, 9 * s), ellipse(g, cx, cy - 2, 16 * s, 14 * s)), ellipse(g, cx + 18 * s, cy + 4, 16 * s, 9 * s))
        img = over(img, amount.clamp(0, 1) * cloud, white)
    return img


def rolling(g, y, amp, length, i):
    return cover(y + amp * torch.sin(g.X / length + g.q(i) * 6.283) - g.Y)


def tufts(g, y, colour, density=0.5):
    """Small grass strokes below y."""
    u, v = g.X / 34, (g.Y - y) / 24
    i, j = u.floor(), v.floor()
    x = (u - i - 0.3 - 0.4 * hash01(i, j, g.q(6))) * 34
    h = (v - j - 0.5) * 24
    d = torch.maximum((x.abs() - (h + 5) * 0.45).abs() - 1.2, h.abs() - 5)
    return cover(d) * (hash01(j, i, g.q(7)) < density).float() * (g.Y > y).float()


def pines(g, y, period, height, seed, colour, trunk=None):
    """Row of triangular trees standing at y."""
    img_mask = torch.zeros((g.n, SIZE, SIZE), device=g.device)
    shift = g.q(seed) * period
    u = (g.X + shift) / period
    i = u.floor()
    tall = height * (0.75 + 0.25 * hash01(i, i * 0 + 1, g.q(seed) * 3))
    x = ((u - i) - 0.5).abs() * period
    for k in range(3):
        top = y - tall + k * tall * 0.24
        base = top + tall * (0.42 + 0.05 * k)
        d = torch.maximum((x - (g.Y - top) * (0.42 + 0.04 * k) * period / height * 1.0) * 0.8, g.Y - base)
        img_mask = torch.maximum(img_mask, cover(d) * (g.Y > top).float())
    stem = cover(torch.maximum(x - 3, g.Y - y)) * (g.Y > y - tall * 0.3).float()
    return img_mask, stem * (1 - img_mask)


def waves(g, y0):
    v = (g.Y - y0) / 26
    j = v.floor()
    u = g.X / 64 + hash01(j, j * 0 + 2, g.q(0)) * 2
    arch = 3.5 * torch.sin((u % 1) * 6.283)
    d = torch.maximum((((v - j) - 0.5) * 26 - arch).abs() - 1.6, ((u % 1) - 0.5).abs() * 64 - 18)
    return cover(d) * (j >= 0).float()


def peaks(g, specs, rock, cap):
    for cx, half, top, k in specs:
        x = (g.X - cx - 16 * (g.q(k) - 0.5)).abs()
        body = x * ((186 - top) / half) - (g.Y - top)
        zig = 4 * ((g.X / 9 % 2) - 1).abs()
        yield cover(body * 0.6), cover(body * 0.6) * cover(g.Y - (top + (186 - top) * 0.3 + zig))


def skyline(g, y, width, low, high, k, colours, windows, img):
    u = (g.X + g.q(k) * width) / width
    i = u.floor()
    top = y - low - (high - low) * hash01(i, i * 0 + 1, g.q(k) * 5)
    tower = cover(top - g.Y) * (g.Y < y).float()
    shade = 0.90 + 0.16 * hash01(i, i * 0 + 2, g.q(k) * 5)
    body = colours[:, :, None, None] * shade[:, None]
    img = img + tower[:, None] * (body.clamp(0, 1) - img)
    wx, wy = (u - i) * width, g.Y - top - 8
    cell_x, cell_y = (wx - 4) / 9, wy / 12
    d = torch.maximum(((cell_x % 1) - 0.5).abs() * 9 - 2.4, ((cell_y % 1) - 0.5).abs() * 12 - 3.4)
    lit = cover(d) * (wx > 4).float() * (wx < 4 + 9 * int((width - 6) / 9)).float() * (wy > 0).float() * (g.Y < y - 6).float()
    lit = lit * (hash01(cell_x.floor() + i * 7, cell_y.floor(), g.q(k)) < 0.7).float()
    return over(img, lit, windows)


def wall_colour(g, k):
    return swatch(g.device, *WALLS)[(g.p[:, k] * (len(WALLS) - 0.01)).long()] * g.pick("#ffffff", "#7d83b8", "#f7d3bd", "#dfe3e6")


def window(g, img, x0=24.0):
    frame = box(g, x0, 34.0, x0 + 64, 104.0)
    img = over(img, frame.expand(g.n, -1, -1), g.pick("#ffffff", "#a9aed6", "#fff0e2", "#f2f4f6"))
    for dx in (0, 1):
        for dy in (0, 1):
            pane = box(g, x0 + 5 + 29 * dx, 39.0 + 32 * dy, x0 + 30 + 29 * dx, 66.0 + 32 * dy)
            img = over(img, pane.expand(g.n, -1, -1), g.pick("#9fd6f5", "#1b2658", "#f79a6b", "#b9c3cc"))
    moon = ellipse(g, x0 + 46, 52.0, 7.0, 7.0)
    return over(img, g.is_sky("night") * moon, g.colour("#fdf0b8"))
