"""Image transforms behind the procedural styles: batched torch, images [n, 3, 256, 256] in [0, 1] in and out, no randomness of their own.

Textures come from `renderer.grid` and the scene's parameters t["p"], so a scene always gets the same texture.
"""
import torch
import torch.nn.functional as F

from . import places


def grey(img):
    return (img * torch.tensor([0.299, 0.587, 0.114], device=img.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def blur(img, radius):
    """Three box filters, close to a Gaussian of that radius."""
    k = 2 * max(1, round(radius * 0.6)) + 1
    for _ in range(3):
        img = F.avg_pool2d(F.pad(img, [k // 2] * 4, mode="replicate"), k, 1)
    return img


def edges(img, gain=1.0):
    """Gradient magnitude over all channels [n, 1, H, W] in [0, 1]."""
    p = F.pad(img, [1] * 4, mode="replicate")
    dx = p[:, :, 1:-1, 2:] - p[:, :, 1:-1, :-2]
    dy = p[:, :, 2:, 1:-1] - p[:, :, :-2, 1:-1]
    return ((dx * dx + dy * dy).sum(1, keepdim=True).sqrt() * gain).clamp(0, 1)


def saturate(img, amount):
    g = grey(img)
    return (g + (img - g) * amount).clamp(0, 1)


def kuwahara(img, k):
    """Flat patches with sharp borders: of four squares of k px that meet in a pixel, the mean of the calmest."""
    pad = F.pad(img, [k - 1] * 4, mode="replicate")
    mean, square = F.avg_pool2d(pad, k, 1), F.avg_pool2d(pad * pad, k, 1)
    var = (square - mean * mean).sum(1, keepdim=True)
    best, low = None, None
    for oy in (0, k - 1):
        for ox in (0, k - 1):
            m, s = mean[:, :, oy:oy + 256, ox:ox + 256], var[:, :, oy:oy + 256, ox:ox + 256]
            if best is None:
                best, low = m, s
            else:
                best, low = torch.where(s < low, m, best), torch.minimum(s, low)
    return best


def noise(renderer, t, scale, k=0):
    """Smooth value noise [n, 1, 256, 256] in [0, 1]: one hash per cell, interpolated."""
    cells = 256 // scale + 2
    i = torch.arange(cells, device=t["p"].device, dtype=torch.float32)
    h = places.hash01(i[None, None, :] + 13 * k, i[None, :, None], t["p"][:, 6, None, None] * 7)[:, None]
    return F.interpolate(h, size=(256 + 2 * scale,) * 2, mode="bicubic", align_corners=False)[:, :, scale:scale + 256, scale:scale + 256].clamp(0, 1)


def colour(img, *hexes):
    return [torch.tensor(places.rgb(h), device=img.device).view(1, 3, 1, 1) for h in hexes]


def ramp(value, stops):
    """Gradient map of [n, 1, H, W] through equally spaced colours."""
    x = value.clamp(0, 1) * (len(stops) - 1)
    out = stops[0].expand(value.shape[0], 3, *value.shape[2:])
    for k in range(1, len(stops)):
        out = out + (x - (k - 1)).clamp(0, 1) * (stops[k] - stops[k - 1])
    return out


# --- grounds and finishes of the looks
def studio(img, t, r):
    """Clay: soft light from the upper left, gentle falloff, rounded banding of the ground."""
    X, Y = r.grid
    light = 1.10 - 0.26 * (((X - 90) / 256) ** 2 + ((Y - 70) / 256) ** 2)
    soft = blur(img, 2)
    rim = (soft - blur(img, 6)) * 0.9
    return ((soft + rim) * light[:, None]).clamp(0, 1)


def plasticine(img, t, r):
    """Clay: every patch of colour a rounded pillow under a lamp at the upper left, pressed in by thumbs."""
    soft = blur(img, 1.6)
    grooves = edges(blur(img, 1), 2.6)
    height = -(blur(grooves, 2) * 0.7 + blur(grooves, 6) * 3.2) + noise(r, t, 22, 5) * 0.7
    p = F.pad(height, [1] * 4, mode="replicate")
    dx, dy = p[:, :, 1:-1, 2:] - p[:, :, 1:-1, :-2], p[:, :, 2:, 1:-1] - p[:, :, :-2, 1:-1]
    slope = -(dx + dy)  # towards the lamp
    light = 1 + slope.clamp(-0.4, 0.4) * 1.3
    gloss = (slope - 0.15).clamp(0, 0.2) * 0.8
    return (soft * light + gloss).clamp(0, 1)


def paper_lines(img, t, r):
    """Ink: the ground as thin black outlines on white."""
    return 1 - (edges(blur(img, 1), 3.2) * 1.3 - 0.18).clamp(0, 1).expand(-1, 3, -1, -1) * 0.92


def two_tone(img, t, r):
    paper, ink = colour(img, "#f3e6cc", "#c5523c")
    X, Y = r.grid
    g = grey(blur(img, 1))
    hatch = ((X + Y) % 8 - 4).abs()[:, None] / 4
    level = ((g - 0.30 - 0.42 * hatch) * 8).clamp(0, 1)
    return ink + level * (paper - ink)


def pixelate(img, t, r, block=4, levels=7):
    small = F.avg_pool2d(img, block)
    small = (small * levels).round() / levels
    return F.interpolate(small, scale_factor=block, mode="nearest")


def die_cut(layer, t, r):
    """Sticker: a white border around the sprite."""
    a = layer[:, 3:]
    wide = F.max_pool2d(a, 13, 1, 6)
    wide = (F.avg_pool2d(wide, 3, 1, 1) * 1.2).clamp(0, 1)
    rgb = layer[:, :3] + (wide - a).clamp(min=0)
    return torch.cat([rgb, torch.maximum(wide, a)], 1)


def gloss_ground(img, t, r):
    return blur(saturate(img, 0.9), 3) * 0.9 + 0.08


def candy_tone(img, t, r):
    """Gumdrop: pale sweet ground."""
    return (blur(img, 3) * 0.55 + 0.45 * colour(img, "#ffe3f1")[0]).clamp(0, 1)


def watercolour(img, t, r):
    wobble = noise(r, t, 32) - 0.5
    wobble_y = noise(r, t, 32, 3) - 0.5
    X, Y = r.grid
    grid = torch.stack([(X / 128 - 1) + wobble[:, 0] * 0.06, (Y / 128 - 1) + wobble_y[:, 0] * 0.06], -1)
    warped = F.grid_sample(img, grid, mode="bilinear", padding_mode="border", align_corners=False)
    flat = blur(warped, 2)
    pigment = 0.78 + 0.30 * noise(r, t, 32, 1) + 0.14 * noise(r, t, 8, 2)
    wash = 1 - (1 - flat) * 0.82 * pigment
    rim = edges(flat, 0.9)
    wash = wash - rim * 0.35 * (1 - flat)
    frame = torch.maximum((X - 128).abs(), (Y - 128).abs())[:, None] + 26 * (noise(r, t, 16, 4) - 0.5)
    return wash + ((frame - 106) / 8).clamp(0, 1) * (colour(img, "#fbf8f0")[0] - wash)


def pencil(img, t, r):
    g = grey(img)
    line = (edges(blur(img, 1), 2.0) * 1.25).clamp(0, 1)
    X, Y = r.grid
    stroke = (torch.sin((X - Y) * 0.95 + 3 * noise(r, t, 32)[:, 0]) * 0.5 + 0.5)[:, None]
    shade = (1 - g) * 0.62 * (0.35 + 0.65 * stroke)
    v = (0.97 - shade * 0.75 - line * 0.72).clamp(0.12, 1)
    paper = colour(img, "#fffdf6")[0]
    return v * paper


def mosaic(img, t, r):
    tile = F.interpolate(F.avg_pool2d(img, 8), scale_factor=8, mode="nearest")
    X, Y = r.grid
    shade = 0.9 + 0.22 * places.hash01((X / 8).floor(), (Y / 8).floor(), t["p"][:, 6, None, None])[:, None]
    grout = torch.maximum(((X % 8) - 4).abs(), ((Y % 8) - 4).abs())[:, None]
    g = (grout - 2.9).clamp(0, 1) * 0.8
    return (saturate(tile, 1.15) * shade).clamp(0, 1) * (1 - g) + g * colour(img, "#e9e2d2")[0] * 0.9


def comic(img, t, r):
    X, Y = r.grid
    poster = ((saturate(blur(img, 1), 1.5) * 3).round() / 3)
    u, v = (X + Y) * 0.7071, (X - Y) * 0.7071
    d = (((u % 7) - 3.5) ** 2 + ((v % 7) - 3.5) ** 2).sqrt()[:, None]
    dark = 1 - grey(img)
    dots = (dark * 4.2 - d + 0.5).clamp(0, 1)
    toned = poster * (1 - 0.42 * dots)
    line = (edges(blur(img, 1), 2.2) * 2.2 - 0.35).clamp(0, 1)
    line = F.max_pool2d(line, 3, 1, 1)
    return toned * (1 - line) + 0.03 * line


def blueprint(img, t, r):
    X, Y = r.grid
    base, white = colour(img, "#1c4fa3", "#eaf3ff")
    fine = torch.maximum(1 - (X % 16 - 8).abs().clamp(0, 1), 1 - (Y % 16 - 8).abs().clamp(0, 1))[:, None]
    line = (edges(blur(img, 1), 2.6) * 1.5 - 0.12).clamp(0, 1)
    out = base + 0.16 * fine * (white - base) + 0.10 * (1 - grey(img)) * (colour(img, "#0c2f70")[0] - base)
    return out + line * (white - out)


def cells(r, t, size):
    """Jittered square cells: nearest and second nearest distance [n, H, W] and the nearest seed's position."""
    X, Y = r.grid
    p = t["p"][:, 5, None, None] * 5
    i0, j0 = (X / size).floor(), (Y / size).floor()
    first = second = best_x = best_y = None
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            i, j = i0 + di, j0 + dj
            sx = (i + 0.15 + 0.7 * places.hash01(i, j, p)) * size
            sy = (j + 0.15 + 0.7 * places.hash01(j, i + 31, p)) * size
            d = ((X - sx) ** 2 + (Y - sy) ** 2).sqrt()
            if first is None:
                first, second, best_x, best_y = d, d + 999, sx, sy
                continue
            near = d < first
            second = torch.where(near, first, torch.minimum(second, d))
            best_x, best_y = torch.where(near, sx, best_x), torch.where(near, sy, best_y)
            first = torch.where(near, d, first)
    return first, second, best_x, best_y


def stained_glass(img, t, r):
    first, second, sx, sy = cells(r, t, 24)
    shade = 0.86 + 0.26 * places.hash01((sx * 4).round(), (sy * 4).round(), t["p"][:, 5, None, None])[:, None]
    glass = (saturate(blur(img, 2), 1.7) * shade * (1.1 - 0.012 * first[:, None])).clamp(0, 1)
    lead = (1.5 - (second - first)).clamp(0, 1)[:, None] * 0.85
    contour = F.max_pool2d((edges(blur(img, 1), 2.2) * 2.2 - 0.5).clamp(0, 1), 3, 1, 1)
    lead = torch.maximum(lead, contour)
    return glass * (1 - lead) + 0.08 * lead


def neon(img, t, r):
    sharp = edges(blur(img, 1), 2.4)
    tint = saturate(img / img.amax(1, keepdim=True).clamp(min=0.2), 2.2)
    line = (sharp * 1.6 - 0.12).clamp(0, 1)
    glow = blur(line * tint, 4) * 2.4 + blur(line * tint, 10) * 1.6
    dark = colour(img, "#0b0716")[0] + 0.05 * img
    return (dark + glow * 0.75 + line * (0.55 * tint + 0.45)).clamp(0, 1)


def vaporwave(img, t, r):
    X, Y = r.grid
    stops = colour(img, "#1a0a4a", "#7b2fbf", "#ff4fa3", "#ff9ec4", "#7ff3ff")
    out = ramp(grey(img), stops) * 0.72 + img * 0.28
    scan = 0.93 + 0.07 * torch.sin(Y * 1.5708)[:, None]
    return (out * scan).clamp(0, 1)


def noir(img, t, r):
    X, Y = r.grid
    g = grey(blur(img, 1))
    v = ((g - 0.5) * 1.55 + 0.38).clamp(0, 0.92)
    beam = (((X * 0.6 + Y) / 58 % 1) - 0.5).abs()[:, None]
    v = v * (0.86 + 0.14 * ((beam - 0.2) * 10).clamp(0, 1))
    vignette = (1.18 - (((X - 128) / 168) ** 2 + ((Y - 128) / 168) ** 2)).clamp(0.12, 1)[:, None]
    return (v * vignette).expand(-1, 3, -1, -1).contiguous()


def oil(img, t, r):
    """Kuwahara filter, warm varnish and brush relief."""
    best = kuwahara(img, 7)
    X, Y = r.grid
    a = noise(r, t, 32) * 6.283
    strokes = torch.sin((X * torch.cos(a[:, 0]) + Y * torch.sin(a[:, 0])) * 1.1)[:, None] * 0.05 + (noise(r, t, 8, 2) - 0.5) * 0.18
    out = best * (1 + strokes)
    warm = colour(img, "#5a3d1c", "#b88a4a", "#f6e3b4")
    return (0.72 * out + 0.28 * ramp(grey(out), warm)).clamp(0, 1)


def sepia(img, t, r):
    X, Y = r.grid
    out = ramp(grey(img) * 0.96, colour(img, "#2b1a0e", "#9a6f41", "#f1dfb8"))
    vignette = (1.12 - 0.5 * (((X - 128) / 180) ** 2 + ((Y - 128) / 180) ** 2)).clamp(0.3, 1)[:, None]
    return (out * vignette + 0.03 * (noise(r, t, 4) - 0.5)).clamp(0, 1)


def vivid(img, t, r):
    sharp = (img + 0.35 * (img - blur(img, 2))).clamp(0, 1)
    return ((saturate(sharp, 1.25) - 0.5) * 1.1 + 0.5).clamp(0, 1)


def autumn_ground(img, t, r):
    """Greens and blues of the ground turn to October colours."""
    c = img
    green = ((c[:, 1:2] - torch.maximum(c[:, 0:1], c[:, 2:3])) * 6).clamp(0, 1)
    v = grey(c)
    rust = ramp(v, colour(img, "#4a1d0c", "#c9631f", "#f4b548"))
    sky = ramp(v, colour(img, "#40271f", "#e8a765", "#fdebc6"))
    blue = ((c[:, 2:3] - c[:, 0:1]) * 3).clamp(0, 1) * 0.8
    out = c + blue * (sky - c)
    return out + green * (rust - out)


def falling_leaves(img, t, r):
    g = places.Group(t["p"], t["sky"], t["a"], t["b"], r.grid)
    for k, tone in enumerate(("#d9481c", "#f0a020", "#a83a14")):
        u, v = (g.X + 17 * k) / 46, (g.Y + 29 * k) / 46
        i, j = u.floor(), v.floor()
        x = (u - i - 0.25 - 0.5 * places.hash01(i, j, g.q(6) + k)) * 46
        y = (v - j - 0.25 - 0.5 * places.hash01(j, i, g.q(7) + k)) * 46
        a = places.hash01(i + 2, j, g.q(6) + k) * 6.283
        p, q = x * torch.cos(a) + y * torch.sin(a), y * torch.cos(a) - x * torch.sin(a)
        d = ((p / 9) ** 2 + ((q.abs() + 2.2) / 6.4) ** 2).sqrt() - 1
        here = (places.hash01(j + 3, i, g.q(5) + k) < 0.42).float()
        img = places.over(img, places.cover(d * 6) * here, g.colour(tone))
    return img


def candyland(img, t, r):
    """Replaces the ground: pink sky, mint cream hills, lollipop and candy cane trees."""
    g = places.Group(t["p"], t["sky"], t["a"], t["b"], r.grid)
    out = places.blend(g.colour("#ffc2e0"), g.colour("#fff2d8"), g.Y / 190)
    for k in range(2):
        cx, cy = 40 + 60 * g.q(k) + 110 * k, 40 + 16 * g.q(2 + k)
        cloud = torch.maximum(places.ellipse(g, cx, cy, 26.0, 11.0), places.ellipse(g, cx + 4, cy - 8, 15.0, 12.0))
        out = places.over(out, cloud, g.colour("#ffffff"))
    for k, x0 in enumerate((30.0, 226.0, 70.0, 190.0)):
        top = 104.0 + 22 * (k % 2) + 8 * g.q(k)
        stick = places.box(g, x0 - 2.5, top, x0 + 2.5, 190.0)
        out = places.over(out, stick, g.colour("#fffaf0"))
        rad = ((g.X - x0) ** 2 + (g.Y - top) ** 2).sqrt()
        swirl = torch.sin(torch.atan2(g.Y - top, g.X - x0) * 3 + rad * 0.34)
        head = places.cover(rad - (19 - 4 * (k > 1)))
        out = places.over(out, head, g.colour(("#ff5f9e", "#8b6cf0", "#35c6c0", "#ffb02e")[k]))
        out = places.over(out, head * (swirl * 2).clamp(0, 1), g.colour("#ffffff"))
    out = places.over(out, places.rolling(g, 172.0, 7, 44.0, 0), g.colour("#b9f0d6"))
    out = places.over(out, places.rolling(g, 190.0, 5, 60.0, 1), g.colour("#ff9cc7"))
    return places.over(out, places.speckle(g, 22.0, 3.0, g.q(6) * 9, density=0.6) * (g.Y > 200).float(), g.colour("#fff4c2"))


def _rider(r, img, pack, i, x, y, size, angle, mirror, draw_size, lift):
    """Where something worn sits: centre and size, on top of the silhouette, turned with the object."""
    head = r.sprites.head[pack][i] * torch.stack([1 - 2 * mirror, torch.ones_like(mirror)], 1)
    rad = angle * 0.0174533
    dx, dy = head[:, 0] * size, head[:, 1] * size - lift * draw_size
    return x + dx * torch.cos(rad) - dy * torch.sin(rad), y + dx * torch.sin(rad) + dy * torch.cos(rad)


def top_hat(r, img, pack, i, x, y, size, angle, mirror, half):
    from . import objects
    hat = objects.by_name()["top hat"].index
    s = size * 0.46
    cx, cy = _rider(r, img, pack, i, x, y, size, angle, mirror, s, 0.30)
    layer = r.sprite_layer("fluent-flat", torch.full_like(i, hat), cx, cy, s, angle, mirror * 0)
    return img * (1 - layer[:, 3:]) + layer[:, :3]


def party_hat(r, img, pack, i, x, y, size, angle, mirror, half):
    s = size * 0.44
    cx, cy = _rider(r, img, pack, i, x, y, size, angle, mirror, s, 0.36)
    X, Y = r.grid
    rad = (angle * 0.0174533)[:, None, None]
    px, py = X - cx[:, None, None], Y - cy[:, None, None]
    u, v = px * torch.cos(rad) + py * torch.sin(rad), py * torch.cos(rad) - px * torch.sin(rad)
    s = s[:, None, None]
    cone = places.cover(torch.maximum((u.abs() - (v + s * 0.5) * 0.36) * 0.9, v - s * 0.44 + (u / s) ** 2 * s * 0.5)) * (v > -s * 0.5).float()
    stripe = (((v + u * 0.6) / s * 3.2 % 1) < 0.5).float()
    tone = colour(img, "#ff3f8e", "#ffd23f", "#38c7ff")
    hat = tone[0] + stripe[:, None] * (tone[1] - tone[0])
    img = img + cone[:, None] * (hat - img)
    ball = places.cover((u ** 2 + (v + s * 0.5) ** 2).sqrt() - s * 0.11)
    return img + ball[:, None] * (tone[2] - img)
