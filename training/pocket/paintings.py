"""Looks drawn by hand: woodblock print, charcoal, gouache, art nouveau, spray paint, chalk. Same rules as effects.py.

Layers are premultiplied sprites [m, 4, 256, 256]; t holds the scenes that they belong to.
"""
import torch
import torch.nn.functional as F

from . import places
from .effects import blur, colour, edges, grey, kuwahara, noise, ramp, saturate

UKIYO = ("#f2e6c8", "#dcc393", "#c8923c", "#c2452d", "#e2a48c", "#7a4a30", "#6f8556", "#a9bfae", "#8fb0c4", "#3f6e98", "#1d3c66", "#2a2730")
NOUVEAU = ("#f3e5c3", "#dcc187", "#c2913f", "#a8602f", "#7c3f26", "#8d9a63", "#5c6b3f", "#b9c3a4", "#6f9a94", "#35605f", "#c98f7e", "#3a2a20", "#f8f2e2", "#a3bcc0", "#2f4560")


def group(t, r):
    return places.Group(t["p"], t["sky"], t["a"], t["b"], r.grid)


def nearest(img, palette):
    """Each pixel's nearest colour of a palette; hue counts more than brightness."""
    tones = torch.cat(colour(img, *palette))[:, :, 0, 0]  # [k, 3]
    axes = torch.tensor([[0.22, 0.44, 0.08], [1.0, -0.9, -0.1], [0.5, 0.5, -1.0]], device=img.device)
    have, want = torch.einsum("cd,ndhw->nchw", axes, img), tones @ axes.T
    best, found = None, None
    for k in range(len(tones)):
        far = ((have - want[k, :, None, None]) ** 2).sum(1, keepdim=True)
        tone = tones[k, :, None, None]
        found = tone.expand_as(img) if best is None else torch.where(far < best, tone, found)
        best = far if best is None else torch.minimum(far, best)
    return found


def body(layer):
    """A layer's colours (not premultiplied, spread a little past the outline) and its alpha."""
    alpha = layer[:, 3:]
    wide = blur(layer, 2)
    return torch.where(alpha > 0.5, layer[:, :3] / alpha.clamp(min=1e-3), wide[:, :3] / wide[:, 3:].clamp(min=1e-3)).clamp(0, 1), alpha


def grown(alpha, pixels):
    """Alpha made wider by some pixels all round, with a round brush."""
    for k in range(pixels):
        straight = torch.maximum(F.max_pool2d(alpha, (3, 1), 1, (1, 0)), F.max_pool2d(alpha, (1, 3), 1, (0, 1)))
        alpha = F.max_pool2d(alpha, 3, 1, 1) if k % 2 else straight
    return alpha


def contours(img, gain=2.4, floor=0.4):
    """Lines of about 3 px where colours change."""
    return blur((edges(blur(img, 1), gain) * 1.8 - floor).clamp(0, 1), 1).mul(1.5).clamp(0, 1)


def outlined(rgb, alpha, pixels, tone):
    """A layer with a contour of one colour round it."""
    wide = grown(alpha, pixels)
    return torch.cat([rgb * alpha + tone * (wide - alpha).clamp(min=0), wide], 1)


def standing(t):
    """The line on which things stand, y [n, 1, 1]."""
    return torch.tensor([float(places.GROUND[p]) for p in places.PLACES], device=t["place"].device)[t["place"]][:, None, None]


# --- ukiyo-e
def seigaiha(r, radius=22.0, rows=11.0):
    """Overlapping fans of arcs, the waves of Japanese prints: [1, 1, 256, 256] in [0, 1], 1 on the pale rings."""
    X, Y = r.grid
    last = (Y / rows).ceil()
    found = torch.zeros(1, 256, 256, device=X.device)
    free = torch.ones_like(found)
    for k in (2, 1, 0):  # the lowest row lies on top
        j = last + k
        u = (X + (j % 2) * radius) % (2 * radius) - radius
        d = (u ** 2 + (Y - j * rows) ** 2).sqrt()
        here = free * (d < radius).float()
        found = found + here * (((d / radius * 2.5) % 1) < 0.4).float()
        free = free - here
    return blur(found[:, None], 1)


