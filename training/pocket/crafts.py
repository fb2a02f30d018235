"""Looks made of a material: facets, folded and cut paper, a diorama, knitting, marble. Same rules as effects.py.

Layers are premultiplied sprites [m, 4, 256, 256]; t holds the scenes that they belong to.
"""
import torch
import torch.nn.functional as F

from . import places
from .effects import blur, colour, edges, grey, kuwahara, noise, ramp, saturate
from .paintings import at_cells, body, group, grown, standing


# --- facets: low poly, origami
def vertices(contour, t, size):
    """A lattice of `size` px whose points move, by 0.38 of it at most, to the strongest contour near them: x, y [n, m + 1, m + 1]."""
    m, p = 256 // size, t["p"][:, 6, None, None] * 7
    i = torch.arange(m + 1, device=contour.device, dtype=torch.float32)
    i, j = i[None, None, :].expand(1, m + 1, m + 1), i[None, :, None].expand(1, m + 1, m + 1)
    best = None
    for b in range(-3, 4):
        for a in range(-3, 4):
            x = (i + 0.38 / 3 * a).clamp(0, m) * size * (i > 0) * (i < m) + (i == m) * 256.0
            y = (j + 0.38 / 3 * b).clamp(0, m) * size * (j > 0) * (j < m) + (j == m) * 256.0
            x, y = x.expand(len(contour), -1, -1), y.expand(len(contour), -1, -1)
            score = at_cells(contour, x, y)[:, 0] + 0.06 * places.hash01(i * 7 + a, j * 7 + b, p) - 0.004 * (a * a + b * b)
            if best is None:
                best, vx, vy = score, x, y
            else:
                vx, vy, best = torch.where(score > best, x, vx), torch.where(score > best, y, vy), torch.maximum(score, best)
    return vx, vy


def facets(img, t, r, size, guide=None):
    """Flat triangles [n, c, 256, 256] in the image's colours, and their tilt [n, 1, 256, 256] in [0, 1]; `guide`: the picture whose contours they follow."""
    contour = edges(blur(img if guide is None else guide, 1), 1.6)
    m = 256 // size
    x, y = vertices(contour, t, size)
    corner = lambda a, b: (x[:, b:b + m, a:a + m], y[:, b:b + m, a:a + m])
    p00, p10, p11, p01 = corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)
    contour = blur(contour, 1)
    along = lambda p, q: sum(at_cells(contour, p[0] + (q[0] - p[0]) * k / 6, p[1] + (q[1] - p[1]) * k / 6)[:, 0] for k in range(1, 6))
    falling = along(p00, p11) >= along(p10, p01)
    pick = lambda p, q: tuple(torch.where(falling, u, v) for u, v in zip(p, q))
    X, Y = r.grid
    out, tilt = F.interpolate(F.avg_pool2d(img, size), scale_factor=size), torch.full_like(img[:, :1], 0.5)
    for k, triangle in enumerate(((p00, p10, pick(p11, p01)), (pick(p00, p10), p11, p01))):
        cx, cy = sum(p[0] for p in triangle) / 3, sum(p[1] for p in triangle) / 3
        tone = sum(at_cells(img, cx + (p[0] - cx) * s, cy + (p[1] - cy) * s) for p in triangle for s in (0.0, 0.45)) / 6
        lean = places.hash01((cx * 2).round(), (cy * 2).round() + k, t["p"][:, 5, None, None])
        cells = F.pad(torch.cat([torch.stack([v for p in triangle for v in p] + [lean], 1), tone], 1), [1] * 4, value=-999.0)
        for b in range(3):
            for a in range(3):
                q = cells[:, :, b:b + m, a:a + m].repeat_interleave(size, 2).repeat_interleave(size, 3)
                side = [(q[:, 2 * s % 6] - X) * (q[:, (2 * s + 3) % 6] - Y) - (q[:, (2 * s + 2) % 6] - X) * (q[:, (2 * s + 1) % 6] - Y) for s in range(3)]
                inside = ((side[0] >= 0) & (side[1] >= 0) & (side[2] >= 0) & (sum(side) > 1))[:, None]
                out, tilt = torch.where(inside, q[:, 7:], out), torch.where(inside, q[:, 6:7], tilt)
    return out, tilt


def faceted_ground(img, t, r):
    """Large flat-shaded triangles."""
    flat, tilt = facets(saturate(img, 1.1), t, r, 32)
    return (flat * (0.90 + 0.20 * tilt)).clamp(0, 1)


def faceted_layer(layer, t, r):
    """Flat-shaded triangles that follow the contours; half the ground's size."""
    rgb, alpha = body(layer)
    flat, tilt = facets(torch.cat([saturate(rgb, 1.15), alpha], 1), t, r, 16, guide=torch.cat([alpha, rgb * alpha], 1))
    shape = blur((flat[:, 3:] > 0.5).float(), 0.5)
    tone = 0.75 * flat[:, :3] + 0.25 * kuwahara(rgb, 5)
    return torch.cat([(tone * (0.84 + 0.32 * tilt)).clamp(0, 1) * shape, shape], 1)


def folded_ground(img, t, r):
    """A pastel sheet that had been folded: the scene's colours without its things, four creases."""
    X, Y = r.grid
    far = img
    for _ in range(3):
        far = blur(far, 16)
    pale = far + 0.5 * (colour(img, "#fbf5ec")[0] - far)
    u, v = (X + Y) / 128 + t["p"][:, 2, None, None], (X - Y) / 128 + t["p"][:, 3, None, None]
    side = 0.5 * ((u.floor() + v.floor()) % 2)[:, None] + 0.25 * (u % 1)[:, None] + 0.25 * (v % 1)[:, None]
    return (pale * (0.93 + 0.10 * side)).clamp(0, 1)


def folded_layer(layer, t, r):
    """The sprite folded from paper: straight borders, large light and dark sides with pale creases, a sharp shadow."""
    rgb, alpha = body(layer)
    fine, _ = facets(torch.cat([rgb, alpha], 1), t, r, 16, guide=torch.cat([alpha, alpha, 0.5 * rgb * alpha], 1))
    shape = (fine[:, 3:] > 0.45).float()
    _, tilt = facets(rgb, t, r, 32, guide=torch.cat([alpha, 0.6 * rgb * alpha], 1))
    tone = 0.65 * fine[:, :3] + 0.35 * kuwahara(rgb, 5)
    paper = (tone * (0.66 + 0.46 * tilt) + 0.10).clamp(0, 1)
    crease = blur((edges(tilt) > 0.02).float(), 1)
    rim = (1 - blur(shape, 2)) * 1.4
    paper = paper + (0.55 * crease + rim).clamp(0, 0.75) * (1 - paper)
    shade = F.pad(shape, [8, 0, 10, 0])[:, :, :256, :256]
    whole = torch.maximum(shape, shade * 0.32)
    return torch.cat([paper * shape, whole], 1)


# --- isometric
def diorama(img, t, r):
    """The scene as a room corner in isometric projection: its ground on the floor, what is above it on two walls, a plain backdrop."""
    g = group(t, r)
    X, Y = g.X.expand(g.n, 256, 256), g.Y.expand(g.n, 256, 256)
    wide, deep, wall, centre = 120.0, 60.0, 112.0, 190.0
    line = standing(t)
    across = (X - 128) / wide
    back, front = centre - deep * (1 - across.abs()), centre + deep * (1 - across.abs())  # the floor's far and near edges
    rise = back - Y
    light = 0.84 + 0.16 * (X > 128).float()
    far = blur(img, 9)[:, :, 20:60].mean((2, 3), keepdim=True)
    out = 0.3 * far + 0.7 * g.pick("#e4e9f4", "#4d5285", "#f5dcd0", "#dadfe3")[:, :, None, None]
    at = lambda y: at_cells(img, X, y.expand(g.n, 256, 256))
    put = lambda out, mask, face: out + (mask * places.cover(across.abs() * wide - wide))[:, None] * (face - out)
    out = put(out, places.cover(-rise) * places.cover(rise - wall), at(line - 20 - rise.clamp(0, wall) * (line - 30) / wall) * light[:, None])
    out = put(out, places.cover(Y - front - 14) * places.cover(back - Y), at(line + 14) * (light * 0.62)[:, None])
    u, v = 3 * (across + (Y - centre) / deep), 3 * (across - (Y - centre) / deep)  # floor tiles
    odd = ((u.floor() + v.floor()) % 2)[:, None]
    joint = torch.maximum(1 - ((u + 0.5) % 1 - 0.5).abs() * 14, 1 - ((v + 0.5) % 1 - 0.5).abs() * 14).clamp(0, 1)[:, None]
    tile = at(line + 4 + (Y - centre + deep) * 0.3) * (0.90 + 0.12 * odd)
    out = put(out, places.cover(Y - front) * places.cover(back - Y), tile + 0.3 * joint * (1 - tile))
    seam = torch.maximum(places.cover(rise.abs() - 1), places.cover((X - 128).abs() - 1) * (rise > 0).float() * (rise < wall).float()) * 0.35
    return put(out, torch.maximum(places.cover((rise - wall).abs() - 2.5), seam), colour(img, "#ffffff")[0])


# --- paper cut
def dropped(alpha, dx, dy, soft):
    """The shadow of a mask, moved and blurred."""
    return blur(F.pad(alpha, [dx, 0, dy, 0])[:, :, :256, :256], soft)


def layered_paper(img, t, r):
    """Sky and far things cut from paper, then sheets with wavy edges, one in front of the other."""
    g = group(t, r)
    X, Y = r.grid
    flat = kuwahara(img, 7)
    out = flat * (1 + (grey(dropped(flat, 4, 5, 2)) - grey(flat)).clamp(-0.5, 0) * 1.1)
    line = standing(t)
    for k in range(3):
        y = line - 26 + 24 * k
        tone = at_cells(blur(img, 6), torch.full_like(y, 128.0), y + 10)
        edge = y + (9 - k) * torch.sin(X / (34.0 - 7 * k) + g.q(k) * 6.283 + 2 * k) - Y
        out = out * (1 - 0.42 * (1 - edge.clamp(0, 10) / 10)[:, None])
        sheet = (tone * (1.08 - 0.10 * k) + 0.05).clamp(0, 1)
        sheet = sheet + 0.75 * places.cover(-edge - 3)[:, None] * (1 - sheet)
        out = out + places.cover(edge)[:, None] * (sheet - out)
    return out