def woodblock_ground(img, t, r):
    """Flat colours and key lines, a bokashi gradient at the top, bands of mist; waves on plain grounds and on water."""
    g = group(t, r)
    flat = blur(nearest(kuwahara(img, 5), UKIYO), 1)
    flat = flat * (1 - 0.75 * contours(flat, 1.5)) + 0.75 * contours(flat, 1.5) * colour(img, "#2a2730")[0]
    wet = torch.tensor([p in ("sea", "lake", "plain", "dots", "stripes", "checks") for p in places.PLACES], device=img.device)[t["place"]].float()[:, None, None, None]
    line = standing(t)[:, None] + 6
    X, Y = r.grid
    foam = colour(img, "#f2e6c8")[0] + (1 - seigaiha(r)) * (colour(img, "#2f5f8c")[0] - colour(img, "#f2e6c8")[0])
    flat = flat + wet * places.cover(line + 4 * torch.sin(X / 20) - Y[:, None]) * (foam - flat)
    for k in range(3):
        x, y, half = 30 + 90 * g.q(k) + 60 * k, 52 + 22 * k + 16 * g.q(3 + k), 44 + 20 * g.q(5)
        d = ((g.X - x).abs() - half).clamp(min=0) ** 2 + (g.Y - y) ** 2
        flat = places.over(flat, places.cover(d.sqrt() - 9) * 0.92, g.colour("#eedfbd"))
    top = g.pick("#2f5f8c", "#14264a", "#b8432c", "#56687c")
    return flat + ((1 - Y / 84).clamp(0, 1) ** 1.3)[:, None] * 0.95 * (top[:, :, None, None] - flat)


def woodblock_layer(layer, t, r):
    rgb, alpha = body(layer)
    flat = blur(nearest(blur(saturate(rgb, 1.1), 1), UKIYO), 1)
    ink = colour(layer, "#2a2730")[0]
    return outlined(flat + 0.85 * contours(flat, 1.6) * (ink - flat), alpha, 3, ink)


def woodblock(img, t, r):
    """Paper tone, grain of the block, a margin and the printer's red seal."""
    X, Y = r.grid
    grain = torch.sin(Y * 0.9 + 7 * noise(r, t, 64, 2)[:, 0])[:, None] * 0.018
    paper, seal = colour(img, "#f0e4c6", "#bb3a26")
    out = (img * 0.94 + 0.05 * paper) * (1 + grain)
    margin = places.cover(118 - torch.maximum((X - 128).abs(), (Y - 128).abs()))[:, None]
    out = out + margin * (paper - out)
    left = torch.where(t["p"][:, 3] < 0.5, 26.0, 230.0)[:, None, None]
    u, v = (X - left).abs(), (Y - 44).abs()
    stamp = places.cover(torch.maximum(u - 9, v - 20))[:, None]
    sign = places.cover(torch.maximum(u - 5, ((Y - 44 + 14) % 9 - 4).abs() - 1.6))[:, None] * (v < 15).float()[:, None]
    return out + stamp * (seal + sign * (paper - seal) - out)


# --- charcoal
def charcoal_ground(img, t, r):
    """The ground keeps back: a pale smudge of itself, paler the darker the scene is."""
    dark = 1 - blur(grey(img), 2)
    return (1 - dark * (0.24 / dark.mean((2, 3), keepdim=True).clamp(min=0.3))).clamp(0, 1).expand_as(img).contiguous()


def charcoal_layer(layer, t, r):
    """Greys spread out, a black contour."""
    rgb, alpha = body(layer)
    g = grey(rgb)
    local = (g + 0.8 * (g - blur(g, 8))).clamp(0, 1)
    return outlined((0.12 + 0.84 * local).expand_as(rgb), alpha, 1, 0.0)


def charcoal(img, t, r):
    """Broad soft strokes and black contours on toothed paper."""
    X, Y = r.grid
    g = grey(kuwahara(img, 3))
    dark = ((0.97 - g) * 1.1).clamp(0, 1)
    stroke = torch.sin((X + Y) * 0.33 + 6 * noise(r, t, 32)[:, 0])[:, None] * 0.5 + 0.5
    press = noise(r, t, 64, 6)  # rubbed smooth here, hatched there
    tone = dark * (0.95 - 0.45 * press * (1 - stroke)) + 0.20 * blur(dark, 9)
    line = contours(img, 2.0, 0.3) * (0.7 + 0.7 * noise(r, t, 16, 3))
    tone = torch.maximum(tone * 0.86, line) + 0.15 * blur(line, 3)
    tooth = noise(r, t, 4, 1) * 0.6 + noise(r, t, 8, 2) * 0.4 - 0.5
    tone = tone - tooth * 0.62 * (tone * (1.25 - tone)).clamp(min=0)
    frame = torch.maximum((X - 128).abs(), (Y - 128).abs())[:, None] + 40 * (noise(r, t, 16, 4) - 0.5)
    tone = tone * (1 - ((frame - 98) / 20).clamp(0, 1))
    return ramp(1 - tone, colour(img, "#161517", "#6d6a68", "#f1ece1"))