def paper_layer(layer, t, r):
    """A cut-out: flat colours, a white cut edge, a soft shadow on the sheets behind."""
    rgb, alpha = body(layer)
    flat = kuwahara(rgb, 5)
    inner = grey(dropped(flat, 3, 4, 1)) - grey(flat)
    flat = flat * (1 + inner.clamp(-0.4, 0) * 0.9)
    card = grown(alpha, 4)
    shade = dropped(card, 7, 9, 3) * 0.5
    whole = card + (1 - card) * shade
    return torch.cat([flat * alpha + (card - alpha).clamp(min=0) * 0.97, whole], 1)


def shadow_box(img, t, r):
    """Two paper frames with wavy openings in front of the scene."""
    g = group(t, r)
    X, Y = r.grid
    edge = 128 - torch.maximum((X - 128).abs(), (Y - 128).abs())
    wave = 3.5 * torch.sin((X + g.q(2) * 40) / 15) + 3.5 * torch.sin((Y + g.q(3) * 40) / 15)
    tone = blur(img, 9).mean((2, 3), keepdim=True)
    out = img
    for width, paper in ((20.0, tone + 0.45 * (1 - tone)), (10.0, tone * 0 + colour(img, "#f8f5ee")[0])):
        mask = places.cover(edge - width - wave * width / 20)[:, None]
        out = out * (1 - 0.5 * dropped(mask, 4, 5, 3))
        out = out + mask * (paper - out)
    return out


# --- knitted
def knitted(img, t, r):
    """Rows of chunky V stitches, 32 by 24 px, for the VAE loses smaller ones; patches of colour follow them."""
    X, Y = r.grid
    leg, patch = 16, 4
    u = (X % (2 * leg) - leg).abs()  # 0 in the middle of a V, `leg` at its sides
    sharp = saturate(img + 0.4 * (img - blur(img, 4)), 1.1).clamp(0, 1)
    row = ((Y + 0.4 * (u - leg / 2)) / patch).floor().clamp(0, 256 // patch - 1).long()
    yarn = F.avg_pool2d(sharp, patch).repeat_interleave(patch, 3).gather(2, row[:, None].expand(len(img), 3, -1, -1))
    v = (Y + 0.8 * u) % 24 / 24
    strand = (1 - (2 * v - 1) ** 2) * (1 - (2 * u / leg - 1) ** 2)
    return (yarn * (0.55 + 0.55 * strand)[:, None] + 0.04 * strand[:, None]).clamp(0, 1)


# --- marble
def slope(height):
    """Light from the upper left on a height map [n, 1, 256, 256]."""
    p = F.pad(height, [1] * 4, mode="replicate")
    return (p[:, :, 1:-1, 2:] - p[:, :, 1:-1, :-2]) + (p[:, :, 2:, 1:-1] - p[:, :, :-2, 1:-1])


def veins(t, r):
    """Grey lines that branch through stone [n, 1, 256, 256]."""
    warp = noise(r, t, 16, 3) * 0.35
    one = (noise(r, t, 64) + warp - 0.62).abs() * 9
    two = (noise(r, t, 32, 1) + warp * 0.8 - 0.55).abs() * 12
    return ((1 - one).clamp(0, 1) + 0.6 * (1 - two).clamp(0, 1)).clamp(0, 1)


def gallery(img, t, r):
    """The scene as a dark, shallow relief behind the statue."""
    X, Y = r.grid
    relief = slope(blur(grey(img), 2)) * -1.1
    deep, glow = colour(img, "#17191f", "#4a4d58")
    light = (1 - (((X - 118) / 190) ** 2 + ((Y - 110) / 190) ** 2)).clamp(0, 1)[:, None]
    return ((deep + light * (glow - deep)) * (0.75 + 0.5 * grey(blur(img, 2))) + relief * 0.35).clamp(0, 1)


def marble_layer(layer, t, r):
    """Carved in white stone: relief from the outline and from the sprite's own lights, grey veins."""
    rgb, alpha = body(layer)
    g = grey(rgb)
    bulge = blur(alpha, 4) * 0.9 + blur(alpha, 12) * 2.2
    carve = blur(g, 1.2) * 0.75
    light = 0.72 + slope(bulge) * 2.0 + slope(carve) * 1.3 + 0.25 * (g - 0.5) + 1.5 * (blur(g, 1) - blur(g, 9)).clamp(-0.3, 0.1)
    stone = ramp(light.clamp(0, 1), colour(layer, "#3c3f4a", "#a9abb4", "#f7f5f0"))
    stone = stone - 0.20 * veins(t, r) * colour(layer, "#c8bfb0")[0]
    return torch.cat([stone.clamp(0, 1) * alpha, alpha], 1)