# --- gouache
def at_cells(maps, x, y):
    """Values of maps [n, c, 256, 256] at pixel positions x, y [n, m, m]."""
    return F.grid_sample(maps, torch.stack([x / 128 - 1, y / 128 - 1], -1), mode="bilinear", padding_mode="border", align_corners=False)


def strokes(img, t, r, spacing, long, wide, k=0):
    """Opaque brush strokes along the contours, one for each cell of `spacing` px in the image's colour there."""
    m, p = 256 // spacing, t["p"][:, 6, None, None] * 7 + k
    i = torch.arange(m, device=img.device, dtype=torch.float32)
    i, j = i[None, None, :].expand(1, m, m), i[None, :, None].expand(1, m, m)
    x, y = (i + 0.2 + 0.6 * places.hash01(i, j, p)) * spacing, (j + 0.2 + 0.6 * places.hash01(j + 31, i, p)) * spacing
    g = F.pad(blur(grey(img), 2), [1] * 4, mode="replicate")
    dx, dy = g[:, :, 1:-1, 2:] - g[:, :, 1:-1, :-2], g[:, :, 2:, 1:-1] - g[:, :, :-2, 1:-1]
    tensor = at_cells(blur(torch.cat([dx * dx - dy * dy, 2 * dx * dy], 1), 5), x, y)
    calm = 3e-4 * (torch.cos((places.hash01(i // 3, j // 3, p + 3)) * 6.283) - 1.2)
    angle = 0.5 * torch.atan2(tensor[:, 1] + 1e-4, tensor[:, 0] - calm) + 1.5708 + 0.5 * (places.hash01(i, j, p + 5) - 0.5)
    cells = torch.cat([torch.stack(torch.broadcast_tensors(x, y, torch.cos(angle), torch.sin(angle), places.hash01(i + 7, j, p + 9)), 1), at_cells(img, x, y)], 1)
    reach = -(-(long + spacing // 2) // spacing)
    cells = F.pad(cells, [reach] * 4, mode="replicate")
    X, Y = r.grid
    out, top = blur(img, 3), torch.full_like(img[:, :1], -1)
    for b in range(2 * reach + 1):
        for a in range(2 * reach + 1):
            q = cells[:, :, b:b + m, a:a + m].repeat_interleave(spacing, 2).repeat_interleave(spacing, 3)
            u, v = X - q[:, 0], Y - q[:, 1]
            u, v = u * q[:, 2] + v * q[:, 3], v * q[:, 2] - u * q[:, 3]
            inside = ((u.abs() / long) ** 4 + (v.abs() / wide) ** 4 < 1)[:, None]
            above = inside & (q[:, 4:5] > top)
            paint = q[:, 5:] * (0.93 + 0.14 * q[:, 4:5] + 0.035 * torch.sin(v * 1.3 + 6 * q[:, 4])[:, None])
            out, top = torch.where(above, paint, out), torch.where(above, q[:, 4:5], top)
    return out


def gouache_ground(img, t, r):
    """Broad strokes, small ones where there is detail."""
    broad = strokes(kuwahara(img, 7), t, r, 16, 22, 8)
    fine = strokes(kuwahara(img, 3), t, r, 8, 9, 4, 17)
    detail = (blur(edges(blur(img, 1), 2.2), 5) * 4 - 0.25).clamp(0, 1)
    return broad + (detail > noise(r, t, 8, 5) * 0.8).float() * (fine - broad)


def gouache_layer(layer, t, r):
    """Opaque shapes with clear borders, the brush to be seen inside them."""
    rgb, alpha = body(layer)
    flat = kuwahara(rgb, 3)
    paint = 0.7 * strokes(kuwahara(rgb, 5), t, r, 8, 11, 4, 29) + 0.3 * flat
    keep = contours(flat, 1.8)
    paint = paint + keep * (flat - paint)
    hem = (blur(alpha, 3) < 0.72).float() * 0.07
    return torch.cat([(paint + hem * (1 - paint)) * alpha, alpha], 1)


def gouache(img, t, r):
    """Chalky, slightly faded colours."""
    return 0.09 + 0.85 * saturate(img, 0.84) + 0.05 * colour(img, "#f0d9b8")[0] * (1 - grey(img))


# --- art nouveau
def nouveau_ground(img, t, r):
    """A gold halo with a patterned rim behind the subject, the scene inside it in muted tones, stems outside."""
    g = group(t, r)
    X, Y = r.grid
    muted = blur(nearest(kuwahara(img, 5), NOUVEAU), 1)
    muted = muted + 0.35 * (colour(img, "#ecd9ab")[0] - muted)
    muted = muted + 0.7 * contours(muted, 1.8) * (colour(img, "#7c4a2c")[0] - muted)
    outside = places.flat(g, g.pick("#8d9a63", "#35605f", "#b0693b", "#8f8a63"))
    curl = torch.sin(((X - 128).abs() - 104) / 11 + 1.6 * torch.sin(Y / 17))
    outside = outside + (places.cover((curl.abs() - 0.28) * 9) * 0.6)[:, None] * (colour(img, "#dcc187")[0] - outside)
    d = ((X - 128) ** 2 + (Y - 118) ** 2).sqrt()
    out = outside + places.cover(d - 100)[:, None] * (muted - outside)
    ring = places.cover((d - 94).abs() - 11)
    bead = places.cover((((torch.atan2(Y - 118, X - 128) * 28 / 6.2832) % 1 - 0.5) * 21).pow(2).add((d - 94) ** 2).sqrt() - 6.5)
    out = places.over(out, ring, g.colour("#c2913f"))
    out = places.over(out, bead, g.colour("#f3e5c3"))
    return places.over(out, places.cover((d - 106).abs() - 1.8) + places.cover((d - 82).abs() - 1.8), g.colour("#5a3220"))


def nouveau_layer(layer, t, r):
    rgb, alpha = body(layer)
    flat = blur(nearest(blur(rgb, 1), NOUVEAU) * 0.6 + 0.4 * saturate(kuwahara(rgb, 3), 0.75), 1)
    line = colour(layer, "#4a2818")[0]
    return outlined(flat + 0.75 * contours(flat, 1.8) * (line - flat), alpha, 4, line)


def nouveau(img, t, r):
    """Warm varnish and a frame with whiplash corners."""
    g = group(t, r)
    X, Y = r.grid
    out = img * colour(img, "#fff3da")[0]
    u, v = 128 - (X - 128).abs(), 128 - (Y - 128).abs()  # distance from the nearest sides
    edge = torch.minimum(u, v)
    corner = ((u - 14) ** 2 + (v - 14) ** 2).sqrt()
    panel = torch.maximum(places.cover(edge - 13), places.cover(corner - 30))
    out = places.over(out, panel.expand(g.n, -1, -1), g.colour("#e8d29a"))
    curl = places.cover((corner - 20).abs() - 2) * (corner < 29).float() + places.cover(((u - 24) ** 2 + (v - 24) ** 2).sqrt() - 6)
    line = torch.maximum(places.cover((edge - 13).abs() - 1.5) * (corner > 29).float(), places.cover((corner - 30).abs() - 1.5) * (edge > 12).float())
    return places.over(out, torch.maximum(line, curl.clamp(0, 1)).expand(g.n, -1, -1), g.colour("#6b3d22"))


# --- graffiti
def brick_wall(img, t, r):
    """The scene sprayed on bricks."""
    X, Y = r.grid
    row = (Y / 24).floor()
    x = X + (row % 2) * 24
    joint = torch.maximum((x % 48 - 24).abs() - 21.5, (Y % 24 - 12).abs() - 9.5)
    mortar = places.cover(-joint)[:, None]
    shade = places.hash01((x / 48).floor(), row, t["p"][:, 6, None, None] * 5)[:, None]
    brick = colour(img, "#8f4a3a")[0] * (0.78 + 0.4 * shade)
    spray = saturate(blur(img, 5), 1.7)
    cloud = (noise(r, t, 32, 2) * 1.6 - 0.1).clamp(0.25, 0.8)
    wall = brick + cloud * (spray * (0.8 + 0.25 * shade) - brick)
    return wall + mortar * 0.7 * (colour(img, "#b9aa9c")[0] * (0.55 + 0.45 * grey(spray)) - wall)


def drips(alpha, t, r):
    """Paint that ran down from an outline, in columns of 5 px."""
    X, _ = r.grid
    column = (X / 16).floor()
    thin = ((X % 16 - 8).abs() < 2.5).float()
    out = alpha
    for k, length in enumerate((13, 25, 37)):
        here = thin * (places.hash01(column, column * 0 + k, t["p"][:, 6, None, None] * 7) < 0.25).float()
        down = F.max_pool2d(F.pad(alpha * here[:, None], [0, 0, length - 1, 0]), (length, 1), 1)
        out = torch.maximum(out, down)
    return out


def spray_layer(layer, t, r):
    """Fat cap: black contour, white rim, loud gradient fill, drips and overspray."""
    X, Y = r.grid
    rgb, alpha = body(layer)
    loud = saturate(kuwahara(rgb, 3), 1.7)
    fade = ((Y - 60) / 150).clamp(0, 1)[:, None]
    hot, cold = colour(layer, "#ff2fa0", "#20d8ff")
    loud = (loud * 0.74 + 0.30 * (cold + fade * (hot - cold)) * (0.35 + 0.65 * grey(loud))).clamp(0, 1)
    loud = loud * (1 - 0.9 * contours(loud, 1.8))
    black = drips(grown(alpha, 5), t, r)
    white = grown(black, 5)
    halo = blur(white, 9) * 0.75
    tone = hot + (1 - fade) * (cold - hot)
    rgb = loud * alpha + (white - black).clamp(min=0)
    cover = white + (1 - white) * halo
    return torch.cat([rgb + (1 - white) * halo * tone, cover], 1)


# --- chalkboard
def board_ground(img, t, r):
    """The scene as faint chalk on a green board that was wiped before."""
    board = colour(img, "#2a4a3d")[0]
    wiped = 0.82 + 0.26 * noise(r, t, 64, 1) + 0.12 * noise(r, t, 16, 2)
    out = board * wiped + 0.10 * (grey(blur(img, 3)) - 0.3)
    dust = (contours(kuwahara(img, 5), 2.0, 0.25) * (0.3 + 0.6 * noise(r, t, 4, 3))).clamp(0, 1) * 0.6
    return out + dust * (colour(img, "#cfdcd2")[0] - out)


def chalk_layer(layer, t, r):
    """White contours and rubbed-in pastel on the bare board."""
    X, Y = r.grid
    rgb, alpha = body(layer)
    pastel = 0.30 + 0.70 * saturate(rgb / rgb.amax(1, keepdim=True).clamp(min=0.3), 1.0)
    grain = noise(r, t, 4, 4)
    rub = (0.5 + 0.5 * torch.sin((X - Y) * 0.36 + 3 * noise(r, t, 32, 5)[:, 0]))[:, None]
    board = colour(layer, "#254236")[0]
    amount = (0.30 + 0.65 * rgb.amax(1, keepdim=True)) * (0.62 + 0.38 * rub) * (0.7 + 0.45 * grain)
    fill = board + amount.clamp(0, 0.9) * (pastel - board)
    inner = contours(rgb, 2.0, 0.3) * (0.25 + 0.5 * grey(rgb))
    wide = grown(alpha, 3)
    line = torch.maximum(inner * alpha, (wide - blur(alpha, 1)).clamp(0, 1) * 1.2)
    line = (line * (0.62 + 0.6 * grain)).clamp(0, 1)
    out = fill + line * (colour(layer, "#f6f7ef")[0] - fill)
    return torch.cat([out * wide, wide], 1)


def wooden_frame(img, t, r):
    """The board's frame, lit from above."""
    X, Y = r.grid
    wood, dark, light = colour(img, "#a8743f", "#5a3a1e", "#cf9a5c")
    edge = 128 - torch.maximum((X - 128).abs(), (Y - 128).abs())
    upper = ((X - 128).abs() < 128 - Y).float() + ((Y - 128).abs() <= 128 - X).float()
    tone = wood + upper.clamp(0, 1)[:, None] * 0.5 * (light - wood) + (noise(r, t, 16, 6) - 0.5) * 0.12
    out = img + places.cover(edge - 12)[:, None] * (tone - img)
    return out + places.cover((edge - 13).abs() - 2)[:, None] * (dark - out)
